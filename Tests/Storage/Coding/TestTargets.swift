import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport

@testable import HawserStorage

/// Targets in directories, and content that is encoded onto them.
struct TestTargets {
    let files: TestDirectory
    let targets: [FaultyTarget]
    /// Remembers for as long as any test takes on a busy machine.
    let health = TargetHealth(avoidance: .seconds(600))

    init(_ count: Int, deadline: Duration = .milliseconds(500)) throws {
        let files = try TestDirectory("coding")
        self.files = files
        targets = try (0..<count).map {
            try FaultyTarget(id: "t\($0)", directory: files.file("t\($0)"), deadline: deadline)
        }
    }

    func stage(_ bytes: [UInt8]) throws -> String {
        let path = files.file("staged-\(Crypto.randomBytes(4).hex)")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func request(_ bytes: [UInt8], _ k: Int, _ m: Int, cell: Int = 1000) throws -> ContentEncoder.Request {
        ContentEncoder.Request(
            content: ObjectStore.newID(),
            path: try stage(bytes),
            size: Int64(bytes.count),
            sha256: Digest.sha256(bytes).hex,
            k: k,
            m: m,
            cell: cell
        )
    }

    var encoder: ContentEncoder { ContentEncoder(health: health) }

    func encode(_ bytes: [UInt8], _ k: Int, _ m: Int, cell: Int = 1000) async throws -> CodedLayout {
        try await encoder.encode(try request(bytes, k, m, cell: cell)) { _ in targets }
    }

    func target(_ id: String) -> FaultyTarget? { targets.first { $0.id == id } }

    func reader(
        _ layout: CodedLayout,
        offset: Int64 = 0,
        length: Int64? = nil,
        patience: Duration? = .seconds(60),
        onBadFragment: (@Sendable (BadFragment) -> Void)? = nil
    ) -> CodedReader {
        let targets = targets
        return CodedReader(
            layout,
            offset: offset,
            length: length,
            targets: { id in targets.first { $0.id == id } },
            health: health,
            patience: patience,
            onBadFragment: onBadFragment
        )
    }

    func read(_ layout: CodedLayout, offset: Int64 = 0, length: Int64? = nil) async throws -> [UInt8] {
        try await reader(layout, offset: offset, length: length).reduce(into: []) { $0 += $1 }
    }

    /// The file of a fragment.
    func path(_ fragment: CodedLayout.Fragment) -> String { files.file("\(fragment.target)/\(fragment.path)") }

    /// The files of all targets.
    func stored() throws -> [String] {
        try targets.flatMap { target in
            try FileManager.default.subpathsOfDirectory(atPath: target.directory)
                .filter { $0.contains("/") }.map { "\(target.id)/\($0)" }
        }
    }

    /// Whether every fragment is as it was written.
    func verify(_ layout: CodedLayout) async throws {
        let check = FragmentCheck(layout)
        for (number, partition) in layout.partitions.enumerated() {
            for fragment in partition.fragments {
                guard let target = target(fragment.target) else { throw StorageError.unknownTarget(fragment.target) }
                try await check.verify(fragment, of: number, on: target)
            }
        }
    }
}

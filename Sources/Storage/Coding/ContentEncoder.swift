import Foundation
import HawserCore
public import HawserMetadata

/// Turns a staged file into fragments on targets.
///
/// What it returns was read back and is right: on the disk of every target, every cell with its checksum, and the whole
/// of what was read has the digest that was expected. It takes at most 64 MiB of memory, whatever the code.
public struct ContentEncoder: Sendable {
    /// The length of a cell in bytes, unless it is chosen otherwise: shorter ones cost more calls and checksums, longer
    /// ones make reading a small part read more.
    public static let cell = 64 << 10

    /// What to encode, and how.
    public struct Request: Sendable {
        /// An id nobody else has: lower-case letters, digits and `-`, at most 64.
        public var content: String
        /// The staged file.
        public var path: String
        /// Its length in bytes.
        public var size: Int64
        /// The SHA-256 it must have, in hexadecimal.
        public var sha256: String
        /// How many fragments it shall take to read.
        public var k: Int
        /// How many may be lost.
        public var m: Int
        /// The length of a cell in bytes.
        public var cell: Int
        /// The longest partition, in bytes.
        public var partitionLimit: Int64

        /// What to encode, and how.
        public init(
            content: String,
            path: String,
            size: Int64,
            sha256: String,
            k: Int,
            m: Int,
            cell: Int = ContentEncoder.cell,
            partitionLimit: Int64 = LayoutPolicy.partitionLimit
        ) {
            self.content = content
            self.path = path
            self.size = size
            self.sha256 = sha256
            self.k = k
            self.m = m
            self.cell = cell
            self.partitionLimit = partitionLimit
        }
    }

    private let threads: CodingThreads
    private let health: TargetHealth

    /// An encoder.
    public init(threads: CodingThreads = .shared, health: TargetHealth = .shared) {
        self.threads = threads
        self.health = health
    }

    /// Encodes a file, partition by partition.
    ///
    /// - Parameters:
    ///   - request: what and how.
    ///   - targets: the targets for a partition by its number, all different, the best first: k + m for the fragments, in
    ///     order, then spares for those that fail.
    ///   - done: the partitions an earlier run has finished, from the first on; they are only read again.
    ///   - onPartition: called after each partition, which is the caller's from then on, to keep or to `remove`.
    ///   - progress: called with the number of bytes encoded so far.
    /// - Returns: the layout.
    /// - Throws: `StorageError`, `tooFewTargets` when too many failed, `damaged` when the file is not what was expected;
    ///   `CancellationError`; what the closures throw. Fragments that are not the caller's were removed then, as far as
    ///   their targets let them.
    public func encode(
        _ request: Request,
        targets: @Sendable (Int) async throws -> [any Target],
        done: [CodedLayout.Partition] = [],
        onPartition: (@Sendable (Int, CodedLayout.Partition) async throws -> Void)? = nil,
        progress: (@Sendable (Int64) async -> Void)? = nil
    ) async throws -> CodedLayout {
        let lengths = LayoutPolicy.partitions(size: request.size, limit: request.partitionLimit)
        guard done.count <= lengths.count, zip(done, lengths).allSatisfy({ $0.length == $1 }) else {
            throw StorageError.badLayout(reason: "the finished partitions are not of this file")
        }
        let file = try await threads.files.run { try OpenFile(request.path, O_RDONLY) }
        let digest = SourceDigest()
        var layout = CodedLayout(
            content: request.content,
            k: request.k,
            m: request.m,
            cell: request.cell,
            partitions: done
        )
        var offset = try await skip(done, of: file, into: digest)
        await progress?(offset)
        var used: [String: any Target] = [:]
        var failed: Set<String> = []
        // How many partitions are the caller's.
        var handed = done.count
        do {
            for number in done.count..<lengths.count {
                let shape = try PartitionShape(
                    k: request.k,
                    m: request.m,
                    cell: request.cell,
                    length: lengths[number]
                )
                let offered = try await targets(number)
                for target in offered { used[target.id] = target }
                let start = offset
                var encoder = PartitionEncoder(
                    layout: layout,
                    number: number,
                    shape: shape,
                    file: file,
                    offset: start,
                    threads: threads,
                    health: health,
                    digest: digest,
                    failed: failed,
                    progress: { bytes in await progress?(start + bytes) }
                )
                let partition = try await encoder.encode(onto: offered)
                failed = encoder.failed
                layout.partitions.append(partition)
                offset += shape.length
                if number + 1 == lengths.count { try check(digest, request) }
                if let onPartition {
                    handed = layout.partitions.count
                    try await onPartition(number, partition)
                }
            }
            if done.count == lengths.count { try check(digest, request) }
        } catch {
            let others = layout.partitions[handed...].flatMap(\.fragments)
            await FragmentRemoval.remove(others, from: Array(used.values))
            throw error
        }
        return layout
    }

    private func check(_ digest: SourceDigest, _ request: Request) throws {
        guard digest.finish() == request.sha256 else {
            throw StorageError.damaged(object: request.content, reason: "the staged file has another digest")
        }
    }

    /// Takes in what an earlier run has encoded.
    private func skip(
        _ done: [CodedLayout.Partition],
        of file: OpenFile,
        into digest: SourceDigest
    ) async throws -> Int64 {
        let end = done.reduce(0) { $0 + $1.length }
        for start in stride(from: Int64(0), to: end, by: 4 << 20) {
            try Task.checkCancellation()
            try await threads.files.run {
                let count = Int(min(4 << 20, end - start))
                let bytes = try file.read(at: start, count: count)
                guard bytes.count == count else {
                    throw StorageError.damaged(object: file.path, reason: "the staged file is too short")
                }
                bytes.withUnsafeBytes { digest.update($0) }
            }
        }
        return end
    }
}

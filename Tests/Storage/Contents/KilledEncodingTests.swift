import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// A process that encodes is killed at every part of the way: nothing is lost, and nothing stays behind.
@Suite(.timeLimit(.minutes(5)))
struct KilledEncodingTests {
    private static let partition: Int64 = 1 << 20

    let soon = Timestamp.now.adding(seconds: 3600)

    /// Has another process encode, which kills itself once so many bytes are done; returns when it is gone.
    private func encode(_ object: StoredObject, of test: TestStore, killedAt end: Int64) async throws {
        let folders = [
            Bundle.main.bundleURL.deletingLastPathComponent(),
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
        ]
        let program = try #require(
            folders.map { $0.appending(path: "store-probe").path() }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        )
        let words = [program, test.url, test.files.path, object.content, "\(Self.partition)", "\(end)"]
        let process = try await ServerProcess.start(words, markers: ["durable"])
        await process.waitForExit()
    }

    @Test func killedAtEveryPartition() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: Self.partition)
        let bytes = noise(5_500_000)
        let object = try await test.put(bytes)
        // Each in the middle of the next partition, at its last byte, and at its first.
        for end in stride(from: Self.partition / 2, to: Int64(bytes.count), by: Int(Self.partition / 2)) {
            try await encode(object, of: test, killedAt: end)
            let content = try await test.content(object)
            #expect(content.state == .staged)
            #expect(try await test.read(object) == bytes, "killed at \(end)")
        }
        #expect(try await test.content(object).partial?.partitions.isEmpty == false, "it went on where it was")
        // After all is written, before it is said so: once; then to the end.
        try await encode(object, of: test, killedAt: Int64(bytes.count))
        #expect(try await test.read(object) == bytes)
        try await encode(object, of: test, killedAt: .max)
        let content = try await test.content(object)
        #expect(content.state == .durable && content.partial == nil)
        #expect(try await test.read(object) == bytes)
        let removed = try await test.collection.run(storedBefore: soon)
        #expect(removed.files > 0, "the killed ones left something")
        #expect(try test.stored().count == 36)
        #expect(try await test.collection.run(storedBefore: soon).files == 0)
        #expect(try await test.read(object) == bytes)
        #expect(try await test.contents.repair(content.id).repaired == 0)
        try await test.store.remove(object.id, tenant: "t-1")
        #expect(try test.stored() == [])
    }

    /// Killed while the object is removed, or the content's bytes go: nobody finds it, and collection takes the rest.
    @Test func killedAtAnyMoment() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: Self.partition)
        var kept: [(StoredObject, [UInt8])] = []
        for round in 0..<8 {
            let bytes = noise(1_200_000 + round * 300_000)
            let object = try await test.put(bytes)
            try await encode(object, of: test, killedAt: Int64.random(in: 1...Int64(bytes.count)))
            #expect(try await test.read(object) == bytes)
            if round % 2 == 0 {
                kept.append((object, bytes))
            } else {
                try await test.store.remove(object.id, tenant: "t-1")
            }
        }
        for (object, bytes) in kept {
            #expect(try await test.contents.encode(object.content)?.state == .durable)
            #expect(try await test.read(object) == bytes)
        }
        _ = try await test.collection.run(storedBefore: soon)
        var files = 0
        for (object, _) in kept {
            guard case .coded(let layout) = try await test.content(object).layout else { continue }
            files += layout.partitions.count * 6
        }
        #expect(try test.stored().count == files)
        #expect(try await test.contentCount() == kept.count)
        for (object, bytes) in kept { #expect(try await test.read(object) == bytes) }
    }
}

import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

struct ContentEncoderTests {
    @Test(arguments: [(1, 0), (1, 2), (2, 1), (4, 2), (8, 4), (32, 8)])
    func whatIsEncodedIsRead(k: Int, m: Int) async throws {
        let test = try TestTargets(k + m)
        for size in [1, k, 1000 * k - 1, 1000 * k, 1000 * k + 1, 12_345 * k, 1_000_000] {
            let bytes = noise(size)
            let layout = try await test.encode(bytes, k, m)
            #expect(layout.partitions.map(\.length) == [Int64(size)])
            #expect(layout.partitions[0].fragments.map(\.index) == Array(0..<(k + m)))
            #expect(layout.partitions[0].fragments.map(\.target) == test.targets.map(\.id))
            try await test.verify(layout)
            #expect(try await test.read(layout) == bytes, "\(size) bytes")
        }
    }

    /// Many groups of stripes, with cells of the usual length.
    @Test(arguments: [(1, 1), (4, 2), (8, 4)])
    func largeFile(k: Int, m: Int) async throws {
        let test = try TestTargets(k + m)
        let bytes = noise(40_000_001)
        let progress = Synced<[Int64]>([])
        let request = try test.request(bytes, k, m, cell: ContentEncoder.cell)
        let layout = try await test.encoder.encode(request) { _ in
            test.targets
        } progress: { done in
            progress.change { $0.append(done) }
        }
        #expect(try await test.read(layout) == bytes)
        #expect(progress.value == progress.value.sorted())
        #expect(progress.value.count > 3)
        #expect(progress.value.last == 40_000_001)
    }

    @Test func emptyFile() async throws {
        let test = try TestTargets(3)
        let layout = try await test.encode([], 2, 1)
        #expect(layout.partitions == [])
        #expect(try await test.read(layout) == [])
        #expect(try test.stored() == [])
    }

    /// The widest codes stay within what memory they may take.
    @Test func wideCodes() async throws {
        let test = try TestTargets(255)
        let bytes = noise(3_000_000)
        let layout = try await test.encode(bytes, 200, 55, cell: 4096)
        #expect(try await test.read(layout) == bytes)
        for (k, m) in [(127, 128), (254, 1), (1, 254), (32, 8), (2, 1)] {
            let shape = try PartitionShape(k: k, m: m, cell: ContentEncoder.cell, length: LayoutPolicy.partitionLimit)
            #expect(3 * StripeGroup.memory(for: shape) <= 64 << 20)
        }
    }

    @Test func fragmentsTellWhatTheyAre() async throws {
        let test = try TestTargets(3)
        let bytes = noise(10_000)
        let layout = try await test.encode(bytes, 2, 1)
        for fragment in layout.partitions[0].fragments {
            let data = try Data(contentsOf: URL(fileURLWithPath: test.path(fragment)))
            let header = try #require(FragmentHeader(data))
            #expect(header.content == layout.content)
            #expect(header.fragment == fragment.index)
            #expect(header.shape == (try PartitionShape(k: 2, m: 1, cell: 1000, length: 10_000)))
            #expect(header.shape.fragmentLength == data.count)
        }
        let first = try Data(contentsOf: URL(fileURLWithPath: test.path(layout.partitions[0].fragments[1])))
        #expect(Array(first.dropFirst(FragmentHeader.length).prefix(1000)) == Array(bytes[1000..<2000]))
    }

    @Test func partitionsGoOnWhereARunEnded() async throws {
        struct Killed: Error {}
        let test = try TestTargets(5)
        let bytes = noise(100_003)
        var request = try test.request(bytes, 2, 1)
        request.partitionLimit = 30_000
        let done = Synced<[CodedLayout.Partition]>([])
        await #expect(throws: Killed.self) {
            _ = try await test.encoder.encode(
                request,
                targets: { _ in test.targets },
                onPartition: { number, partition in
                    if number == 2 { throw Killed() }
                    done.change { $0.append(partition) }
                }
            )
        }
        let kept = try test.stored()
        #expect(done.value.count == 2)
        let asked = Synced<[Int]>([])
        let layout = try await test.encoder.encode(
            request,
            targets: { number in
                asked.change { $0.append(number) }
                return test.targets.reversed()
            },
            done: done.value,
            onPartition: { _, partition in done.change { $0.append(partition) } }
        )
        #expect(asked.value == [2, 3])
        #expect(layout.partitions == done.value)
        #expect(layout.partitions.map(\.length) == [25_000, 25_000, 25_000, 25_003])
        #expect(layout.partitions[3].fragments.map(\.target) == ["t4", "t3", "t2"])
        #expect(try await test.read(layout) == bytes)
        #expect(try await test.read(layout, offset: 24_990, length: 50_020) == Array(bytes[24_990..<75_010]))
        // What the run that ended had begun for its third partition was the callback's from its call on.
        #expect(try test.stored().count == kept.count + 6)
    }

    @Test func anotherDigestIsRefused() async throws {
        let test = try TestTargets(3)
        var request = try test.request(noise(50_000), 2, 1)
        request.sha256 = Digest.sha256([1]).hex
        await #expect(throws: StorageError.self) { try await test.encoder.encode(request) { _ in test.targets } }
        #expect(try test.stored() == [])
        request = try test.request(noise(50_000), 2, 1)
        request.size += 1
        await #expect(throws: StorageError.self) { try await test.encoder.encode(request) { _ in test.targets } }
        #expect(try test.stored() == [])
    }

    @Test func cancelledLeavesNothing() async throws {
        let test = try TestTargets(3)
        let gate = Gate()
        defer { gate.open() }
        test.targets[1].faults.change {
            $0.write = .hangs(gate)
            $0.writes = 1
        }
        let request = try test.request(noise(30_000_000), 2, 1, cell: 65_536)
        let begun = AsyncStream<Void>.makeStream()
        let task = Task {
            try await test.encoder.encode(request) { _ in
                test.targets
            } progress: { _ in
                begun.continuation.yield()
            }
        }
        for await _ in begun.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try test.stored() == [])
    }
}

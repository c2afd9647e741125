import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

@Suite("targets in buckets", .enabled(if: TestServerFile.ceph.isThere, "\(TestServerFile.ceph.reason)"))
struct BucketTargetTests {
    @Test func writeOpenReadListRemove() async throws {
        try await TestBucket.with { buckets in
            let target = buckets[0].target("b", prefix: "store/")
            let bytes = noise(20_000_000)
            let sink = try await target.begin("abc/one", size: 20_000_000)
            try await sink.write(MemorySlice(bytes.prefix(9_000_000)))
            try await sink.write(MemorySlice(bytes.dropFirst(9_000_000)))
            await #expect(throws: StorageError.missing(target: "b", path: "abc/one")) {
                try await target.open("abc/one")
            }
            try await sink.finish()
            #expect(try await buckets[0].keys() == ["store/abc/one"])
            let file = try await target.open("abc/one")
            #expect(file.size == 20_000_000)
            #expect(try await file.read(at: 8_999_990, count: 20) == Array(bytes[8_999_990..<9_000_010]))
            #expect(try await file.read(at: 19_999_990, count: 100) == Array(bytes.suffix(10)))
            #expect(try await file.read(at: 20_000_000, count: 1) == [])
            #expect(try file.descriptor() == nil)
            let now = Timestamp.now
            #expect(try await target.names(below: "abc", storedBefore: now.adding(seconds: 60)) == ["abc/one"])
            #expect(try await target.names(below: "abc", storedBefore: now.adding(seconds: -60)) == [])
            #expect(try await target.names(below: "abd", storedBefore: now.adding(seconds: 60)) == [])
            #expect(try await target.freeSpace() == nil)
            try await target.remove("abc/one")
            try await target.remove("abc/one")
            await #expect(throws: StorageError.missing(target: "b", path: "abc/one")) {
                try await file.read(at: 0, count: 1)
            }
        }
    }

    @Test func halfWrittenAndAborted() async throws {
        try await TestBucket.with { buckets in
            let target = buckets[0].target("b")
            let short = try await target.begin("abc/short", size: 10)
            try await short.write(MemorySlice([1, 2, 3]))
            await #expect(throws: StorageError.notWriting(target: "b", path: "abc/short")) { try await short.finish() }
            let long = try await target.begin("abc/long", size: 2)
            await #expect(throws: StorageError.notWriting(target: "b", path: "abc/long")) {
                try await long.write(MemorySlice([1, 2, 3]))
            }
            await long.abort()
            let aborted = try await target.begin("abc/aborted", size: 10)
            try await aborted.write(MemorySlice([1, 2, 3]))
            await aborted.abort()
            // It was whole and there already when nobody wanted it any more.
            let whole = try await target.begin("abc/whole", size: 1)
            try await whole.write(MemorySlice([1]))
            try await whole.finish()
            await whole.abort()
            #expect(try await buckets[0].keys() == [])
        }
    }

    @Test func aStoreThatHangsIsUnresponsive() async throws {
        try await TestBucket.with(patience: .seconds(1)) { buckets in
            let target = buckets[0].target("b")
            let sink = try await target.begin("abc/one", size: 100_000_000)
            try await sink.write(MemorySlice(noise(1_000_000)))
            buckets[0].proxy.freeze()
            await #expect(throws: StorageError.unresponsive(target: "b", operation: "write abc/one")) {
                // More than fits into the buffers on the way.
                for _ in 0..<99 { try await sink.write(MemorySlice(noise(1_000_000))) }
            }
            await #expect(throws: StorageError.unresponsive(target: "b", operation: "open abc/two")) {
                try await target.open("abc/two")
            }
            buckets[0].proxy.unfreeze()
            await sink.abort()
            #expect(try await buckets[0].keys() == [])
        }
    }

    @Test func aStoreThatIsAwayOrRefusesSaysWhy() async throws {
        try await TestBucket.with { buckets in
            let target = buckets[0].target("b")
            buckets[0].proxy.cut()
            await #expect {
                try await target.open("abc/one")
            } throws: {
                guard case .refused("b", "open abc/one", let reason) = $0 as? StorageError else { return false }
                return reason.contains("HEAD")
            }
            buckets[0].proxy.mend()
            await #expect(throws: StorageError.missing(target: "b", path: "abc/one")) {
                try await target.open("abc/one")
            }
        }
    }

    /// Three of six targets are buckets; one hangs while content is encoded, two are lost afterwards.
    @Test func contentOnDirectoriesAndBuckets() async throws {
        try await TestBucket.with(4, patience: .seconds(2)) { buckets in
            let test = try TestTargets(3)
            let targets: [any Target] =
                buckets.enumerated().map { $1.target("b\($0)") } + test.targets.map { $0 as any Target }
            buckets[0].proxy.freeze()
            let bytes = noise(12_000_000)
            let encoder = ContentEncoder(health: test.health)
            let layout = try await encoder.encode(try test.request(bytes, 4, 2, cell: 65_536)) { _ in targets }
            #expect(layout.partitions[0].fragments.map(\.target) == ["t2", "b1", "b2", "b3", "t0", "t1"])
            buckets[1].proxy.cut()
            for key in try await buckets[2].keys() { try await buckets[2].target("b2").remove(key) }
            let bad = Synced<Set<String>>([])
            let reader = CodedReader(
                layout,
                offset: 0,
                length: nil,
                targets: { id in targets.first { $0.id == id } },
                health: test.health,
                patience: .seconds(60),
                onBadFragment: { found in bad.change { _ = $0.insert(found.fragment.target) } }
            )
            #expect(try await reader.reduce(into: []) { $0 += $1 } == bytes)
            #expect(bad.value.contains("b2"))
        }
    }
}

import Foundation
import HawserCore
import HawserMetadata
import Testing

@testable import HawserStorage

/// Bringing fragments to where they would be placed today.
@Suite(.timeLimit(.minutes(2)))
struct RebalanceTests {
    private func rebalance(_ test: TestStore, until moment: Duration = .seconds(60)) async throws
        -> StoreRebalancing.Outcome
    {
        let rebalancing = StoreRebalancing(test.contents)
        var sum = StoreRebalancing.Outcome()
        repeat {
            sum = sum + (try await rebalancing.round(after: sum.last, until: .now + moment, bytesPerSecond: nil))
        } while sum.last != nil
        return sum
    }

    private func add(_ id: String, weight: Double = 1, to test: TestStore) async throws {
        try await test.targets.add(
            TargetRecord(id: id, place: .directory(path: test.files.file(id)), weight: weight)
        )
    }

    @Test func newTargetsGetTheirShare() async throws {
        let test = try await TestStore(targets: 6, partitionLimit: 100_000)
        var all: [(StoredObject, [UInt8])] = []
        for _ in 0..<20 {
            let bytes = noise(Int.random(in: 8193...300_000))
            all.append((try await test.putDurable(bytes).0, bytes))
        }
        #expect(try await rebalance(test).moved == 0, "all is where it was placed a moment ago")
        let before = try test.stored().count
        try await add("t06", to: test)
        try await add("t07", weight: 3, to: test)
        let first = try await rebalance(test, until: .zero)
        #expect(first.checked == 20 && first.moved > 0 && first.left == 0)
        #expect(try test.stored().count == before, "nothing is left behind")
        let candidates = try await test.targets.candidates()
        for (object, _) in all {
            guard case .coded(let layout) = try await test.content(object).layout else { continue }
            for (number, partition) in layout.partitions.enumerated() {
                let key = "\(object.content).\(number)"
                let wanted = try Placement.choose(key: key, pieces: layout.k + layout.m, among: candidates)
                #expect(Set(partition.fragments.map(\.target)) == Set(wanted.targets))
            }
        }
        // Moved once, it stays.
        #expect(try await rebalance(test).moved == 0)
        for (object, bytes) in all {
            #expect(try await test.read(object) == bytes)
            #expect(try await test.content(object).state == .durable)
        }
    }

    @Test func onlyWhatHasToMoveIsMoved() async throws {
        let test = try await TestStore(targets: 9)
        let (object, layout) = try await test.putDurable(noise(1_500_000))
        let used = try #require(layout.partitions.first?.fragments)
        // One of its targets takes nothing new any more: its fragment moves, the others stay.
        let heavy = try #require(used.first)
        _ = try await test.targets.change(heavy.target, state: nil, zone: nil, weight: 0)
        #expect(try await rebalance(test).moved == 1)
        guard case .coded(let now) = try await test.content(object).layout else { return }
        let same = Set(now.partitions[0].fragments).intersection(used)
        #expect(same == Set(used.filter { $0.target != heavy.target }))
        #expect(!now.targets.contains(heavy.target))
    }

    /// A target that cannot be written to keeps nothing from staying right.
    @Test func whatCannotBeMovedStays() async throws {
        let test = try await TestStore(targets: 6)
        let bytes = noise(1_500_000)
        let (object, _) = try await test.putDurable(bytes)
        let files = try test.stored().sorted()
        for number in 6..<9 { try await add("t0\(number)", weight: 1000, to: test) }
        for number in 6..<9 {
            try FileManager.default.removeItem(atPath: test.files.file("t0\(number)"))
            try Data().write(to: URL(filePath: test.files.file("t0\(number)")))
        }
        #expect(try await rebalance(test).left == 1)
        #expect(try await test.read(object) == bytes)
        #expect(try await test.content(object).state == .durable)
        for number in 6..<9 { try FileManager.default.removeItem(atPath: test.files.file("t0\(number)")) }
        #expect(try test.stored().sorted() == files)
    }
}

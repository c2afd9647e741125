import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Targets that lose or change what they keep: every byte that is read is right, and repair makes all whole again.
@Suite(.timeLimit(.minutes(4)))
struct RepairTests {
    /// What can happen to a target's files.
    enum Loss: CaseIterable {
        case deleted, flipped, truncated, emptied
    }

    static let sizes = [8193, 10_000, 65_536, 300_001, 1 << 20, (1 << 20) + 1, 1_500_000, 2_600_000, 5_000_003]

    let soon = Timestamp.now.adding(seconds: 3600)

    /// Ruins every file of a target, in one way or in any.
    func ruin(_ target: String, of test: TestStore, by way: Loss? = nil) throws {
        let directory = test.files.file(target)
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) where name.contains("/") {
            let path = "\(directory)/\(name)"
            let size = try Int64(OpenFile(path, O_RDONLY).size())
            switch way ?? Loss.allCases.randomElement() {
            case .deleted: try FileManager.default.removeItem(atPath: path)
            case .flipped: for _ in 0..<3 { try flip(path, Int64.random(in: 0..<size)) }
            case .truncated: try cut(path, to: Int.random(in: 1..<Int(size)))
            case .emptied: try cut(path, to: 0)
            case nil: break
            }
        }
    }

    private func cut(_ path: String, to size: Int) throws {
        guard truncate(path, size) == 0 else { throw StorageError.last("truncate", path) }
    }

    func fill(_ test: TestStore, _ sizes: [Int] = sizes) async throws -> [(object: StoredObject, bytes: [UInt8])] {
        var all: [(StoredObject, [UInt8])] = []
        for size in sizes {
            let bytes = noise(size)
            all.append((try await test.putDurable(bytes).0, bytes))
        }
        return all
    }

    /// Whether every fragment of an object is as it was written.
    func isWhole(_ object: StoredObject, in test: TestStore) async throws -> Bool {
        guard case .coded(let layout) = try await test.content(object).layout else { return false }
        let repair = try await test.contents.repair(object.content)
        let count = layout.partitions.count * (layout.k + layout.m)
        return repair.state == .durable && repair.repaired == 0 && repair.checked == count
    }

    @Test func anyTwoTargetsMayBeRuined() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: 2_000_000)
        let all = try await fill(test)
        for _ in 0..<4 {
            let ruined = (0..<7).shuffled().prefix(2).map(TestStore.id)
            for target in ruined { try ruin(target, of: test) }
            for (object, bytes) in all {
                #expect(try await test.read(object) == bytes, "\(bytes.count) bytes, without \(ruined)")
                let start = Int.random(in: 0..<bytes.count)
                let end = min(bytes.count, start + 70_000)
                let part = try await test.read(object, offset: Int64(start), length: Int64(end - start))
                #expect(part == Array(bytes[start..<end]))
            }
            for (object, bytes) in all {
                let repair = try await test.contents.repair(object.content)
                #expect(repair.unreachable == 0 && repair.state == .durable, "\(bytes.count): \(repair)")
                #expect(try await isWhole(object, in: test))
            }
        }
        for (object, bytes) in all { #expect(try await test.read(object) == bytes) }
        let count = try test.stored().count
        #expect(try await test.collection.run(storedBefore: soon).files == 0, "a repair leaves nothing")
        #expect(try test.stored().count == count)
    }

    @Test func withThreeRuinedThereIsAnErrorAndNoWrongByte() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: 2_000_000)
        let all = try await fill(test)
        let ruined = Set((0..<7).shuffled().prefix(3).map(TestStore.id))
        for target in ruined { try ruin(target, of: test) }
        for (object, bytes) in all {
            guard case .coded(let layout) = try await test.content(object).layout else { continue }
            let isLost = layout.partitions.contains { partition in
                partition.fragments.count { ruined.contains($0.target) } > layout.m
            }
            var got: [UInt8] = []
            var failure: (any Error)?
            do {
                for try await chunk in try await test.store.open(object) { got += chunk }
            } catch {
                failure = error
            }
            #expect(got == Array(bytes.prefix(got.count)), "no wrong byte")
            if isLost, failure == nil {
                // A flipped byte may be one that does not count: the zeros behind a cell.
                #expect(got == bytes)
            }
            if !isLost { #expect(failure == nil && got == bytes) }
            if let failure {
                guard case StorageError.unreadable = failure else {
                    Issue.record("\(failure)")
                    continue
                }
                await #expect(throws: StorageError.self) { try await test.contents.repair(object.content) }
            }
        }
    }

    @Test func whatAReaderNoticesIsRepaired() async throws {
        let test = try await TestStore(targets: 7)
        let (object, layout) = try await test.putDurable(noise(3_000_000))
        try ruin(layout.partitions[0].fragments[1].target, of: test, by: .deleted)
        #expect(try await test.read(object).count == 3_000_000)
        // Noted beside the reading.
        while try await test.content(object).state != .degraded { try await Task.sleep(for: .milliseconds(5)) }
        let job = try #require(try await test.content(object).job)
        while test.errands.submitted.value[job] == nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await test.contents.fragmentStates(of: layout)[0].map(\.rawValue).sorted().first == "missing")
        let repair = try await test.contents.repair(object.content)
        #expect(repair.repaired == 1 && repair.checked == 5 && repair.state == .durable)
        let content = try await test.content(object)
        #expect(content.state == .durable && content.job == nil)
        guard case .coded(let now) = content.layout else { return }
        #expect(now.targets == layout.targets, "what was lost is where it was")
    }

    @Test func aTargetThatIsDownIsDoneWithout() async throws {
        let test = try await TestStore(targets: 7)
        let bytes = noise(3_000_000)
        let (object, layout) = try await test.putDurable(bytes)
        let down = layout.partitions[0].fragments[2].target
        _ = try await test.targets.change(down, state: .down)
        #expect(try await test.read(object) == bytes)
        #expect(try await test.contents.repair(object.content).repaired == 1)
        guard case .coded(let now) = try await test.content(object).layout else { return }
        #expect(!now.targets.contains(down) && now.targets.count == 6)
        #expect(try await test.read(object) == bytes)
        #expect(try await test.targets.forget(down, unlessNamedIn: StoredContentCollection(test.database)))
    }

    /// One bit of one file among all there are.
    @Test func scrubbingFindsOneFlippedBit() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: 2_000_000)
        let all = try await fill(test)
        let scrubbing = TargetScrubbing(test.contents)
        func scrub() async throws -> (checked: Int, damaged: Int) {
            var (checked, damaged) = (0, 0)
            for number in 0..<7 {
                var last: String?
                repeat {
                    let round = try await scrubbing.round(
                        TestStore.id(number),
                        after: last,
                        until: .now,
                        bytesPerSecond: 1 << 40
                    )
                    last = round.last
                    checked += round.checked
                    damaged += round.damaged
                } while last != nil
            }
            return (checked, damaged)
        }
        let files = try test.stored().count
        #expect(try await scrub() == (files, 0))
        let (victim, bytes) = all[all.count - 1]
        guard case .coded(let layout) = try await test.content(victim).layout else { return }
        let fragment = try #require(layout.partitions[1].fragments.randomElement())
        // In a cell: behind the header, before the first checksum.
        try flip(test.path(fragment), Int64.random(in: 128..<60_000))
        #expect(try await scrub() == (files, 1))
        let content = try await test.content(victim)
        #expect(content.state == .degraded)
        #expect(test.errands.submitted.value[content.job ?? ""]?.id == content.id)
        #expect(try await test.contents.repair(content.id).repaired == 1)
        #expect(try await scrub() == (files, 0))
        #expect(try await test.read(victim) == bytes)
    }

    @Test func scrubbingKeepsToItsRate() async throws {
        let test = try await TestStore(targets: 3)
        _ = try await test.putDurable(noise(1_000_000))
        let began = ContinuousClock.now
        let round = try await TargetScrubbing(test.contents)
            .round("t00", after: nil, until: .now + .seconds(60), bytesPerSecond: 2_000_000)
        #expect(round.checked == 1 && round.bytes > 1_000_000)
        #expect(ContinuousClock.now - began > .milliseconds(450))
    }
}

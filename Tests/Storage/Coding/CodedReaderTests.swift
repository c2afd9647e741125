import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

struct CodedReaderTests {
    /// Every data fragment has a part of the last stripe.
    static let size = 101_999

    /// Where a byte of a fragment is changed.
    enum Place: CaseIterable {
        case header, firstCell, middleCell, lastCell, checksum, lastChecksum

        func offset(_ shape: PartitionShape) -> Int64 {
            switch self {
            case .header: 20
            case .firstCell: Int64(FragmentHeader.length)
            case .middleCell: shape.recordOffset(shape.stripes / 2) + 500
            case .lastCell: shape.recordOffset(shape.stripes - 1)
            case .checksum: shape.recordOffset(0) + Int64(shape.cell) + 3
            case .lastChecksum:
                shape.recordOffset(shape.stripes - 1) + Int64(shape.cellLength(shape.stripes - 1))
            }
        }
    }

    func encoded(_ k: Int = 4, _ m: Int = 2) async throws -> (TestTargets, CodedLayout, [UInt8]) {
        let test = try TestTargets(k + m)
        let bytes = noise(Self.size)
        return (test, try await test.encode(bytes, k, m), bytes)
    }

    func shape(_ layout: CodedLayout) throws -> PartitionShape {
        try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: layout.partitions[0].length)
    }

    /// Reads all; fails the test when a byte is wrong before an error comes.
    func readOrFail(_ test: TestTargets, _ layout: CodedLayout, _ bytes: [UInt8]) async throws {
        var done = 0
        for try await chunk in test.reader(layout) {
            #expect(chunk.elementsEqual(bytes[done..<(done + chunk.count)]))
            done += chunk.count
        }
        #expect(done == bytes.count)
    }

    @Test(arguments: Place.allCases) func changedBytesAreMadeGood(place: Place) async throws {
        let (test, layout, bytes) = try await encoded()
        let fragments = layout.partitions[0].fragments
        let offset = place.offset(try shape(layout))
        for lost in [[0, 1], [0, 5], [4, 5], [1, 3]] {
            let bad = Synced<[BadFragment]>([])
            for index in lost { try flip(test.path(fragments[index]), offset) }
            var read: [UInt8] = []
            for try await chunk in test.reader(layout, onBadFragment: { one in bad.change { $0.append(one) } }) {
                read += chunk
            }
            #expect(read == bytes, "\(place) of \(lost)")
            for index in lost where index < 4 {
                #expect(bad.value.contains { $0.fragment == fragments[index] && $0.reason == .damaged })
            }
            #expect(Set(bad.value.map(\.fragment)).count == bad.value.count, "each is told of once")
            for index in lost { try flip(test.path(fragments[index]), offset) }
        }
    }

    @Test(arguments: Place.allCases.filter { $0 != .header })
    func oneTooManyIsAnError(place: Place) async throws {
        let (test, layout, bytes) = try await encoded()
        let offset = place.offset(try shape(layout))
        for index in [0, 2, 4] { try flip(test.path(layout.partitions[0].fragments[index]), offset) }
        do {
            try await readOrFail(test, layout, bytes)
            Issue.record("read")
        } catch StorageError.unreadable(let content, let partition, let reason) {
            #expect(content == layout.content)
            #expect(partition == 0)
            #expect(reason.contains("damaged on target"))
        }
    }

    /// Each stripe by itself has enough: no fragment is whole.
    @Test func damageInDifferentStripesIsMadeGood() async throws {
        let (test, layout, bytes) = try await encoded()
        let shape = try shape(layout)
        for fragment in layout.partitions[0].fragments {
            for stripe in stride(from: fragment.index, to: shape.stripes, by: 6) {
                try flip(test.path(fragment), shape.recordOffset(stripe) + 3)
            }
        }
        try await readOrFail(test, layout, bytes)
    }

    @Test func anyMissingFragments() async throws {
        let (test, layout, bytes) = try await encoded()
        let fragments = layout.partitions[0].fragments
        for first in 0..<6 {
            for second in first..<6 {
                for index in Set([first, second]) {
                    try FileManager.default.moveItem(
                        atPath: test.path(fragments[index]),
                        toPath: test.path(fragments[index]) + ".away"
                    )
                }
                #expect(try await test.read(layout) == bytes)
                #expect(try await test.read(layout, offset: 50_000, length: 10) == Array(bytes[50_000..<50_010]))
                for index in Set([first, second]) {
                    try FileManager.default.moveItem(
                        atPath: test.path(fragments[index]) + ".away",
                        toPath: test.path(fragments[index])
                    )
                }
            }
        }
        for index in [1, 3, 5] { try FileManager.default.removeItem(atPath: test.path(fragments[index])) }
        await #expect(throws: StorageError.self) { try await readOrFail(test, layout, bytes) }
    }

    @Test func cutFragmentsAndUnknownTargets() async throws {
        let (test, layout, bytes) = try await encoded()
        #expect(truncate(test.path(layout.partitions[0].fragments[0]), 10_000) == 0)
        var changed = layout
        changed.partitions[0].fragments[2].target = "nobody"
        #expect(try await test.read(changed) == bytes)
        changed.partitions[0].fragments.removeAll { $0.index == 2 }
        #expect(try await test.read(changed) == bytes, "a layout that lost an entry")
        changed.partitions[0].fragments.removeAll { $0.index == 3 }
        await #expect(throws: StorageError.self) { try await readOrFail(test, changed, bytes) }
    }

    /// A cell of the right checksum for another place is not taken.
    @Test func misplacedCells() async throws {
        let (test, layout, bytes) = try await encoded()
        let shape = try shape(layout)
        let path = test.path(layout.partitions[0].fragments[0])
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let (one, two) = (Int(shape.recordOffset(2)), Int(shape.recordOffset(5)))
        let record = data[one..<(one + shape.record)]
        data.replaceSubrange(one..<(one + shape.record), with: data[two..<(two + shape.record)])
        data.replaceSubrange(two..<(two + shape.record), with: record)
        try data.write(to: URL(fileURLWithPath: path))
        // And fragments under each other's names.
        let (four, five) = (layout.partitions[0].fragments[1], layout.partitions[0].fragments[5])
        try FileManager.default.moveItem(atPath: test.path(four), toPath: test.path(four) + ".x")
        try FileManager.default.moveItem(atPath: test.path(five), toPath: test.path(four))
        try FileManager.default.moveItem(atPath: test.path(four) + ".x", toPath: test.path(five))
        await #expect(throws: StorageError.self) { try await readOrFail(test, layout, bytes) }
        try FileManager.default.moveItem(atPath: test.path(four), toPath: test.path(four) + ".x")
        try FileManager.default.moveItem(atPath: test.path(five), toPath: test.path(four))
        try await readOrFail(test, layout, bytes)
    }

    @Test func anyRange() async throws {
        let (test, layout, bytes) = try await encoded()
        for _ in 0..<100 {
            let start = Int.random(in: 0...Self.size)
            let count = Bool.random() ? Int.random(in: 0...10_000) : Int.random(in: 0...Self.size)
            let expected = Array(bytes[start..<min(start + count, Self.size)])
            #expect(try await test.read(layout, offset: Int64(start), length: Int64(count)) == expected)
        }
        #expect(try await test.read(layout, offset: Int64(Self.size) + 5) == [])
        #expect(try await test.read(layout, offset: -5, length: 3) == Array(bytes.prefix(3)))
    }

    @Test func aRangeReadsOnlyItsCells() async throws {
        let (test, layout, _) = try await encoded()
        let shape = try shape(layout)
        func count(_ offset: Int64, _ length: Int64) async throws -> [Int] {
            for target in test.targets { target.reads.change { $0 = [] } }
            _ = try await test.read(layout, offset: offset, length: length)
            return test.targets.map { $0.reads.value.reduce(0, +) }
        }
        let record = shape.record
        #expect(try await count(9_500, 1) == [0, record, 0, 0, 0, 0])
        #expect(try await count(9_999, 2) == [0, record, record, 0, 0, 0])
        #expect(try await count(8_000, 4_000) == [record, record, record, record, 0, 0])
        #expect(try await count(7_999, 4_002) == [record * 2, record, record, record * 2, 0, 0])
        #expect(try await count(0, 1) == [record + FragmentHeader.length, 0, 0, 0, 0, 0])
        #expect(try await count(0, Int64(Self.size)).suffix(2) == [0, 0])
    }

    /// A read that never ends, of a real file: opening a FIFO waits for a writer.
    @Test func aHangingFragmentIsReplaced() async throws {
        let (test, layout, bytes) = try await encoded()
        let path = test.path(layout.partitions[0].fragments[1])
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        defer { close(open(path, O_RDWR)) }
        let bad = Synced<[BadFragment]>([])
        func read() async throws -> [UInt8] {
            let reader = test.reader(layout, patience: .milliseconds(400)) { one in bad.change { $0.append(one) } }
            return try await reader.reduce(into: []) { $0 += $1 }
        }
        let started = ContinuousClock.now
        #expect(try await read() == bytes)
        #expect(ContinuousClock.now - started < .seconds(100), "sooner than the target's deadline")
        #expect(bad.value.contains { $0.fragment.target == "t1" && $0.reason == .slow })
        #expect(test.health.isAvoided("t1"))
        let opened = test.targets[1].opened.value
        #expect(try await read() == bytes)
        #expect(test.targets[1].opened.value == opened, "avoided")
    }

    @Test func hangingMoreThanCanBeReplaced() async throws {
        let (test, layout, bytes) = try await encoded()
        let gate = Gate()
        defer { gate.open() }
        for number in [0, 2, 4] { test.targets[number].faults.change { $0.read = .hangs(gate) } }
        let started = ContinuousClock.now
        await #expect(throws: StorageError.self) { try await readOrFail(test, layout, bytes) }
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    /// Whoever is slow is waited for when there is nobody else.
    @Test func slowButNeeded() async throws {
        let test = try TestTargets(1, deadline: .seconds(30))
        let bytes = noise(5_000)
        let layout = try await test.encode(bytes, 1, 0)
        let gate = Gate()
        test.targets[0].faults.change { $0.read = .hangs(gate) }
        async let read = test.reader(layout, patience: .milliseconds(10)).reduce(into: []) { $0 += $1 }
        try await Task.sleep(for: .milliseconds(100))
        gate.open()
        #expect(try await read == bytes)
    }

    @Test func aFailingTargetIsReplacedAndAvoided() async throws {
        let (test, layout, bytes) = try await encoded()
        test.targets[3].faults.change { $0.read = .fails(.system(operation: "read", path: "x", code: EIO)) }
        let bad = Synced<[BadFragment]>([])
        var read: [UInt8] = []
        for try await chunk in test.reader(layout, onBadFragment: { one in bad.change { $0.append(one) } }) {
            read += chunk
        }
        #expect(read == bytes)
        #expect(bad.value.map(\.fragment.index) == [3])
        #expect(test.health.isAvoided("t3"))
        test.targets[3].faults.change { $0.read = nil }
        let opened = test.targets[3].opened.value
        #expect(try await test.read(layout) == bytes)
        #expect(test.targets[3].opened.value == opened)
    }

    @Test func aCancelledReadEnds() async throws {
        let (test, layout, _) = try await encoded()
        let gate = Gate()
        defer { gate.open() }
        for target in test.targets { target.faults.change { $0.read = .hangs(gate) } }
        let task = Task { try await test.read(layout) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

struct RepairerTests {
    func data(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func make(
        _ test: TestTargets,
        _ layout: CodedLayout,
        _ orders: [Repairer.Order],
        partition: Int = 0
    ) async throws -> [CodedLayout.Fragment] {
        let targets = test.targets
        return try await Repairer(health: test.health)
            .make(orders, of: partition, in: layout) { id in targets.first { $0.id == id } }
    }

    @Test(arguments: [[0], [5], [0, 3], [4, 5], [1, 4]])
    func lostFragmentsAreMadeAsTheyWere(lost: [Int]) async throws {
        let test = try TestTargets(8)
        let bytes = noise(5_000_001)
        var layout = try await test.encode(bytes, 4, 2)
        let fragments = layout.partitions[0].fragments
        let before = try lost.map { try data(test.path(fragments[$0])) }
        for index in lost { try FileManager.default.removeItem(atPath: test.path(fragments[index])) }
        let orders = lost.enumerated().map { Repairer.Order(index: $1, on: test.targets[6 + $0]) }
        let made = try await make(test, layout, orders)
        #expect(try made.map { try data(test.path($0)) } == before)
        #expect(made.map(\.index) == lost)
        for fragment in made { layout.partitions[0].fragments[fragment.index] = fragment }
        try await test.verify(layout)
        #expect(try await test.read(layout) == bytes)
    }

    /// Copies, and a fragment that moves, are read from one place.
    @Test func aMoveReadsTheFragmentOnly() async throws {
        let test = try TestTargets(7)
        let layout = try await test.encode(noise(1_000_000), 4, 2)
        for target in test.targets { target.reads.change { $0 = [] } }
        let made = try await make(test, layout, [.init(index: 2, on: test.targets[6], isReadable: true)])
        #expect(try data(test.path(made[0])) == data(test.path(layout.partitions[0].fragments[2])))
        #expect(test.targets.prefix(6).map { $0.reads.value.isEmpty } == [true, true, false, true, true, true])
        // When it turns out to be lost, the others do.
        try FileManager.default.removeItem(atPath: test.path(layout.partitions[0].fragments[2]))
        let again = try await make(test, layout, [.init(index: 2, on: test.targets[6], isReadable: true)])
        #expect(try data(test.path(again[0])) == data(test.path(made[0])))
    }

    @Test func copies() async throws {
        let test = try TestTargets(4)
        let bytes = noise(300_000)
        let layout = try await test.encode(bytes, 1, 2)
        for index in [0, 1] {
            try FileManager.default.removeItem(atPath: test.path(layout.partitions[0].fragments[index]))
        }
        var repaired = layout
        for fragment in try await make(
            test,
            layout,
            [.init(index: 0, on: test.targets[0]), .init(index: 1, on: test.targets[3])]
        ) {
            repaired.partitions[0].fragments[fragment.index] = fragment
        }
        try await test.verify(repaired)
    }

    @Test func laterPartition() async throws {
        let test = try TestTargets(4)
        let bytes = noise(100_000)
        var request = try test.request(bytes, 2, 1)
        request.partitionLimit = 30_000
        var layout = try await test.encoder.encode(request) { _ in test.targets }
        try FileManager.default.removeItem(atPath: test.path(layout.partitions[2].fragments[0]))
        layout.partitions[2].fragments[0] =
            try await make(test, layout, [.init(index: 0, on: test.targets[3])], partition: 2)[0]
        try await test.verify(layout)
        #expect(try await test.read(layout) == bytes)
    }

    @Test func tooFewLeft() async throws {
        let test = try TestTargets(7)
        let layout = try await test.encode(noise(1_000_000), 4, 2)
        for index in [0, 1, 2] {
            try FileManager.default.removeItem(atPath: test.path(layout.partitions[0].fragments[index]))
        }
        let before = try test.stored()
        await #expect(throws: StorageError.self) {
            try await make(test, layout, [.init(index: 0, on: test.targets[6])])
        }
        #expect(try test.stored() == before)
    }

    @Test func aTargetThatFailsIsLeftEmpty() async throws {
        let test = try TestTargets(8)
        let layout = try await test.encode(noise(1_000_000), 4, 2)
        let before = try test.stored()
        test.targets[6].faults.change { $0.flipped = 500 }
        test.targets[7].faults.change { $0.write = .fails(.full(operation: "write")) }
        await #expect(throws: StorageError.self) {
            try await make(test, layout, [.init(index: 0, on: test.targets[6])])
        }
        await #expect(throws: StorageError.full(operation: "write")) {
            try await make(test, layout, [.init(index: 0, on: test.targets[7])])
        }
        #expect(try test.stored() == before)
        await #expect(throws: StorageError.self) {
            try await make(test, layout, [.init(index: 6, on: test.targets[6])])
        }
    }
}

import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// A target that neither does what it is asked to nor says that it will not: nobody waits for it who need not.
@Suite("a target that hangs")
struct HangingTargetTests {
    private let gate = Gate()
    private let targets = Synced<[String: FaultyTarget]>([:])

    private func store() async throws -> TestStore {
        try await TestStore(targets: 3, patience: .seconds(1)) { [targets] record in
            guard case .directory(let path) = record.place else { throw StorageError.unknownTarget(record.id) }
            let target = try FaultyTarget(id: record.id, directory: path, deadline: .seconds(30))
            targets.change { $0[record.id] = target }
            return target
        }
    }

    @Test("whoever removes an object does not wait for it") func removal() async throws {
        let test = try await store()
        defer { gate.open() }
        let (object, layout) = try await test.putDurable(noise(300_000))
        let target = try #require(targets.value[layout.partitions[0].fragments[0].target])
        target.faults.change { $0.remove = .hangs(gate) }
        #expect(try await test.store.remove(object.id, tenant: "t-1"))
        #expect(target.ended.value == 0)
        #expect(try await test.store.find(object.id, tenant: "t-1") == nil)
        #expect(try await test.content(object).state == .dying, "collected, should this process die now")
    }

    @Test("whoever asks how an object is does not wait for it") func states() async throws {
        let test = try await store()
        defer { gate.open() }
        let (_, layout) = try await test.putDurable(noise(300_000))
        let fragments = layout.partitions[0].fragments
        let target = try #require(targets.value[fragments[0].target])
        target.faults.change { $0.open = .hangs(gate) }
        let states = try await test.contents.fragmentStates(of: layout)
        #expect(target.ended.value == 0)
        #expect(states == [fragments.map { $0.target == target.id ? .unreachable : .present }])
    }
}

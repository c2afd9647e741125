import Foundation
import HawserCore
import HawserMetadata
import Synchronization
import Testing

@testable import HawserStorage

struct CopyTests {
    final class Progress: Sendable {
        let last = Atomic<Int64>(0)
    }

    @Test func aCopyStandsOnItsOwn() async throws {
        let test = try await TestStore()
        let bytes = noise(1_000_000)
        let object = try await test.put(bytes)
        let id = ObjectStore.newID()
        let progress = Progress()
        let copy = try await test.store.copy(object, into: "t-2", id: id) {
            progress.last.store($0, ordering: .relaxed)
        }
        #expect(copy.id == id && copy.tenant == "t-2" && copy.box == "hawser_t-2")
        #expect(copy.name == object.name && copy.contentType == object.contentType)
        #expect(copy.etag == object.etag && copy.sha256 == object.sha256 && copy.size == object.size)
        #expect(copy.content != object.content, "tenants share nothing")
        #expect(progress.last.load(ordering: .relaxed) == 1_000_000)
        try await test.store.remove(object.id, tenant: "t-1")
        #expect(try await test.read(copy) == bytes)
        #expect(try await test.store.find(id, tenant: "t-1") == nil)
    }

    @Test func runTwiceItCopiesOnce() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(100_000))
        let id = ObjectStore.newID()
        let copies = try await withThrowingTaskGroup(of: StoredObject.self) { group in
            for _ in 0..<10 { group.addTask { try await test.store.copy(object, into: "t-2", id: id) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(copies.count == 1)
        #expect(try test.stored().count == 2)
        #expect(try test.staged() == [])
        try await test.store.remove(object.id, tenant: "t-1")
        #expect(
            try await test.store.copy(object, into: "t-2", id: id) == copies.first,
            "a job that is run again after its source went answers what it made"
        )
    }

    @Test func anIdOfAnotherObjectIsRefused() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(10))
        let other = try await test.put(noise(10), tenant: "t-2")
        let third = try await test.put(noise(10), tenant: "t-3")
        await #expect(throws: StorageError.idTaken(other.id)) {
            try await test.store.copy(object, into: "t-2", id: other.id)
        }
        await #expect(throws: StorageError.idTaken(third.id)) {
            try await test.store.copy(object, into: "t-2", id: third.id)
        }
        #expect(try await test.contentCount() == 3)
    }

    @Test func aDamagedSourceIsNotCopied() async throws {
        let test = try await TestStore()
        var bytes = noise(100_000)
        let object = try await test.put(bytes)
        bytes[50_000] ^= 1
        try Data(bytes).write(to: URL(filePath: try await test.path(of: object)))
        let id = ObjectStore.newID()
        await #expect(throws: StorageError.self) { try await test.store.copy(object, into: "t-2", id: id) }
        #expect(try await test.store.find(id, tenant: "t-2") == nil)
        #expect(try test.stored().count == 1)
        #expect(try test.staged() == [])
    }

    @Test func aCancelledCopyLeavesNothing() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(3_000_000))
        let id = ObjectStore.newID()
        let task = Task {
            try await test.store.copy(object, into: "t-2", id: id) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await test.store.find(id, tenant: "t-2") == nil)
        #expect(try test.stored().count == 1)
        #expect(try test.staged() == [])
    }
}

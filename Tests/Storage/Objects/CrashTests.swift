import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// What is left at each point where a process may die, and that it is cleared up.
struct CrashTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test func bytesThatNoObjectNamesAreSwept() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(100))
        let copy = try await test.store.copy(object, into: "t-2", id: ObjectStore.newID())
        // Died after the rename, before the metadata: once for a new object, once for a second try of a known one.
        let unique = Crypto.randomBytes(8).hex
        for id in [ObjectStore.newID(), object.id] {
            let staged = try await test.stage(noise(100))
            try await staged.finish()
            try await test.target.store(staged, as: "\(unique.prefix(3))/\(id).\(unique)")
        }
        #expect(try await test.store.sweepOrphans(storedBefore: Timestamp.now.adding(seconds: -3600)) == 0, "too young")
        #expect(try await test.store.sweepOrphans(storedBefore: soon) == 2)
        #expect(try await test.store.sweepOrphans(storedBefore: soon) == 0)
        #expect(try test.stored().count == 2)
        #expect(try await test.read(object) == test.read(copy))
    }

    /// The metadata comes last: while it cannot be written, bytes may be there, but no object.
    @Test func metadataIsNeverThereWithoutBytes() async throws {
        let dead = try MongoDatabase(url: Secret("mongodb://127.0.0.1:\(try FreePort.find())/x"))
        let test = try await TestStore(database: dead)
        await #expect(throws: MetadataUnavailable.self) { try await test.put(noise(100)) }
        // Whether the write was done is not known, so the bytes stay until somebody can ask.
        #expect(try test.stored().count == 1)
        #expect(try test.staged() == [])
        await #expect(throws: MetadataUnavailable.self) { try await test.store.sweepOrphans(storedBefore: soon) }
        #expect(try test.stored().count == 1)
        let objects = StoredObjectCollection(try await TestStore.database())
        let alive = ObjectStore(objects: objects, targets: [test.target], staging: test.staging)
        #expect(try await alive.sweepOrphans(storedBefore: soon) == 1)
        #expect(try test.stored() == [])
    }

    /// A target that looks whether metadata is there at the moment it is asked to store or remove.
    struct Watching: Target {
        let id = "d1"
        let inner: DirectoryTarget
        let objects: StoredObjectCollection
        let failsToStore: Bool

        func seen(_ name: String) async throws -> Bool {
            let id = name.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
            return try await objects.find(id: id, tenant: "t-1") != nil
        }

        func store(_ staged: StagedFile, as name: String) async throws {
            #expect(try await !seen(name), "metadata before bytes")
            if failsToStore { throw StorageError.full(operation: "rename") }
            try await inner.store(staged, as: name)
            #expect(try await !seen(name), "metadata before bytes")
        }

        func begin(_ name: String, size: Int64) async throws -> any TargetSink {
            try await inner.begin(name, size: size)
        }

        func remove(_ name: String) async throws {
            #expect(try await !seen(name), "bytes gone before metadata")
            try await inner.remove(name)
        }

        func open(_ name: String) async throws -> any TargetFile { try await inner.open(name) }
        func freeSpace() async throws -> Int64 { try await inner.freeSpace() }
        func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String] { [] }
    }

    @Test func effectsComeInOrder() async throws {
        let test = try await TestStore()
        let target = Watching(inner: test.target, objects: test.objects, failsToStore: false)
        let store = ObjectStore(objects: test.objects, targets: [target], staging: test.staging)
        let staged = try await test.stage(noise(10))
        let object = try await store.put(staged, tenant: "t-1", name: "a", contentType: "b")
        #expect(try await store.remove(object.id, tenant: "t-1"))
        #expect(try test.stored() == [])
    }

    @Test func aTargetThatFailsLeavesNothing() async throws {
        let test = try await TestStore()
        let target = Watching(inner: test.target, objects: test.objects, failsToStore: true)
        let store = ObjectStore(objects: test.objects, targets: [target], staging: test.staging)
        let staged = try await test.stage(noise(10))
        let id = ObjectStore.newID()
        await #expect(throws: StorageError.full(operation: "rename")) {
            try await store.put(staged, tenant: "t-1", name: "a", contentType: "b", id: id)
        }
        #expect(try await store.find(id, tenant: "t-1") == nil)
        #expect(try test.staged() == [])
        #expect(try test.stored() == [])
    }
}

import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// What is left at each point where a process may die while objects are stored and removed, and that it is cleared up.
struct CrashTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test func filesThatNothingNamesAreCollected() async throws {
        let test = try await TestStore(targets: 3)
        let object = try await test.put(noise(10_000))
        let (durable, _) = try await test.putDurable(noise(20_000))
        let before = try test.stored().count
        // Died after the rename, before the metadata: once for a new content, once beside a known one.
        for id in [UUIDv7.make(), object.content] {
            let staged = try await test.stage(noise(10_000))
            try await staged.finish()
            try await test.area.store(staged, as: ContentLayout.stagedPath(content: id, unique: noise(6).hex))
        }
        // Died while fragments were written: of an unknown content, of a known one, and a half-written one.
        let target = try await test.targets.target("t01")
        for (id, suffix) in [(UUIDv7.make(), ""), (durable.content, ""), (durable.content, ".half")] {
            let name = FragmentName.new(id, 0, 1) + suffix
            let sink = try await target.begin(name, size: 3)
            try await sink.write(MemorySlice([1, 2, 3]))
            try await sink.finish()
        }
        // What the store did not write is nobody's business.
        try FileManager.default.createDirectory(atPath: test.files.file("t01/abc"), withIntermediateDirectories: true)
        try Data([1]).write(to: URL(filePath: test.files.file("t01/abc/other.txt")))
        let collection = test.collection
        let young = try await collection.run(storedBefore: Timestamp.now.adding(seconds: -3600))
        #expect(young.files == 0, "too young")
        #expect(try await collection.run(storedBefore: soon).files == 5)
        #expect(try await collection.run(storedBefore: soon).files == 0)
        #expect(try test.stored().count == before + 1)
        #expect(try await test.read(object).count == 10_000)
        #expect(try await test.read(durable).count == 20_000)
    }

    /// The metadata comes last: while it cannot be written, bytes may be there, but no object.
    @Test func metadataIsNeverThereWithoutBytes() async throws {
        let dead = try MongoDatabase(url: Secret("mongodb://127.0.0.1:\(try ClosedPort.number())/x"))
        let test = try await TestStore(database: dead)
        let staged = try await test.stage(noise(10_000))
        await #expect(throws: MetadataUnavailable.self) {
            try await test.store.put(staged, tenant: "t-1", name: "a", contentType: "b")
        }
        #expect(try test.staged() == [])
    }

    /// Died between the end of the last object and that of its bytes.
    @Test func aDyingContentIsCollected() async throws {
        let test = try await TestStore(targets: 3)
        let (object, _) = try await test.putDurable(noise(30_000))
        let staged = try await test.put(noise(40_000))
        for object in [object, staged] {
            let removed = try await test.objects.remove(id: object.id, tenant: "t-1")
            #expect(removed?.content?.state == .dying)
        }
        #expect(try test.stored().count == 4)
        let outcome = try await test.collection.run(storedBefore: soon)
        #expect(outcome.contents == 2)
        #expect(try test.stored() == [])
        #expect(try await test.contentCount() == 0)
    }

    /// Died between the metadata and the queue, or the queue lost it, or the job failed for good.
    @Test func whatHasNoJobGetsOne() async throws {
        let test = try await TestStore(targets: 3)
        let (staged, waiting) = (try await test.put(noise(10_000)), try await test.put(noise(10_001)))
        let job = try #require(try await test.content(staged).job)
        test.errands.over.change { $0.insert(job) }
        #expect(try await test.collection.run(storedBefore: soon).jobs == 1)
        let renewed = try #require(try await test.content(staged).job)
        #expect(renewed != job)
        #expect(test.errands.submitted.value[renewed]?.id == staged.content)
        #expect(try await test.collection.run(storedBefore: soon).jobs == 0)
        #expect(try await test.content(waiting).job != nil)
    }
}

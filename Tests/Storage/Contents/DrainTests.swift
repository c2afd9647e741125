import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Moving everything off a target while the store is in use.
@Suite(.timeLimit(.minutes(4)))
struct DrainTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    func drain(_ target: String, of test: TestStore) async throws -> Int {
        let draining = TargetDraining(test.contents)
        #expect(try await test.targets.beginDraining(target))
        var moved = 0
        while true {
            let round = try await draining.round(target, until: .now + .seconds(1))
            moved += round.moved
            if round.left == 0 { return moved }
            // Somebody else may have changed the same content.
            try #require(round.trouble == nil || round.trouble?.contains("meanwhile") == true, "\(round)")
        }
    }

    @Test func aTargetIsDrainedUnderLoad() async throws {
        let test = try await TestStore(targets: 8, partitionLimit: 1 << 20)
        let sizes = [8193, 50_000, 400_000, 1_100_000, 2_500_000]
        let kept = Synced<[(StoredObject, [UInt8])]>([])
        for size in sizes {
            let bytes = noise(size)
            let object = try await test.putDurable(bytes).0
            kept.change { $0.append((object, bytes)) }
        }
        let isOver = Synced(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    while !isOver.value {
                        let bytes = noise(sizes.randomElement() ?? 8193)
                        let object = try await test.put(bytes)
                        #expect(try await test.contents.encode(object.content)?.state == .durable)
                        #expect(try await test.read(object) == bytes)
                        if Bool.random() {
                            try await test.store.remove(object.id, tenant: "t-1")
                        } else {
                            kept.change { $0.append((object, bytes)) }
                        }
                        let (other, expected) = kept.value.randomElement() ?? (object, bytes)
                        #expect(try await test.read(other) == expected)
                    }
                }
            }
            let moved = try await drain("t03", of: test)
            #expect(moved > 0)
            // What was placed just before the target was closed is moved, too.
            try await Task.sleep(for: .seconds(6))
            _ = try await drain("t03", of: test)
            isOver.change { $0 = true }
            try await group.waitForAll()
        }
        #expect(try await StoredContentCollection(test.database).list(on: "t03", limit: 1).isEmpty)
        #expect(try await test.targets.forget("t03", unlessNamedIn: StoredContentCollection(test.database)))
        for (object, bytes) in kept.value { #expect(try await test.read(object) == bytes) }
        _ = try await test.collection.run(storedBefore: soon)
        #expect(try test.stored().allSatisfy { !$0.hasPrefix("t03/") })
        for (object, bytes) in kept.value { #expect(try await test.read(object) == bytes) }
    }

    @Test func aReaderGoesOnWhereTheBytesAreNow() async throws {
        let test = try await TestStore(targets: 11, partitionLimit: 2_000_000)
        let bytes = noise(6_000_000)
        let (object, layout) = try await test.putDurable(bytes)
        var reader = try await test.store.open(object).makeAsyncIterator()
        var got = try #require(try await reader.next())
        // More fragments of what comes go elsewhere than may be lost.
        for fragment in layout.partitions[2].fragments.prefix(3) { _ = try await drain(fragment.target, of: test) }
        while let chunk = try await reader.next() { got += chunk }
        #expect(got == bytes)
    }

    @Test func aTargetThatIsInUseStays() async throws {
        let test = try await TestStore(targets: 6)
        let (_, layout) = try await test.putDurable(noise(3_000_000))
        let contents = StoredContentCollection(test.database)
        let target = try #require(layout.targets.first)
        #expect(try await !test.targets.forget(target, unlessNamedIn: contents))
        #expect(try await test.targets.beginDraining(target))
        #expect(try await !test.targets.forget(target, unlessNamedIn: contents))
        // There is no seventh target to move it to.
        let round = try await TargetDraining(test.contents).round(target, until: .now + .seconds(5))
        #expect(round.moved == 0 && round.left == 1)
        #expect(round.trouble?.contains("1 targets are needed") == true, "\(round)")
    }

    @Test func aRemovedTargetDoesNotComeBack() async throws {
        let test = try await TestStore(targets: 0)
        let targets = TargetSet(TargetCollection(test.database)) { record in
            try await TargetFactory(data: test.files.path, masterKey: nil).make(record)
        }
        try await targets.addMissing(3)
        #expect(try await targets.all().map(\.record.id) == ["00", "01", "02"])
        _ = try await targets.beginDraining("01")
        #expect(try await targets.forget("01", unlessNamedIn: StoredContentCollection(test.database)))
        try await targets.addMissing(4)
        #expect(try await targets.all().map(\.record.id) == ["00", "02", "03"])
        try await targets.add(TargetRecord(id: "01", place: .directory(path: test.files.file("again"))))
        #expect(try await targets.all().map(\.record.id) == ["00", "01", "02", "03"])
        let again = await #expect(throws: MetadataError.self) {
            try await targets.add(TargetRecord(id: "01", place: .directory(path: test.files.file("again"))))
        }
        #expect(again?.isDuplicate == true)
        await #expect(throws: StorageError.self) {
            try await targets.add(TargetRecord(id: "04", place: .directory(path: "/proc/none")))
        }
        let space = try #require(try await targets.all().first).space
        #expect(space.trouble == nil && (space.free ?? 0) > 0)
    }
}

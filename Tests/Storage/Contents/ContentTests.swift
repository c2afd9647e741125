import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Contents from the staging area to the targets, shared by objects and removed with the last.
@Suite(.timeLimit(.minutes(4)))
struct ContentTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test(arguments: [
        (8193, 1, 1, 0), (20_000, 2, 1, 1), (1 << 20, 6, 1, 2), ((1 << 20) + 1, 3, 2, 1), (3_000_000, 6, 4, 2),
        (3_000_000, 2, 1, 1), (5_000_000, 12, 8, 4),
    ])
    func aStagedContentBecomesDurable(_ size: Int, _ targets: Int, _ k: Int, _ m: Int) async throws {
        let test = try await TestStore(targets: targets)
        let bytes = noise(size)
        let object = try await test.put(bytes)
        let staged = try await test.content(object)
        #expect(staged.state == .staged && staged.job != nil)
        #expect(test.errands.submitted.value[staged.job ?? ""]?.id == staged.id, "its job was submitted")
        let reader = try await test.store.open(object)
        let made = try #require(try await test.contents.encode(object.content))
        guard case .coded(let layout) = made.layout else {
            Issue.record("not coded")
            return
        }
        #expect(made.state == .durable && made.job == nil && made.partial == nil)
        #expect(layout.k == k && layout.m == m && layout.targets.count == k + m)
        #expect(try test.stored().count == k + m, "the staged copy is gone")
        #expect(try await test.read(object) == bytes)
        #expect(try await reader.reduce(into: []) { $0 += $1 } == bytes, "who reads the staged copy can read on")
        #expect(try await test.read(object, offset: 7000, length: 500) == Array(bytes[7000..<7500]))
        #expect(try await test.contents.encode(object.content)?.state == .durable, "once more is nothing")
        #expect(try await test.contents.fragmentStates(of: layout).flatMap { $0 }.allSatisfy { $0 == .present })
    }

    @Test func equalContentsOfATenantAreShared() async throws {
        let test = try await TestStore(targets: 3)
        let bytes = noise(50_000)
        let (first, _) = try await test.putDurable(bytes)
        let second = try await test.put(bytes)
        let other = try await test.put(bytes, tenant: "t-2")
        #expect(second.content == first.content && other.content != first.content)
        #expect(try await test.content(first).references == 2)
        #expect(try test.staged() == [])
        try await test.store.remove(first.id, tenant: "t-1")
        #expect(try await test.read(second) == bytes)
        try await test.store.remove(second.id, tenant: "t-1")
        #expect(try await test.contents.find(first.content) == nil)
        #expect(try await test.read(other) == bytes)
        try await test.store.remove(other.id, tenant: "t-2")
        #expect(try test.stored() == [])
        #expect(try await test.contentCount() == 0)
    }

    /// Objects of one content come and go at the same time: it is there as long as one of them, and not longer.
    @Test(.timeLimit(.minutes(2))) func sharingAndRemovingMeet() async throws {
        let test = try await TestStore(targets: 3)
        let bytes = noise(30_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10 {
                        let object = try await test.put(bytes)
                        #expect(try await test.read(object) == bytes)
                        #expect(try await test.store.remove(object.id, tenant: "t-1"))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await test.contentCount() == 0)
        #expect(try test.stored() == [])
    }

    /// Partitions that an earlier run finished are not written again, and the rest is the same file.
    @Test func anEncodingGoesOnWhereItWasCutOff() async throws {
        let test = try await TestStore(targets: 7, partitionLimit: 2 << 20)
        let bytes = noise(9_000_000)
        let object = try await test.put(bytes)
        var runs = 0
        var kept: [CodedLayout.Partition] = []
        while let content = try await test.contents.encode(object.content, until: .now), content.state == .staged {
            runs += 1
            let partial = try #require(content.partial)
            #expect(partial.partitions.count == runs)
            #expect(Array(partial.partitions.prefix(kept.count)) == kept)
            kept = partial.partitions
            #expect(try await test.read(object) == bytes)
        }
        #expect(runs == 4)
        guard case .coded(let layout) = try await test.content(object).layout else { return }
        #expect(Array(layout.partitions.prefix(4)) == kept && layout.partitions.count == 5)
        #expect(try test.stored().count == 30)
        #expect(try await test.read(object) == bytes)
    }

    /// A run whose worker is taken for dead goes on beside its successor: one of them wins, and nothing is lost or left.
    @Test func twoEncodingsOfOneContentMeet() async throws {
        let test = try await TestStore(targets: 6, partitionLimit: 1 << 20)
        let bytes = noise(5_000_000)
        let object = try await test.put(bytes)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while true {
                        do {
                            let made = try await test.contents.encode(object.content)
                            #expect(made?.state == .durable)
                            return
                        } catch StorageError.superseded {
                            // The job is tried again.
                        } catch StorageError.system(_, _, ENOENT) {
                            // The staged copy is gone: another one was faster.
                        } catch {
                            Issue.record("\(error)")
                            return
                        }
                    }
                }
            }
        }
        #expect(try await test.read(object) == bytes)
        let left = try test.stored().count
        let collected = try await test.collection.run(storedBefore: soon)
        #expect(left - collected.files == 30, "\(left) files, \(collected.files) of them collected")
        #expect(try await test.read(object) == bytes)
    }

    /// Files that are not named yet are as good as unnamed to who collects; then they must not be named any more.
    @Test func whatWasCollectedIsNotNamed() async throws {
        let test = try await TestStore(targets: 6)
        let object = try await test.put(noise(3_000_000))
        let content = try await test.content(object)
        guard case .staged(let path) = content.layout else { return }
        let targets = try await test.targets.reachable().values.sorted { $0.id < $1.id }
        let layout = try await ContentEncoder().encode(
            .init(
                content: content.id,
                path: test.area.path(of: path),
                size: content.size,
                sha256: content.sha256,
                k: 4,
                m: 2
            ),
            targets: { _ in targets }
        )
        #expect(try await test.collection.run(storedBefore: soon).files == 6)
        let collection = StoredContentCollection(test.database)
        #expect(try await collection.change(content, layout: layout, state: .durable) == nil)
        #expect(try await test.content(object).state == .staged)
        #expect(try await test.contents.encode(content.id)?.state == .durable)
        #expect(try await test.read(object).count == 3_000_000)
    }

    @Test func aDamagedStagedCopyIsNotMadeDurable() async throws {
        let test = try await TestStore(targets: 3)
        let object = try await test.put(noise(100_000))
        try flip(try await test.path(of: object), 50_000)
        await #expect(throws: StorageError.self) { try await test.contents.encode(object.content) }
        #expect(try await test.content(object).state == .staged)
        #expect(try test.stored().count == 1)
    }

    /// A content that is removed while it is encoded leaves nothing.
    @Test func anEncodingOfARemovedContentLeavesNothing() async throws {
        let test = try await TestStore(targets: 6, partitionLimit: 1 << 20)
        let object = try await test.put(noise(4_000_000))
        await #expect(throws: StorageError.self) {
            try await test.contents.encode(object.content) { done, _ in
                guard done > 2 << 20 else { return }
                _ = try? await test.store.remove(object.id, tenant: "t-1")
            }
        }
        #expect(try await test.contentCount() == 0)
        _ = try await test.collection.run(storedBefore: soon)
        #expect(try test.stored() == [])
    }

    @Test func targetsThatAreNotThereAreDoneWithout() async throws {
        let test = try await TestStore(targets: 7)
        // A file where the directory is: every write fails.
        try Data().write(to: URL(filePath: test.files.file("t03")))
        let bytes = noise(2_000_000)
        let (object, layout) = try await test.putDurable(bytes)
        #expect(layout.k == 4 && layout.m == 2 && !layout.targets.contains("t03"))
        #expect(try await test.read(object) == bytes)
        #expect(try await test.targets.candidates().count == 7)
    }
}

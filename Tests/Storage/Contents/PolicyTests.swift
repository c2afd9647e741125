import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Contents whose layout was chosen.
@Suite(.timeLimit(.minutes(2)))
struct PolicyTests {
    @Test(arguments: [
        (LayoutPolicy.automatic, 20_000, 1, 2), (.automatic, 3_000_000, 4, 2), (.replicas, 3_000_000, 1, 2),
        (.erasure, 20_000, 4, 2), (.code(k: 3, m: 2), 20_000, 3, 2), (.code(k: 1, m: 4), 3_000_000, 1, 4),
        (.code(k: 5, m: 1), 3_000_000, 5, 1),
    ])
    func itIsHonoured(_ policy: LayoutPolicy, _ size: Int, _ k: Int, _ m: Int) async throws {
        let test = try await TestStore(targets: 6)
        let bytes = noise(size)
        for encryption in StoragePolicy.Encryption.allCases {
            let object = try await test.put(bytes, policy: StoragePolicy(encryption: encryption, layout: policy))
            #expect(try await test.content(object).policy == policy)
            guard case .coded(let layout)? = try await test.contents.encode(object.content)?.layout else {
                Issue.record("not coded")
                return
            }
            #expect(layout.k == k && layout.m == m)
            #expect(try await test.read(object) == bytes)
        }
    }

    /// Too few targets for what was asked for: it waits, staged, and nothing weaker is made of it.
    @Test func itIsNotWeakened() async throws {
        let test = try await TestStore(targets: 5)
        let bytes = noise(100_000)
        let object = try await test.put(bytes, policy: StoragePolicy(layout: .code(k: 4, m: 2)))
        let few = StorageError.tooFewTargets(needed: 6, available: 5, reason: "")
        await #expect(throws: few) { try await test.contents.encode(object.content, acceptsFewer: true) }
        #expect(try await test.content(object).state == .staged)
        #expect(try await test.read(object) == bytes)
        try await test.targets.add(TargetRecord(id: "more", place: .directory(path: test.files.file("more"))))
        #expect(try await test.contents.encode(object.content)?.state == .durable)
        #expect(try await test.targets.activeCount() == 6)
        _ = try await test.targets.beginDraining("more")
        #expect(try await test.targets.activeCount() == 5)
    }

    @Test func contentsOfOtherPoliciesAreNotShared() async throws {
        let test = try await TestStore(targets: 6)
        let bytes = noise(50_000)
        let policies: [LayoutPolicy] = [.automatic, .replicas, .code(k: 2, m: 2)]
        var contents: Set<String> = []
        for policy in policies {
            for _ in 0..<2 {
                contents.insert(try await test.put(bytes, policy: StoragePolicy(layout: policy)).content)
            }
        }
        #expect(contents.count == 3, "shared with those of the same policy alone")
    }

    @Test func aCopyIsKeptAsItsSource() async throws {
        let test = try await TestStore(targets: 6)
        let policy = StoragePolicy(encryption: .aes256GCM, layout: .code(k: 2, m: 2))
        let object = try await test.put(noise(50_000), policy: policy)
        let copy = try await test.store.copy(object, into: "t-2", id: ObjectStore.newID())
        #expect(try await test.content(copy).storagePolicy == policy)
        let plain = try await test.store.copy(try await test.put(noise(50)), into: "t-2", id: ObjectStore.newID())
        #expect(try await test.content(plain).storagePolicy == .standard)
    }
}

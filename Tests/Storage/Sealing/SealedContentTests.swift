import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Contents that are encrypted: nothing of them is kept as it is, every byte comes back, and nobody else can read them.
@Suite(.timeLimit(.minutes(4)))
struct SealedContentTests {
    static let sealed = StoragePolicy(encryption: .aes256GCM)
    /// Around the lengths of segments, inline contents and copies.
    static let sizes = [
        0, 1, 8192, 8193, 65_535, 65_536, 65_537, 131_072, 300_001, (1 << 20) - 100, (1 << 20) + 1, 3_000_000,
    ]

    /// Reads an object whole and in random parts.
    private func check(_ object: StoredObject, _ bytes: [UInt8], _ test: TestStore) async throws {
        #expect(try await test.read(object) == bytes)
        for _ in 0..<12 where !bytes.isEmpty {
            let start = Int.random(in: 0..<bytes.count)
            let end = min(bytes.count, start + Int.random(in: 1...200_000))
            let part = try await test.read(object, offset: Int64(start), length: Int64(end - start))
            #expect(part == Array(bytes[start..<end]), "\(start)..<\(end) of \(bytes.count)")
        }
        #expect(try await test.read(object, offset: Int64(bytes.count)) == [])
        #expect(try await test.read(object, offset: 0, length: 0) == [])
    }

    @Test(arguments: sizes)
    func everyByteComesBack(_ size: Int) async throws {
        let test = try await TestStore(targets: 6, partitionLimit: 1 << 20)
        let bytes = noise(size)
        let staged = try await test.staging.begin(alsoSHA1: true, policy: Self.sealed)
        for start in stride(from: 0, to: size, by: 70_001) {
            try await staged.write(Array(bytes[start..<min(size, start + 70_001)]))
        }
        let object = try await test.store.put(staged, tenant: "t-1", name: "a", contentType: "b")
        // What a client sees is of its bytes; what the store keeps is of those it keeps.
        #expect(object.size == Int64(size) && object.etag == Digest.md5(bytes).hex)
        #expect(object.sha256 == Digest.sha256(bytes).hex && object.sha1 == Digest.sha1(bytes).hex)
        let content = try await test.content(object)
        #expect(content.size == SegmentShape.standard.sealedSize(Int64(size)))
        #expect(content.sha256 != object.sha256 && content.md5 == nil && content.sha1 == nil)
        #expect(content.storagePolicy == Self.sealed)
        try await check(object, bytes, test)
        guard content.state == .staged else {
            #expect(size <= 8192)
            return
        }
        #expect(try await Digest.sha256(Data(contentsOf: URL(filePath: test.path(of: object)))).hex == content.sha256)
        let reader = try await test.store.open(object)
        #expect(try reader.takeFile() == nil && reader.bytes == nil, "the file is not to be sent as it is")
        #expect(try await test.contents.encode(content.id)?.state == .durable)
        #expect(try await reader.reduce(into: []) { $0 += $1 } == bytes, "who reads the staged copy can read on")
        try await check(object, bytes, test)
    }

    @Test func nothingPlainIsKeptAnywhere() async throws {
        let test = try await TestStore(targets: 6)
        let marker = "the marker \(UUIDv7.make()) of this test"
        func text(_ size: Int) -> [UInt8] { Array(String(repeating: marker, count: size / marker.utf8.count + 1).utf8) }
        func finds() async throws -> [String] { try await Search(test.files.path, test.database).places(of: marker) }
        for size in [100, 20_000, 2_000_000] {
            let staged = try await test.staging.begin(policy: Self.sealed)
            try await staged.write(text(size))
            try await staged.write(text(size))
            #expect(try await finds() == [], "while it comes in")
            let object = try await test.store.put(staged, tenant: "t-1", name: "a", contentType: "b")
            #expect(try await finds() == [], "staged")
            _ = try await test.contents.encode(object.content)
            #expect(try await finds() == [], "durable")
            let copy = try await test.store.copy(object, into: "t-2", id: ObjectStore.newID())
            #expect(try await finds() == [], "copied")
            #expect(try await test.read(copy) == text(size) + text(size))
            #expect(try await test.content(copy).encryption != test.content(object).encryption, "another key")
        }
        // The search finds what is there to be found.
        for size in [100, 20_000, 2_000_000] {
            let known = try await finds().count
            let object = try await test.put(text(size))
            #expect(try await finds().count > known, "\(size) bytes")
            _ = try await test.contents.encode(object.content)
            #expect(try await finds().count > known)
        }
    }

    @Test func whatIsEncryptedIsNeverShared() async throws {
        let test = try await TestStore(targets: 3)
        let bytes = noise(50_000)
        let first = try await test.put(bytes, policy: Self.sealed)
        let second = try await test.put(bytes, policy: Self.sealed)
        let plain = try await test.put(bytes)
        #expect(Set([first.content, second.content, plain.content]).count == 3)
        let third = try await test.put(bytes, policy: Self.sealed)
        #expect(third.content != plain.content)
        // Not with who has got hold of the encrypted bytes either: they would be another file to him.
        let stolen = try [UInt8](Data(contentsOf: URL(filePath: await test.path(of: first))))
        let thief = try await test.put(stolen)
        #expect(thief.content != first.content)
        #expect(try await test.read(thief) == stolen)
        for object in [first, second, third, plain, thief] { try await test.store.remove(object.id, tenant: "t-1") }
        #expect(try test.stored() == [])
    }

    @Test func withoutItsMasterKeyNothingIsRead() async throws {
        let test = try await TestStore(targets: 6)
        for size in [0, 500, 20_000, 2_000_000] {
            let object = try await test.put(noise(size), policy: Self.sealed)
            _ = try await test.contents.encode(object.content)
            let other = try test.opened(masterKey: Crypto.randomBytes(32))
            await #expect { try await other.open(object) } throws: { error in
                guard case StorageError.wrongKey(content: object.content, _) = error else { return false }
                return true
            }
            let none = try test.opened(masterKey: nil)
            await #expect(throws: StorageError.noMasterKey) { try await none.open(object) }
            let same = try test.opened(masterKey: test.masterKey)
            #expect(try await same.open(object).reduce(into: 0) { $0 += $1.count } == size)
        }
        let none = try test.opened(masterKey: nil)
        await #expect(throws: StorageError.noMasterKey) { try await none.stage(policy: Self.sealed) }
        #expect(try test.staged() == [])
        _ = try await none.stage().discard()
    }

    /// Any m targets of a code are lost, then moved away from: repairs and drains work on what is encrypted.
    @Test func lostFragmentsAreMadeAnew() async throws {
        let test = try await TestStore(targets: 8, partitionLimit: 1 << 20)
        let bytes = noise(3_000_000)
        let object = try await test.put(bytes, policy: Self.sealed)
        guard case .coded(let layout)? = try await test.contents.encode(object.content)?.layout else { return }
        for target in layout.targets.shuffled().prefix(2) {
            try FileManager.default.removeItem(atPath: test.files.file(target))
        }
        try await check(object, bytes, test)
        let repair = try await test.contents.repair(object.content)
        #expect(repair.state == .durable && repair.repaired > 0)
        #expect(try await test.contents.repair(object.content).repaired == 0)
        let busy = try #require(layout.targets.first)
        #expect(try await test.targets.beginDraining(busy))
        while try await TargetDraining(test.contents).round(busy, until: .now + .seconds(5)).left > 0 {}
        guard case .coded(let now) = try await test.content(object).layout else { return }
        #expect(!now.targets.contains(busy))
        try await check(object, bytes, test)
        try await test.store.remove(object.id, tenant: "t-1")
        #expect(try test.stored() == [])
    }
}

import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Encrypted contents that somebody changed who can write to targets and to the metadata, but has no key: an error, and
/// never a wrong byte.
@Suite(.timeLimit(.minutes(4)))
struct ForgeryTests {
    /// Four segments, the last a short one.
    private static let size = 3 * 65_536 + 1000
    private static let segment = 65_536 + 16

    private struct Forged {
        let test: TestStore
        let object: StoredObject
        let bytes: [UInt8]

        /// An encrypted content on targets.
        init(_ size: Int = ForgeryTests.size) async throws {
            test = try await TestStore(targets: 6)
            bytes = noise(size)
            object = try await test.put(bytes, policy: StoragePolicy(encryption: .aes256GCM, layout: .erasure))
            _ = try await test.contents.encode(object.content)
        }

        /// Puts other sealed bytes in place of those there are, as the store itself does: checksums, headers, digest and
        /// lengths are right.
        func rewrite(_ change: (inout [UInt8]) -> Void) async throws {
            let content = try await test.content(object)
            guard case .coded(let layout) = content.layout else { return }
            let targets = try await test.targets.reachable()
            var sealed = try await CodedReader(layout, targets: { targets[$0] }).reduce(into: []) { $0 += $1 }
            change(&sealed)
            let path = test.files.file("forged-\(Crypto.randomBytes(4).hex)")
            try Data(sealed).write(to: URL(filePath: path))
            let forged = try await ContentEncoder().encode(
                .init(
                    content: content.id,
                    path: path,
                    size: Int64(sealed.count),
                    sha256: Digest.sha256(sealed).hex,
                    k: 4,
                    m: 2
                ),
                targets: { _ in targets.values.sorted { $0.id < $1.id } }
            )
            let known = StoredContentCollection(test.database)
            _ = try await known.change(content, layout: forged, state: .durable)
            try await test.database.collection("contents").updateOne(
                ["_id": .string(content.id)],
                ["$set": ["size": .int(Int64(sealed.count)), "sha256": .string(Digest.sha256(sealed).hex)]]
            )
            #expect(try await test.contents.repair(content.id).repaired == 0, "to the store it is whole")
        }

        /// Reads it; what came before the error is right.
        func failure(_ offset: Int64 = 0, _ length: Int64? = nil) async throws -> StorageError? {
            var got: [UInt8] = []
            do {
                let reader = try await test.store.open(object, offset: offset, length: length)
                for try await chunk in reader { got += chunk }
            } catch let error as StorageError {
                let isRight = got == Array(bytes[Int(offset)...].prefix(got.count))
                #expect(isRight, "no wrong byte")
                return error
            }
            let isRight = got == Array(bytes[Int(offset)...].prefix(Int(length ?? object.size)))
            #expect(isRight, "\(got.count) bytes")
            return nil
        }
    }

    private func isDamage(_ error: StorageError?, _ object: StoredObject) -> Bool {
        guard case .damaged(object.content, _) = error else { return false }
        return true
    }

    @Test(arguments: 0..<4)
    func aFlippedBit(in number: Int) async throws {
        let forged = try await Forged()
        #expect(try await forged.failure() == nil)
        let length = number < 3 ? Self.segment : 1016
        let place = number * Self.segment + Int.random(in: 0..<length)
        try await forged.rewrite { $0[place] ^= 1 << UInt8.random(in: 0..<8) }
        #expect(isDamage(try await forged.failure(), forged.object))
        // Who needs the segment gets none of it, who does not gets his bytes.
        for other in 0..<4 {
            let start = Int64(other) * 65_536
            let failure = try await forged.failure(start + 10, 900)
            #expect(isDamage(failure, forged.object) == (other == number), "\(other): \(failure.map { "\($0)" } ?? "")")
        }
    }

    @Test func aFlippedBitOfAStagedCopyOrAnInlineOne() async throws {
        let test = try await TestStore(targets: 6)
        let staged = try await test.put(noise(Self.size), policy: SealedContentTests.sealed)
        try flip(try await test.path(of: staged), Int64(Self.segment + 5))
        await #expect(throws: StorageError.self) { try await test.read(staged) }
        #expect(try await test.read(staged, offset: 0, length: 65_536).count == 65_536)
        for size in [0, 1, 5000] {
            let inline = try await test.put(noise(size), policy: SealedContentTests.sealed)
            guard case .inline(var bytes) = try await test.content(inline).layout else { continue }
            bytes[Int.random(in: 0..<bytes.count)] ^= 4
            try await test.database.collection("contents").updateOne(
                ["_id": .string(inline.content)],
                ["$set": ["layout": ["type": "inline", "bytes": .binary(bytes)]]]
            )
            await #expect(throws: StorageError.self) { try await test.store.open(inline) }
        }
    }

    @Test(arguments: [2 * (65_536 + 16), 65_536 + 16, 3 * (65_536 + 16) + 500, 16])
    func aShorterContent(_ left: Int) async throws {
        let forged = try await Forged()
        try await forged.rewrite { $0.removeLast($0.count - left) }
        #expect(try await forged.failure() != nil)
    }

    @Test func segmentsInAnotherOrder() async throws {
        let forged = try await Forged()
        try await forged.rewrite { sealed in
            let (first, second) = (sealed[..<Self.segment], sealed[Self.segment..<(2 * Self.segment)])
            sealed = Array(second + first + sealed[(2 * Self.segment)...])
        }
        #expect(isDamage(try await forged.failure(), forged.object))
        #expect(isDamage(try await forged.failure(70_000, 10), forged.object))
        #expect(try await forged.failure(2 * 65_536) == nil)
    }

    /// The bytes of another content, and the bytes with their key.
    @Test(arguments: [300, 100_000])
    func aContentInPlaceOfAnother(_ size: Int) async throws {
        let test = try await TestStore(targets: 6)
        let mine = try await test.put(noise(size), policy: SealedContentTests.sealed)
        let other = try await test.put(noise(size), policy: SealedContentTests.sealed)
        let contents = test.database.collection("contents")
        let stored = try #require(try await contents.findOne(["_id": .string(other.content)]))
        var fields: BSONDocument = ["layout": stored["layout"] ?? .null, "sha256": stored["sha256"] ?? .null]
        try await contents.updateOne(["_id": .string(mine.content)], ["$set": .document(fields)])
        await #expect(throws: StorageError.self) { try await test.read(mine) }
        fields["encryption"] = stored["encryption"]
        try await contents.updateOne(["_id": .string(mine.content)], ["$set": .document(fields)])
        await #expect { try await test.read(mine) } throws: { error in
            guard case StorageError.wrongKey(mine.content, _) = error else { return false }
            return true
        }
        #expect(try await test.read(other).count == size)
    }
}

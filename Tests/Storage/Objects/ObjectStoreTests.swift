import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

struct ObjectStoreTests {
    @Test func putFindRead() async throws {
        let test = try await TestStore()
        let bytes = noise(3_000_000)
        let object = try await test.put(bytes)
        #expect(UUIDv7.isUUID(object.id))
        #expect(object.box == "hawser_t-1")
        #expect(object.etag == Digest.md5(bytes).hex && object.sha256 == Digest.sha256(bytes).hex)
        #expect(try await test.store.find(object.id, tenant: "t-1") == object)
        #expect(try await test.store.find(object.id, tenant: "t-2") == nil, "another tenant's object is none")
        #expect(try await test.read(object) == bytes)
        #expect(try test.staged() == [])
        let record: JSON = [
            "storage_object_id": .string(object.id), "storage_box_id": "hawser_t-1", "contentType": "text/plain",
            "size": "3000000", "name": "a.txt", "etag": .string(Digest.md5(bytes).hex),
        ]
        #expect(object.fileRecord == record)
    }

    @Test func emptyObjects() async throws {
        let test = try await TestStore()
        let object = try await test.put([])
        #expect(object.etag == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(try await test.read(object) == [])
    }

    @Test func ranges() async throws {
        let test = try await TestStore()
        let bytes = noise(700_000)
        let object = try await test.put(bytes)
        let cases: [(Int64, Int64?, Range<Int>)] = [
            (0, 1, 0..<1), (1, 299_999, 1..<300_000), (699_999, nil, 699_999..<700_000), (0, 900_000, 0..<700_000),
            (262_143, 262_146, 262_143..<524_289), (700_000, 5, 700_000..<700_000), (-5, 2, 0..<2), (9, 0, 9..<9),
            (.max, .max, 700_000..<700_000),
        ]
        for (offset, length, expected) in cases {
            #expect(try await test.read(object, offset: offset, length: length) == Array(bytes[expected]))
            let reader = try await test.store.open(object, offset: offset, length: length)
            #expect(reader.length == Int64(expected.count))
        }
    }

    @Test func aPlainFileCanBeTaken() async throws {
        let test = try await TestStore()
        let bytes = noise(10_000)
        let object = try await test.put(bytes)
        let file = try #require(try await test.store.open(object, offset: 10, length: 20).takeFile())
        var buffer = [UInt8](repeating: 0, count: 20)
        #expect(pread(file.descriptor, &buffer, Int(file.length), off_t(file.offset)) == 20)
        close(file.descriptor)
        #expect(buffer == Array(bytes[10..<30]))
    }

    @Test func removeTakesBytesAndMetadata() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(300_000))
        #expect(try test.stored().count == 1)
        let reader = try await test.store.open(object)
        #expect(try await !test.store.remove(object.id, tenant: "t-2"))
        #expect(try await test.store.remove(object.id, tenant: "t-1"))
        #expect(try await !test.store.remove(object.id, tenant: "t-1"))
        #expect(try await test.store.find(object.id, tenant: "t-1") == nil)
        #expect(try test.stored() == [])
        #expect(try await test.contentCount() == 0)
        #expect(try await reader.reduce(0) { $0 + $1.count } == 300_000, "who reads can read on")
    }

    @Test func aThousandSmallOnes() async throws {
        let test = try await TestStore()
        let objects = try await withThrowingTaskGroup(of: StoredObject.self) { group in
            for number in 0..<1000 { group.addTask { try await test.put(Array("file \(number)".utf8)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(objects.map(\.id)).count == 1000)
        #expect(Set(objects.map(\.sha256)).count == 1000)
        #expect(try await test.contentCount() == 1000)
        #expect(try test.staged() == [])
        for object in objects.prefix(10) {
            #expect(try await Digest.sha256(test.read(object)).hex == object.sha256)
        }
    }

    @Test func anIdIsGivenOnce() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(10))
        await #expect(throws: StorageError.idTaken(object.id)) { try await test.put(noise(10), id: object.id) }
        await #expect(throws: StorageError.idTaken(object.id)) {
            try await test.put(noise(10), tenant: "t-2", id: object.id)
        }
        #expect(try await test.contentCount() == 1)
        #expect(try await test.store.find(object.id, tenant: "t-1") == object)
    }

    @Test func lostAndDamagedBytesAreNoticed() async throws {
        let test = try await TestStore()
        let object = try await test.put(noise(10_000))
        let path = try await test.path(of: object)
        try Data(count: 9_999).write(to: URL(filePath: path))
        await #expect(throws: StorageError.self) { try await test.store.open(object) }
        try FileManager.default.removeItem(atPath: path)
        guard case .staged(let name) = try await test.content(object).layout else { return }
        await #expect(throws: StorageError.missing(target: "staged", path: name)) { try await test.store.open(object) }
    }

    /// Files of up to 8 KiB need no disk but MongoDB's.
    @Test(arguments: [0, 1, 8192, 8193]) func smallOnesAreInTheMetadata(_ size: Int) async throws {
        let test = try await TestStore()
        let bytes = noise(size)
        let object = try await test.put(bytes)
        #expect(try test.stored().count == (size > 8192 ? 1 : 0))
        #expect(try test.staged() == [])
        #expect(try await test.content(object).state == (size > 8192 ? .staged : .durable))
        #expect(try await test.read(object) == bytes)
        let reader = try await test.store.open(object, offset: 5, length: 100)
        #expect(try await reader.reduce(into: []) { $0 += $1 } == Array(bytes.dropFirst(5).prefix(100)))
        #expect(test.errands.submitted.value.count == (size > 8192 ? 1 : 0))
    }
}

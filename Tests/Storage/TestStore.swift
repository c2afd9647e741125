import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport

@testable import HawserStorage

/// A store with one directory target, in a temporary directory and a database of its own.
struct TestStore {
    let files: TestDirectory
    let pool = BlockingPool(name: "test-files", threads: 4)
    let staging: Staging
    let target: DirectoryTarget
    let objects: StoredObjectCollection
    let store: ObjectStore

    init(database: MongoDatabase? = nil) async throws {
        files = try TestDirectory("storage")
        staging = try Staging(directory: files.file("staging"), pool: pool)
        target = try DirectoryTarget(id: "d1", directory: files.file("d1"))
        if let database {
            objects = StoredObjectCollection(database)
        } else {
            objects = StoredObjectCollection(try await Self.database())
        }
        store = ObjectStore(objects: objects, targets: [target], staging: staging)
        if database == nil { try await objects.prepare() }
    }

    static func database() async throws -> MongoDatabase {
        let server = try await TestMongo.shared
        let name = "test_\(Crypto.randomBytes(8).hex)"
        return try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(server.port)/\(name)?replicaSet=rs0"),
            options: .forTests
        )
    }

    func stage(_ bytes: [UInt8]) async throws -> StagedFile {
        let staged = try await staging.begin()
        try await staged.write(bytes)
        return staged
    }

    func put(_ bytes: [UInt8], tenant: String = "t-1", id: String = ObjectStore.newID()) async throws -> StoredObject {
        try await store.put(try await stage(bytes), tenant: tenant, name: "a.txt", contentType: "text/plain", id: id)
    }

    func read(_ object: StoredObject, offset: Int64 = 0, length: Int64? = nil) async throws -> [UInt8] {
        try await store.open(object, offset: offset, length: length).reduce(into: []) { $0 += $1 }
    }

    /// The files below the target.
    func stored() throws -> [String] { try below("d1") }

    /// The files in the staging area.
    func staged() throws -> [String] { try below("staging") }

    /// Where an object's bytes are.
    func path(of object: StoredObject) -> String {
        switch object.layout {
        case .file(_, let path): files.file("d1/\(path)")
        }
    }

    private func below(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: files.file(name)).filter {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: files.file("\(name)/\($0)"), isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
    }
}

/// Bytes that repeat nowhere near.
func noise(_ count: Int) -> [UInt8] { Crypto.randomBytes(count) }

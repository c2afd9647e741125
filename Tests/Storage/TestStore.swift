import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport

@testable import HawserStorage

/// A store with directory targets, in a temporary directory and a database of its own.
struct TestStore {
    let files: TestDirectory
    let pool = BlockingPool(name: "test-files", threads: 4)
    let staging: Staging
    let area: DirectoryTarget
    let targets: TargetSet
    let errands = TestErrands()
    let contents: ContentStore
    let objects: StoredObjectCollection
    let store: ObjectStore
    let database: MongoDatabase
    let masterKey = Crypto.randomBytes(32)
    /// Where the database is, for other processes.
    let url: String

    /// A store.
    ///
    /// - Parameters:
    ///   - given: where metadata is; nil: in one of its own.
    ///   - count: how many targets there are: `t00`, `t01` …
    ///   - partitionLimit: the longest partition.
    ///   - patience: how long bytes that go are waited for.
    ///   - make: makes a target; nil: what the program itself would use.
    /// - Throws: what starting MongoDB and making directories throws.
    init(
        database given: MongoDatabase? = nil,
        targets count: Int = 1,
        partitionLimit: Int64 = LayoutPolicy.partitionLimit,
        patience: Duration = .seconds(60),
        make: (@Sendable (TargetRecord) throws -> any Target)? = nil
    ) async throws {
        files = try TestDirectory("storage")
        staging = try Staging(directory: files.file("staging"), pool: pool)
        area = try DirectoryTarget(id: "staged", directory: files.file("staged"))
        let server = try await TestMongo.shared
        url = "mongodb://127.0.0.1:\(server.port)/test_\(Crypto.randomBytes(8).hex)?replicaSet=rs0"
        database = try given ?? MongoDatabase(url: Secret(url), options: .forTests)
        objects = StoredObjectCollection(database)
        let collection = TargetCollection(database)
        targets = TargetSet(collection) { record in
            if let make { return try make(record) }
            return try await TargetFactory(data: "/", masterKey: nil).make(record)
        }
        let known = StoredContentCollection(database)
        contents = ContentStore(
            known,
            area: area,
            targets: targets,
            errands: errands,
            keys: ContentKeys(masterKey: masterKey),
            partitionLimit: partitionLimit,
            health: TargetHealth(avoidance: .milliseconds(1)),
            patience: patience
        )
        store = ObjectStore(objects: objects, contents: contents, staging: staging)
        guard given == nil else { return }
        try await objects.prepare()
        try await known.prepare()
        for number in 0..<count {
            let id = Self.id(number)
            try await collection.insert(TargetRecord(id: id, place: .directory(path: files.file(id))))
        }
    }

    static func id(_ number: Int) -> String { number < 10 ? "t0\(number)" : "t\(number)" }

    static func database() async throws -> MongoDatabase {
        let server = try await TestMongo.shared
        let name = "test_\(Crypto.randomBytes(8).hex)"
        return try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(server.port)/\(name)?replicaSet=rs0"),
            options: .forTests
        )
    }

    var collection: StoreCollection { StoreCollection(contents, pieces: PieceUploadCollection(database)) }

    /// The same store, as a process with another master key sees it.
    func opened(masterKey: [UInt8]?) throws -> ObjectStore {
        let keys = ContentKeys(masterKey: masterKey)
        let known = StoredContentCollection(database)
        let contents = ContentStore(known, area: area, targets: targets, errands: errands, keys: keys)
        return ObjectStore(objects: objects, contents: contents, staging: staging)
    }

    func stage(_ bytes: [UInt8], policy: StoragePolicy = .standard) async throws -> StagedFile {
        let staged = try await store.stage(policy: policy)
        try await staged.write(bytes)
        return staged
    }

    func put(
        _ bytes: [UInt8],
        tenant: String = "t-1",
        id: String = ObjectStore.newID(),
        policy: StoragePolicy = .standard
    ) async throws -> StoredObject {
        let staged = try await stage(bytes, policy: policy)
        return try await store.put(staged, tenant: tenant, name: "a.txt", contentType: "text/plain", id: id)
    }

    /// Stores an object and makes it durable.
    func putDurable(_ bytes: [UInt8], tenant: String = "t-1") async throws -> (StoredObject, CodedLayout) {
        let object = try await put(bytes, tenant: tenant)
        guard case .coded(let layout)? = try await contents.encode(object.content)?.layout else {
            throw StorageError.badLayout(reason: "not coded")
        }
        return (object, layout)
    }

    func read(_ object: StoredObject, offset: Int64 = 0, length: Int64? = nil) async throws -> [UInt8] {
        try await store.open(object, offset: offset, length: length).reduce(into: []) { $0 += $1 }
    }

    func content(_ object: StoredObject) async throws -> StoredContent {
        guard let content = try await contents.find(object.content) else {
            throw StorageError.missing(target: "contents", path: object.content)
        }
        return content
    }

    /// How many contents there are.
    func contentCount() async throws -> Int { try await database.collection("contents").count() }

    /// The files of the targets and of those waiting to go there.
    func stored() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: files.path).filter { $0 != "staging" }
            .flatMap { name in try below(name).map { "\(name)/\($0)" } }
    }

    /// The files in the staging area.
    func staged() throws -> [String] { try below("staging") }

    /// Where the bytes of a staged object are.
    func path(of object: StoredObject) async throws -> String {
        guard case .staged(let path) = try await content(object).layout else { return "" }
        return area.path(of: path)
    }

    /// Where a fragment is.
    func path(_ fragment: CodedLayout.Fragment) -> String { files.file("\(fragment.target)/\(fragment.path)") }

    private func below(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: files.file(name)).filter {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: files.file("\(name)/\($0)"), isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
    }
}

/// Notes what would be submitted to the queue.
final class TestErrands: ContentErrands {
    /// The contents whose jobs were submitted, by the job's id.
    let submitted = Synced<[String: StoredContent]>([:])
    /// The jobs that are over.
    let over = Synced<Set<String>>([])

    func newJob() -> String { UUIDv7.make() }

    func submit(_ content: StoredContent, isRepeat: Bool) async throws {
        submitted.change { $0[content.job ?? ""] = content }
    }

    func isOver(_ job: String) async throws -> Bool {
        over.value.contains(job) || submitted.value[job] == nil
    }
}

/// Bytes that repeat nowhere near.
func noise(_ count: Int) -> [UInt8] { Crypto.randomBytes(count) }

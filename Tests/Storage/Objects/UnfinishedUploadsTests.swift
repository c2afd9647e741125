import HawserCore
import HawserMetadata
import Testing

@testable import HawserStorage

/// Upload sessions that end before all their files have come.
struct UnfinishedUploadsTests {
    let database: MongoDatabase
    let sessions: TransferSessionCollection
    let test: TestStore
    let uploads: UnfinishedUploads
    let day = 86_400.0

    init() async throws {
        database = try await TestStore.database()
        sessions = TransferSessionCollection(database)
        try await sessions.prepare()
        test = try await TestStore(database: database)
        uploads = UnfinishedUploads(sessions: sessions, objects: test.store)
    }

    func open(total: Int) async throws -> TransferSession {
        let callback = TransferSession.Callback(requestMethod: "POST", requestUri: "http://x/")
        let session = TransferSession.upload(tenant: "t-1", callback: callback, total: total, lifetime: 60)
        try await sessions.create(session)
        return session
    }

    /// Sends a file, as far as a test wants it to come.
    @discardableResult
    func send(_ session: TransferSession, isStored: Bool = true, isReported: Bool = true) async throws -> String {
        let id = ObjectStore.newID()
        guard case .granted = try await sessions.take(id: session.id, kind: .upload, object: id) else {
            throw StorageError.idTaken(id)
        }
        if isStored {
            let object = try await test.put(noise(10), id: id)
            if isReported { _ = try await sessions.completeFile(id: session.id, record: object.fileRecord) }
        }
        return id
    }

    /// Whether MongoDB will remove it, a day after the time that is answered.
    func end(of session: TransferSession) async throws -> Timestamp? {
        try await database.collection("transfer_sessions").findOne(["_id": .string(session.id)])?["expiresAt"]?.date
    }

    @Test func filesGoWhenTheSessionEndsWithoutTheRest() async throws {
        let session = try await open(total: 4)
        let ids = [try await send(session), try await send(session), try await send(session, isReported: false)]
        #expect(try await end(of: session) == nil, "gone for MongoDB, its files would stay for ever")
        #expect(try await uploads.sweep(now: session.expiresAt) == 0, "not over yet")
        let after = session.expiresAt.adding(seconds: 0.001)
        #expect(try await uploads.sweep(now: after) == 1)
        #expect(try await test.store.find(ids) == [])
        #expect(try await test.contentCount() == 0)
        #expect(try await uploads.sweep(now: after) == 0)
        #expect(try await end(of: session) != nil)
        guard case .failed = try await sessions.take(id: session.id, kind: .upload, object: "late"),
            case .rejected = try await sessions.completeFile(id: session.id, record: ["storage_object_id": "late"])
        else {
            Issue.record("a file was taken after all")
            return
        }
    }

    @Test func aCompleteUploadStaysWhateverHappens() async throws {
        let session = try await open(total: 2)
        let ids = [try await send(session), try await send(session)]
        let later = session.expiresAt.adding(seconds: 400 * day)
        #expect(try await uploads.sweep(now: later) == 0)
        #expect(try await test.store.find(ids).count == 2)
        #expect(try await end(of: session) == nil, "it is still needed: nobody was told of the files")
        try await sessions.markCalledBack(id: session.id)
        #expect(try await end(of: session) == session.expiresAt)
        #expect(try await uploads.sweep(now: later) == 0)
        #expect(try await test.store.find(ids).count == 2)
        #expect(try await sessions.find(id: session.id)?.expiresAt == session.expiresAt)
    }

    /// A transfer that began in time may end after it.
    @Test func aFileOnItsWayIsWaitedForForADay() async throws {
        let session = try await open(total: 2)
        try await send(session)
        let pending = try await send(session, isStored: false)
        #expect(try await uploads.sweep(now: session.expiresAt.adding(seconds: day - 1)) == 0)
        #expect(try await test.contentCount() == 1)
        // Stored by a process that died then.
        _ = try await test.put(noise(10), id: pending)
        #expect(try await uploads.sweep(now: session.expiresAt.adding(seconds: day + 1)) == 1)
        #expect(try await test.contentCount() == 0)
    }

    @Test func whoDiesWhileRemovingIsFollowed() async throws {
        let session = try await open(total: 3)
        try await send(session)
        let second = try await send(session)
        _ = try await sessions.fail(id: session.id, reason: "its process died then")
        try await test.store.remove(second, tenant: "t-1")
        #expect(try await uploads.sweep(now: session.expiresAt.adding(seconds: 1)) == 1)
        #expect(try await test.contentCount() == 0)
        #expect(try await end(of: session) != nil)
    }

    @Test func moreThanOneLookTakes() async throws {
        let sent = try await withThrowingTaskGroup(of: TransferSession.self) { group in
            for _ in 0..<120 {
                group.addTask {
                    let session = try await open(total: 2)
                    try await send(session)
                    return session
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await uploads.sweep(now: sent[0].expiresAt.adding(seconds: 60)) == sent.count)
        #expect(try await test.contentCount() == 0)
    }
}

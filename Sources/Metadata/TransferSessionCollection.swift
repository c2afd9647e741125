public import HawserCore

/// The sessions; each is good for so many transfers, however many try at once.
///
/// A session that is used up, failed or expired stays for a day after its end, so that whoever comes late is told what
/// became of it; then MongoDB removes it. One that has taken files stays until they are settled: until its business
/// system is told of them, or they are removed. For that its end is in another field, `openUntil`, which MongoDB does
/// not look at.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct TransferSessionCollection: Sendable {
    /// What came of asking for a transfer.
    public enum Claim: Sendable, Hashable {
        /// The caller may do one transfer: number `total - remaining` of the session as it is now.
        case granted(TransferSession)
        /// All its transfers have begun before.
        case used
        /// It is past its time.
        case expired
        /// One of its transfers failed.
        case failed(reason: String)
        /// There is no such session of this kind.
        case unknown
    }

    /// What came of reporting a file as complete.
    public enum Completion: Sendable, Hashable {
        /// More files are to come.
        case more(TransferSession)
        /// This was the last: the callback is due. Exactly one completion of a session gets this.
        case last(TransferSession)
        /// The session died meanwhile, or is gone: the file is to be removed.
        case rejected(reason: String)
    }

    let sessions: MongoCollection

    /// The sessions of a database.
    public init(_ database: MongoDatabase) {
        sessions = database.collection("transfer_sessions")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await sessions.createIndexes([
            MongoIndex(["expiresAt": 1], expireAfterSeconds: 86_400), MongoIndex(["lastFileAt": 1], isSparse: true),
            MongoIndex(["pending": 1], isSparse: true), MongoIndex(["openUntil": 1], isSparse: true),
        ])
    }

    /// Stores a new session.
    public func create(_ session: TransferSession) async throws {
        try await sessions.insertOne(session.document)
    }

    /// A session as it is now, if there is one.
    public func find(id: String) async throws -> TransferSession? {
        try await sessions.findOne(["_id": .string(id)]).map(read)
    }

    /// Asks for one transfer: the only one of a download or copy, the next file of an upload.
    ///
    /// Of any number that ask at the same time, as many are granted as the session is good for.
    ///
    /// - Parameters:
    ///   - id: the session.
    ///   - kind: what it must be for.
    ///   - object: the id of the object that an upload is to become; noted, so that the file is found when whoever
    ///     stores it dies before reporting it.
    ///   - now: the time.
    /// - Returns: whether the caller may, and if not, why.
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func take(
        id: String,
        kind: TransferSession.Kind,
        object: String? = nil,
        now: Timestamp = .now
    ) async throws -> Claim {
        let mayBegin: BSONDocument = [
            "_id": .string(id), "type": .string(kind.rawValue), "failure": ["$exists": false],
            "remaining": ["$gt": 0],
            "$or": [["expiresAt": ["$gt": .date(now)]], ["openUntil": ["$gt": .date(now)]]],
        ]
        var taking: BSONDocument = ["$inc": ["remaining": -1]]
        if let object {
            taking["$push"] = ["pending": .string(object)]
            // Only the first time: then there is no such field any more.
            taking["$rename"] = ["expiresAt": "openUntil"]
        }
        if let taken = try await sessions.findOneAndUpdate(mayBegin, taking) {
            return .granted(try read(taken))
        }
        guard let session = try await find(id: id), session.kind == kind else { return .unknown }
        if let reason = session.failure { return .failed(reason: reason) }
        return session.remaining > 0 ? .expired : .used
    }

    /// Reports a file of an upload as complete; its record carries `storage_object_id`.
    ///
    /// Reporting the same file again changes nothing and gives the same answer.
    public func completeFile(id: String, record: JSON) async throws -> Completion {
        guard let object = record["storage_object_id"]?.string else {
            throw MongoOperation(name: "update", collection: sessions.name)
                .error(.failed(code: 0), "a file record without storage_object_id")
        }
        let isOpen: BSONDocument = [
            "_id": .string(id), "type": "upload", "failure": ["$exists": false],
            "files.storage_object_id": ["$ne": .string(object)],
        ]
        let addsFile: BSONDocument = [
            "$inc": ["done": 1], "$push": ["files": BSON(record)], "$set": ["lastFileAt": .date(.now)],
            "$pull": ["pending": .string(object)],
        ]
        if let changed = try await sessions.findOneAndUpdate(isOpen, addsFile) {
            let session = try read(changed)
            return session.done == session.total ? .last(session) : .more(session)
        }
        guard let session = try await find(id: id), session.kind == .upload else {
            return .rejected(reason: "there is no such session any more")
        }
        if let reason = session.failure { return .rejected(reason: reason) }
        // Counted before: an answer got lost. The last one to complete is the last in the list.
        let isLast = session.done == session.total && session.files.last?["storage_object_id"]?.string == object
        return isLast ? .last(session) : .more(session)
    }

    /// Marks a session as failed because a transfer it granted did not come through; nothing of it is accepted any more.
    ///
    /// - Returns: the session, whose `files` and `pending` objects are the caller's to remove; nil when it was failed
    ///   before, is complete, or is gone, and there is nothing to remove.
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func fail(id: String, reason: String) async throws -> TransferSession? {
        let isUnfinished: BSONDocument = [
            "_id": .string(id), "failure": ["$exists": false], "$expr": ["$lt": ["$done", "$total"]],
        ]
        return try await sessions.findOneAndUpdate(isUnfinished, ["$set": ["failure": .string(reason)]]).map(read)
    }

    /// Notes that the job which tells the business system was submitted.
    public func markCalledBack(id: String) async throws {
        _ = try await sessions.updateOne(
            ["_id": .string(id)],
            ["$set": ["calledBack": true], "$unset": ["lastFileAt": ""], "$rename": ["openUntil": "expiresAt"]]
        )
    }

    /// Uploads whose last file came so long ago, and of which it is not noted that the business system will be told.
    public func notCalledBack(olderThan age: Duration, limit: Int) async throws -> [TransferSession] {
        let before = Timestamp.now.adding(seconds: -Double(age.components.seconds))
        let filter: BSONDocument = [
            "lastFileAt": ["$lt": .date(before)], "calledBack": ["$exists": false], "failure": ["$exists": false],
            "$expr": ["$eq": ["$done", "$total"]],
        ]
        return try await sessions.find(filter, limit: limit).map(read)
    }

    private func read(_ document: BSONDocument) throws -> TransferSession {
        try sessions.reading(document, TransferSession.init(document:))
    }
}

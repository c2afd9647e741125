public import HawserCore

extension TransferSessionCollection {
    /// How long after the end of its session a file may still be on its way, in seconds.
    private static let transferTime = 86_400.0

    /// Upload sessions that are past their time and have taken files, but not all of them.
    ///
    /// Those of which all transfers have begun count a day later only: a transfer may end after its session.
    public func unfinished(limit: Int, now: Timestamp = .now) async throws -> [TransferSession] {
        let filter: BSONDocument = [
            "openUntil": ["$lt": .date(now)], "$expr": ["$lt": ["$done", "$total"]],
            "$or": [
                ["remaining": ["$gt": 0]], ["failure": ["$exists": true]],
                ["openUntil": ["$lt": .date(now.adding(seconds: -Self.transferTime))]],
            ],
        ]
        return try await sessions.find(filter, limit: limit).map { document in
            try sessions.reading(document, TransferSession.init(document:))
        }
    }

    /// Lets MongoDB remove a failed session a day from now; call it when the session's files are removed.
    public func settle(id: String, now: Timestamp = .now) async throws {
        _ = try await sessions.updateOne(
            ["_id": .string(id), "failure": ["$exists": true], "openUntil": ["$exists": true]],
            ["$set": ["expiresAt": .date(now)], "$unset": ["openUntil": ""]]
        )
    }
}

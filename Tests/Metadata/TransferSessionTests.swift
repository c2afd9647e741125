import HawserCore
import HawserMetadata
import Testing

struct TransferSessionTests {
    let callback = TransferSession.Callback(
        requestMethod: "POST",
        requestUri: "http://127.0.0.1/done",
        requestBody: ["$a.b": [1, true, nil], "": 1.5],
        authorization: [1, 2, 0, 255]
    )

    func make() async throws -> TransferSessionCollection {
        let sessions = TransferSessionCollection(try await TestDatabase.make())
        try await sessions.prepare()
        return sessions
    }

    @Test func everyFieldIsKept() async throws {
        let sessions = try await make()
        for session: TransferSession in [
            .upload(tenant: "t", callback: callback, total: 3, lifetime: 60),
            .upload(tenant: "t", callback: .init(requestMethod: "PUT", requestUri: "http://x"), lifetime: 60),
            .download(tenant: "t", storageObjectID: "o", fileName: "é.txt", mode: "preview", lifetime: 60),
            .download(tenant: "t", storageObjectID: "o", lifetime: 60),
            .copy(tenant: "t", storageObjectID: "o", lifetime: 60),
        ] {
            try await sessions.create(session)
            #expect(try await sessions.find(id: session.id) == session)
            #expect(session.id.count == 32)
        }
        #expect(try await sessions.find(id: "nothing") == nil)
    }

    @Test func endedSessionsAreRemovedAfterADay() async throws {
        let database = try await TestDatabase.make()
        try await TransferSessionCollection(database).prepare()
        let reply = try await database.command(["listIndexes": "transfer_sessions"])
        let indexes = reply["cursor"]?.document?["firstBatch"]?.array?.compactMap(\.document) ?? []
        #expect(indexes.contains { $0["key"] == ["expiresAt": 1] && $0["expireAfterSeconds"] == 86_400 })
    }

    /// A business system's body may be nested deeper than MongoDB's documents.
    @Test func deepBodiesAreKept() async throws {
        let sessions = try await make()
        var body: JSON = 1
        for _ in 0..<400 { body = ["a": body] }
        let session = TransferSession.upload(
            tenant: "t",
            callback: .init(requestMethod: "POST", requestUri: "http://x", requestBody: body),
            lifetime: 60
        )
        try await sessions.create(session)
        #expect(try await sessions.find(id: session.id)?.callback?.requestBody == body)
    }

    @Test(arguments: TransferSession.Kind.allCases)
    func oneOfAHundredTakersGetsIt(_ kind: TransferSession.Kind) async throws {
        let sessions = try await make()
        let session: TransferSession =
            switch kind {
            case .upload: .upload(tenant: "t", callback: callback, lifetime: 60)
            case .download: .download(tenant: "t", storageObjectID: "o", lifetime: 60)
            case .copy: .copy(tenant: "t", storageObjectID: "o", lifetime: 60)
            }
        try await sessions.create(session)
        let claims = try await takeAtOnce(100, session, from: sessions)
        #expect(claims.count { if case .granted = $0 { true } else { false } } == 1)
        #expect(claims.count { $0 == .used } == 99)
    }

    func takeAtOnce(
        _ count: Int,
        _ session: TransferSession,
        from sessions: TransferSessionCollection
    ) async throws -> [TransferSessionCollection.Claim] {
        try await withThrowingTaskGroup(of: TransferSessionCollection.Claim.self) { group in
            for _ in 0..<count { group.addTask { try await sessions.take(id: session.id, kind: session.kind) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func whyThereIsNone() async throws {
        let sessions = try await make()
        let now = Timestamp.now
        let session = TransferSession.download(tenant: "t", storageObjectID: "o", lifetime: 60, now: now)
        try await sessions.create(session)
        let end = session.expiresAt
        #expect(try await sessions.take(id: session.id, kind: .copy) == .unknown, "a session of another kind is none")
        #expect(try await sessions.take(id: "x", kind: .download) == .unknown)
        #expect(try await sessions.take(id: session.id, kind: .download, now: end) == .expired)
        guard
            case .granted(let taken) = try await sessions.take(
                id: session.id,
                kind: .download,
                now: Timestamp(milliseconds: end.milliseconds - 1)
            )
        else {
            Issue.record("refused a millisecond before its end")
            return
        }
        #expect(taken.remaining == 0 && taken.storageObjectID == "o")
        #expect(
            try await sessions.take(id: session.id, kind: .download, now: end) == .used,
            "used, and then past its time"
        )
    }

    @Test func filesOfOneSessionAtOnce() async throws {
        let sessions = try await make()
        let session = TransferSession.upload(tenant: "t", callback: callback, total: 20, lifetime: 60)
        try await sessions.create(session)
        let claims = try await takeAtOnce(50, session, from: sessions)
        let numbers = claims.compactMap { claim -> Int? in
            guard case .granted(let session) = claim else { return nil }
            return session.total - session.remaining
        }
        #expect(numbers.sorted() == Array(1...20))
        let completions = try await withThrowingTaskGroup(of: TransferSessionCollection.Completion.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await sessions.completeFile(
                        id: session.id,
                        record: ["storage_object_id": .string("o\(number)")]
                    )
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let last = completions.compactMap { completion -> TransferSession? in
            if case .last(let session) = completion { session } else { nil }
        }
        #expect(last.count == 1)
        #expect(last.first?.files.count == 20 && last.first?.done == 20)
        #expect(completions.count { if case .more = $0 { true } else { false } } == 19)
    }

    @Test func completingAFileTwiceCountsOnce() async throws {
        let sessions = try await make()
        let session = TransferSession.upload(tenant: "t", callback: callback, total: 2, lifetime: 60)
        try await sessions.create(session)
        func complete(_ id: String) async throws -> String {
            switch try await sessions.completeFile(id: session.id, record: ["storage_object_id": .string(id)]) {
            case .more(let session): "more \(session.done)"
            case .last(let session): "last \(session.done)"
            case .rejected(let reason): "rejected: \(reason)"
            }
        }
        #expect(try await complete("a") == "more 1")
        #expect(try await complete("a") == "more 1")
        #expect(try await complete("b") == "last 2")
        #expect(try await complete("b") == "last 2")
        #expect(try await complete("a") == "more 2", "the first file's caller is not made the last one later")
        await #expect(throws: MetadataError.self) { try await sessions.completeFile(id: session.id, record: ["x": 1]) }
    }

    @Test func aFailedTransferEndsTheSession() async throws {
        let sessions = try await make()
        let session = TransferSession.upload(tenant: "t", callback: callback, total: 3, lifetime: 60)
        try await sessions.create(session)
        _ = try await takeAtOnce(2, session, from: sessions)
        _ = try await sessions.completeFile(id: session.id, record: ["storage_object_id": "a"])
        let failed = try await sessions.fail(id: session.id, reason: "disk full")
        #expect(failed?.files == [["storage_object_id": "a"]], "the caller has to remove these")
        #expect(try await sessions.fail(id: session.id, reason: "again") == nil)
        #expect(try await sessions.take(id: session.id, kind: .upload) == .failed(reason: "disk full"))
        #expect(
            try await sessions.completeFile(id: session.id, record: ["storage_object_id": "b"])
                == .rejected(reason: "disk full")
        )
    }

    @Test func aCompleteSessionCannotFail() async throws {
        let sessions = try await make()
        let session = TransferSession.upload(tenant: "t", callback: callback, lifetime: 60)
        try await sessions.create(session)
        _ = try await sessions.completeFile(id: session.id, record: ["storage_object_id": "a"])
        #expect(try await sessions.fail(id: session.id, reason: "late") == nil)
        #expect(try await sessions.find(id: session.id)?.failure == nil)
        guard case .rejected = try await sessions.completeFile(id: "gone", record: ["storage_object_id": "a"]) else {
            Issue.record("accepted a file of no session")
            return
        }
    }
}

import HawserCore
import HawserMetadata
import HawserQueue

/// How a job lies in the collection `jobs`.
enum JobDocument {
    /// The write that brings a document up to the last of a job's events, in order; nil when there is none.
    ///
    /// It does not match a document that is as new or newer: the upsert then fails as a duplicate.
    static func update(_ events: [JobEvent]) -> WriteModel? {
        guard let last = events.last else { return nil }
        return .updateOne(
            ["_id": .string(last.id.text), "seq": ["$lt": .int(Int64(last.record.sequence))]],
            ["$set": .document(fields(events, last)), "$push": ["history": pushed(events)]],
            upsert: true
        )
    }

    /// The write that makes a document of a job's events, when they begin with its first; nil when they do not.
    ///
    /// A plain insert costs MongoDB much less than an upsert; it fails as a duplicate where there is one already.
    static func insert(_ events: [JobEvent]) -> WriteModel? {
        guard let first = events.first, first.record.sequence == 1, let last = events.last else { return nil }
        var document: BSONDocument = ["_id": .string(last.id.text)]
        document = document.merging(fields(events, last))
        document["history"] = .array(events.map(change))
        return .insertOne(document)
    }

    /// What a document says of a job after events, the last of which is given.
    private static func fields(_ events: [JobEvent], _ last: JobEvent) -> BSONDocument {
        let record = last.record
        var set: BSONDocument = [
            "queue": .string(last.queue.text), "tenant": .string(record.tenant),
            "state": .string(record.state.rawValue),
            "seq": .int(Int64(record.sequence)), "fence": .int(Int64(record.fence)),
            "attempt": .int(Int64(record.attempt)), "max_attempts": .int(Int64(record.maxAttempts)),
            "lost": .int(Int64(record.lost)), "priority": .int(Int64(record.priority)),
            "created": .date(record.created), "changed": .date(record.changed),
            "run_at": record.runAt.map { .date($0) } ?? .null, "deadline": record.deadline.map { .date($0) } ?? .null,
            "worker": record.worker.isEmpty ? .null : .string(record.worker),
            "cancel": .bool(record.flags.contains(.cancel)),
        ]
        for event in events {
            if let body = event.body {
                set["kind"] = .string(body.kind)
                set["arguments"] = .string(body.arguments)
            }
            if let result = event.result { set["result"] = .string(result) }
            if let error = event.error { set["error"] = .string(error) }
            if let progress = event.progress { set["progress"] = .string(progress) }
            if let journal = event.journal { set["journal"] = .string(journal) }
        }
        return set
    }

    /// The write that adds an event which came late to the history only.
    static func lateUpdate(_ event: JobEvent) -> WriteModel {
        var update: BSONDocument = ["$push": ["history": pushed([event])]]
        if let body = event.body {
            update["$set"] = ["kind": .string(body.kind), "arguments": .string(body.arguments)]
        }
        return .updateOne(
            ["_id": .string(event.id.text), "history.seq": ["$ne": .int(Int64(event.record.sequence))]],
            update
        )
    }

    /// How many changes of a job are kept: a document must not grow without end under a job that polls or tells its
    /// progress for hours.
    private static let kept: Int64 = 1000

    private static func pushed(_ events: [JobEvent]) -> BSON {
        ["$each": .array(events.map(change)), "$slice": .int(-kept)]
    }

    private static func change(_ event: JobEvent) -> BSON {
        let record = event.record
        var change: BSONDocument = [
            "seq": .int(Int64(record.sequence)), "state": .string(record.state.rawValue), "at": .date(record.changed),
            "attempt": .int(Int64(record.attempt)),
        ]
        if !record.worker.isEmpty { change["worker"] = .string(record.worker) }
        if let error = event.error { change["error"] = .string(error) }
        if let progress = event.progress { change["progress"] = .string(progress) }
        return .document(change)
    }

    /// Reads a document.
    static func job(_ document: BSONDocument) throws -> JobRecord {
        func number(_ name: String) throws -> Int { Int(try document.required(name, \.int)) }
        func json(_ name: String) throws -> JSON? {
            try document.optional(name, \.string).map { try JSON(parsing: $0.utf8) }
        }
        guard let id = JobID(try document.required("_id", \.string)),
            let queue = QueueName(try document.required("queue", \.string)),
            let state = JobState(rawValue: try document.required("state", \.string))
        else { throw BSONFieldError(field: "state", isMissing: false) }
        return JobRecord(
            id: id,
            queue: queue,
            kind: try document.optional("kind", \.string) ?? "",
            tenant: try document.required("tenant", \.string),
            arguments: try json("arguments") ?? .null,
            state: state,
            sequence: try number("seq"),
            fence: try number("fence"),
            attempt: try number("attempt"),
            maxAttempts: try number("max_attempts"),
            lostLeases: try number("lost"),
            priority: try number("priority"),
            created: try document.required("created", \.date),
            changed: try document.required("changed", \.date),
            runAt: try document.optional("run_at", \.date),
            deadline: try document.optional("deadline", \.date),
            worker: try document.optional("worker", \.string),
            isCancelRequested: try document.optional("cancel", \.bool) ?? false,
            result: try json("result"),
            error: state == .succeeded ? nil : try json("error")?.decoded(),
            progress: try json("progress"),
            journal: try Journal(stored: try document.optional("journal", \.string) ?? "")
        )
    }

    /// Reads the history, in order and each change once.
    static func history(_ document: BSONDocument) throws -> [JobChange] {
        var changes: [Int: JobChange] = [:]
        for entry in try document.optional("history", \.array) ?? [] {
            guard let entry = entry.document,
                let state = JobState(rawValue: try entry.required("state", \.string))
            else { throw BSONFieldError(field: "history", isMissing: false) }
            let change = JobChange(
                sequence: Int(try entry.required("seq", \.int)),
                state: state,
                at: try entry.required("at", \.date),
                attempt: Int(try entry.required("attempt", \.int)),
                worker: try entry.optional("worker", \.string),
                error: try entry.optional("error", \.string).map { try JSON(parsing: $0.utf8).decoded() },
                progress: try entry.optional("progress", \.string).map { try JSON(parsing: $0.utf8) }
            )
            changes[change.sequence] = change
        }
        return changes.values.sorted { $0.sequence < $1.sequence }
    }
}

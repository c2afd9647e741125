import HawserCore
import HawserMetadata
import HawserQueue

/// How a job lies in MongoDB: one document, with all that is known of the job and the changes it went through.
enum JobDocument {
    /// How many changes of a job are kept: a document must not grow without end under a job that polls or tells its
    /// progress for hours.
    private static let kept = 1000

    /// A document brought up to events of its job, or made of them.
    ///
    /// Events older than the document complete its history and do not take it back.
    ///
    /// - Parameters:
    ///   - known: what is stored already.
    ///   - events: events of one job in order, at least one.
    /// - Returns: the document; the same as `known` when the events say nothing new.
    /// - Throws: `BSONFieldError` when the stored document cannot be read.
    static func merge(_ known: BSONDocument?, _ events: [JobEvent]) throws -> BSONDocument {
        guard let known else { return make(events) }
        let sequence = try self.sequence(known)
        var document = known
        for event in events where event.record.sequence > sequence { set(event, in: &document) }
        if known["kind"] == nil, let body = events.lazy.compactMap(\.body).first { set(body, in: &document) }
        var history = try document.optional("history", \.array) ?? []
        let held = try Set(history.map { try $0.document?.required("seq", \.int) })
        let oldest = history.count < kept ? 0 : try history.first?.document?.required("seq", \.int) ?? 0
        let missing = events.filter {
            let sequence = Int64($0.record.sequence)
            return sequence > oldest && !held.contains(sequence)
        }
        guard !missing.isEmpty else { return document }
        history += missing.map(change)
        history.sort { ($0.document?["seq"]?.int ?? 0) < ($1.document?["seq"]?.int ?? 0) }
        document["history"] = .array(history.suffix(kept))
        return document
    }

    /// The number of the last change a document knows of.
    static func sequence(_ document: BSONDocument) throws -> Int64 {
        try document.required("seq", \.int)
    }

    /// Whether the job of a document is over.
    static func isOver(_ document: BSONDocument) throws -> Bool {
        JobState(rawValue: try document.required("state", \.string))?.isFinal ?? false
    }

    private static func make(_ events: [JobEvent]) -> BSONDocument {
        var document: BSONDocument = [:]
        if let last = events.last {
            document["_id"] = .string(last.id.text)
            // The state is that of the last; what only some events carry is gathered from all.
            set(last, in: &document)
        }
        for event in events.dropLast().reversed() { setDetails(event, in: &document, over: false) }
        document["history"] = .array(events.suffix(kept).map(change))
        return document
    }

    /// Puts what an event says in a document.
    private static func set(_ event: JobEvent, in document: inout BSONDocument) {
        let record = event.record
        let fields: [BSONDocument.Field] = [
            .init(name: "queue", value: .string(event.queue.text)),
            .init(name: "tenant", value: .string(record.tenant)),
            .init(name: "state", value: .string(record.state.rawValue)),
            .init(name: "seq", value: .int(Int64(record.sequence))),
            .init(name: "fence", value: .int(Int64(record.fence))),
            .init(name: "attempt", value: .int(Int64(record.attempt))),
            .init(name: "max_attempts", value: .int(Int64(record.maxAttempts))),
            .init(name: "lost", value: .int(Int64(record.lost))),
            .init(name: "priority", value: .int(Int64(record.priority))),
            .init(name: "created", value: .date(record.created)),
            .init(name: "changed", value: .date(record.changed)),
            .init(name: "run_at", value: record.runAt.map { .date($0) } ?? .null),
            .init(name: "deadline", value: record.deadline.map { .date($0) } ?? .null),
            .init(name: "worker", value: record.worker.isEmpty ? .null : .string(record.worker)),
            .init(name: "cancel", value: .bool(record.flags.contains(.cancel))),
        ]
        document = document.merging(BSONDocument(fields: fields))
        setDetails(event, in: &document, over: true)
    }

    /// Puts the parts that only some events carry in a document.
    private static func setDetails(_ event: JobEvent, in document: inout BSONDocument, over: Bool) {
        func set(_ name: String, _ value: String?) {
            guard let value, over || document[name] == nil else { return }
            document[name] = .string(value)
        }
        if let body = event.body { Self.set(body, in: &document) }
        set("result", event.result)
        set("error", event.error)
        set("progress", event.progress)
        set("journal", event.journal)
    }

    private static func set(_ body: (kind: String, locks: [String], arguments: String), in document: inout BSONDocument)
    {
        document["kind"] = .string(body.kind)
        if !body.locks.isEmpty { document["locks"] = .array(body.locks.map { .string($0) }) }
        document["arguments"] = .string(body.arguments)
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
            locks: (try document.optional("locks", \.array) ?? []).compactMap(\.string),
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

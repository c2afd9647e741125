import HawserMetadata
import HawserQueue

/// How events reach the collections of jobs.
///
/// Whoever writes a document of a job then removes the older one from the other collection; two recorders that write
/// about one job at the same time so end with the newer document, and neither leaves one behind.
struct JobRecording: Sendable {
    /// How many documents are held at a time to be brought up to date.
    private static let portion = 250
    /// How often a document may be changed by another recorder between being read and being written.
    private static let patience = 10

    let shelves: JobShelves

    /// One job's events that become one document.
    private struct Entry {
        let id: JobID
        let events: [JobEvent]
        let known: BSONDocument?
        let document: BSONDocument
        let isOver: Bool
        /// Whether it goes to another collection than where it was, or to its first.
        let moves: Bool
        let sequence: Int64
    }

    /// Records events.
    ///
    /// - Parameter groups: the events of one job each, in order.
    /// - Throws: `ArchiveError`, or what MongoDB's room throws; some may be recorded then, and all may be sent again.
    func record(_ groups: [[JobEvent]]) async throws {
        var later: [[JobEvent]] = []
        var fresh: [Entry] = []
        for group in groups {
            // A job that begins here has no document yet, but for events that come a second time.
            if group.first?.record.sequence == 1 {
                if let entry = try entry(nil, group) { fresh.append(entry) }
            } else {
                later.append(group)
            }
        }
        later += try await insert(fresh).map(\.events)
        for start in stride(from: 0, to: later.count, by: Self.portion) {
            try await update(Array(later[start..<min(later.count, start + Self.portion)]))
        }
    }

    private func entry(_ known: BSONDocument?, _ events: [JobEvent]) throws -> Entry? {
        guard let id = events.first?.id else { return nil }
        let document = try JobDocument.merge(known, events)
        let isOver = try JobDocument.isOver(document)
        return Entry(
            id: id,
            events: events,
            known: known,
            document: document,
            isOver: isOver,
            moves: try known.map(JobDocument.isOver) != isOver,
            sequence: try JobDocument.sequence(document)
        )
    }

    /// Stores documents of jobs that are not known.
    ///
    /// - Returns: those that are known after all.
    private func insert(_ entries: [Entry]) async throws -> [Entry] {
        var refused: [Entry] = []
        for isOver in [false, true] {
            let part = entries.filter { $0.isOver == isOver }
            guard !part.isEmpty else { continue }
            let failures = try await write(part.map { .insertOne($0.document) }, isOver)
            let indexes = Set(failures)
            refused += failures.map { part[$0] }
            let stored = part.enumerated().filter { !indexes.contains($0.offset) }.map(\.element)
            if isOver {
                try await removeOlder(stored, isOver: false)
            } else {
                // Finished in the meantime by another recorder: its document counts, which knows more.
                let filter: BSONDocument = ["_id": ["$in": .array(stored.map { .string($0.id.text) })]]
                let finished = try await shelves.finished.find(filter, projection: ["_id": 1])
                let ids = Set(finished.compactMap { $0["_id"]?.string })
                refused += stored.filter { ids.contains($0.id.text) }
            }
        }
        return refused
    }

    /// Brings the documents of jobs that are known up to date.
    private func update(_ groups: [[JobEvent]]) async throws {
        var groups = groups
        for round in 0..<Self.patience where !groups.isEmpty {
            let known = try await shelves.find(groups.compactMap { $0.first?.id })
            let entries = try groups.compactMap { group in
                try entry(group.first.flatMap { known[$0.id.text] }, group)
            }
            groups = []
            for isOver in [false, true] {
                let part = entries.filter { $0.isOver == isOver }
                groups += try await store(part, isOver: isOver, isFirstTry: round == 0).map(\.events)
            }
        }
        guard groups.isEmpty else {
            throw ArchiveError(description: "recording jobs: \(groups.count) are changed by somebody else all the time")
        }
    }

    /// Puts documents in their collection.
    ///
    /// - Returns: those that another recorder has changed since they were read; they are to be read again.
    private func store(_ entries: [Entry], isOver: Bool, isFirstTry: Bool) async throws -> [Entry] {
        let changed = entries.filter { $0.document != $0.known }
        let models = changed.map { entry -> WriteModel in
            // One that moves is new where it goes; a plain insert costs MongoDB a fifth of a conditional write.
            if isFirstTry, entry.moves { return .insertOne(entry.document) }
            let filter: BSONDocument = ["_id": .string(entry.id.text), "seq": ["$lte": .int(entry.sequence)]]
            return .replaceOne(filter, entry.document, upsert: true)
        }
        let refused = Set(try await write(models, isOver).map { changed[$0].id })
        try await removeOlder(entries.filter { !refused.contains($0.id) }, isOver: !isOver)
        return entries.filter { refused.contains($0.id) }
    }

    /// Inserts, and answers the places of those that are there already.
    private func write(_ models: [WriteModel], _ isOver: Bool) async throws -> [Int] {
        try await shelf(isOver).bulkWrite(models).failures.map { failure in
            guard failure.isDuplicate, models.indices.contains(failure.index) else { throw Self.error(failure) }
            return failure.index
        }
    }

    /// Removes from one collection what is older than the documents that are in the other now.
    private func removeOlder(_ entries: [Entry], isOver: Bool) async throws {
        let models = Dictionary(grouping: entries, by: \.sequence).map { sequence, entries -> WriteModel in
            let ids: [BSON] = entries.map { .string($0.id.text) }
            return .deleteMany(["_id": ["$in": .array(ids)], "seq": ["$lt": .int(sequence)]])
        }
        if let failure = try await shelf(isOver).bulkWrite(models).failures.first { throw Self.error(failure) }
    }

    private func shelf(_ isOver: Bool) -> MongoCollection {
        isOver ? shelves.finished : shelves.open
    }

    private static func error(_ failure: BulkResult.Failure) -> ArchiveError {
        ArchiveError(description: "recording jobs: \(failure.message)")
    }
}

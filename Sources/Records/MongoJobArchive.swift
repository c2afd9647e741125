import HawserCore
public import HawserMetadata
public import HawserQueue

/// The record of all jobs, in MongoDB: the list, the history and the audit trail.
///
/// One document per job: in `jobs` while the job is not over, then in `finished_jobs`. A job that ends is inserted
/// there and removed here, which costs MongoDB a quarter of what changing it in place does (measured in
/// docs/data-model.md), and what is not over can be found without looking at what is. For a moment a job may be in both
/// or, read in the wrong order, in neither; readers look in both, and the higher sequence number counts.
///
/// The arguments, the result, the error and the progress are kept as JSON text: they are data, and names with dots or
/// dollars must come back as they were.
public struct MongoJobArchive: JobArchive {
    /// The most jobs a page of a list has.
    public static let pageLimit = 1000

    private let shelves: JobShelves
    /// Where recorders write: with more patience, since nobody waits for them.
    private let writer: JobShelves

    /// The archive in the collections `jobs` and `finished_jobs`.
    ///
    /// - Parameters:
    ///   - database: for reading, where a client waits for the answer.
    ///   - patient: for recording; a database object of its own with longer limits, or the same one.
    public init(_ database: MongoDatabase, patient: MongoDatabase? = nil) {
        shelves = JobShelves(database)
        writer = JobShelves(patient ?? database)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        for shelf in shelves.both {
            try await shelf.createIndexes([
                MongoIndex(["tenant": 1, "_id": -1]), MongoIndex(["state": 1, "_id": -1]),
            ])
        }
    }

    /// Stores events; the same events again change nothing.
    public func record(_ events: [JobEvent]) async throws {
        let byJob = Dictionary(grouping: events, by: \.id)
        try await JobRecording(shelves: writer).record(
            byJob.values.map { $0.sorted { $0.record.sequence < $1.record.sequence } }
        )
    }

    /// The record of a job.
    public func find(_ id: JobID) async throws -> JobRecord? {
        try await shelves.find(id).map { try shelves.open.reading($0, JobDocument.job) }
    }

    /// Those of the ids that are known.
    public func known(_ ids: [JobID]) async throws -> Set<JobID> {
        Set(try await shelves.find(ids, projection: ["_id": 1, "seq": 1]).keys.compactMap { JobID($0) })
    }

    /// The changes of a job that are recorded, in order.
    public func history(of id: JobID, after sequence: Int = 0) async throws -> [JobChange] {
        guard let document = try await shelves.find(id, projection: ["history": 1, "seq": 1]) else { return [] }
        return try shelves.open.reading(document, JobDocument.history).filter { $0.sequence > sequence }
    }

    /// The changes of a job that are recorded, in order, once a change that was seen elsewhere is among them.
    ///
    /// The record follows the queue by some 200 ms.
    ///
    /// - Returns: what is recorded by then or, when the change does not come, after the limit.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func history(of id: JobID, reaching sequence: Int, within limit: Duration) async throws -> [JobChange] {
        let end = ContinuousClock.now + limit
        while true {
            let history = try await history(of: id)
            if history.contains(where: { $0.sequence >= sequence }) || ContinuousClock.now >= end { return history }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// A page of jobs, the newest first.
    public func list(_ query: JobQuery) async throws -> [JobRecord] {
        let limit = min(max(query.limit, 1), Self.pageLimit)
        var found: [String: BSONDocument] = [:]
        for shelf in shelves.both {
            let part = try await shelf.find(query.filter, sort: ["_id": -1], limit: limit, projection: ["history": 0])
            try JobShelves.gather(part, in: &found)
        }
        return try found.sorted { $0.key > $1.key }.prefix(limit).map { try shelves.open.reading($1, JobDocument.job) }
    }
}

/// The record could not be written.
public struct ArchiveError: Error, CustomStringConvertible {
    /// Why.
    public let description: String
}

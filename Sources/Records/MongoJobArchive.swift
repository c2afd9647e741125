import HawserCore
public import HawserMetadata
public import HawserQueue

/// The record of all jobs, in MongoDB: the list, the history and the audit trail.
///
/// One document per job. The arguments, the result, the error and the progress are kept as JSON text: they are data,
/// and names with dots or dollars must come back as they were.
public struct MongoJobArchive: JobArchive {
    /// The most jobs a page of a list has.
    public static let pageLimit = 1000

    private let jobs: MongoCollection
    /// Where recorders write: with more patience, since nobody waits for them.
    private let records: MongoCollection

    /// The archive in the collection `jobs`.
    ///
    /// - Parameters:
    ///   - database: for reading, where a client waits for the answer.
    ///   - patient: for recording; a database object of its own with longer limits, or the same one.
    public init(_ database: MongoDatabase, patient: MongoDatabase? = nil) {
        jobs = database.collection("jobs")
        records = (patient ?? database).collection("jobs")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await jobs.createIndexes([
            MongoIndex(["tenant": 1, "_id": -1]), MongoIndex(["state": 1, "_id": -1]),
        ])
    }

    /// Stores events; the same events again change nothing.
    public func record(_ events: [JobEvent]) async throws {
        let byJob = Dictionary(grouping: events, by: \.id)
        let groups = byJob.values.map { $0.sorted { $0.record.sequence < $1.record.sequence } }
        let known = try await write(groups) { JobDocument.insert($0) ?? JobDocument.update($0) }
        // There is a document already, perhaps made by another recorder at this very moment: it is brought up to date.
        // A duplicate this time says that it is as new as these events or newer.
        let newer = try await write(known, JobDocument.update)
        // Those events only complete the history.
        let late = newer.flatMap { $0 }
        guard !late.isEmpty else { return }
        if let failure = try await records.bulkWrite(late.map(JobDocument.lateUpdate)).failures.first {
            throw ArchiveError(description: "recording jobs: \(failure.message)")
        }
    }

    /// Sends one write per job.
    ///
    /// - Returns: the jobs whose write was refused as a duplicate.
    private func write(
        _ groups: [[JobEvent]],
        _ model: ([JobEvent]) -> WriteModel?
    ) async throws -> [[JobEvent]] {
        try await records.bulkWrite(groups.compactMap(model)).failures.map { failure in
            guard failure.isDuplicate, groups.indices.contains(failure.index) else {
                throw ArchiveError(description: "recording jobs: \(failure.message)")
            }
            return groups[failure.index]
        }
    }

    /// The record of a job.
    public func find(_ id: JobID) async throws -> JobRecord? {
        try await jobs.findOne(["_id": .string(id.text)]).map { try jobs.reading($0, JobDocument.job) }
    }

    /// Those of the ids that are known.
    public func known(_ ids: [JobID]) async throws -> Set<JobID> {
        let filter: BSONDocument = ["_id": ["$in": .array(ids.map { .string($0.text) })]]
        let found = try await jobs.find(filter, projection: ["_id": 1])
        return Set(found.compactMap { $0["_id"]?.string.flatMap { JobID($0) } })
    }

    /// The changes of a job that are recorded, in order.
    public func history(of id: JobID, after sequence: Int = 0) async throws -> [JobChange] {
        guard let document = try await jobs.findOne(["_id": .string(id.text)], projection: ["history": 1]) else {
            return []
        }
        return try jobs.reading(document, JobDocument.history).filter { $0.sequence > sequence }
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
        let found = try await jobs.find(query.filter, sort: ["_id": -1], limit: limit, projection: ["history": 0])
        return try found.map { try jobs.reading($0, JobDocument.job) }
    }
}

/// The record could not be written.
public struct ArchiveError: Error, CustomStringConvertible {
    /// Why.
    public let description: String
}

public import HawserCore
import HawserMetadata
public import HawserQueue

/// Which jobs a list is to show; what is nil does not matter.
public struct JobQuery: Sendable {
    /// Those of one tenant.
    public var tenant: String?
    /// Those in one state.
    public var state: JobState?
    /// Those of one kind.
    public var kind: String?
    /// Those of one queue.
    public var queue: String?
    /// Those accepted at or after a time.
    public var since: Timestamp?
    /// Those older than a job: the last one of the page before.
    public var before: JobID?
    /// How many.
    public var limit = 100

    /// All jobs.
    public init() {}

    /// The query as MongoDB takes it.
    var filter: BSONDocument {
        var filter: BSONDocument = [:]
        if let tenant { filter["tenant"] = .string(tenant) }
        if let state { filter["state"] = .string(state.rawValue) }
        if let kind { filter["kind"] = .string(kind) }
        if let queue { filter["queue"] = .string(queue) }
        if let since { filter["created"] = ["$gte": .date(since)] }
        if let before { filter["_id"] = ["$lt": .string(before.text)] }
        return filter
    }
}

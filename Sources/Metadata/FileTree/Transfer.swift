public import HawserCore

/// A path that is moved up or down by a job.
public struct Transfer: Sendable, Hashable {
    /// The job.
    public let job: String
    /// The tenant.
    public let tenant: String
    /// The path, as the client named it.
    public let path: String
    /// When it was asked for.
    public let created: Timestamp

    /// A transfer that begins.
    public init(job: String, tenant: String, path: String) {
        self.job = job
        self.tenant = tenant
        self.path = path
        created = .now
    }

    init(document: BSONDocument) throws {
        job = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        path = try document.required("path", \.string)
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        [
            "_id": .string(job), "tenant": .string(tenant), "path": .string(path), "created": .date(created),
        ]
    }
}

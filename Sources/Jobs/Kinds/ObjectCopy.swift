public import HawserCore
public import HawserQueue

/// Copies an object into the container of a tenant: `object.copy`.
///
/// The id of the new object is chosen before the job is accepted, so that a copy that is run twice makes one object.
public enum ObjectCopy: JobKind {
    /// What is copied where.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The object to copy.
        public var source: String
        /// The tenant that owns it and allowed the copy.
        public var sourceTenant: String
        /// The tenant whose container it goes to.
        public var tenant: String
        /// The id of the new object.
        public var object: String

        private enum CodingKeys: String, CodingKey {
            case source, tenant, object
            case sourceTenant = "source_tenant"
        }

        /// A copy.
        public init(source: String, sourceTenant: String, tenant: String, object: String) {
            self.source = source
            self.sourceTenant = sourceTenant
            self.tenant = tenant
            self.object = object
        }
    }

    /// The record of the new file, as the dialect shows it.
    public typealias Output = JSON

    /// `object.copy`.
    public static let name = "object.copy"
    /// `storage`.
    public static let queue = QueueName(literal: "storage")
    /// Tried for a day.
    public static let retry = RetryPolicy(maxAttempts: 64, base: 1, cap: 1800, deadline: 86_400)
    /// Six hours, for the largest files on the slowest disks.
    public static let attemptTimeout = Duration.seconds(6 * 3600)

    /// The source's owner is nobody else's business.
    public static func shown(_ arguments: JSON) -> JSON {
        guard var members = arguments.object else { return arguments }
        members["source_tenant"] = nil
        return .object(members)
    }
}

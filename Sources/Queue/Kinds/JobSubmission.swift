import Foundation
public import HawserCore

/// A job to be: what `JobQueues.enqueue` takes.
public struct JobSubmission: Sendable {
    /// Its id; made here, so that the same submission can safely be sent twice.
    public let id: JobID
    /// What it does.
    public let kind: String
    /// The queue it goes to.
    public let queue: QueueName
    /// Who owns it; without spaces, at most 64 characters by convention.
    public let tenant: String
    /// What it is given, as JSON text.
    let data: Data
    private let json: JSON?
    /// The locks it needs.
    public let locks: [String]
    /// 0 (last) to 9 (first).
    public var priority: Int
    /// Not before this time; nil: now.
    public var runAt: Timestamp?
    /// Attempts in all.
    public var maxAttempts: Int
    /// Seconds after acceptance when it is given up; nil: never.
    public var deadline: Double?

    /// The priority of a job that names none.
    public static let defaultPriority = 5
    /// The priorities there are.
    public static let priorities = 0...9

    /// A submission with the defaults of its kind.
    ///
    /// - Parameters:
    ///   - kind: the kind, whose queue and policy count where nothing else is given.
    ///   - arguments: as JSON; checked by `JobKind.check` by whoever took them from outside.
    ///   - tenant: who owns the job.
    ///   - queue: another queue than the kind's.
    ///   - id: an id that was made before, so that a repeated submission is stored once.
    public init(
        _ kind: any JobKind.Type,
        arguments: JSON,
        tenant: String,
        queue: QueueName? = nil,
        id: JobID? = nil
    ) {
        self.init(kind, arguments, encoded: Data(), locks: Self.locks(kind, arguments), tenant, queue, id)
    }

    private static func locks<Kind: JobKind>(_ kind: Kind.Type, _ arguments: JSON) -> [String] {
        guard let locks = kind.locks else { return [] }
        // Arguments that are not the kind's fail when the job is run, or before, where they are checked.
        return (try? arguments.decoded()).map(locks) ?? []
    }

    private init(
        _ kind: any JobKind.Type,
        _ arguments: JSON?,
        encoded: Data,
        locks: [String],
        _ tenant: String,
        _ queue: QueueName?,
        _ id: JobID?
    ) {
        let queue = queue ?? kind.queue
        self.id = id ?? JobID(in: queue)
        self.kind = kind.name
        self.queue = queue
        self.tenant = tenant
        json = arguments
        self.locks = locks
        data = arguments?.data ?? encoded
        priority = Self.defaultPriority
        maxAttempts = kind.retry.maxAttempts
        deadline = kind.retry.deadline
    }

    /// A submission of a kind's own arguments.
    ///
    /// - Throws: `EncodingError` when they cannot be written as JSON.
    public init<Kind: JobKind>(
        _ kind: Kind.Type,
        _ arguments: Kind.Arguments,
        tenant: String = "-",
        queue: QueueName? = nil,
        id: JobID? = nil
    ) throws {
        let encoded = try Self.encoder.encode(arguments)
        self.init(kind, nil, encoded: encoded, locks: kind.locks?(arguments) ?? [], tenant, queue, id)
    }

    /// What it is given.
    public var arguments: JSON {
        json ?? (try? JSON(parsing: data)) ?? .null
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
}

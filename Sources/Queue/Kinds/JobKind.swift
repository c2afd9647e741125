public import HawserCore

/// What a job of one kind can be asked: its name, arguments, result, queue and retry policy.
///
/// Nothing here says how it is done.
///
/// ```swift
/// enum Greet: JobKind {
///     struct Arguments: Codable, Sendable { var name: String }
///     typealias Output = String
///     static let name = "greet"
/// }
/// ```
/// The name is stored with each job: renaming a kind orphans the jobs that lie in the queue.
public protocol JobKind: Sendable {
    /// What a job is given, as JSON.
    associatedtype Arguments: Codable & Sendable
    /// What comes of it, as JSON.
    associatedtype Output: Codable & Sendable

    /// The stable, dotted name.
    static var name: String { get }
    /// The queue its jobs go to when nobody names another.
    static var queue: QueueName { get }
    /// The names of what a job must have for itself while it runs or waits: `server:2f1c…`.
    ///
    /// Of the jobs of a queue that name the same lock one at a time is under way, from its first attempt until it is
    /// over, undone included; the others stay queued, in the order in which they were submitted. A job gets all its
    /// locks at once or none. nil, and not a closure that answers nothing, for kinds without.
    static var locks: (@Sendable (Arguments) -> [String])? { get }
    /// How failed attempts are repeated.
    static var retry: RetryPolicy { get }
    /// How long one attempt may take before it counts as failed.
    static var attemptTimeout: Duration { get }
    /// Whether tenants may submit it themselves, by `POST /v1/jobs`.
    static var isOpen: Bool { get }
    /// What is wrong with arguments, field by field, beyond their types; checked before a job is accepted.
    static func problems(in arguments: Arguments) -> [ArgumentProblem]
    /// The arguments as they may be shown: without what is secret.
    static func shown(_ arguments: JSON) -> JSON
    /// The shape of the arguments, a JSON Schema (2020-12), for those who submit them by HTTP.
    static var argumentsSchema: JSON { get }
}

extension JobKind {
    /// The queue `default`.
    public static var queue: QueueName { .default }
    /// None.
    public static var locks: (@Sendable (Arguments) -> [String])? { nil }
    /// Ten attempts, from one second to ten minutes apart.
    public static var retry: RetryPolicy { RetryPolicy() }
    /// One hour.
    public static var attemptTimeout: Duration { .seconds(3600) }
    /// Not submitted by tenants.
    public static var isOpen: Bool { false }
    /// None.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] { [] }
    /// All of them.
    public static func shown(_ arguments: JSON) -> JSON { arguments }
    /// Any object.
    public static var argumentsSchema: JSON { ["type": "object"] }

    /// Checks arguments that came as JSON: their types, then `problems(in:)`.
    ///
    /// - Returns: what is wrong; empty when nothing is.
    public static func check(_ arguments: JSON) -> [ArgumentProblem] {
        do {
            return problems(in: try arguments.decoded())
        } catch let error as JSONError {
            let parts = error.description.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return [ArgumentProblem("", error.description)] }
            let field = parts[0] == "body" ? "" : String(parts[0])
            return [ArgumentProblem(field, parts[1].trimmingPrefix(" ").description)]
        } catch {
            return [ArgumentProblem("", "\(error)")]
        }
    }
}

/// What is wrong with one field of a job's arguments.
public struct ArgumentProblem: Sendable, Equatable {
    /// The path of the field within the arguments: `headers.accept`; empty for the whole.
    public let field: String
    /// What is wrong, in words.
    public let message: String

    /// A problem with a field.
    public init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// The result of a kind that has none to tell.
public struct NoOutput: Codable, Sendable, Equatable {
    /// Nothing.
    public init() {}
}

/// How far a walk over contents came, in one of its rounds or in all of them so far.
public protocol WalkOutcome: Codable, Sendable {
    /// Nothing yet.
    init()

    /// The content it came to; nil when it is through.
    var last: String? { get }

    /// What two rounds did, one after the other.
    static func + (earlier: Self, later: Self) -> Self
}

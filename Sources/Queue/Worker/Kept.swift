/// Thrown by an undo: what the step did is not taken back, and the job's error says so.
public struct Kept: Error, Sendable, CustomStringConvertible {
    /// What was done, for people: `the deletion of the disk`.
    public let what: String
    /// Whether it was done for certain: a step that was cut off was so perhaps.
    public let isCertain: Bool

    /// Something that stays.
    public init(_ what: String, isCertain: Bool = true) {
        self.what = what
        self.isCertain = isCertain
    }

    /// The words in the job's error.
    public var description: String { "\(isCertain ? "carried out all the same" : "perhaps carried out"): \(what)" }
}

/// What is asked about is not known yet: it is being listed, or will be as soon as the pace of listings allows.
public struct NewsToCome: Error, Hashable, CustomStringConvertible {
    /// When to ask again.
    public let after: Duration

    /// The error as a sentence.
    public var description: String { "the cloud is being asked; known in about \(after)" }
}

/// A setting that cannot be used, as one sentence that names it.
///
/// The sentence holds no value of a secret setting.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The sentence, for the one who started the program.
    public let description: String

    /// Makes an error with its sentence.
    public init(_ description: String) {
        self.description = description
    }
}

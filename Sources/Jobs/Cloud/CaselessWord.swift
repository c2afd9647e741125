public import HawserCore

/// One of a few words, which clients write in any case of letters.
public protocol CaselessWord: RawRepresentable, CaseIterable, Codable, Sendable where RawValue == String {}

extension CaselessWord {
    /// Reads the word.
    ///
    /// - Throws: `DecodingError` that says which words there are.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let word = Self(rawValue: try container.decode(String.self).lowercased()) else {
            let words = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "must be one of \(words)")
        }
        self = word
    }

    /// The JSON schema of the word.
    public static var schema: JSON {
        [
            "type": "string", "enum": .array(allCases.map { .string($0.rawValue) }),
            "description": "In any case of letters",
        ]
    }
}

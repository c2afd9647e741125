/// The file names clients send, made fit to be kept and shown; they are never used as a path.
public enum FileName {
    /// The name a client means by a multipart `filename`.
    ///
    /// Browsers send `%22` for a quote, `&#8364;` for a character the form's encoding lacks, and some a whole path: the
    /// escapes are decoded, then the last segment after `/` or `\` is the name.
    ///
    /// - Throws: `StorageError.badName` when it is empty, `.`, `..`, longer than 255 bytes, or has control characters.
    public static func clean(_ raw: String) throws -> String {
        let decoded = decodeReferences(raw.replacing("%22", with: "\""))
        let name =
            decoded.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last
            .map { String($0) } ?? ""
        if name.isEmpty { throw StorageError.badName(reason: "is empty") }
        if name == "." || name == ".." { throw StorageError.badName(reason: "is not the name of a file") }
        if name.utf8.count > 255 { throw StorageError.badName(reason: "is longer than 255 bytes") }
        if name.unicodeScalars.contains(where: isControl) {
            throw StorageError.badName(reason: "has control characters")
        }
        return name
    }

    /// The name a client means, from the bytes it sent.
    ///
    /// - Throws: `StorageError.badName` when these are not UTF-8, and as `clean` of a text does.
    public static func clean(_ raw: [UInt8]) throws -> String {
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw StorageError.badName(reason: "is not UTF-8")
        }
        return try clean(text)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Decodes `&#` digits `;` where they stand for a character, and leaves all else as it is.
    private static func decodeReferences(_ text: String) -> String {
        guard text.contains("&#") else { return text }
        var decoded = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "&#") {
            decoded += rest[..<start.lowerBound]
            let digits = rest[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
            let after = rest[digits.endIndex...]
            if (1...7).contains(digits.count), after.first == ";", let code = UInt32(digits),
                let scalar = Unicode.Scalar(code)
            {
                decoded.unicodeScalars.append(scalar)
                rest = after.dropFirst()
            } else {
                decoded += "&#"
                rest = rest[start.upperBound...]
            }
        }
        return decoded + rest
    }
}

import HawserHTTP

/// The ids of things in a cloud as clients give them: they become parts of paths.
enum CloudID {
    /// Whether a text can be one: 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit.
    ///
    /// Most are UUIDs; flavors and regions are called as operators like.
    static func isValid(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first, isWord(first) else { return false }
        return text.utf8.allSatisfy {
            isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }

    /// The id in a path.
    ///
    /// - Throws: `IaaSFailure` when it cannot be one.
    static func inPath(_ request: Request, _ name: String = "id") throws -> String {
        guard let id = request.pathParameters[name], isValid(id) else {
            throw IaaSFailure(.badParameter, status: 400, "\(name) is not the id of anything")
        }
        return id
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

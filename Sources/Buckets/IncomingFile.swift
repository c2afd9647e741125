public import HawserStorage

/// A file that has arrived and is not in a bucket yet.
public struct IncomingFile: Sendable {
    /// Its bytes.
    public let staged: StagedFile
    /// Its name, as `cleaned` gives it.
    public let name: String
    /// Its media type.
    public let type: String
    /// What it is called in a list.
    public let title: String?

    /// The longest names and titles of the seed's tables, in UTF-16 units as those count them.
    public static let longest = 100

    /// A file.
    ///
    /// - Parameters:
    ///   - staged: its bytes.
    ///   - name: its name, as `cleaned` gives it.
    ///   - type: its media type, when its uploader named one; else it is that of the name's extension.
    ///   - title: what it is called in a list.
    public init(staged: StagedFile, name: String, type: String?, title: String?) {
        self.staged = staged
        self.name = name
        self.type = MediaTypes.type(given: type, name: name)
        self.title = title
    }

    /// The name a client means: without a path, quotes around it, and what the original's file system does not take.
    ///
    /// - Throws: `StorageError.badName` when nothing is left or it is too long.
    public static func cleaned(_ raw: String) throws -> String {
        let printable = String(String.UnicodeScalarView(raw.unicodeScalars.filter { !isControl($0) }))
        let last = try FileName.clean(printable)
        var name = last.filter { !"<>:\"|?*".contains($0) }[...]
        while let first = name.first, first == " " || first == "'" { name.removeFirst() }
        while let last = name.last, last == " " || last == "'" { name.removeLast() }
        // Taking characters out may have left something that means a folder.
        let clean = try FileName.clean(String(name))
        guard clean.utf16.count <= longest else {
            throw StorageError.badName(reason: "is longer than \(longest) characters")
        }
        return clean
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

import Foundation

/// A file of `NAME=value` lines; empty lines and lines that start with `#` are skipped.
///
/// Spaces around name and value do not count; a value may stand in single or double quotes, which are taken off.
struct ConfigurationFile {
    struct Line {
        let value: String
        /// The file and the number of the line, for errors.
        let place: String
    }

    /// The values by name; empty ones are left out.
    let lines: [String: Line]

    /// Reads a file.
    ///
    /// - Throws: `ConfigurationError` when it cannot be read, or with the number of the line that cannot be used.
    init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let reason = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "does not exist"
            throw ConfigurationError("The configuration file \(path) \(reason).")
        }
        try self.init(text: text, path: path)
    }

    init(text: String, path: String) throws {
        var lines: [String: Line] = [:]
        let names = Setting.all.map(\.name)
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = "\(path), line \(index + 1)"
            let line = raw.trimmingCharacters(in: .whitespacesAndNewlines)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError("\(place) is not of the form NAME=value.")
            }
            let name = line[..<equals].trimmingCharacters(in: .whitespaces)
            guard Setting.named(name) != nil else {
                let end = NearestName.suggestion(for: name, among: names)
                throw ConfigurationError("\(name) in \(place) is not a setting of hawser\(end)")
            }
            guard name != "HAWSER_CONFIG" else {
                throw ConfigurationError("\(name) in \(place) cannot name another file.")
            }
            guard lines[name] == nil else {
                throw ConfigurationError("\(name) in \(place) is given twice.")
            }
            let value = Self.unquoted(line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces))
            lines[name] = Line(value: value, place: place)
        }
        self.lines = lines.filter { !$0.value.value.isEmpty }
    }

    private static func unquoted(_ value: String) -> String {
        for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return value
    }
}

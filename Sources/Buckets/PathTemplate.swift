import HawserCore

/// A bucket's path, with variables that are filled in for each file.
///
/// `$year` or `$(year)`, and so `month`, `day`, `date` (`yyyyMMdd`) and `time` (`HHmmss`), in any case. Other words with
/// a `$` stand for themselves. The original filled in variables of the environment, too, which tells clients of them.
struct PathTemplate {
    private let template: String

    init(_ template: String) {
        self.template = template
    }

    /// The path of a file: the bucket's, then `[bucket]id.extension`.
    ///
    /// A path without variables gets the seed's: `/$year/$month/$day`.
    func path(bucket: Int64, file: String, name: String, at moment: Timestamp) -> String {
        let time = LocalTime(moment)
        var (folder, hasVariables) = filled(time)
        while folder.hasSuffix("/") { folder.removeLast() }
        if !hasVariables { folder += "/\(time.year)/\(time.month)/\(time.day)" }
        return "\(folder)/[\(bucket)]\(CacheKeys.bare(file))\(Self.extension(of: name))"
    }

    private func filled(_ time: LocalTime) -> (text: String, hasVariables: Bool) {
        let values = [
            "year": time.year, "month": time.month, "day": time.day, "date": time.year + time.month + time.day,
            "time": time.hour + time.minute + time.second,
        ]
        var hasVariables = false
        let text = template.replacing(#/\$(?:\(([A-Za-z]+)\)|([A-Za-z]+)(?![A-Za-z0-9_]))/#) { match -> String in
            let name = (match.output.1 ?? match.output.2 ?? "").lowercased()
            guard let value = values[name] else { return String(match.output.0) }
            hasVariables = true
            return value
        }
        return (text, hasVariables)
    }

    /// The last dot of a name and what follows it, in lower case.
    private static func `extension`(of name: String) -> String {
        guard let dot = name.lastIndex(of: "."), name.index(after: dot) < name.endIndex else { return "" }
        return name[dot...].lowercased()
    }
}

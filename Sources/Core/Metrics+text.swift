extension Metrics {
    /// Labels as the format wants them: `{method="GET",status="200"}`, or nothing.
    static func labels(_ names: [String], _ values: [String], and extra: String = "") -> String {
        var pairs = zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        if !extra.isEmpty { pairs.append(extra) }
        return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    /// A number as the format wants it: whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }

    /// A text with what would end its line, or its quotes, escaped.
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 92 || $0 == 10 || (quotes && $0 == 34) }) else { return text }
        var escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        if quotes { escaped = escaped.replacing("\"", with: "\\\"") }
        return escaped
    }
}

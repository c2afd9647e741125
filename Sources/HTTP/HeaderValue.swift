/// A header value with parameters: `form-data; name="a"; filename*=UTF-8''b`.
struct HeaderValue {
    let value: String
    private var parameters: [(name: String, value: String)] = []

    init(_ text: String) {
        var rest = text[...]
        let end = rest.firstIndex(of: ";") ?? rest.endIndex
        value = String(rest[..<end].trimmed)
        rest = rest[end...]
        while rest.first == ";" {
            rest = rest.dropFirst().trimmed
            guard let equals = rest.firstIndex(where: { $0 == "=" || $0 == ";" }) else { break }
            let name = String(rest[..<equals].trimmed)
            rest = rest[equals...]
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().trimmed
            parameters.append((name: name, value: rest.first == "\"" ? Self.quoted(&rest) : Self.bare(&rest)))
            rest = rest.drop { $0 != ";" }
        }
    }

    /// The first value of a parameter.
    subscript(name: String) -> String? {
        parameters.first { Headers.isSame($0.name, name) }?.value
    }

    /// A parameter as browsers write it, who send a quote, CR and LF in names as percent codes and no others.
    func formValue(_ name: String) -> String? {
        guard let value = self[name], value.utf8.contains(UInt8(ascii: "%")) else { return self[name] }
        var decoded = ""
        var rest = value[...]
        while let percent = rest.firstIndex(of: "%") {
            decoded += rest[..<percent]
            rest = rest[percent...]
            switch rest.prefix(3) {
            case "%22": decoded += "\""
            case "%0D", "%0d": decoded += "\r"
            case "%0A", "%0a": decoded += "\n"
            default:
                decoded += "%"
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(3)
        }
        return decoded + rest
    }

    /// A parameter in the extended notation of RFC 8187 (`name*=UTF-8''percent-coded`); nil when absent or not valid.
    func extended(_ name: String) -> String? {
        guard let value = self[name + "*"] else { return nil }
        let pieces = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3, Headers.isSame(String(pieces[0]), "UTF-8") else { return nil }
        return RequestTarget.decode(pieces[2], plusIsSpace: false)
    }

    /// Reads a quoted string; a backslash escapes quotes and backslashes only, as some clients send bare Windows paths.
    private static func quoted(_ rest: inout Substring) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                text.append(next)
                rest = rest.dropFirst()
            } else {
                text.append(character)
            }
        }
        return text
    }

    private static func bare(_ rest: inout Substring) -> String {
        let end = rest.firstIndex(of: ";") ?? rest.endIndex
        defer { rest = rest[end...] }
        return String(rest[..<end].trimmed)
    }
}

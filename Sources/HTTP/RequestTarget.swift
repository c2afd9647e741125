import Foundation

/// The path of a request target, decoded segment by segment.
struct RequestTarget {
    let path: String
    let segments: [String]

    /// Decodes the path of a target in origin form (`/a/b?c`), absolute form (`http://host/a`) or `*`.
    ///
    /// Nil when it has a NUL, a broken percent sign, bytes that are not UTF-8, or does not begin as one of these.
    init?(_ target: String) {
        var raw = target[...]
        if let scheme = raw.range(of: "://"), !raw.hasPrefix("/") {
            let rest = raw[scheme.upperBound...]
            raw = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        if let end = raw.utf8.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
            raw = raw[..<end]
        }
        guard raw == "*" || raw.utf8.first == UInt8(ascii: "/"), raw.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return nil }
        var segments: [String] = []
        for part in raw.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = Self.decode(part, plusIsSpace: false) else { return nil }
            segments.append(segment)
        }
        self.segments = segments
        path = raw == "*" ? "*" : "/" + segments.joined(separator: "/")
    }

    /// The pairs of a target's query.
    static func query(of target: String) -> [(name: String, value: String)] {
        guard let start = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let end = target.utf8.firstIndex(of: UInt8(ascii: "#")) ?? target.endIndex
        guard start < end else { return [] }
        return target[target.index(after: start)..<end].split(separator: "&").map { pair in
            let cut = pair.utf8.firstIndex(of: UInt8(ascii: "="))
            let name = pair[..<(cut ?? pair.endIndex)]
            let value = cut.map { pair[pair.index(after: $0)...] } ?? ""
            return (
                name: decode(name, plusIsSpace: true) ?? String(name),
                value: decode(value, plusIsSpace: true) ?? String(value)
            )
        }
    }

    /// Percent-decodes; nil for a broken percent sign, a NUL or bytes that are not UTF-8.
    static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        let needsWork = text.utf8.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
        if !needsWork { return text.utf8.contains(0) ? nil : String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(32)
            default:
                bytes.append(byte)
            }
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

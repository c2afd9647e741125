import HawserCore

/// What a plain word of YAML 1.1 means, as PyYAML's resolver has it.
///
/// Dates stay text; numbers to the base of 60 (`1:30`) stay text too, since in a file of settings they are addresses.
enum YAMLWord {
    static func meaning(of word: String) -> JSON {
        switch word {
        case "", "~", "null", "Null", "NULL": return .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        default: return number(word) ?? .string(word)
        }
    }

    private static func number(_ word: String) -> JSON? {
        guard let first = word.utf8.first, "+-.0123456789".utf8.contains(first) else { return nil }
        let sign = word.hasPrefix("-") ? "-" : ""
        let digits = word.drop { $0 == "-" || $0 == "+" }
        guard word.utf8.count - digits.utf8.count <= 1 else { return nil }
        let plain = digits.filter { $0 != "_" }
        if digits.hasPrefix("0b") { return whole(sign, plain.dropFirst(2), 2) }
        if digits.hasPrefix("0x") { return whole(sign, plain.dropFirst(2), 16) }
        if digits.utf8.allSatisfy({ isDigit($0) || $0 == 95 }), digits.utf8.first != 95 {
            // A leading zero says octal; one that is none (0189) is a word.
            return plain.count > 1 && plain.hasPrefix("0") ? whole(sign, plain.dropFirst(), 8) : whole(sign, plain, 10)
        }
        switch digits {
        case ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN": return nil
        default: break
        }
        return isFraction(digits, isSigned: digits.utf8.count < word.utf8.count)
            ? Double(sign + plain).map(JSON.double) : nil
    }

    private static func whole(_ sign: String, _ digits: some StringProtocol, _ base: Int) -> JSON? {
        guard let value = Int64(sign + digits, radix: base) else { return nil }
        return .int(value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// Digits, a point, digits, and an exponent only with its sign; the first digits may be missing where no sign is.
    private static func isFraction(_ text: Substring, isSigned: Bool) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let exponent = parts[1].split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let isNumber = { (part: Substring) in part.utf8.allSatisfy { isDigit($0) || $0 == 95 } }
        guard isNumber(parts[0]), isNumber(exponent[0]) else { return false }
        if parts[0].isEmpty, isSigned || !(exponent[0].utf8.first.map(isDigit) ?? false) { return false }
        guard exponent.count == 2 else { return true }
        let sign = exponent[1].first
        return (sign == "+" || sign == "-") && exponent[1].utf8.count > 1
            && exponent[1].utf8.dropFirst().allSatisfy(isDigit)
    }
}

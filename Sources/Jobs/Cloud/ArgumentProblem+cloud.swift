import HawserCore
public import HawserQueue

extension ArgumentProblem {
    /// What is wrong with an id of a cloud: it is 1 to 64 letters, digits, `-`, `_` or `.`; nil when nothing is.
    public static func id(_ field: String, _ id: String) -> ArgumentProblem? {
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        // "." and ".." would be steps in a path.
        guard (1...64).contains(id.utf8.count), isPlain, id.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else {
            return ArgumentProblem(field, "must be an id: 1 to 64 letters, digits, '-', '_' or '.'")
        }
        return nil
    }

    /// What is wrong with a text that a cloud keeps: too short, too long (in characters, as its database counts) or
    /// with control characters; nil when nothing is.
    public static func text(_ field: String, _ text: String?, _ length: ClosedRange<Int>) -> ArgumentProblem? {
        guard let text else { return nil }
        guard length.contains(text.unicodeScalars.count) else {
            return ArgumentProblem(field, "must have \(length.lowerBound) to \(length.upperBound) characters")
        }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && scalar.value != 0x7F || scalar == "\n" || scalar == "\t"
        }
        return isClean ? nil : ArgumentProblem(field, "must have no control characters")
    }

    /// What is wrong with a name that a cloud keeps: a text as above, of one line; nil when nothing is.
    public static func name(_ field: String, _ name: String?, _ length: ClosedRange<Int>) -> ArgumentProblem? {
        if let problem = text(field, name, length) { return problem }
        let isLine = name?.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ?? true
        return isLine ? nil : ArgumentProblem(field, "must have no control characters")
    }

    /// What is wrong with an address; nil when nothing is.
    public static func address(_ field: String, _ text: String) -> ArgumentProblem? {
        guard !text.contains("/"), AddressRange(text) != nil else {
            return ArgumentProblem(field, "must be an IP address")
        }
        return nil
    }

    /// What is wrong with the ids of a peer link: subnet and router of one side, subnet and router of the other.
    public static func peers(_ ids: [(field: String, id: String)]) -> [ArgumentProblem] {
        let problems = ids.compactMap { field, id in
            // All four go into one description of at most 255 characters; Neutron's ids have 36.
            id.utf8.count > 36 ? ArgumentProblem(field, "must be the id of a resource") : .id(field, id)
        }
        guard problems.isEmpty, ids.count == 4, ids[1].id == ids[3].id else { return problems }
        return [ArgumentProblem(ids[3].field, "must be another router than \(ids[1].field)")]
    }
}

import HawserCore

/// A thing of a cloud that is read from JSON; fields nobody asks for are ignored.
protocol CloudModel: Sendable {
    init(_ fields: CloudFields) throws
}

/// Reads the fields of a JSON object and says which one is wrong.
struct CloudFields {
    struct Failure: Error {
        let path: String
        let reason: String
    }

    let json: JSON
    private let path: String
    private let members: [String: JSON]

    init(_ json: JSON, at path: String) throws {
        guard case .object(let members) = json else { throw Failure(path: path, reason: "is no object") }
        self.json = json
        self.path = path
        self.members = members
    }

    private func failure(_ name: String, _ reason: String) -> Failure {
        Failure(path: "\(path).\(name)", reason: reason)
    }

    /// The value of a field; nil when it is missing or null.
    func value(_ name: String) -> JSON? {
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    func text(_ name: String) throws -> String {
        guard let text = try optionalText(name) else { throw failure(name, "is missing") }
        return text
    }

    func optionalText(_ name: String) throws -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text)?: return text
        // Ids of flavors and the like are numbers in some clouds.
        case .int(let number)?: return "\(number)"
        default: throw failure(name, "is no text")
        }
    }

    func int(_ name: String) throws -> Int {
        guard let number = try optionalInt(name) else { throw failure(name, "is missing") }
        return number
    }

    func optionalInt(_ name: String) throws -> Int? {
        switch value(name) {
        case nil: return nil
        // Nova says "" for no swap, and numbers come as text here and there.
        case .string(let text)?: return Int(text)
        case .some(let value):
            guard let number = value.int else { throw failure(name, "is no whole number") }
            return Int(number)
        }
    }

    func bool(_ name: String, default otherwise: Bool = false) throws -> Bool {
        switch value(name) {
        case nil: return otherwise
        case .bool(let value)?: return value
        // Cinder says "true" and "false" in some places.
        case .string(let text)?: return text.lowercased() == "true"
        default: throw failure(name, "is no boolean")
        }
    }

    /// A time; services leave out the zone, which is UTC.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = try optionalText(name) else { return nil }
        if let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "Z") { return time }
        throw failure(name, "is no time")
    }

    func fields(_ name: String) throws -> CloudFields {
        guard let value = value(name) else { throw failure(name, "is missing") }
        return try CloudFields(value, at: "\(path).\(name)")
    }

    func optionalFields(_ name: String) throws -> CloudFields? {
        value(name) == nil ? nil : try fields(name)
    }

    /// The objects of a list that must be there.
    func list(_ name: String) throws -> [CloudFields] {
        guard value(name) != nil else { throw failure(name, "is missing") }
        return try optionalList(name)
    }

    /// The objects of a list; none when it is missing.
    func optionalList(_ name: String) throws -> [CloudFields] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value else { throw failure(name, "is no list") }
        return try values.enumerated().map { try CloudFields($1, at: "\(path).\(name)[\($0)]") }
    }

    /// The texts of a list; none when it is missing.
    func texts(_ name: String) throws -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value else { throw failure(name, "is no list") }
        return values.compactMap(\.string)
    }

    /// The members of an object of texts (metadata); none when it is missing.
    func textMap(_ name: String) throws -> [String: String] {
        guard let value = value(name) else { return [:] }
        guard case .object(let members) = value else { throw failure(name, "is no object") }
        return members.compactMapValues { $0.string ?? ($0 == .null ? nil : $0.text) }
    }
}

extension JSON {
    /// An object of those members that are there.
    static func members(_ members: [String: JSON?]) -> JSON {
        .object(members.compactMapValues { $0 })
    }

    init?(_ text: String?) {
        guard let text else { return nil }
        self = .string(text)
    }

    init?(_ number: Int?) {
        guard let number else { return nil }
        self = .int(Int64(number))
    }

    init?(_ flag: Bool?) {
        guard let flag else { return nil }
        self = .bool(flag)
    }

    /// A list of texts.
    static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    /// An object of texts.
    static func textMap(_ map: [String: String]) -> JSON { .object(map.mapValues { .string($0) }) }
}

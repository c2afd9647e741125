import HawserCore
import HawserHTTP

/// Reads what seed 001's routes are sent: a JSON object, of which members nobody knows do not matter.
struct StoreFields {
    private let members: [String: JSON]
    /// Where these members are, for messages; empty for the body itself.
    private var prefix = ""

    /// Reads a request's body.
    ///
    /// - Throws: `StoreFailure` 415, 400; problems.
    init(_ request: Request, upTo limit: Int) async throws {
        let type = request.headers["content-type"]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        guard type == "application/json" else { throw StoreFailure(415, "Invalid content type") }
        guard let members = try await request.json(upTo: limit).object else {
            throw StoreFailure(400, "Invalid json request body: it is no object")
        }
        self.members = members
    }

    /// A text that must be there.
    func text(_ name: String, upTo limit: Int = 8192) throws -> String {
        guard let text = try optionalText(name, upTo: limit) else {
            throw StoreFailure.argument(prefix + name, "must not be empty")
        }
        return text
    }

    /// A text; nil when it is missing or empty.
    func optionalText(_ name: String, upTo limit: Int = 8192) throws -> String? {
        guard let value = members[name], value != .null else { return nil }
        guard let text = value.string else { throw wrong(name, "a string") }
        guard text.utf8.count <= limit else { throw StoreFailure.argument(prefix + name, "is too long") }
        return text.isEmpty ? nil : text
    }

    /// A boolean; false when it is missing.
    func flag(_ name: String, otherwise: Bool = false) throws -> Bool {
        guard let value = members[name], value != .null else { return otherwise }
        guard let flag = value.bool else { throw wrong(name, "a boolean") }
        return flag
    }

    /// A whole number that is not negative; nil when it is missing.
    ///
    /// It may come as a string, as clients of languages without 64-bit numbers send it.
    func number(_ name: String) throws -> Int64? {
        guard let value = members[name], value != .null else { return nil }
        guard let number = value.int ?? value.string.flatMap({ Int64($0) }), number >= 0 else {
            throw wrong(name, "a whole number that is not negative")
        }
        return number
    }

    /// Texts; nil when they are missing.
    func texts(_ name: String, atMost limit: Int) throws -> [String]? {
        guard let value = members[name], value != .null else { return nil }
        guard let list = value.array else { throw wrong(name, "a list of strings") }
        guard list.count <= limit else { throw StoreFailure.argument(prefix + name, "has more than \(limit) elements") }
        return try list.map { element in
            guard let text = element.string else { throw wrong(name, "a list of strings") }
            return text
        }
    }

    /// Lists of lists of objects, each read from its own fields; none when they are missing.
    func lists<Element>(_ name: String, _ read: (StoreFields) throws -> Element) throws -> [[Element]] {
        guard let value = members[name], value != .null else { return [] }
        guard let lists = value.array else { throw wrong(name, "a list of lists") }
        return try lists.enumerated().map { number, list in
            guard let objects = list.array else { throw wrong("\(name)[\(number)]", "a list of objects") }
            return try objects.enumerated().map { place, object in
                let path = "\(name)[\(number)][\(place)]"
                guard let members = object.object else { throw wrong(path, "an object") }
                return try read(StoreFields(members, below: "\(prefix)\(path)."))
            }
        }
    }

    private init(_ members: [String: JSON], below prefix: String) {
        self.members = members
        self.prefix = prefix
    }

    /// A member that is not what it must be.
    func wrong(_ name: String, _ rule: String) -> StoreFailure {
        StoreFailure(400, "Invalid json request body: \(prefix)\(name) must be \(rule)")
    }
}

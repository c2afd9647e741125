import Foundation
import HawserCore
import HawserHTTP
import HawserQueue

extension Request {
    /// Reads the body as JSON.
    ///
    /// - Throws: problems 400 (no JSON), 413 (too long), 415 (another media type).
    func json(upTo limit: Int) async throws -> JSON {
        try await jsonAndBytes(upTo: limit).json
    }

    /// Reads the body as JSON, and as the bytes that came.
    func jsonAndBytes(upTo limit: Int) async throws -> (json: JSON, bytes: [UInt8]) {
        let type = headers["content-type"]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        if let type, type != "application/json", !type.hasSuffix("+json") {
            throw Problem(status: 415, detail: "The body must be application/json.")
        }
        let bytes = try await body.collect(upTo: limit)
        guard !bytes.isEmpty else { throw Problem(status: 400, detail: "The body is empty; it must be JSON.") }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(status: 400, detail: "The body is not valid UTF-8.")
        }
        do {
            return (try JSON(parsing: bytes), bytes)
        } catch let error as JSONError {
            throw Problem(status: 400, detail: "The body is not valid JSON: \(error)")
        }
    }

    /// How many items a page of a list is to have: the query's `limit`, 1 to 1000, else 100.
    ///
    /// - Throws: a 400 problem when it is something else.
    func pageLimit() throws -> Int {
        guard let text = query("limit") else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw Problem(
                status: 400,
                errors: [.init(field: "limit", message: "must be a whole number from 1 to 1000")]
            )
        }
        return limit
    }

    /// The job id in the path.
    ///
    /// - Throws: a 404 problem when it cannot be one.
    func jobID() throws -> JobID {
        guard let text = pathParameters["id"], let id = JobID(text) else { throw Problem.noSuchJob }
        return id
    }
}

extension Problem {
    /// There is no such job, or it is somebody else's.
    static let noSuchJob = Problem(status: 404, detail: "There is no such job.")

    /// What is wrong with the fields of a body.
    static func invalid(_ errors: [FieldError]) -> Problem {
        let detail = errors.first.map { error in
            error.field.isEmpty ? error.message : "\(error.field): \(error.message)"
        }
        return Problem(status: 422, title: "Invalid Fields", detail: detail, errors: errors)
    }
}

/// Reads the members of a JSON object and gathers what is wrong with them.
struct FieldReader {
    private let members: [String: JSON]
    private let prefix: String
    private var read: Set<String> = []
    private(set) var errors: [Problem.FieldError] = []

    /// Reads an object; `prefix` is the path to it.
    init(_ json: JSON, prefix: String = "") {
        self.prefix = prefix
        members = json.object ?? [:]
        if json.object == nil { errors.append(.init(field: prefix, message: "must be an object")) }
    }

    /// Notes a problem with a member.
    mutating func fail(_ name: String, _ message: String) {
        let field = name.isEmpty ? prefix : prefix.isEmpty ? name : "\(prefix).\(name)"
        errors.append(.init(field: field, message: message))
    }

    /// A member as it is; nil when it is missing or null.
    mutating func any(_ name: String) -> JSON? {
        read.insert(name)
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    /// A member through a reader that answers nil for what it does not take.
    mutating func value<Value>(
        _ name: String,
        _ rule: @autoclosure () -> String,
        required: Bool = false,
        _ reader: (JSON) -> Value?
    ) -> Value? {
        guard let json = any(name) else {
            if required { fail(name, "is required: \(rule())") }
            return nil
        }
        guard let value = reader(json) else {
            fail(name, "must be \(rule())")
            return nil
        }
        return value
    }

    /// Notes every member that nobody has read.
    mutating func refuseOthers() {
        for name in members.keys.filter({ !read.contains($0) }).sorted() { fail(name, "is not known") }
    }
}

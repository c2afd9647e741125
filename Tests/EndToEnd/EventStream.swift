import HawserCore
import HawserHTTP

/// Reads server-sent events as they come.
struct EventStream {
    /// One event.
    struct Event: Sendable, Equatable {
        var id = ""
        var name = ""
        var data: JSON = .null
    }

    private let response: ClientResponseStream
    private var rest: [UInt8] = []

    var status: Int { response.status }
    var headers: Headers { response.headers }

    init(_ client: Client, job id: String, after last: String? = nil) async throws {
        let headers = last.map { ["Last-Event-ID": $0] } ?? [:]
        response = try await client.stream("/v1/jobs/\(id)/events", headers: headers)
    }

    /// The next event; nil when the server has ended the stream.
    mutating func next() async throws -> Event? {
        var event = Event()
        while let line = try await line() {
            if line.isEmpty {
                if event.name.isEmpty { continue }
                return event
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = parts.count == 2 ? String(parts[1].trimmingPrefix(" ")) : ""
            switch parts[0] {
            case "id": event.id = value
            case "event": event.name = value
            case "data": event.data = try JSON(parsing: Array(value.utf8))
            default: break
            }
        }
        return nil
    }

    /// All events up to the end.
    mutating func all() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() { events.append(event) }
        return events
    }

    private mutating func line() async throws -> String? {
        while true {
            if let end = rest.firstIndex(of: 10) {
                defer { rest.removeFirst(end + 1) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            guard let chunk = try await response.body.next() else { return nil }
            rest += chunk
        }
    }
}

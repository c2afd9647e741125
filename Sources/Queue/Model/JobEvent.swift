import HawserCore
import HawserRedis

/// One change of a job, as the queue's event stream tells it.
public struct JobEvent: Sendable {
    /// The job.
    public let id: JobID
    /// Its queue.
    public let queue: QueueName
    /// Its state after the change.
    public let record: JobStateRecord
    /// The kind, the locks it needs and the arguments (JSON text); only with the first event of a job.
    public internal(set) var body: (kind: String, locks: [String], arguments: String)?
    /// The result (JSON text), with the event that says the job succeeded.
    public internal(set) var result: String?
    /// The error (JSON text), with an event of a failure.
    public internal(set) var error: String?
    /// The progress (JSON text), when that is what changed.
    public internal(set) var progress: String?
    /// The steps (`Journal.stored`), with the event that says the job failed.
    public internal(set) var journal: String?
}

/// The events of one call of a script: one entry of the stream.
struct EventEntry: Sendable {
    /// The stream's id of the entry.
    let id: String
    let events: [JobEvent]

    /// Reads an entry as `XRANGE` and `XREAD` give it: id, then name and value in turn.
    ///
    /// - Throws: `QueueError.corrupt` when a script cannot have written it.
    init(_ value: RedisValue, queue: QueueName) throws {
        guard let parts = value.array, parts.count == 2, let id = parts[0].string, let fields = parts[1].array else {
            throw QueueError.corrupt("stream entry")
        }
        self.id = id
        var events: [JobEvent] = []
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let name = fields[index].string else { throw QueueError.corrupt("event") }
            let value = fields[index + 1]
            if UUIDv7.isUUID(name) {
                let record = try JobStateRecord(packed: value.bytes ?? [])
                events.append(JobEvent(id: JobID(trusted: name), queue: queue, record: record))
                continue
            }
            guard !events.isEmpty, let bytes = value.bytes else { throw QueueError.corrupt("event") }
            let text = String(decoding: bytes, as: UTF8.self)
            let last = events.count - 1
            switch name {
            case "body":
                let body = try JobBody(stored: bytes)
                events[last].body = (body.kind, body.locks, String(decoding: body.arguments, as: UTF8.self))
            case "result": events[last].result = text
            case "error": events[last].error = text
            case "progress": events[last].progress = text
            case "journal": events[last].journal = text
            default: throw QueueError.corrupt("event field \(name)")
            }
        }
        self.events = events
    }
}

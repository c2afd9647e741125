import HawserCore
import HawserHTTP
import HawserQueue
import HawserRecords
import Synchronization

/// `GET /v1/jobs/{id}/events`: the changes of a job as server-sent events, from the beginning or where a client left off.
///
/// The id of an event is the number of the change. What has happened comes from the record, what happens from the live
/// events; a change the record does not have yet and the live events did not bring is waited for.
struct JobEventsRoute: Sendable {
    private static let heartbeat = Duration.seconds(15)
    /// How long a missing change is waited for before the stream goes on without it.
    private static let patience = Duration.seconds(3)

    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/jobs/{id}/events",
            summary: "Follow a job by server-sent events",
            access: .caller,
            parameters: [
                .id,
                .init(name: "Last-Event-ID", place: .header, help: "Go on after this change"),
            ],
            answers: [
                .init(
                    status: 200,
                    help: "The changes of the job; the stream ends when the job is over",
                    type: "text/event-stream",
                    schema: ["$ref": "#/components/schemas/JobEvent"]
                )
            ],
            problems: [400, 404],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let id = try request.jobID()
        var last = 0
        if let text = request.headers["last-event-id"], !text.isEmpty {
            guard let number = Int(text), number >= 0 else {
                throw Problem(
                    status: 400,
                    errors: [.init(field: "Last-Event-ID", message: "must be a whole number")]
                )
            }
            last = number
        }
        guard let job = try await backend.queues.find(id), caller.maySee(job) else { throw Problem.noSuchJob }
        let start = last
        return Response(
            status: 200,
            headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"],
            body: .stream(length: nil) { writer in try await follow(id, after: start, writer) }
        )
    }

    private enum Tick: Sendable {
        case event(JobEvent)
        case look
    }

    private func follow(_ id: JobID, after start: Int, _ writer: ResponseWriter) async throws {
        let (ticks, source) = AsyncStream.makeStream(of: Tick.self, bufferingPolicy: .bufferingNewest(1000))
        let live = backend.feed.events(of: id)
        let watching = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await event in live { source.yield(.event(event)) } }
                group.addTask {
                    while (try? await Task.sleep(for: EventFeed.resync)) != nil { source.yield(.look) }
                }
            }
        }
        defer { watching.cancel() }
        var last = start
        var held: [Int: JobChange] = [:]
        var written = ContinuousClock.now
        source.yield(.look)
        try await writer.write(": following\n\n")
        for await tick in ticks {
            try Task.checkCancellation()
            if case .event(let event) = tick { held[event.record.sequence] = JobChange(event) }
            if held[last + 1] == nil {
                guard let job = try await backend.queues.find(id) else { return }
                if job.sequence > last { last = try await fill(&held, id, from: last, to: job.sequence) }
                if job.state.isFinal, job.sequence <= last { return }
            }
            while let change = held.removeValue(forKey: last + 1) {
                last += 1
                written = .now
                try await writer.write(
                    "id: \(change.sequence)\nevent: \(change.state.rawValue)\ndata: \(JobView.json(change, of: id).text)\n\n"
                )
                if change.state.isFinal, try await isOver(id, at: last) { return }
            }
            held = held.filter { $0.key > last }
            if ContinuousClock.now - written > Self.heartbeat {
                written = .now
                try await writer.write(": still there\n\n")
            }
        }
    }

    /// Whether the job is over for good with that change: a failed one may have been retried meanwhile.
    private func isOver(_ id: JobID, at sequence: Int) async throws -> Bool {
        guard let job = try await backend.queues.find(id) else { return true }
        return job.state.isFinal && job.sequence <= sequence
    }

    /// Completes what is held from the record, waiting a while for a recorder that is behind.
    ///
    /// - Returns: the change after which to go on: later than `last` when nobody has the next one any more.
    private func fill(_ held: inout [Int: JobChange], _ id: JobID, from last: Int, to newest: Int) async throws -> Int {
        let limit = ContinuousClock.now + Self.patience
        while true {
            for change in try await backend.archive.history(of: id, after: last) { held[change.sequence] = change }
            if held[last + 1] != nil { return last }
            // The record keeps the latest changes only, and it has these: what is missing will not come.
            if held[newest] != nil, let first = held.keys.min() { return first - 1 }
            guard ContinuousClock.now < limit else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        // Nobody has it (the record is away): what is known of the job now stands in for it.
        guard let job = try await backend.queues.find(id) else { return last }
        held[last + 1] = JobChange(standingIn: job, as: last + 1)
        return last
    }
}

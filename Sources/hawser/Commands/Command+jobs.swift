import HawserAPI
import HawserCore
import HawserQueue
import HawserRecords

extension Command {
    /// Looks at jobs and steers them.
    static let jobs = Command(
        name: "jobs",
        summary: "Look at jobs and steer them.",
        commands: [
            Command(
                name: "ls",
                summary: "List jobs, newest first.",
                options: [
                    Option(flag: "state", unit: "STATE", help: "only those in this state"),
                    Option(flag: "kind", unit: "KIND", help: "only those of this kind"),
                    Option(flag: "queue", unit: "QUEUE", help: "only those of this queue"),
                    Option(flag: "tenant", unit: "TENANT", help: "only those of this tenant"),
                    .whole("limit", 1...10_000, help: "at most so many (100)"),
                ],
                settings: connections,
                run: listJobs
            ),
            Command(
                name: "show",
                summary: "Show a job with all there is to know.",
                parameters: ["ID"],
                settings: connections,
                run: showJob
            ),
            Command(
                name: "wait",
                summary: "Wait until a job is finished; the exit code is 0 when it succeeded.",
                parameters: ["ID"],
                options: [.whole("timeout", 1...86_400, help: "give up after so many seconds (no limit)")],
                settings: connections,
                run: waitForJob
            ),
            Command(
                name: "cancel",
                summary: "Cancel a job that is not finished.",
                parameters: ["ID"],
                settings: connections,
                run: cancelJob
            ),
            Command(
                name: "retry",
                summary: "Queue a failed job again.",
                parameters: ["ID"],
                settings: connections,
                run: retryJob
            ),
        ]
    )

    @Sendable private static func listJobs(_ invocation: Invocation) async throws -> Int32 {
        var query = JobQuery()
        if let text = invocation.options["state"] {
            guard let state = JobState(rawValue: text) else {
                let states = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure(description: "--state \(text): a state is one of \(states)")
            }
            query.state = state
        }
        query.kind = invocation.options["kind"]
        query.queue = invocation.options["queue"]
        query.tenant = invocation.options["tenant"]
        var left = invocation.options["limit"].flatMap { Int($0) } ?? 100
        let assembly = try Assembly(invocation.configuration)
        while left > 0 {
            query.limit = min(left, MongoJobArchive.pageLimit)
            let page = try await assembly.archive.list(query)
            for job in page { print(JobLine.text(job)) }
            guard page.count == query.limit, let last = page.last else { return 0 }
            query.before = last.id
            left -= page.count
        }
        return 0
    }

    @Sendable private static func showJob(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        let id = try jobID(invocation)
        guard let job = try await assembly.queues.find(id) else {
            throw CommandFailure(description: "there is no job \(id)")
        }
        // A history that ends before the state above it would seem to contradict it.
        let history = try await assembly.archive.history(of: id, reaching: job.sequence, within: .seconds(2))
        print(JobView.pretty(job, history: history))
        return 0
    }

    @Sendable private static func waitForJob(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        let id = try jobID(invocation)
        let limit = invocation.options["timeout"].flatMap { Int($0) }.map { Duration.seconds($0) }
        let feed = EventFeed(assembly.queues)
        let following = Task { await feed.run() }
        defer { following.cancel() }
        let span = limit ?? .seconds(366 * 86_400)
        guard let job = try await assembly.queues.wait(for: id, feed: feed, atMost: span) else {
            throw CommandFailure(description: "there is no job \(id)")
        }
        print(JobLine.text(job))
        return job.state == .succeeded ? 0 : 1
    }

    @Sendable private static func cancelJob(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        print(JobLine.text(try await assembly.queues.cancel(try jobID(invocation))))
        return 0
    }

    @Sendable private static func retryJob(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        print(JobLine.text(try await assembly.queues.retry(try jobID(invocation))))
        return 0
    }

    private static func jobID(_ invocation: Invocation) throws -> JobID {
        let text = invocation.argument("ID")
        guard let id = JobID(text) else { throw CommandFailure(description: "\(text) is not a job id") }
        return id
    }
}

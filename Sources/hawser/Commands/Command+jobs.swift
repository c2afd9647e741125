import HawserCore

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
        throw CommandFailure(description: "not built yet")
    }

    @Sendable private static func showJob(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }

    @Sendable private static func waitForJob(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }

    @Sendable private static func cancelJob(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }

    @Sendable private static func retryJob(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }
}

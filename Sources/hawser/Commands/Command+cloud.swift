import HawserCloud
import HawserCore
import HawserHTTP

extension Command {
    /// Looks at the cloud.
    static let cloud = Command(
        name: "cloud",
        summary: "Look at the cloud.",
        commands: [
            Command(
                name: "check",
                summary: "Say what of the cloud will work and what will not.",
                details: """
                    Logs in, walks the catalogue, asks each service for its microversions and quotas, listens to the
                    notifications if configured, and prints a line for each finding. The exit code is 1 when something will not work.
                    """,
                options: [
                    Option(
                        flag: "tenant",
                        unit: "ID",
                        help: "as this tenant, with its quotas; without it as the operator",
                        rule: "the id of a tenant like t-0000000001"
                    ) { $0.hasPrefix("t-") },
                    Option(flag: "region", unit: "NAME", help: "in this region; without it the cloud's first"),
                ],
                settings: [
                    "HAWSER_CLOUDS", "HAWSER_CLOUD", "HAWSER_CLOUD_NOTIFICATIONS", "HAWSER_MASTER_KEY",
                ] + connections,
                run: check
            )
        ]
    )

    @Sendable private static func check(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        guard let clouds = try assembly.clouds(HTTPClient()) else {
            throw CommandFailure(description: "HAWSER_CLOUDS is not set: there is no cloud to look at")
        }
        let region = invocation.option("region")
        let session =
            if let tenant = invocation.option("tenant") {
                try await clouds.session(of: tenant, region: region)
            } else {
                try clouds.operatorSession(region: region)
            }
        var findings = await CloudExamination(session: session, isOperator: invocation.option("tenant") == nil).run()
        findings += await Examination.notifications(invocation.configuration)
        for finding in findings { print(finding.line(20)) }
        return findings.contains { $0.level == .fail } ? 1 : 0
    }
}

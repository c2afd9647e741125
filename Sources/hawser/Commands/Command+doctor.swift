import HawserCore

extension Command {
    /// Checks the surroundings.
    static let doctor = Command(
        name: "doctor",
        summary: "Check that the surroundings are fit: Redis, MongoDB, disk, clock, limits, keys.",
        details: "Shows one line for each check: ok, warn or fail. The exit code is 1 when one fails.",
        settings: ["HAWSER_DATA", "HAWSER_ADMIN_KEY", "HAWSER_MASTER_KEY", "HAWSER_CLOUD_NOTIFICATIONS"] + connections
    ) { invocation in
        await Examination(invocation.configuration).run()
    }
}

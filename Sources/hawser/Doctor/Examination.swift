import HawserCore

/// `hawser doctor`: looks at everything the program stands on and says what is not fit.
struct Examination: Sendable {
    private static let checks: [@Sendable (Configuration) async -> [Finding]] = [
        redis, mongo, disk, clock, files, keys, notifications,
    ]

    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Prints a line for each finding and answers the exit code.
    func run() async -> Int32 {
        var hasFailed = false
        for check in Self.checks {
            for finding in await check(configuration) {
                print(finding.line())
                hasFailed = hasFailed || finding.level == .fail
            }
        }
        return hasFailed ? 1 : 0
    }
}

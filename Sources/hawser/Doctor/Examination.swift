import HawserCore

/// `hawser doctor`: looks at everything the program stands on and says what is not fit.
struct Examination: Sendable {
    /// What one look found.
    struct Finding: Sendable {
        /// How bad it is.
        enum Level: String, Sendable {
            case ok, warn, fail
        }

        let level: Level
        let subject: String
        let text: String

        static func ok(_ subject: String, _ text: String) -> Finding {
            Finding(level: .ok, subject: subject, text: text)
        }

        static func warn(_ subject: String, _ text: String) -> Finding {
            Finding(level: .warn, subject: subject, text: text)
        }

        static func fail(_ subject: String, _ text: String) -> Finding {
            Finding(level: .fail, subject: subject, text: text)
        }
    }

    private static let checks: [@Sendable (Configuration) async -> [Finding]] = [
        redis, mongo, disk, clock, files, keys,
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
                let level = finding.level.rawValue
                let pad = String(repeating: " ", count: 5 - level.count)
                let space = String(repeating: " ", count: max(1, 10 - finding.subject.count))
                print("\(level)\(pad)\(finding.subject)\(space)\(finding.text)")
                hasFailed = hasFailed || finding.level == .fail
            }
        }
        return hasFailed ? 1 : 0
    }
}

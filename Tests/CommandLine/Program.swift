import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// The built program, run as anybody runs it.
enum Program {
    /// Where it is: beside the tests.
    static var path: String {
        get throws {
            let folders = [
                Bundle.main.bundleURL.deletingLastPathComponent(),
                URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
            ]
            let paths = folders.map { $0.appending(path: "hawser").path() }
            return try #require(paths.first { FileManager.default.isExecutableFile(atPath: $0) })
        }
    }

    /// The variables of this environment that are the tests' own or settings, which a program under test must not see.
    static var strangers: [String] {
        ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix(Setting.prefix) }.sorted()
    }

    /// An environment without settings.
    static func environment(_ settings: [String: String] = [:]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix(Setting.prefix) }
            .merging(settings) { _, given in given }
    }

    /// Runs it to its end.
    static func run(_ words: [String], _ settings: [String: String] = [:]) async throws -> CommandOutcome {
        try await CommandOutcome.of([try path] + words, environment: environment(settings))
    }
}

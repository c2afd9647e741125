import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// The built program, run as anybody runs it.
enum Program {
    /// What a run of it left.
    struct Outcome: Sendable {
        let exit: ChildProcess.Exit
        let output: String
        let error: String
    }

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
    static func run(_ words: [String], _ settings: [String: String] = [:]) async throws -> Outcome {
        let directory = try TestDirectory("program")
        let (output, error) = (directory.file("output"), directory.file("error"))
        let child = try await ChildProcess.spawn(
            "/bin/sh",
            ["-c", #"exec "$0" "$@" >"$OUTPUT" 2>"$ERROR""#, try path] + words,
            environment: environment(settings).merging(["OUTPUT": output, "ERROR": error]) { _, new in new }
        )
        let exit = await child.wait()
        return Outcome(
            exit: exit,
            output: try String(contentsOfFile: output, encoding: .utf8),
            error: try String(contentsOfFile: error, encoding: .utf8)
        )
    }
}

public import Foundation
public import HawserCore

/// What a program left that was run to its end.
public struct CommandOutcome: Sendable {
    /// How it ended.
    public let exit: ChildProcess.Exit
    /// Its standard output.
    public let output: String
    /// Its standard error.
    public let error: String

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - words: the program, a path or a name to look up in `PATH`, and its arguments.
    ///   - input: what it reads.
    ///   - environment: its whole environment.
    /// - Returns: what it left.
    /// - Throws: `ChildProcessError`; errors of files.
    public static func of(
        _ words: [String],
        input: [UInt8] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> CommandOutcome {
        let directory = try TestDirectory("command")
        let (given, output, error) = (directory.file("input"), directory.file("output"), directory.file("error"))
        try Data(input).write(to: URL(filePath: given))
        let child = try await ChildProcess.spawn(
            "/bin/sh",
            ["-c", #"exec "$0" "$@" <"$TEST_INPUT" >"$TEST_OUTPUT" 2>"$TEST_ERROR""#] + words,
            environment: environment.merging(
                ["TEST_INPUT": given, "TEST_OUTPUT": output, "TEST_ERROR": error]
            ) { _, new in new }
        )
        let exit = await child.wait()
        return CommandOutcome(
            exit: exit,
            output: try String(contentsOfFile: output, encoding: .utf8),
            error: try String(contentsOfFile: error, encoding: .utf8)
        )
    }
}

import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// A script of `ops/chaos`, run against the program that was built beside the tests.
enum ChaosScript {
    /// Runs it; every promise it checks must be kept.
    ///
    /// - Parameters:
    ///   - name: its file.
    ///   - arguments: its arguments.
    /// - Returns: the summary it ends with.
    /// - Throws: when there is no program or no summary.
    static func run(_ name: String, _ arguments: [String]) async throws -> JSON {
        let directory = try TestDirectory("chaos")
        let output = directory.file("output")
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path()
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix(Setting.prefix) }
        environment["HAWSER_PROGRAM"] = try program
        environment["HAWSER_CLOUDS"] = TestServerFile.cloud.path
        // Without it the script finds or fetches one.
        environment["HAWSER_MONGOD"] = ProcessInfo.processInfo.environment["HAWSER_MONGOD"]
        let child = try await ChildProcess.spawn(
            "\(root)/ops/chaos/\(name)",
            arguments,
            environment: environment,
            output: .file(output)
        )
        let exit = await child.wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        #expect(exit == .code(0), "\(text)")
        return try JSON(parsing: try #require(text.split(separator: "\n").last, "\(text)").utf8)
    }

    /// The program, beside the tests.
    private static var program: String {
        get throws {
            let folders = [
                Bundle.main.bundleURL.deletingLastPathComponent(),
                URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
            ]
            let paths = folders.map { $0.appending(path: "hawser").path() }
            return try #require(paths.first { FileManager.default.isExecutableFile(atPath: $0) })
        }
    }
}

import Foundation
import HawserCore
import Testing

@Suite("Command line")
struct UsageTests {
    static let commands = [
        ["api"], ["worker"], ["dev"], ["jobs"], ["jobs", "ls"], ["jobs", "show"], ["jobs", "wait"], ["jobs", "cancel"],
        ["jobs", "retry"], ["tenants"], ["tenants", "add"], ["tenants", "ls"], ["targets"],
        ["targets", "ls"], ["targets", "add"], ["targets", "set"], ["targets", "drain"], ["targets", "scrub"],
        ["targets", "rebalance"], ["targets", "collect"], ["targets", "rm"], ["cloud"], ["cloud", "check"],
        ["doctor"], ["bench"],
    ]

    @Test("every command has help", arguments: [[]] + commands)
    func help(command: [String]) async throws {
        let outcome = try await Program.run(command + ["--help"])
        #expect(outcome.exit == .code(0))
        #expect(outcome.output.contains("Usage: \((["hawser"] + command).joined(separator: " "))"))
        #expect(outcome.output.contains("--help"))
    }

    @Test(
        "wrong usage is exit code 2 and one sentence on standard error",
        arguments: [
            ([], "which command? One of: api, worker,"),
            (["jbs"], "\"jbs\" is not a command; did you mean jobs?"),
            (["jobs", "shw"], "\"shw\" is not a command; did you mean show?"),
            (["jobs", "show"], "ID is missing."),
            (["jobs", "show", "a", "b"], "\"b\" is one word too many."),
            (["jobs", "ls", "--limit=0"], "--limit: \"0\" is not a whole number between 1 and 10000."),
            (["dev", "--worker", "3"], "--worker is not an option of this command; did you mean --workers?"),
            (["worker", "--concurrency"], "--concurrency needs a value."),
            (["worker", "--concurrency", "1", "--concurrency=2"], "--concurrency is given twice."),
            (["worker", "--concurrency=x"], "--concurrency: \"x\" is not a whole number between 1 and 100000."),
            (["worker", "--listen", "127.0.0.1:1"], "--listen is not an option of this command."),
            (["--config", "x"], "--config is not an option here; options go after the command."),
        ]
    )
    func wrongUsage(words: [String], sentence: String) async throws {
        let outcome = try await Program.run(words)
        #expect(outcome.exit == .code(2))
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(sentence))
    }

    @Test("a setting nobody knows stops the start")
    func unknownSetting() async throws {
        let outcome = try await Program.run(["api"], ["HAWSER_LISTN": "127.0.0.1:1"])
        #expect(outcome.exit == .code(2))
        #expect(
            outcome.error
                == "hawser api: HAWSER_LISTN in the environment is not a setting of hawser; did you mean HAWSER_LISTEN?\n"
        )
    }

    @Test("the version and the table of settings are shown")
    func tables() async throws {
        #expect(try await Program.run(["--version"]).output.hasPrefix("hawser "))
        #expect(try await Program.run(["--help-config"]).output == Setting.markdown + "\n")
    }
}

import Foundation
import HawserCore

extension Command {
    /// What a command line asks for.
    enum Request {
        /// Run a command.
        case run(@Sendable (Invocation) async throws -> Int32, Invocation)
        /// Show a text.
        case show(String)
    }

    /// Does what a command line asks for and answers the exit code: 0 done, 1 failed, 2 wrong usage.
    func main(_ words: [String], environment: [String: String] = ProcessInfo.processInfo.environment) async -> Int32 {
        var path = [name]
        do {
            switch try parse(words[...], path: &path, environment: environment) {
            case .show(let text):
                print(text)
                return 0
            case .run(let run, let invocation):
                Log.level = invocation.configuration.logLevel
                return try await run(invocation)
            }
        } catch let error as UsageError {
            let command = path.joined(separator: " ")
            complain("\(command): \(error)\nSee `\(command) --help`.")
            return 2
        } catch let error as ConfigurationError {
            complain("\(path.joined(separator: " ")): \(error)")
            return 2
        } catch {
            complain("\(path.joined(separator: " ")): \(error)")
            return 1
        }
    }

    private func complain(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}

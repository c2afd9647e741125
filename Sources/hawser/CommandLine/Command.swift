import Foundation
import HawserCore

/// One command of the program, or a group of commands; the table that parsing and help are made from.
struct Command: Sendable {
    /// The word that calls it.
    let name: String
    /// What it does, in one line.
    let summary: String
    /// More about it, for its own help; lines of at most 100 characters.
    var details = ""
    /// The names of the words it takes, all of them needed: `ID`.
    var parameters: [String] = []
    /// The options that are its own.
    var options: [Option] = []
    /// The settings it uses, by name; each is accepted as a flag.
    var settings: [String] = []
    /// The commands of a group.
    var commands: [Command] = []
    /// Does it, and answers the exit code.
    var run: (@Sendable (Invocation) async throws -> Int32)?

    /// An option that only one command knows.
    struct Option: Sendable {
        /// Its flag, without the dashes.
        let flag: String
        /// What stands for its value in help; nil when it takes none.
        var unit: String?
        /// What it is for, in one line.
        let help: String
        /// What a value must be, for the sentence that refuses one.
        var rule = ""
        /// Whether a value will do.
        var accepts: @Sendable (String) -> Bool = { _ in true }

        /// An option whose value is a whole number.
        static func whole(_ flag: String, _ range: ClosedRange<Int>, help: String) -> Option {
            Option(
                flag: flag,
                unit: "N",
                help: help,
                rule: "a whole number between \(range.lowerBound) and \(range.upperBound)"
            ) { text in
                Int(text).map(range.contains) ?? false
            }
        }
    }
}

/// What a command was called with.
struct Invocation: Sendable {
    /// Every setting, checked.
    let configuration: Configuration
    /// The words it takes, by the names of its parameters.
    let arguments: [String: String]
    /// The values of its own options by flag; empty for an option that takes none.
    let options: [String: String]

    /// A word it takes; parsing has seen to it that all are there.
    func argument(_ name: String) -> String { arguments[name] ?? "" }

    /// The value of an option, when it was given.
    func option(_ flag: String) -> String? { options[flag] }

    /// The whole number of an option, when it was given.
    func whole(_ flag: String) -> Int? { options[flag].flatMap { Int($0) } }
}

/// A command line that cannot be used, as one sentence.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}

/// A command that could not do its work, as one sentence for the operator.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

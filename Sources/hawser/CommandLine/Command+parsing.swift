import Foundation
import HawserCore

extension Command {
    /// Reads a command line.
    ///
    /// - Parameters:
    ///   - words: what follows this command's name.
    ///   - path: the names of the commands so far; those found are added.
    ///   - environment: where settings are looked for that no flag gives.
    /// - Returns: what is asked for.
    /// - Throws: `UsageError` or `ConfigurationError`, each a sentence that names what is wrong.
    func parse(_ words: ArraySlice<String>, path: inout [String], environment: [String: String]) throws -> Request {
        guard let run else { return try parseGroup(words, path: &path, environment: environment) }
        var flags: [String: String] = [:]
        var options: [String: String] = [:]
        var positions: [String] = []
        var rest = words
        var isPlain = false
        while let word = rest.popFirst() {
            if isPlain || !word.hasPrefix("-") || word == "-" {
                positions.append(word)
                continue
            }
            if word == "--" {
                isPlain = true
                continue
            }
            if word == "--help" || word == "-h" { return .show(help(path: path)) }
            let (flag, inline) = Self.split(word)
            func value() throws -> String {
                if let inline { return inline }
                guard let next = rest.popFirst() else { throw UsageError(description: "--\(flag) needs a value.") }
                return next
            }
            if let setting = settings.compactMap(Setting.named).first(where: { $0.flag == flag }) {
                guard flags.updateValue(try value(), forKey: setting.name) == nil else {
                    throw UsageError(description: "--\(flag) is given twice.")
                }
            } else if let option = self.options.first(where: { $0.flag == flag }) {
                let text = option.unit == nil ? "" : try value()
                if option.unit == nil, inline != nil {
                    throw UsageError(description: "--\(flag) takes no value.")
                }
                guard option.accepts(text) else {
                    throw UsageError(description: "--\(flag): \"\(text)\" is not \(option.rule).")
                }
                guard options.updateValue(text, forKey: flag) == nil else {
                    throw UsageError(description: "--\(flag) is given twice.")
                }
            } else {
                throw UsageError(description: unknown(word.hasPrefix("--") ? "--\(flag)" : word))
            }
        }
        if positions.count < parameters.count {
            throw UsageError(description: "\(parameters[positions.count]) is missing.")
        }
        if positions.count > parameters.count {
            throw UsageError(description: "\"\(positions[parameters.count])\" is one word too many.")
        }
        let configuration = try Configuration.load(flags: flags, environment: environment)
        let arguments = Dictionary(zip(parameters, positions)) { first, _ in first }
        return .run(run, Invocation(configuration: configuration, arguments: arguments, options: options))
    }

    private func parseGroup(
        _ words: ArraySlice<String>,
        path: inout [String],
        environment: [String: String]
    ) throws -> Request {
        guard let word = words.first else { throw UsageError(description: "which command? \(names)") }
        switch word {
        case "--help", "-h": return .show(help(path: path))
        case "--version" where path.count == 1: return .show("hawser \(Self.version)")
        case "--help-config" where path.count == 1: return .show(Setting.markdown)
        default: break
        }
        guard let command = commands.first(where: { $0.name == word }) else {
            if word.hasPrefix("-") {
                throw UsageError(
                    description:
                        "\(Self.split(word).flag.isEmpty ? word : "--\(Self.split(word).flag)") is not an option here; options go after the command."
                )
            }
            let end = NearestName.suggestion(for: word, among: commands.map(\.name))
            throw UsageError(description: "\"\(word)\" is not a command\(end)")
        }
        path.append(word)
        return try command.parse(words.dropFirst(), path: &path, environment: environment)
    }

    private var names: String { "One of: \(commands.map(\.name).joined(separator: ", "))." }

    private func unknown(_ flag: String) -> String {
        let known =
            ["--help"] + settings.compactMap { Setting.named($0).map { "--\($0.flag)" } }
            + options.map { "--\($0.flag)" }
        return "\(flag) is not an option of this command\(NearestName.suggestion(for: flag, among: known))"
    }

    /// `--flag=value` in its parts.
    private static func split(_ word: String) -> (flag: String, value: String?) {
        let plain = word.drop { $0 == "-" }
        guard let equals = plain.firstIndex(of: "=") else { return (String(plain), nil) }
        return (String(plain[..<equals]), String(plain[plain.index(after: equals)...]))
    }
}

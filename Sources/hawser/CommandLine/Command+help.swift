import HawserCore

extension Command {
    /// What `--help` shows.
    func help(path: [String]) -> String {
        var usage = path.joined(separator: " ")
        if run == nil {
            usage += " COMMAND"
        } else {
            if !options.isEmpty || !settings.isEmpty { usage += " [OPTIONS]" }
            usage += parameters.map { " \($0)" }.joined()
        }
        var text = "\(summary)\n\nUsage: \(usage)\n"
        if !details.isEmpty { text += "\n\(details)\n" }
        if !commands.isEmpty {
            text += Self.block("Commands", commands.map { ($0.name, $0.summary) })
        }
        var rows = options.map { option in
            (option.unit.map { "--\(option.flag) \($0)" } ?? "--\(option.flag)", option.help)
        }
        if path.count == 1 {
            rows.append(("--version", "show the version"))
            rows.append(("--help-config", "show every setting as a Markdown table"))
        }
        rows.append(("--help", "show this help"))
        text += Self.block("Options", rows)
        let known = settings.compactMap(Setting.named)
        if !known.isEmpty {
            text += Self.block(
                "Settings (flag, else the variable HAWSER_…, else the file of --config)",
                known.map(Self.row)
            )
        }
        if path.count == 1 {
            text += "\nExit codes: 0 done, 1 failed, 2 wrong usage. `hawser COMMAND --help` tells more.\n"
        }
        return String(text.dropLast())
    }

    private static func row(_ setting: Setting) -> (String, String) {
        let end = setting.fallback.isEmpty ? "" : " (\(setting.fallback))"
        return ("--\(setting.flag) \(setting.unit)", setting.help + end)
    }

    /// A heading and rows of two columns.
    private static func block(_ heading: String, _ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { left, right in
            "  \(left)\(String(repeating: " ", count: width - left.count))  \(right)"
        }
        return "\n\(heading):\n\(lines.joined(separator: "\n"))\n"
    }
}

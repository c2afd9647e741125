extension Setting {
    /// Every setting as the Markdown table of the README.
    public static var markdown: String {
        let rows = all.map { setting in
            let fallback = setting.fallback.isEmpty ? "" : "`\(setting.fallback)`"
            return "| `\(setting.name)` | `--\(setting.flag) \(setting.unit)` | \(fallback) | \(setting.help) |"
        }
        return (["| variable | flag | default | what |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

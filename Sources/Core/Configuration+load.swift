public import Foundation

extension Configuration {
    /// Reads settings by flag, then environment, then file, and checks them all.
    ///
    /// A variable of the environment, or a value in the file, that is empty counts as not given. The file is the one
    /// of `--config`, else of `HAWSER_CONFIG`.
    ///
    /// - Parameters:
    ///   - flags: values of flags, by the setting's name.
    ///   - environment: the process's environment; only names that start with `HAWSER_` are looked at.
    /// - Returns: every setting, defaults where nothing was given.
    /// - Throws: `ConfigurationError` for a name nobody knows, a value that cannot be used, one that lacks another, or a
    ///   file that cannot be read.
    public static func load(
        flags: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Configuration {
        let variables = environment.filter { $0.key.hasPrefix(Setting.prefix) && !$0.value.isEmpty }
        let names = Setting.all.map(\.name)
        for name in variables.keys.sorted() where Setting.named(name) == nil {
            let end = NearestName.suggestion(for: name, among: names)
            throw ConfigurationError("\(name) in the environment is not a setting of hawser\(end)")
        }
        var inFile: [String: ConfigurationFile.Line] = [:]
        if let path = flags["HAWSER_CONFIG"] ?? variables["HAWSER_CONFIG"] {
            inFile = try ConfigurationFile(path: path).lines
        }
        var configuration = Configuration()
        for setting in Setting.all {
            let name = setting.name
            if let value = flags[name] {
                try configuration.set(setting, to: value, from: "--\(setting.flag)")
            } else if let value = variables[name] {
                try configuration.set(setting, to: value, from: "\(name) in the environment")
            } else if let line = inFile[name] {
                try configuration.set(setting, to: line.value, from: "\(name) in \(line.place)")
            }
        }
        // One without the other would be a check that its operator believes in and nobody makes.
        switch (configuration.platformURL, configuration.platformSecret) {
        case (nil, nil), (.some, .some): return configuration
        case (.some, nil): throw ConfigurationError("HAWSER_PLATFORM_URL needs HAWSER_PLATFORM_SECRET beside it.")
        case (nil, .some): throw ConfigurationError("HAWSER_PLATFORM_SECRET needs HAWSER_PLATFORM_URL beside it.")
        }
    }
}

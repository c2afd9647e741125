import Foundation

/// One thing the program can be told: a row of the table that flags, environment, file, help and README come from.
public struct Setting: Sendable {
    /// Its name in the environment and in the file: `HAWSER_LISTEN`.
    public let name: String
    /// What stands for the value in help: `HOST:PORT`, `SECONDS`.
    public let unit: String
    /// What holds when nothing is given; empty when there is nothing then.
    public let fallback: String
    /// What it is for, in one line.
    public let help: String
    /// Whether its value must not be shown.
    public let isSecret: Bool
    /// Checks a value and stores it; answers what the value should have been, or nil when it is well.
    let apply: @Sendable (String, inout Configuration) -> String?

    /// Its flag on the command line, without the dashes: `listen`.
    public var flag: String {
        name.dropFirst(Self.prefix.count).lowercased().replacing("_", with: "-")
    }

    /// What all names start with.
    public static let prefix = "HAWSER_"

    /// The setting of a name, if there is one.
    public static func named(_ name: String) -> Setting? {
        all.first { $0.name == name }
    }

    /// A row whose value is read by `read`, which answers nil for what is not a `rule`.
    init<Value: Sendable>(
        _ name: String,
        _ field: any WritableKeyPath<Configuration, Value> & Sendable,
        unit: String,
        fallback: String,
        rule: String,
        help: String,
        isSecret: Bool = false,
        read: @escaping @Sendable (String) -> Value?
    ) {
        self.init(name, unit, fallback, help, isSecret) { text, configuration in
            guard let value = read(text) else { return rule }
            configuration[keyPath: field] = value
            return nil
        }
    }

    /// A row of a field that may stay empty, but not because its value could not be read.
    init<Value: Sendable>(
        _ name: String,
        _ field: any WritableKeyPath<Configuration, Value?> & Sendable,
        unit: String,
        fallback: String,
        rule: String,
        help: String,
        isSecret: Bool = false,
        read: @escaping @Sendable (String) -> Value?
    ) {
        self.init(name, unit, fallback, help, isSecret) { text, configuration in
            guard let value = read(text) else { return rule }
            configuration[keyPath: field] = value
            return nil
        }
    }

    private init(
        _ name: String,
        _ unit: String,
        _ fallback: String,
        _ help: String,
        _ isSecret: Bool,
        apply: @escaping @Sendable (String, inout Configuration) -> String?
    ) {
        self.name = name
        self.unit = unit
        self.fallback = fallback
        self.help = help
        self.isSecret = isSecret
        self.apply = apply
    }
}

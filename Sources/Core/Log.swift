import Foundation
import Synchronization

/// The fields of a line beside its message.
public typealias LogFields = KeyValuePairs<String, any CustomStringConvertible>

/// Writes one line of logfmt per event to standard error: `time=… level=info at=worker msg="…" job=…`.
///
/// A value type: `with` adds fields that every later line carries. Never hand it a secret; `Secret` prints as `***`.
public struct Log: Sendable {
    /// How much a line matters.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        /// For the one who looks for a fault.
        case debug
        /// What an operator wants to see of normal work.
        case info
        /// Something failed and was dealt with.
        case warning
        /// Something failed and was not dealt with.
        case error

        /// As lines spell it.
        var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        /// Orders by weight.
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// The least level that is written, for the whole process.
    ///
    /// Set once at start.
    public static var level: Level {
        get { Level(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    private static let threshold = Atomic<Int>(Level.info.rawValue)
    private let fields: String

    /// A log whose lines carry `at=component`.
    public init(_ component: String) {
        fields = " at=\(Self.quoted(component))"
    }

    private init(fields: String) {
        self.fields = fields
    }

    /// The same log with more fields on every line.
    public func with(_ more: LogFields) -> Log {
        var fields = fields
        Self.append(more, to: &fields)
        return Log(fields: fields)
    }

    /// Writes a line for the one who looks for a fault.
    public func debug(_ message: @autoclosure () -> String, _ more: LogFields = [:]) {
        write(.debug, message, more)
    }

    /// Writes a line of normal work.
    public func info(_ message: @autoclosure () -> String, _ more: LogFields = [:]) {
        write(.info, message, more)
    }

    /// Writes a line about a failure that was dealt with.
    public func warning(_ message: @autoclosure () -> String, _ more: LogFields = [:]) {
        write(.warning, message, more)
    }

    /// Writes a line about a failure that was not dealt with.
    public func error(_ message: @autoclosure () -> String, _ more: LogFields = [:]) {
        write(.error, message, more)
    }

    private func write(
        _ level: Level,
        _ message: () -> String,
        _ more: LogFields
    ) {
        guard level >= Self.level else { return }
        var line = "time="
        line.reserveCapacity(256)
        line += Timestamp.now.rfc3339
        line += " level="
        line += level.name
        line += fields
        line += " msg="
        line += Self.quoted(message())
        Self.append(more, to: &line)
        line += "\n"
        // One write call per line, so that lines of several processes on one pipe do not mix.
        line.withUTF8 { _ = Foundation.write(2, $0.baseAddress, $0.count) }
    }

    private static func append(_ pairs: LogFields, to line: inout String) {
        for (key, value) in pairs {
            line += " "
            line += key
            line += "="
            line += quoted(value.description)
        }
    }

    /// A value as logfmt wants it: bare when it is one plain word, else in quotes on one line.
    static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 61 && $0 != 92 }
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                if scalar.value < 32 || scalar.value == 127 {
                    quoted += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}

import Foundation
import HawserCore

/// The immutable part of a job as it lies in Redis: a line with the kind, then the arguments as JSON.
///
/// The arguments stay bytes until somebody needs them, so a worker parses them once, into the kind's own type.
struct JobBody: Sendable {
    let kind: String
    let arguments: Data

    init(kind: String, arguments: Data) {
        self.kind = kind
        self.arguments = arguments
    }

    /// Reads a stored body.
    ///
    /// - Throws: `QueueError.corrupt` when the line of the kind is missing.
    init(stored: [UInt8]) throws {
        guard let end = stored.firstIndex(of: UInt8(ascii: "\n")) else { throw QueueError.corrupt("job body") }
        kind = String(decoding: stored[..<end], as: UTF8.self)
        arguments = Data(stored[(end + 1)...])
    }

    /// The body as it is stored.
    var stored: [UInt8] {
        Array(kind.utf8) + [UInt8(ascii: "\n")] + arguments
    }

    /// The arguments as JSON; null when they are none, which cannot be.
    var argumentsJSON: JSON {
        (try? JSON(parsing: arguments)) ?? .null
    }
}

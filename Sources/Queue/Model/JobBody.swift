import Foundation
import HawserCore

/// The immutable part of a job as it lies in Redis: a line with the kind and the names of the locks it needs, separated
/// by tabs, then the arguments as JSON.
///
/// The arguments stay bytes until somebody needs them, so a worker parses them once, into the kind's own type.
struct JobBody: Sendable {
    let kind: String
    let locks: [String]
    let arguments: Data

    init(kind: String, locks: [String], arguments: Data) {
        self.kind = kind
        // Sorted and each once, without what separates them: names may have been made of a client's words.
        self.locks = locks.isEmpty ? [] : Set(locks.map(Self.clean)).sorted()
        self.arguments = arguments
    }

    /// Reads a stored body.
    ///
    /// - Throws: `QueueError.corrupt` when the line of the kind is missing.
    init(stored: [UInt8]) throws {
        guard let end = stored.firstIndex(of: UInt8(ascii: "\n")) else { throw QueueError.corrupt("job body") }
        let words = stored[..<end].split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        kind = String(decoding: words.first ?? [], as: UTF8.self)
        locks = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        arguments = Data(stored[(end + 1)...])
    }

    /// The body as it is stored.
    var stored: [UInt8] {
        var bytes = Array(kind.utf8)
        for lock in locks { bytes += [UInt8(ascii: "\t")] + Array(lock.utf8) }
        return bytes + [UInt8(ascii: "\n")] + arguments
    }

    private static func clean(_ lock: String) -> String {
        String(String.UnicodeScalarView(lock.unicodeScalars.map { $0.value < 33 || $0.value == 127 ? "_" : $0 }))
    }

    /// The arguments as JSON; null when they are none, which cannot be.
    var argumentsJSON: JSON {
        (try? JSON(parsing: arguments)) ?? .null
    }
}

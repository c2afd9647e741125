import Foundation
import HawserCore

/// A mail of plain text.
public struct Mail: Sendable {
    /// Who gets it.
    public let to: String
    /// What it is about; ASCII.
    public let subject: String
    /// What it says; lines end with a line feed.
    public let body: String
    /// What makes it known again when it comes twice; letters, digits and dashes.
    public let id: String
    private let date: Timestamp

    /// A mail of now.
    public init(to: String, subject: String, body: String, id: String) {
        self.to = to
        self.subject = subject
        self.body = body
        self.id = id
        date = .now
    }

    /// Whether a text is an address that mail can be sent to: one `@`, visible ASCII without what the protocol uses, a
    /// domain of letters, digits, dots and dashes, 254 bytes at most (RFC 5321, 4.5.3.1.3).
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else { return false }
        let local = parts[0].utf8.allSatisfy { $0 > 32 && $0 < 127 && !"()<>[]:;,\\\"@".utf8.contains($0) }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    (97...122).contains(byte | 32) && byte > 64 || (48...57).contains(byte) || byte == 45
                }
        }
        return local && isDomain && !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".") && !parts[0].contains("..")
    }

    /// The mail as it is sent (RFC 5322).
    func text(from: String) -> [UInt8] {
        let domain = from.split(separator: "@").last ?? "localhost"
        // As in HTTP but for the zone, which mail writes as a number.
        let sent = HTTPDate.text(date).replacing("GMT", with: "+0000")
        let lines = [
            "Date: \(sent)", "From: <\(from)>", "To: <\(to)>", "Subject: \(subject)", "Message-ID: <\(id)@\(domain)>",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
            "Auto-Submitted: auto-generated", "",
        ]
        return Array(
            (lines + body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
                .joined(separator: "\r\n").utf8
        ) + [13, 10]
    }
}

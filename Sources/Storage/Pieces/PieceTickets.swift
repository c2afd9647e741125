import Foundation
public import HawserCore

/// Tickets for single pieces: whoever has one may store this piece on this target, or read this part of a file, for a
/// while, without being known otherwise.
///
/// A ticket is the tenant and 16 random bytes, each in base64, with `-` between. It is authenticated by HMAC-SHA-256 over
/// the method's name, the file's hash and length, the piece and its length, the time and the ticket (numbers are 8 bytes,
/// the highest first), as in seed 001's original; the key is the target's own, derived from the master key.
public struct PieceTickets: Sendable {
    /// What a ticket is for.
    public enum Use: Sendable, Hashable {
        /// To store a piece on a target.
        case store(HashedBytes, target: String)
        /// To read a part of a file.
        case retrieve(offset: Int64, length: Int64)
    }

    /// A ticket with all that authenticates it.
    public struct Ticket: Sendable, Hashable {
        /// The ticket itself.
        public let text: String
        /// When it was issued, in seconds since 1970.
        public let timestamp: Int64
        /// The HMAC.
        public let auth: [UInt8]

        /// A ticket that somebody shows.
        public init(text: String, timestamp: Int64, auth: [UInt8]) {
            self.text = text
            self.timestamp = timestamp
            self.auth = auth
        }
    }

    /// Why a ticket is not accepted.
    public enum Fault: Error, Sendable, Equatable {
        /// It is too old, or from a time to come.
        case expired
        /// It is forged, or for something else.
        case invalid
    }

    /// How old a ticket may be, in seconds; a negative age is a clock that is ahead.
    public static let ages: ClosedRange<Int64> = -300...1800
    private static let longest = 1024

    private let masterKey: [UInt8]

    /// Tickets under a master key of 32 bytes.
    public init(masterKey: [UInt8]) {
        self.masterKey = masterKey
    }

    /// Issues a ticket.
    ///
    /// - Parameters:
    ///   - use: what it is for.
    ///   - file: the file.
    ///   - tenant: whose file it is.
    ///   - now: when it is issued.
    /// - Returns: the ticket.
    /// - Throws: `CryptoError`.
    public func issue(
        for use: Use,
        of file: HashedBytes,
        tenant: String,
        now: Timestamp = .now
    ) throws -> Ticket {
        let random = Data(Crypto.randomBytes(16)).base64EncodedString()
        let text = "\(Data(tenant.utf8).base64EncodedString())-\(random)"
        let timestamp = now.milliseconds / 1000
        return Ticket(text: text, timestamp: timestamp, auth: try auth(use, file, timestamp, text))
    }

    /// Checks a ticket.
    ///
    /// - Parameters:
    ///   - ticket: the ticket.
    ///   - use: what somebody wants to do with it.
    ///   - file: of which file.
    ///   - now: when.
    /// - Returns: the tenant it was issued to.
    /// - Throws: `Fault`; `CryptoError`.
    public func check(
        _ ticket: Ticket,
        for use: Use,
        of file: HashedBytes,
        now: Timestamp = .now
    ) throws -> String {
        guard ticket.text.utf8.count <= Self.longest,
            Crypto.constantTimeEqual(ticket.auth, try auth(use, file, ticket.timestamp, ticket.text)),
            let tenant = Data(base64Encoded: String(ticket.text.prefix { $0 != "-" }))
        else { throw Fault.invalid }
        // Only after that: what somebody else made up may be any number.
        guard Self.ages.contains(now.milliseconds / 1000 - ticket.timestamp) else { throw Fault.expired }
        return String(decoding: tenant, as: UTF8.self)
    }

    private func auth(_ use: Use, _ file: HashedBytes, _ timestamp: Int64, _ text: String) throws -> [UInt8] {
        let (node, method, block, length): (String, String, [UInt8], Int64) =
            switch use {
            case .store(let piece, let target): (target, "Store", piece.hash, piece.size)
            // No target: these bytes are read from those that have them.
            case .retrieve(let offset, let length): ("", "Retrieve", Self.bytes(offset), length)
            }
        var message = Array(method.utf8) + file.hash
        message += Self.bytes(file.size) + block + Self.bytes(length) + Self.bytes(timestamp) + text.utf8
        return Crypto.hmacSHA256(
            key: try Crypto.derive(key: masterKey, label: "piece-ticket:\(node)"),
            message: message
        )
    }

    private static func bytes(_ number: Int64) -> [UInt8] {
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

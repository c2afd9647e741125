import Foundation
import HawserCore
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Tickets: good for one thing, for a while, and not to be made by others.
struct PieceTicketTests {
    private let tickets = PieceTickets(masterKey: Array(repeating: 1, count: 32))
    private let file = HashedBytes(sha1: String(repeating: "0a", count: 20), size: 1_000_000)
    private let piece = HashedBytes(sha1: String(repeating: "0b", count: 20), size: 250_000)

    private func fault(_ body: () throws -> String) throws -> PieceTickets.Fault? {
        do {
            _ = try body()
            return nil
        } catch let fault as PieceTickets.Fault {
            return fault
        }
    }

    @Test func theyAreForOneThing() throws {
        let (file, piece) = (try #require(file), try #require(piece))
        let use = PieceTickets.Use.store(piece, target: "t00")
        let ticket = try tickets.issue(for: use, of: file, tenant: "t-1")
        #expect(try tickets.check(ticket, for: use, of: file) == "t-1")
        let other = try #require(HashedBytes(sha1: file.sha1, size: 999_999))
        let longer = try #require(HashedBytes(sha1: piece.sha1, size: 250_001))
        let uses: [(PieceTickets.Use, HashedBytes)] = [
            (.store(piece, target: "t01"), file), (.store(longer, target: "t00"), file), (use, other),
            (.store(file, target: "t00"), file), (.store(piece, target: ""), file), (use, piece),
            (.retrieve(offset: 0, length: piece.size), file),
        ]
        for (use, file) in uses { #expect(try fault { try tickets.check(ticket, for: use, of: file) } == .invalid) }
        let reading = PieceTickets.Use.retrieve(offset: 8, length: 5)
        let read = try tickets.issue(for: reading, of: file, tenant: "ü: x")
        #expect(try tickets.check(read, for: reading, of: file) == "ü: x")
        for (offset, length) in [(0, 5), (8, 6), (5, 8)] as [(Int64, Int64)] {
            let use = PieceTickets.Use.retrieve(offset: offset, length: length)
            #expect(try fault { try tickets.check(read, for: use, of: file) } == .invalid)
        }
    }

    @Test func nobodyElseMakesThem() throws {
        let (file, piece) = (try #require(file), try #require(piece))
        let use = PieceTickets.Use.store(piece, target: "t00")
        let ticket = try tickets.issue(for: use, of: file, tenant: "t-1")
        let tenant = Data("t-2".utf8).base64EncodedString()
        let random = ticket.text.split(separator: "-").last ?? ""
        #expect(ticket.text == "\(Data("t-1".utf8).base64EncodedString())-\(random)")
        #expect(Data(base64Encoded: String(random))?.count == 16)
        func check(_ text: String, _ timestamp: Int64, _ auth: [UInt8]) throws -> PieceTickets.Fault? {
            try fault { try tickets.check(.init(text: text, timestamp: timestamp, auth: auth), for: use, of: file) }
        }
        #expect(try check(ticket.text, ticket.timestamp, ticket.auth) == nil)
        #expect(try check("\(tenant)-\(random)", ticket.timestamp, ticket.auth) == .invalid)
        #expect(try check(ticket.text, ticket.timestamp + 1, ticket.auth) == .invalid)
        #expect(try check(ticket.text, .min, ticket.auth) == .invalid)
        #expect(try check(ticket.text, ticket.timestamp, []) == .invalid)
        #expect(try check(ticket.text, ticket.timestamp, ticket.auth + [0]) == .invalid)
        #expect(try check(ticket.text, ticket.timestamp, Array(repeating: 0, count: 32)) == .invalid)
        #expect(try check("", ticket.timestamp, ticket.auth) == .invalid)
        #expect(try check(String(repeating: "a", count: 2000), ticket.timestamp, ticket.auth) == .invalid)
        for bit in 0..<(32 * 8) {
            var auth = ticket.auth
            auth[bit / 8] ^= 1 << (bit % 8)
            #expect(try check(ticket.text, ticket.timestamp, auth) == .invalid)
        }
        let others = PieceTickets(masterKey: Array(repeating: 2, count: 32))
        #expect(try fault { try others.check(ticket, for: use, of: file) } == .invalid)
    }

    @Test func theyExpire() throws {
        let (file, piece) = (try #require(file), try #require(piece))
        let use = PieceTickets.Use.store(piece, target: "t00")
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        let ticket = try tickets.issue(for: use, of: file, tenant: "t-1", now: now)
        #expect(ticket.timestamp == 1_800_000_000)
        func fault(after seconds: Double) throws -> PieceTickets.Fault? {
            try self.fault { try tickets.check(ticket, for: use, of: file, now: now.adding(seconds: seconds)) }
        }
        for seconds in [-300.0, 0, 1800] { #expect(try fault(after: seconds) == nil) }
        for seconds in [-301.0, 1801, 1e9] { #expect(try fault(after: seconds) == .expired) }
    }

    @Test func theMacIsTheOriginals() throws {
        let (file, piece) = (try #require(file), try #require(piece))
        let ticket = try tickets.issue(for: .store(piece, target: "t00"), of: file, tenant: "t-1")
        func bytes(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        var message = Array("Store".utf8) + [UInt8](repeating: 0x0a, count: 20) + bytes(1_000_000)
        message += [UInt8](repeating: 0x0b, count: 20) + bytes(250_000) + bytes(ticket.timestamp) + ticket.text.utf8
        let key = try Crypto.derive(key: Array(repeating: 1, count: 32), label: "piece-ticket:t00")
        #expect(Crypto.hmacSHA256(key: key, message: message) == ticket.auth)
    }
}

import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// Providers, pieces and tickets as clients see them, and the paths and headers they come back in.
enum PieceView {
    /// What pieces are stored by: which on which node.
    static let storing = "/store/object/pieces/{node}/{filehash}/{filesize}/{hash}/{size}"
    /// What parts of files are read by.
    static let reading = "/store/object/pieces/{filehash}/{filesize}/{offset}/{size}"
    /// The headers a ticket comes in.
    static let headers = ["X-Ticket", "X-Auth", "X-Timestamp"]

    /// A provider with its tickets.
    static func json(_ provider: PieceStore.Provider, of file: HashedBytes) -> JSON {
        let pieces = provider.pieces.map { piece, ticket in
            JSON.object(
                members(ticket).merging([
                    "hash": .string(piece.sha1), "size": .int(piece.size),
                    "url": .string(path(storing, provider.target, file.sha1, file.size, piece.sha1, piece.size)),
                ]) { first, _ in first }
            )
        }
        return ["node": .string(provider.target), "spare": .bool(provider.isSpare), "hashauth": .array(pieces)]
    }

    /// A part of a file that can be read.
    static func json(_ part: PieceStore.Part, sequence: Int, of file: HashedBytes) -> JSON {
        .object(
            members(part.ticket).merging([
                "blockseq": .int(Int64(sequence)), "offset": .int(part.offset), "size": .int(part.length),
                "url": .string(path(reading, file.sha1, file.size, part.offset, part.length)),
            ]) { first, _ in first }
        )
    }

    /// The ticket a request shows.
    ///
    /// - Throws: `PieceTickets.Fault` when it shows none.
    static func ticket(_ request: Request) throws -> PieceTickets.Ticket {
        guard let text = request.headers["X-Ticket"],
            let timestamp = request.headers["X-Timestamp"].flatMap({ Int64($0) }),
            let auth = request.headers["X-Auth"].flatMap({ [UInt8](hex: $0) })
        else { throw PieceTickets.Fault.invalid }
        return PieceTickets.Ticket(text: text, timestamp: timestamp, auth: auth)
    }

    private static func members(_ ticket: PieceTickets.Ticket) -> [String: JSON] {
        [
            "ticket": .string(ticket.text), "auth": .string(ticket.auth.hex), "timestamp": .int(ticket.timestamp),
        ]
    }

    /// A path, with these values in the places of its parameters; none of them has to be encoded.
    private static func path(_ template: String, _ values: any CustomStringConvertible...) -> String {
        var values = values[...]
        return template.split(separator: "/").reduce(into: "") { path, part in
            path += "/" + (part.hasPrefix("{") ? values.popFirst()?.description ?? "" : String(part))
        }
    }
}

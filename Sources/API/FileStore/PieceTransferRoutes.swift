import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// What the original's providers do: pieces are stored and parts of files are read by whoever has the ticket.
///
/// Unlike elsewhere in the dialect failures have an HTTP status of their own, so that no client takes one for a file; the
/// envelope has the numbers of the original's providers (those of gRPC).
struct PieceTransferRoutes: Sendable {
    let pieces: PieceStore

    var endpoints: [Endpoint] { [store, read] }

    private var store: Endpoint {
        Endpoint(
            method: "PUT",
            template: PieceView.storing,
            summary: "Store a piece on a node, by its ticket; it is checked by its length and hash",
            access: .open,
            parameters: Self.parameters([
                "node": "The node", "filehash": "The file's SHA-1", "filesize": "The file's length",
                "hash": "The piece's SHA-1", "size": "The piece's length",
            ]),
            body: .init(type: "application/octet-stream", schema: Self.binary),
            answers: [FileStoreDialect.answer()] + Self.failures([400, 401, 404, 503, 507])
        ) { request, _ in
            try await Self.telling(request) {
                let ticket = try PieceView.ticket(request)
                let file = try Self.bytes(request, "filehash", "filesize")
                let piece = try Self.bytes(request, "hash", "size")
                if let length = request.body.contentLength, length != piece.size {
                    throw FileStore.Refusal(3, "size check: the piece has \(piece.size) bytes, not \(length)")
                }
                let isNew = try await pieces.store(
                    piece,
                    of: file,
                    on: request.pathParameters["node"] ?? "",
                    ticket: ticket,
                    body: request.body
                )
                return StoreEnvelope.response(["success": true, "exists": .bool(!isNew)])
            }
        }
    }

    private var read: Endpoint {
        Endpoint(
            method: "GET",
            template: PieceView.reading,
            summary: "Read a part of a file, or a range of that part, by its ticket",
            access: .open,
            parameters: Self.parameters([
                "filehash": "The file's SHA-1", "filesize": "The file's length", "offset": "Where the part begins",
                "size": "The part's length",
            ]) + [FileAnswer.range],
            answers: FileAnswer.answers(headers: ["ETag", "Accept-Ranges"]) + Self.failures([400, 401, 404, 416, 500])
        ) { request, _ in
            try await Self.telling(request) {
                let ticket = try PieceView.ticket(request)
                let file = try Self.bytes(request, "filehash", "filesize")
                let (offset, size) = (try Self.number(request, "offset"), try Self.number(request, "size"))
                let tag = "\"\(file.sha1).\(offset).\(size)\""
                let range = try ByteRange.wanted(request, size: size, etag: tag)
                let start = range?.offset ?? 0
                let reader = try await pieces.open(
                    offset: offset,
                    length: size,
                    of: file,
                    ticket: ticket,
                    range: start..<(start + (range?.length ?? size))
                )
                var response = try await FileAnswer.response(reader, range: range, of: size, tag: tag)
                response.headers["Content-Type"] = "application/octet-stream"
                return response
            }
        }
    }

    private static let binary: JSON = ["type": "string", "format": "binary"]

    private static func parameters(_ path: KeyValuePairs<String, String>) -> [Endpoint.Parameter] {
        path.map { .init(name: $0.key, place: .path, help: $0.value) }
            + PieceView.headers.map { .init(name: $0, place: .header, help: "As the answer with the ticket has it") }
    }

    private static func failures(_ statuses: [Int]) -> [Endpoint.Answer] {
        statuses.map {
            .init(status: $0, help: Problem(status: $0).title, schema: ["$ref": "#/components/schemas/StoreEnvelope"])
        }
    }

    private static func number(_ request: Request, _ name: String) throws -> Int64 {
        let text = request.pathParameters[name] ?? ""
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text), number <= HashedBytes.longest
        else { throw FileStore.Refusal(3, "\(name) must be a number of bytes") }
        return number
    }

    private static func bytes(_ request: Request, _ hash: String, _ size: String) throws -> HashedBytes {
        let size = try number(request, size)
        guard let bytes = HashedBytes(sha1: request.pathParameters[hash] ?? "", size: size) else {
            throw FileStore.Refusal(3, "\(hash) must be a SHA-1 in hexadecimal")
        }
        return bytes
    }

    /// Does something, and has what goes wrong told with a status.
    private static func telling(
        _ request: Request,
        _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            return try await body()
        } catch let fault as PieceTickets.Fault {
            let reason = fault == .expired ? "the ticket has expired" : "the ticket is not for this"
            throw StoreFailure(16, reason, status: 401, headers: ["WWW-Authenticate": "Ticket"])
        } catch let refusal as FileStore.Refusal {
            throw StoreFailure(refusal.code, refusal.message, status: refusal.code == 3 ? 400 : 404)
        } catch StorageError.full {
            throw StoreFailure(8, "the node has no room for the piece: use a spare", status: 507)
        } catch let error as StorageError where request.method == "PUT" {
            Log("pieces").warning("a piece cannot be stored", ["request_id": request.id, "error": "\(error)"])
            throw StoreFailure(14, "the node does not take the piece now: use a spare", status: 503)
        } catch let problem as Problem {
            let (status, reason) = (problem.status, problem.detail ?? problem.title)
            throw StoreFailure(status, reason, status: status, headers: problem.headers)
        } catch let error as HTTPError {
            throw error
        } catch {
            // The common judgement of errors, whose status is none but a number elsewhere in the dialect.
            var failure = StoreFailure.unexpected(error, request)
            if failure.code == 503 {
                failure.status = 503
                throw failure
            }
            let lost = (error as? StorageError).map(ErrorAnswer.message)
            throw StoreFailure(lost == nil ? 13 : 15, lost ?? "something failed", status: 500)
        }
    }
}

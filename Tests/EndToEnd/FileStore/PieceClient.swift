import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport

/// A client of a tenant that cuts and codes files by itself, and sends the pieces to the nodes it is told.
struct PieceClient: Sendable {
    let store: StoreTenant
    /// Somebody nobody knows: tickets are all that pieces need.
    let anybody: Client
    let bytes: [UInt8]

    init(_ store: StoreTenant, of dev: StoreDev, _ bytes: [UInt8]) {
        self.store = store
        anybody = dev.dev.anybody
        self.bytes = bytes
    }

    /// The file by its hash and size, as requests have it.
    var file: [String: JSON] {
        ["filehash": .string(Digest.sha1(bytes).hex), "filesize": .int(Int64(bytes.count))]
    }

    func entry(_ name: String, _ more: [String: JSON] = [:]) -> [String: JSON] {
        file.merging(["parent": "/", "filename": .string(name), "filemodtime": 1_700_000_000, "interactive": true]) {
            $1
        }.merging(more) { $1 }
    }

    func exists(_ name: String, _ more: [String: JSON] = [:]) async throws -> Envelope {
        try await store.ask("/store/object/exists", .object(entry(name, more)))
    }

    /// Asks whether the file is there, which it is not, and cuts and codes it as the answer says.
    func cut(_ name: String, _ more: [String: JSON] = [:]) async throws -> [[ClientCode.Piece]] {
        try cut(try await exists(name, more))
    }

    private func cut(_ answer: Envelope) throws -> [[ClientCode.Piece]] {
        guard answer.code == 1, let k = answer.data["datapiececount"]?.int,
            let m = answer.data["verifypiececount"]?.int
        else { throw UnexpectedAnswer(answer: answer.answer) }
        return k == 0
            ? [[.init(bytes)]] : ClientCode(k: Int(k), m: Int(m)).partitions(of: bytes)
    }

    func prepare(_ partitions: [[ClientCode.Piece]], _ more: [String: JSON] = [:]) async throws -> Envelope {
        let pieces = partitions.map { pieces in
            JSON.array(pieces.map { ["hash": .string($0.sha1), "size": .int(Int64($0.bytes.count))] })
        }
        let body = file.merging(["partition": .array(pieces)]) { $1 }.merging(more) { $1 }
        return try await store.ask("/store/object/prepare", .object(body))
    }

    /// Sends a piece with the ticket that goes with it, or with something else.
    func put(
        _ bytes: [UInt8],
        _ offer: JSON,
        path: String? = nil,
        ticket: String? = nil,
        auth: String? = nil,
        timestamp: String? = nil,
        body: ClientRequest.Body? = nil
    ) async throws -> Envelope {
        let answer = try await anybody.send(
            "PUT",
            path ?? offer["url"]?.string ?? "",
            headers: Self.headers(offer).merging(
                ["X-Ticket": ticket, "X-Auth": auth, "X-Timestamp": timestamp].compactMapValues { $0 }
            ) { $1 },
            body: body ?? .bytes(bytes)
        )
        return try Envelope(answer)
    }

    static func headers(_ offer: JSON) -> [String: String] {
        [
            "X-Ticket": offer["ticket"]?.string ?? "", "X-Auth": offer["auth"]?.string ?? "",
            "X-Timestamp": offer["timestamp"]?.int.map(String.init) ?? "",
        ]
    }

    /// Sends all pieces, of a partition together, each to its node or, when that does not take it, to a spare.
    ///
    /// - Returns: what is to be said in the end.
    func putAll(_ partitions: [[ClientCode.Piece]], _ prepared: Envelope) async throws -> JSON {
        var blocks: [JSON] = []
        for (pieces, providers) in zip(partitions, prepared.data["partition"]?.array ?? []) {
            let nodes = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (place, piece) in pieces.enumerated() {
                    group.addTask { (place, try await put(piece, place, providers.array ?? [])) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            blocks.append(Self.blocks(pieces, nodes))
        }
        return .array(blocks)
    }

    private func put(_ piece: ClientCode.Piece, _ place: Int, _ providers: [JSON]) async throws -> String {
        let spares = providers.filter { $0["spare"] == true }
        var last: Envelope?
        for provider in [providers[place]] + spares {
            let offers = provider["hashauth"]?.array ?? []
            guard let offer = offers.first(where: { $0["hash"]?.string == piece.sha1 }) else { continue }
            let answer = try await put(piece.bytes, offer)
            if answer.code == 0, let node = provider["node"]?.string { return node }
            last = answer
        }
        throw UnexpectedAnswer(answer: last?.answer ?? .init(status: 0, headers: [:], body: []))
    }

    static func blocks(_ pieces: [ClientCode.Piece], _ nodes: [Int: String]) -> JSON {
        let k = pieces.count == 6 ? 4 : pieces.count
        return .array(
            pieces.enumerated().map { place, piece in
                [
                    "hash": .string(piece.sha1), "size": .int(Int64(piece.bytes.count)), "blockseq": .int(Int64(place)),
                    "checksum": .bool(place >= k), "storenode": .array([.string(nodes[place] ?? "")]),
                ]
            }
        )
    }

    func done(_ name: String, _ partitions: JSON, _ more: [String: JSON] = [:]) async throws -> Envelope {
        try await store.ask("/store/object/done", .object(entry(name, more.merging(["partition": partitions]) { $1 })))
    }

    /// Brings the file from the first question to the last answer; from the first again, when another client of the tenant
    /// has finished the same file meanwhile.
    func bring(_ name: String) async throws {
        while true {
            let asked = try await exists(name)
            if asked.code == 0 { return }
            let partitions = try cut(asked)
            do {
                let prepared = try await prepare(partitions)
                guard prepared.code == 0 else { throw UnexpectedAnswer(answer: prepared.answer) }
                let answer = try await done(name, try await putAll(partitions, prepared))
                guard answer.code == 0 else { throw UnexpectedAnswer(answer: answer.answer) }
                return
            } catch let refused as UnexpectedAnswer where [5, 9].contains(refused.answer.json["code"]) {
                continue
            }
        }
    }

    /// Gets the file by its parts.
    func retrieve() async throws -> [UInt8] {
        let answer = try await store.ask("/store/object/retrieve", .object(file))
        if let data = answer.data["filedata"]?.string { return Array(Data(base64Encoded: data) ?? Data()) }
        guard let partitions = answer.data["partition"]?.array else { throw UnexpectedAnswer(answer: answer.answer) }
        var bytes: [UInt8] = []
        for part in partitions.flatMap({ $0.array ?? [] }) {
            let answer = try await anybody.get(part["url"]?.string ?? "", Self.headers(part))
            guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
            bytes += answer.body
        }
        return bytes
    }
}

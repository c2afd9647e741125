import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// `/store/object/exists`, `prepare`, `done` and `retrieve`: for clients that cut and code files by themselves.
///
/// The steps of the seed's specification, with the names of its original's messages in lower case.
struct PieceRoutes: Sendable {
    let dialect: FileStoreDialect

    private static let text: JSON = ["type": "string"]
    private static let number: JSON = ["type": "integer", "minimum": 0]
    private static let flag: JSON = ["type": "boolean", "default": false]
    private static let file: [String: JSON] = ["filehash": text, "filesize": number]
    private static let entry = file.merging([
        "parent": text, "filename": text, "filemodtime": number, "interactive": flag, "newversion": flag,
        "nodeid": text,
    ]) { first, _ in first }

    private static func partitions(_ piece: [String: JSON]) -> JSON {
        ["type": "array", "items": ["type": "array", "items": ["type": "object", "properties": .object(piece)]]]
    }

    private static let pieces = partitions(["hash": text, "size": number])
    private static let blocks = partitions([
        "hash": text, "size": number, "blockseq": number, "checksum": flag,
        "storenode": ["type": "array", "items": text],
    ])

    private var store: PieceStore { dialect.pieces }

    var endpoints: [Endpoint] { [exists, prepare, done, retrieve] }

    private var exists: Endpoint {
        dialect.posting(
            "/store/object/exists",
            "Whether the caller has a file already, which is added to the tree then (code 0); else how to bring it (1)",
            body: Self.entry.merging(["filedata": Self.text]) { first, _ in first }
        ) { fields, tenant, _ in
            let beginning = try await store.begin(
                try fields.newFile(),
                data: try fields.data("filedata"),
                client: try fields.client(),
                tenant: tenant
            )
            switch beginning {
            case .done(let name):
                return StoreEnvelope.response(["done": true, "filename": .string(name)])
            case .wanted(let upload, let partitions, let copies):
                let isCopied = upload.k == 1
                return StoreEnvelope.response(
                    [
                        "done": false, "storetype": isCopied ? "MultiReplica" : "ErasureCode",
                        "datapiececount": .int(isCopied ? 0 : Int64(upload.k)),
                        "verifypiececount": .int(isCopied ? 0 : Int64(upload.m)),
                        "replicacount": .int(isCopied ? Int64(upload.m + 1) : 0),
                        "partitioncount": .int(Int64(partitions)),
                        "provider": .array(copies.map { PieceView.json($0, of: HashedBytes(upload)) }),
                    ],
                    code: 1
                )
            }
        }
    }

    private var prepare: Endpoint {
        dialect.posting(
            "/store/object/prepare",
            "Name the pieces of a file, partition by partition, and get the nodes to store them on, with tickets",
            body: Self.file.merging(["partition": Self.pieces, "first": Self.number, "nodeid": Self.text]) { first, _ in
                first
            }
        ) { fields, tenant, _ in
            let file = try fields.file()
            let providers = try await store.prepare(
                file,
                partitions: try fields.lists("partition") { try $0.piece() },
                from: try fields.number("first").map { Int(min($0, 1 << 32)) },
                client: try fields.client(),
                tenant: tenant
            )
            let partitions = providers.map { JSON.array($0.map { PieceView.json($0, of: file) }) }
            return StoreEnvelope.response(["partition": .array(partitions)])
        }
    }

    private var done: Endpoint {
        dialect.posting(
            "/store/object/done",
            "Say that all pieces are stored: they are checked, and the file is in the tree",
            body: Self.entry.merging(["partition": Self.blocks]) { first, _ in first }
        ) { fields, tenant, _ in
            let name = try await store.finish(
                try fields.newFile(),
                partitions: try fields.lists("partition") { try $0.block() },
                client: try fields.client(),
                tenant: tenant
            )
            return StoreEnvelope.response(["filename": .string(name)])
        }
    }

    private var retrieve: Endpoint {
        dialect.posting(
            "/store/object/retrieve",
            "Get a file of the caller's by its hash and size: a tiny one itself, else tickets for its parts",
            body: Self.file
        ) { fields, tenant, _ in
            let file = try fields.file()
            switch try await store.retrieve(file, tenant: tenant) {
            case .data(let bytes):
                return StoreEnvelope.response(["filedata": .string(Data(bytes).base64EncodedString())])
            case .partitions(let partitions):
                let views = partitions.map { parts in
                    JSON.array(parts.enumerated().map { PieceView.json($1, sequence: $0, of: file) })
                }
                return StoreEnvelope.response(["partition": .array(views)])
            }
        }
    }
}

extension StoreFields {
    /// What the client calls itself; nothing is a name, too.
    fileprivate func client() throws -> String { try optionalText("nodeid", upTo: 128) ?? "" }

    /// The file that is meant.
    fileprivate func file() throws -> HashedBytes { try bytes("filehash", "filesize") }

    /// A piece that is to be stored.
    fileprivate func piece() throws -> HashedBytes { try bytes("hash", "size") }

    /// A piece that is stored.
    fileprivate func block() throws -> PieceStore.Block {
        guard let sequence = try number("blockseq"), sequence <= 255 else {
            throw wrong("blockseq", "a number from 0 to 255")
        }
        return PieceStore.Block(
            try piece(),
            sequence: Int(sequence),
            isCheck: try flag("checksum"),
            targets: try texts("storenode", atMost: 255) ?? []
        )
    }

    /// A file with its place in the tree.
    fileprivate func newFile() throws -> PieceStore.NewFile {
        let seconds = try number("filemodtime") ?? 0
        return PieceStore.NewFile(
            try text("filename"),
            in: try TreePath(try text("parent")),
            file: try file(),
            // As in the original, none is the time of now.
            modified: seconds == 0 ? .now : Timestamp(milliseconds: min(seconds, 253_402_300_799) * 1000),
            rule: .init(isInteractive: try flag("interactive"), isNewVersion: try flag("newversion"))
        )
    }

    /// Bytes in base64; nil when they are missing.
    fileprivate func data(_ name: String) throws -> [UInt8]? {
        guard let text = try optionalText(name, upTo: 16_384) else { return nil }
        guard let data = Data(base64Encoded: text) else { throw wrong(name, "base64") }
        return Array(data)
    }

    private func bytes(_ hash: String, _ size: String) throws -> HashedBytes {
        guard let length = try number(size), length <= HashedBytes.longest else {
            throw wrong(size, "a length in bytes, at most 1 PiB")
        }
        guard let bytes = HashedBytes(sha1: try text(hash), size: length) else {
            throw wrong(hash, "a SHA-1 in hexadecimal")
        }
        return bytes
    }
}

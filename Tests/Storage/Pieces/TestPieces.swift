import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport

@testable import HawserStorage

/// A store that clients bring pieces to, with a tenant that may; partitions have a mebibyte at most.
struct TestPieces {
    static let partition = 1 << 20

    let test: TestStore
    let files: FileStore
    let store: PieceStore
    let tenant = "t-1"

    init(targets count: Int = 7, heldSeconds: Double = PieceStore.heldSeconds) async throws {
        test = try await TestStore(targets: count, partitionLimit: Int64(Self.partition))
        let database = test.database
        try await FileTree(database).prepare()
        try await PieceUploadCollection(database).prepare()
        try await RegistrationCollection(database).prepare()
        try await OrderCollection(database).prepare()
        files = FileStore(database: database, objects: test.store, root: nil)
        store = PieceStore(files, masterKey: Array(repeating: 7, count: 32), heldSeconds: heldSeconds)
        try await register(tenant)
    }

    /// Registers a tenant and pays a package for it.
    func register(_ tenant: String) async throws {
        let registration = Registration(
            tenant: tenant,
            email: "\(tenant)@example.org",
            isVerified: true,
            sealedCode: nil,
            codeID: ""
        )
        try await RegistrationCollection(test.database).insert(registration)
        let orders = OrderCollection(test.database)
        let order = try await orders.buy(tenant, package: 1, quantity: 1, cancelsUnpaid: false)
        _ = try await orders.pay(order.id)
    }

    /// The same tenant's files, with other ideas of how long an upload is held.
    func holding(seconds: Double) -> PieceStore {
        PieceStore(files, masterKey: Array(repeating: 7, count: 32), heldSeconds: seconds)
    }

    func hashed(_ bytes: [UInt8]) throws -> HashedBytes {
        guard let hashed = HashedBytes(sha1: Digest.sha1(bytes).hex, size: Int64(bytes.count)) else {
            throw StorageError.badLayout(reason: "no hash")
        }
        return hashed
    }

    func new(
        _ name: String,
        _ bytes: [UInt8],
        isInteractive: Bool = true,
        isNewVersion: Bool = false,
        in parent: String = "/"
    ) throws -> PieceStore.NewFile {
        .init(
            name,
            in: try TreePath(parent),
            file: try hashed(bytes),
            modified: Timestamp(milliseconds: 1_700_000_000_000),
            rule: .init(isInteractive: isInteractive, isNewVersion: isNewVersion)
        )
    }

    /// Asks for a file that is not there; answers how it is to be cut.
    func begin(_ name: String, _ bytes: [UInt8], client: String = "") async throws -> PieceUpload {
        let beginning = try await store.begin(try new(name, bytes), data: nil, client: client, tenant: tenant)
        guard case .wanted(let upload, _, _) = beginning else { throw StorageError.badLayout(reason: "it is there") }
        return upload
    }

    /// Begins an upload and cuts and codes the file as it says.
    func cut(_ name: String, _ bytes: [UInt8], client: String = "") async throws -> [[ClientCode.Piece]] {
        let upload = try await begin(name, bytes, client: client)
        if upload.k == 1 { return [[.init(bytes)]] }
        return ClientCode(k: upload.k, m: upload.m).partitions(of: bytes, limit: Self.partition)
    }

    func prepare(
        _ bytes: [UInt8],
        _ partitions: [[ClientCode.Piece]],
        client: String = ""
    ) async throws -> [[PieceStore.Provider]] {
        try await store.prepare(
            try hashed(bytes),
            partitions: try partitions.map { try $0.map { try hashed($0.bytes) } },
            client: client,
            tenant: tenant
        )
    }

    /// Stores a piece on a target, by the ticket that a provider has for it.
    @discardableResult
    func put(
        _ piece: ClientCode.Piece,
        of file: [UInt8],
        on provider: PieceStore.Provider,
        sending chunks: [[UInt8]]? = nil
    ) async throws -> Bool {
        let hashed = try hashed(piece.bytes)
        guard let ticket = provider.pieces.first(where: { $0.piece == hashed })?.ticket else {
            throw StorageError.badLayout(reason: "the provider is not for this piece")
        }
        return try await store.store(
            hashed,
            of: try self.hashed(file),
            on: provider.target,
            ticket: ticket,
            body: Chunks(chunks ?? [piece.bytes])
        )
    }

    /// Stores all pieces where they belong, and answers what is to be said in the end.
    func putAll(_ file: [UInt8], _ partitions: [[ClientCode.Piece]]) async throws -> [[PieceStore.Block]] {
        let providers = try await prepare(file, partitions)
        var blocks: [[PieceStore.Block]] = []
        for (pieces, providers) in zip(partitions, providers) {
            for (piece, provider) in zip(pieces, providers) { try await put(piece, of: file, on: provider) }
            blocks.append(try self.blocks(pieces, providers.map(\.target)))
        }
        return blocks
    }

    func blocks(_ pieces: [ClientCode.Piece], _ targets: [String]) throws -> [PieceStore.Block] {
        let k = pieces.count == 6 ? 4 : pieces.count
        return try pieces.enumerated().map { place, piece in
            .init(try hashed(piece.bytes), sequence: place, isCheck: place >= k, targets: [targets[place]])
        }
    }

    func finish(
        _ name: String,
        _ bytes: [UInt8],
        _ blocks: [[PieceStore.Block]],
        client: String = ""
    ) async throws -> String {
        try await store.finish(try new(name, bytes), partitions: blocks, client: client, tenant: tenant)
    }

    /// Brings a file; from the beginning again, when another client has finished the same file meanwhile.
    func bring(_ name: String, _ bytes: [UInt8]) async throws -> String {
        while true {
            let beginning = try await store.begin(try new(name, bytes), data: nil, client: "", tenant: tenant)
            if case .done(let name) = beginning { return name }
            do {
                return try await finish(name, bytes, try await putAll(bytes, try await cut(name, bytes)))
            } catch let refusal as FileStore.Refusal where [5, 9].contains(refusal.code) {
                continue
            } catch StorageError.badLayout {
                continue
            }
        }
    }

    /// The object of a file in the tree.
    func object(_ path: String) async throws -> StoredObject {
        guard let content = try await files.tree.entry(at: TreePath(path), tenant: tenant)?.content,
            let object = try await test.store.find(content.object, tenant: tenant)
        else { throw StorageError.missing(target: "tree", path: path) }
        return object
    }

    func usage() async throws -> Usage { try await UsageCollection(test.database).of(tenant) }

    /// The pieces on targets, as files.
    func pieces() throws -> [String] { try test.stored().filter { $0.contains(".piece.") } }

    /// What something is refused with; 0 when it is not.
    func code(_ body: () async throws -> Void) async throws -> Int {
        do {
            try await body()
            return 0
        } catch let refusal as FileStore.Refusal {
            return refusal.code
        } catch let error as FileTreeError {
            return error.code
        }
    }
}

/// A body that comes in these pieces.
struct Chunks: AsyncSequence, Sendable {
    struct Broken: Error {}

    let chunks: [[UInt8]]
    var breaks = false

    init(_ chunks: [[UInt8]], breaks: Bool = false) {
        self.chunks = chunks
        self.breaks = breaks
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>
        let breaks: Bool

        mutating func next() async throws -> [UInt8]? {
            if rest.isEmpty, breaks { throw Broken() }
            return rest.popFirst()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { .init(rest: chunks[...], breaks: breaks) }
}

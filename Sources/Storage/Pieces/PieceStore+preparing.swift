import HawserCore
import HawserMetadata

extension PieceStore {
    /// How many pieces are prepared at once: each gets up to three tickets, all in one answer.
    static let mostAtOnce = 10_000

    /// Takes note of the pieces a file is cut into, and says where they go.
    ///
    /// Asked again, it gives new tickets for the same targets, as long as these are there.
    ///
    /// - Parameters:
    ///   - file: the file, whose upload was begun.
    ///   - partitions: the pieces of each partition: those of its data, then the check pieces.
    ///   - start: the number of the first of these partitions; nil: they are all there are.
    ///   - client: what the client calls itself.
    ///   - tenant: the tenant.
    /// - Returns: the providers of each partition: the one of each piece, in their order, then spares.
    /// - Throws: `FileStore.Refusal` 3 when the pieces are not such, or targets are too few, 9, 10; `Allowance.Refusal`;
    ///   `MetadataUnavailable`, `MetadataError`.
    public func prepare(
        _ file: HashedBytes,
        partitions: [[HashedBytes]],
        from start: Int? = nil,
        client: String,
        tenant: String
    ) async throws -> [[Provider]] {
        guard let example = partitions.first else { throw FileStore.Refusal(3, "partition data is required") }
        guard partitions.allSatisfy({ !$0.isEmpty }) else { throw FileStore.Refusal(3, "piece data is required") }
        guard partitions.allSatisfy({ $0.count == example.count }) else {
            throw FileStore.Refusal(3, "all parition must have same number piece")
        }
        guard partitions.count * example.count <= Self.mostAtOnce else {
            throw FileStore.Refusal(
                3,
                "at most \(Self.mostAtOnce) pieces at once: name the first partition of each lot"
            )
        }
        var hashes: Set<String> = []
        for piece in partitions.joined() where !hashes.insert(piece.sha1).inserted {
            throw FileStore.Refusal(3, "mutilple piece have same hash: \(piece.sha1)")
        }
        try await files.allowance.check(tenant, for: .upload)
        let upload = try await held(file, by: client, of: tenant)
        let shape = PieceShape(upload, partitionLimit: contents.partitionLimit)
        try shape.check(partitions, from: start)
        let candidates = try await contents.targets.candidates()
        return try partitions.enumerated().map { number, pieces in
            try providers(for: upload, (start ?? 0) + number, pieces, among: candidates)
        }
    }

    /// Where the pieces of a partition go.
    func providers(
        for upload: PieceUpload,
        _ number: Int,
        _ pieces: [HashedBytes],
        among candidates: [Placement.Candidate]
    ) throws -> [Provider] {
        let copies = upload.k == 1 ? upload.m + 1 : 1
        let choice: Placement.Choice
        do {
            choice = try Placement.choose(
                key: "\(upload.id).\(number)",
                pieces: pieces.count * copies,
                bytes: pieces.map(\.size).max() ?? 0,
                among: candidates
            )
        } catch StorageError.tooFewTargets {
            throw Self.tooFewProviders
        }
        func provider(_ target: String, _ offered: [Int], isSpare: Bool) throws -> Provider {
            let file = HashedBytes(upload)
            let granted = try offered.map { index in
                let use = PieceTickets.Use.store(pieces[index], target: target)
                return (piece: pieces[index], ticket: try tickets.issue(for: use, of: file, tenant: upload.tenant))
            }
            return Provider(target: target, isSpare: isSpare, pieces: granted)
        }
        let chosen = try choice.targets.enumerated().map { index, target in
            try provider(target, [index % pieces.count], isSpare: false)
        }
        let spares = Self.offered(pieces: pieces.count, spares: choice.spares.count)
        return try chosen
            + zip(choice.spares, spares).filter { !$1.isEmpty }.map { try provider($0, $1, isSpare: true) }
    }

    /// Which pieces each spare is offered: each piece to two of them, or to the only one (the original's layout).
    static func offered(pieces: Int, spares: Int) -> [[Int]] {
        guard spares > 0 else { return [] }
        guard pieces > 1 else { return Array(repeating: [0], count: spares) }
        let slots = spares == 1 ? pieces : 2 * pieces
        let each = (slots + spares - 1) / spares
        return (0..<spares).map { spare in
            (spare * each..<max(spare * each, min(slots, (spare + 1) * each))).map { $0 % pieces }
        }
    }
}

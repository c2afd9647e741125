import HawserCore
import HawserMetadata

extension PieceStore {
    /// A piece as the client says it stored it.
    public struct Block: Sendable, Hashable {
        /// Its hash and length.
        public let piece: HashedBytes
        /// Its place in the partition: data pieces first.
        public let sequence: Int
        /// Whether it is a check piece.
        public let isCheck: Bool
        /// The targets it was stored on.
        public let targets: [String]

        /// A piece.
        public init(_ piece: HashedBytes, sequence: Int, isCheck: Bool, targets: [String]) {
            self.piece = piece
            self.sequence = sequence
            self.isCheck = isCheck
            self.targets = targets
        }
    }

    /// Makes a file of pieces that are on their targets, and puts it into the tree.
    ///
    /// Every piece must be where the client says, the data pieces must make up the file, and the check pieces be computed
    /// from them. Then the file is a content like any other, in the same transaction that puts it into the tree and ends
    /// the upload. Asked again after an answer got lost, it finds what is done; it goes on when the client goes away.
    ///
    /// - Parameters:
    ///   - new: the file.
    ///   - partitions: its pieces, by partition.
    ///   - client: what the client calls itself.
    ///   - tenant: the tenant.
    /// - Returns: the name it has in the tree.
    /// - Throws: `FileTreeError`; `FileStore.Refusal` 9, 10, 13, 14, 25 to 28; `StorageError`, `MetadataUnavailable`,
    ///   `MetadataError`; `CancellationError`.
    public func finish(
        _ new: NewFile,
        partitions: [[Block]],
        client: String,
        tenant: String
    ) async throws -> String {
        try Self.check(partitions)
        let folder = try await folder(for: new, of: tenant)
        if try await isThere(new, in: folder, of: tenant) { return new.name }
        if try await draft(ofKnown: new, tenant) != nil { return try await finished(new, in: folder, of: tenant) }
        let upload: PieceUpload
        do {
            upload = try await held(new.file, by: client, of: tenant)
        } catch let refusal as FileStore.Refusal {
            // It may have been finished since the look.
            if try await isThere(new, in: folder, of: tenant) { return new.name }
            throw refusal
        }
        let shape = PieceShape(upload, partitionLimit: contents.partitionLimit)
        let sorted = try Self.sorted(partitions, by: shape)
        let key = PieceFinishing.Key(
            upload: upload.id,
            parent: new.parent,
            name: new.name,
            rule: new.rule,
            partitions: partitions
        )
        return try await finishing.run(key) {
            let name = try await make(new, sorted, shape, in: folder, upload)
            await removal.discard(upload.id)
            return name
        }
    }

    private func make(
        _ new: NewFile,
        _ sorted: [[Block]],
        _ shape: PieceShape,
        in folder: String,
        _ upload: PieceUpload
    ) async throws -> String {
        do {
            let assembly = PieceAssembly(shape, sorted, try await stored(sorted, of: upload), threads: threads)
            let staged = try await assemble(assembly, upload)
            let draft = try await files.objects.draft(
                staged,
                tenant: upload.tenant,
                name: FileStore.objectName(new.name),
                contentType: FileStore.mediaType(new.name)
            )
            await files.objects.discard(staged)
            return try await place(draft, as: new, in: folder, moved: new.file.size, ending: upload.id)
        } catch is UploadOver {
            return try await finished(new, in: folder, of: upload.tenant)
        } catch StorageError.superseded {
            throw FileStore.Refusal(9, "the file was not saved: ask again")
        }
    }

    /// What is to be said of a file that somebody else finished, perhaps a moment ago, under the same name or another.
    private func finished(_ new: NewFile, in folder: String, of tenant: String) async throws -> String {
        guard try await isThere(new, in: folder, of: tenant) else {
            throw FileStore.Refusal(14, "the file exists already: ask for it to add its name")
        }
        return new.name
    }

    /// Looks whether the list of pieces is one.
    private static func check(_ partitions: [[Block]]) throws {
        guard let first = partitions.first else { throw FileStore.Refusal(25, "partition is empty") }
        guard !first.isEmpty else { throw FileStore.Refusal(26, "first partition has no block") }
        guard partitions.allSatisfy({ $0.count == first.count }) else {
            throw FileStore.Refusal(27, "all partitions must have the same number of blocks")
        }
        var hashes: Set<String> = []
        for block in partitions.joined() where !hashes.insert(block.piece.sha1).inserted {
            throw FileStore.Refusal(28, "several blocks have the same hash: \(block.piece.sha1)")
        }
    }

    /// The pieces in the order of their places.
    private static func sorted(_ partitions: [[Block]], by shape: PieceShape) throws -> [[Block]] {
        let sorted = partitions.map { $0.sorted { $0.sequence < $1.sequence } }
        do {
            try shape.check(sorted.map { $0.map(\.piece) })
        } catch let refusal as FileStore.Refusal {
            throw FileStore.Refusal(9, refusal.message)
        }
        for (number, blocks) in sorted.enumerated() {
            guard blocks.map(\.sequence) == Array(blocks.indices),
                blocks.allSatisfy({ $0.isCheck == ($0.sequence >= shape.k) })
            else {
                throw FileStore.Refusal(
                    9,
                    "partition \(number) has data blocks 0 to \(shape.k - 1), then check blocks to \(shape.count - 1)"
                )
            }
            guard blocks.allSatisfy({ !$0.targets.isEmpty }) else {
                throw FileStore.Refusal(9, "a block of partition \(number) names no node that stores it")
            }
        }
        return sorted
    }

    /// Where each piece is, as far as the upload knows; by hash, the first of the targets that were named first.
    private func stored(_ partitions: [[Block]], of upload: PieceUpload) async throws -> [String: [PlacedPiece]] {
        let noted = Dictionary(grouping: try await uploads.pieces(of: upload.id), by: \.sha1)
        let reached = try await contents.targets.reachable(Set(partitions.joined().flatMap(\.targets)))
        var placed: [String: [PlacedPiece]] = [:]
        for block in partitions.joined() {
            placed[block.piece.sha1] = try block.targets.map { id in
                guard let piece = noted[block.piece.sha1]?.first(where: { $0.target == id }), let target = reached[id]
                else { throw PieceAssembly.missing(block.piece.sha1, id) }
                return PlacedPiece(piece: piece, target: target)
            }
        }
        return placed
    }

    /// Puts the file together; a piece that turns out not to be there is forgotten, so that it can be stored anew.
    private func assemble(_ assembly: PieceAssembly, _ upload: PieceUpload) async throws -> StagedFile {
        let staged = try await files.objects.stage(alsoSHA1: true)
        do {
            try await assembly.run(into: staged) {
                guard try await uploads.touch(upload.id, until: until) else { throw UploadOver() }
            }
            return staged
        } catch {
            await files.objects.discard(staged)
            guard let lost = error as? PieceAssembly.Lost else { throw error }
            log.warning("a piece is lost", ["upload": upload.id, "target": lost.piece.target, "cause": lost.reason])
            try await uploads.forget(lost.piece)
            throw PieceAssembly.missing(lost.piece.sha1, lost.piece.target)
        }
    }
}

import HawserCore
import HawserMetadata

extension PieceStore {
    private static let chunk = 1 << 19
    /// How often a piece that takes long to arrive is a sign of life.
    private static let signOfLife = Duration.seconds(300)

    /// Stores a piece on a target, for whoever has the ticket.
    ///
    /// It is there when its bytes have the right length and hash and are safe from a crash; else nothing is. A piece that
    /// the target has already is none the worse for it.
    ///
    /// - Parameters:
    ///   - piece: the piece.
    ///   - file: the file it is of.
    ///   - target: the target.
    ///   - ticket: the ticket for just that.
    ///   - body: the bytes, read as they arrive.
    /// - Returns: false when the target had it already.
    /// - Throws: `PieceTickets.Fault`; `FileStore.Refusal` 3 when the bytes are others, 5 when no such upload is under way
    ///   any more; `StorageError` when the target does not take them; `MetadataUnavailable`, `MetadataError`; what reading
    ///   the body throws.
    @discardableResult
    public func store<Body: AsyncSequence & Sendable>(
        _ piece: HashedBytes,
        of file: HashedBytes,
        on target: String,
        ticket: PieceTickets.Ticket,
        body: Body
    ) async throws -> Bool where Body.Element == [UInt8] {
        let tenant = try tickets.check(ticket, for: .store(piece, target: target), of: file)
        guard let upload = try await uploads.find(tenant: tenant, sha1: file.sha1, size: file.size),
            try await uploads.touch(upload.id, until: until)
        else { throw Self.noUpload }
        let place = try await contents.targets.target(target)
        if let known = try await uploads.piece(piece.sha1, of: upload.id, on: target) {
            if try await Self.isThere(known, on: place) {
                try await Self.drain(body, upTo: piece.size)
                return false
            }
            try await uploads.forget(known)
        }
        let unique = Crypto.randomBytes(8).hex
        let path = "\(unique.prefix(2))/\(upload.id).piece.\(unique)"
        let sink = try await place.begin(path, size: piece.size)
        do {
            try await receive(body, piece, of: upload.id, into: sink)
            try await sink.finish()
        } catch {
            await Patience.wait { await sink.abort() }
            throw error
        }
        let stored = StoredPiece(upload: upload.id, sha1: piece.sha1, size: piece.size, target: target, path: path)
        switch try await uploads.note(stored, until: until) {
        case .noted: return true
        case .known:
            await remove(path, from: place)
            return false
        case .over:
            await remove(path, from: place)
            throw Self.noUpload
        }
    }

    private static let noUpload = FileStore.Refusal(5, "no upload of this file is under way")

    /// Whether a target has a piece that was noted, by its length.
    static func isThere(_ piece: StoredPiece, on target: any Target) async throws -> Bool {
        do {
            return try await target.open(piece.path).size == piece.size
        } catch StorageError.missing {
            return false
        }
    }

    private func receive<Body: AsyncSequence & Sendable>(
        _ body: Body,
        _ piece: HashedBytes,
        of upload: String,
        into sink: any TargetSink
    ) async throws where Body.Element == [UInt8] {
        let digest = SourceDigest(.sha1)
        var buffer: [UInt8] = []
        var count: Int64 = 0
        var seen = ContinuousClock.now
        for try await chunk in body {
            count += Int64(chunk.count)
            guard count <= piece.size else { throw Self.wrongSize(piece) }
            buffer += chunk
            guard buffer.count >= Self.chunk else { continue }
            try await pass(buffer, digest, sink)
            buffer = []
            if seen.duration(to: .now) > Self.signOfLife {
                guard try await uploads.touch(upload, until: until) else { throw Self.noUpload }
                seen = .now
            }
        }
        guard count == piece.size else { throw Self.wrongSize(piece) }
        try await pass(buffer, digest, sink)
        guard digest.finish() == piece.sha1 else {
            throw FileStore.Refusal(3, "hash check: the bytes are not those of \(piece.sha1)")
        }
    }

    private static func wrongSize(_ piece: HashedBytes) -> FileStore.Refusal {
        FileStore.Refusal(3, "size check: the piece has \(piece.size) bytes")
    }

    /// Hashes and writes some bytes, both at the same time.
    private func pass(_ bytes: [UInt8], _ digest: SourceDigest, _ sink: any TargetSink) async throws {
        guard !bytes.isEmpty else { return }
        let slice = MemorySlice(bytes)
        async let hashed: Void = threads.compute.run { slice.withUnsafeBytes { digest.update($0) } }
        try await sink.write(slice)
        try await hashed
    }

    /// Reads what nobody needs, so that the client gets its answer.
    private static func drain<Body: AsyncSequence & Sendable>(_ body: Body, upTo limit: Int64) async throws
    where Body.Element == [UInt8] {
        var count: Int64 = 0
        for try await chunk in body {
            count += Int64(chunk.count)
            if count > limit { return }
        }
    }

    private func remove(_ path: String, from target: any Target) async {
        do {
            try await target.remove(path)
        } catch {
            log.warning("a piece is left to be collected", ["target": target.id, "path": path, "error": "\(error)"])
        }
    }
}

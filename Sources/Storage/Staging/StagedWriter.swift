import HawserCore
import Synchronization

/// What happens to the bytes of a staged file, on threads that may block: they are hashed, encrypted when they are to
/// be, and written.
final class StagedWriter: Sendable {
    private static let syncEvery: Int64 = 16 << 20
    /// How much of the end of a file stays in the system's cache while it is written; what is before goes, so that a file
    /// larger than the memory does not push out all else.
    private static let cachedTail: Int64 = 256 << 20

    let file: OpenFile
    private let digests: ContentDigests
    private let sealing: StagedSealing?
    private let position = Atomic<Int64>(0)

    init(_ file: OpenFile, alsoSHA1: Bool, isSealed: Bool) {
        self.file = file
        digests = ContentDigests(alsoSHA1: alsoSHA1)
        sealing = isSealed ? StagedSealing() : nil
    }

    /// What was sealed, when everything is: to be asked for after the end.
    var sealed: SealedContent? { sealing?.content }

    /// One half of what is done to a chunk: what takes as long as all else.
    func hashSlowly(_ chunk: [UInt8]) {
        chunk.withUnsafeBytes { digests.updateMD5($0) }
    }

    /// The other half.
    func write(_ chunk: [UInt8]) throws {
        let stored = try take(chunk)
        try stored.withUnsafeBytes { try file.write($0) }
        let offset = position.load(ordering: .relaxed)
        let end = offset + Int64(stored.count)
        position.store(end, ordering: .relaxed)
        if end / Self.syncEvery > offset / Self.syncEvery {
            let start = (offset / Self.syncEvery) * Self.syncEvery
            file.beginSync(from: start, count: end - start)
            let old = start - Self.cachedTail
            if old >= 0 { file.uncache(from: old, count: Self.syncEvery) }
        }
    }

    /// Takes in the last bytes; answers what of the file is still to be written.
    func end(_ rest: [UInt8]) throws -> [UInt8] {
        hashSlowly(rest)
        return try take(rest) + (sealing?.finish() ?? [])
    }

    /// Writes the end of the file.
    func writeEnd(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try file.write($0) }
        guard try file.size() == position.load(ordering: .relaxed) + Int64(bytes.count) else {
            throw StorageError.damaged(object: "(staged)", reason: "the file has not the length that was written")
        }
    }

    /// The digests of the bytes that came, of which there were so many; can be asked for once.
    func content(size: Int64) -> StagedContent { digests.finish(size: size) }

    /// Hashes a chunk; answers what is to be written for it.
    private func take(_ chunk: [UInt8]) throws -> [UInt8] {
        try chunk.withUnsafeBytes { bytes in
            digests.updateSHA(bytes)
            return try sealing?.update(bytes) ?? chunk
        }
    }
}

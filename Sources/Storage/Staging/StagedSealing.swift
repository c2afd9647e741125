import HawserCore
import Synchronization

/// What is kept of bytes that were encrypted on their way into a staged file.
struct SealedContent: Sendable {
    /// How many sealed bytes there are.
    let size: Int64
    /// Their SHA-256 in hexadecimal.
    let sha256: String
    /// What opens them.
    let cipher: SegmentedCipher
}

/// Encrypts the bytes of a staged file, with a key of their own, and hashes what comes of it.
final class StagedSealing: Sendable {
    private struct State: ~Copyable {
        var sealer: SegmentSealer?
        var digest: DigestStream?
        var size: Int64 = 0
        var content: SealedContent?
    }

    private let cipher: SegmentedCipher
    private let state: Mutex<State>

    init() {
        let cipher = SegmentedCipher()
        self.cipher = cipher
        state = Mutex(State(sealer: SegmentSealer(cipher), digest: DigestStream(.sha256)))
    }

    /// What was sealed, once it is finished.
    var content: SealedContent? { state.withLock { $0.content } }

    /// Takes in bytes; answers those that are sealed by now.
    func update(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        try state.withLock { state in
            let sealed = try state.sealer?.update(bytes) ?? []
            Self.count(sealed, in: &state)
            return sealed
        }
    }

    /// Answers the last sealed bytes; none when it was finished before.
    func finish() throws -> [UInt8] {
        try state.withLock { state in
            guard let sealer = state.sealer.take() else { return [] }
            let sealed = try sealer.finish()
            Self.count(sealed, in: &state)
            let sha256 = state.digest.take()?.finish().hex ?? ""
            state.content = SealedContent(size: state.size, sha256: sha256, cipher: cipher)
            return sealed
        }
    }

    private static func count(_ sealed: [UInt8], in state: inout State) {
        state.digest?.update(sealed)
        state.size += Int64(sealed.count)
    }
}

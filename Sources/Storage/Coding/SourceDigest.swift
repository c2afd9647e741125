import HawserCore
import Synchronization

/// The SHA-256 of what is read from a staged file.
final class SourceDigest: Sendable {
    private let stream = Mutex<DigestStream?>(DigestStream(.sha256))

    func update(_ bytes: UnsafeRawBufferPointer) {
        stream.withLock { $0?.update(bytes) }
    }

    /// The digest in hexadecimal; can be asked for once.
    func finish() -> String {
        stream.withLock { stream in
            guard let stream = stream.take() else { return "" }
            return stream.finish().hex
        }
    }
}

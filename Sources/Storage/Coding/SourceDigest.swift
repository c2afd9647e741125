import HawserCore
import Synchronization

/// The digest of bytes that several threads feed, one after the other: SHA-256 when nothing else is asked for.
final class SourceDigest: Sendable {
    private let stream: Mutex<DigestStream?>

    init(_ algorithm: DigestAlgorithm = .sha256) {
        stream = Mutex(DigestStream(algorithm))
    }

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

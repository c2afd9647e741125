import HawserCore
import Synchronization

/// The digests of content that comes chunk by chunk, in two halves that may be fed by two threads.
///
/// MD5 alone takes as long as SHA-256, SHA-1 and writing to the page cache together, so that is how the work is split.
final class ContentDigests: Sendable {
    private let md5 = Mutex<DigestStream?>(DigestStream(.md5))
    private let sha256 = Mutex<DigestStream?>(DigestStream(.sha256))
    private let sha1: Mutex<DigestStream?>

    init(alsoSHA1: Bool) {
        sha1 = Mutex(alsoSHA1 ? DigestStream(.sha1) : nil)
    }

    func updateMD5(_ bytes: UnsafeRawBufferPointer) {
        md5.withLock { $0?.update(bytes) }
    }

    func updateSHA(_ bytes: UnsafeRawBufferPointer) {
        sha256.withLock { $0?.update(bytes) }
        sha1.withLock { $0?.update(bytes) }
    }

    /// The digests in hexadecimal; can be asked for once.
    func finish(size: Int64) -> StagedContent {
        StagedContent(
            size: size,
            md5: Self.hex(md5),
            sha1: sha1.withLock { $0 == nil } ? nil : Self.hex(sha1),
            sha256: Self.hex(sha256)
        )
    }

    private static func hex(_ stream: borrowing Mutex<DigestStream?>) -> String {
        stream.withLock { stream -> String in
            guard let stream = stream.take() else { return "" }
            return stream.finish().hex
        }
    }
}

import HawserCore
import HawserS3
import Synchronization

/// An object on its way to a bucket.
final class BucketSink: TargetSink {
    private let target: BucketTarget
    private let name: String
    private let upload: S3Upload
    private let size: Int64
    private let written = Mutex<Int64>(0)

    init(_ target: BucketTarget, _ name: String, upload: S3Upload, size: Int64) {
        self.target = target
        self.name = name
        self.upload = upload
        self.size = size
    }

    func write(_ bytes: MemorySlice) async throws {
        let end = written.withLock { written in
            written += Int64(bytes.count)
            return written
        }
        guard end <= size else { throw StorageError.notWriting(target: target.id, path: name) }
        try await target.translating("write \(name)") { [upload] in
            try await upload.write(bytes.withUnsafeBytes { Array($0) })
        }
    }

    func finish() async throws {
        guard written.withLock({ $0 }) == size else {
            upload.abort()
            throw StorageError.notWriting(target: target.id, path: name)
        }
        try await target.translating("finish \(name)") { [upload] in try await upload.finish() }
    }

    /// Ends the request, and removes what the store may have made of it: all bytes may have been there already.
    func abort() async {
        upload.abort()
        do {
            try await target.remove(name)
        } catch {
            Log("targets").warning(
                "what was written could not be removed",
                ["target": target.id, "path": name, "error": "\(error)"]
            )
        }
    }
}

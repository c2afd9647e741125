import Foundation
public import HawserCore
import HawserHTTP
public import HawserS3

/// A target that is a bucket of an S3-compatible store; names are keys below a prefix.
///
/// What is written is there when the store says so, and not at all before: no half-written files. How full the store is,
/// S3 does not tell: there is room until the store refuses.
public final class BucketTarget: Target {
    /// What layouts in the metadata call it.
    public let id: String
    private let bucket: S3Bucket
    private let prefix: String

    /// A target in a bucket that is there.
    ///
    /// - Parameters:
    ///   - id: what layouts call it.
    ///   - bucket: where the bytes are. Its patience is the deadline of a call.
    ///   - prefix: what all keys begin with, so that a bucket can have other things too; ends with `/` or is empty.
    public init(id: String, bucket: S3Bucket, prefix: String = "") {
        self.id = id
        self.bucket = bucket
        self.prefix = prefix
    }

    /// Begins to send an object.
    public func begin(_ name: String, size: Int64) async throws -> any TargetSink {
        BucketSink(self, name, upload: bucket.upload(prefix + name, length: size), size: size)
    }

    /// Opens an object: asks for its size.
    public func open(_ name: String) async throws -> any TargetFile {
        let object = try await translating("open \(name)") { [self] in try await bucket.head(prefix + name) }
        guard let object else { throw StorageError.missing(target: id, path: name) }
        return BucketFile(target: self, name: name, size: object.size)
    }

    /// Removes an object, if it is there.
    public func remove(_ name: String) async throws {
        try await translating("remove \(name)") { [self] in try await bucket.remove(prefix + name) }
    }

    /// Nil, as S3 does not tell; the bucket is asked whether it is there.
    public func freeSpace() async throws -> Int64? {
        try await translating("look for the bucket") { [bucket] in try await bucket.check() }
        return nil
    }

    /// The names below a prefix that have been there since before a moment, by the store's clock.
    public func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String] {
        var names: [String] = []
        var token: String?
        repeat {
            let page = try await translating("list \(prefix)") { [self, token] in
                try await bucket.list("\(self.prefix)\(prefix)/", after: token)
            }
            for object in page.objects where object.modified < moment {
                names.append(String(object.key.dropFirst(self.prefix.count)))
            }
            token = page.next
        } while token != nil
        return names
    }

    /// Reads some bytes of an object.
    func read(_ name: String, _ range: Range<Int64>) async throws -> [UInt8] {
        let bytes = try await translating("read \(name)") { [self] in try await bucket.get(prefix + name, range) }
        guard let bytes else { throw StorageError.missing(target: id, path: name) }
        return bytes
    }

    /// Runs a request; what it fails with becomes a target's error.
    func translating<Value>(
        _ operation: String,
        _ request: @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await request()
        } catch let error as S3Error {
            if error.isFull { throw StorageError.full(operation: "\(operation) in target \(id)") }
            throw StorageError.refused(target: id, operation: operation, reason: error.description)
        } catch let error as HTTPClientError {
            if error.kind == .timeout { throw StorageError.unresponsive(target: id, operation: operation) }
            throw StorageError.refused(target: id, operation: operation, reason: error.description)
        }
    }
}

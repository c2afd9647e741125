import Foundation
import HawserCore
import HawserHTTP
import HawserS3
import HawserTestSupport
import Testing

@testable import HawserStorage

/// A bucket of its own of the real S3 store, behind a cable that can be cut and frozen.
final class TestBucket: Sendable {
    private static let client = HTTPClient()

    let proxy: WireProxy
    let bucket: S3Bucket
    /// The same without the cable.
    private let direct: S3Bucket

    /// Makes the bucket; `patience` is how long the store may be silent.
    private init(patience: Duration) async throws {
        let ceph = try TestCeph()
        let port = try #require(URLComponents(string: ceph.endpoint)?.port)
        proxy = try WireProxy(before: UInt16(port))
        var account = S3Account(
            endpoint: ceph.endpoint,
            region: ceph.region,
            accessKey: ceph.accessKey,
            secretKey: Secret(ceph.secretKey)
        )
        let name = "target-\(Crypto.randomBytes(8).hex)"
        direct = S3Bucket(name, of: account, client: Self.client)
        account.endpoint = "http://127.0.0.1:\(proxy.port)"
        bucket = S3Bucket(name, of: account, client: Self.client, patience: patience)
        try await direct.create()
    }

    /// Runs a test with buckets that are gone when it is over.
    static func with(
        _ count: Int = 1,
        patience: Duration = .seconds(60),
        _ body: ([TestBucket]) async throws -> Void
    ) async throws {
        var buckets: [TestBucket] = []
        for _ in 0..<count { buckets.append(try await TestBucket(patience: patience)) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(buckets)) } catch { result = .failure(error) }
        for bucket in buckets {
            bucket.proxy.stop()
            for key in try await bucket.keys() { try await bucket.direct.remove(key) }
            try await bucket.direct.delete()
        }
        try result.get()
    }

    /// A target in it.
    func target(_ id: String, prefix: String = "") -> BucketTarget {
        BucketTarget(id: id, bucket: bucket, prefix: prefix)
    }

    /// What is in it, by a way of its own.
    func keys() async throws -> [String] {
        var keys: [String] = []
        var token: String?
        repeat {
            let page = try await direct.list("", after: token)
            keys += page.objects.map(\.key)
            token = page.next
        } while token != nil
        return keys
    }
}

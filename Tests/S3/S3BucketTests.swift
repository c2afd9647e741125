import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

@testable import HawserS3

@Suite("buckets of a real S3 store", .enabled(if: TestServerFile.ceph.isThere, "\(TestServerFile.ceph.reason)"))
struct S3BucketTests {
    static let client = HTTPClient()

    /// Runs a test with a bucket of its own.
    func withBucket(_ body: (S3Bucket) async throws -> Void) async throws {
        let ceph = try TestCeph()
        let account = S3Account(
            endpoint: ceph.endpoint,
            region: ceph.region,
            accessKey: ceph.accessKey,
            secretKey: Secret(ceph.secretKey)
        )
        let bucket = S3Bucket("test-\(Crypto.randomBytes(8).hex)", of: account, client: Self.client)
        try await bucket.create()
        try await bucket.create()
        let result: Result<Void, any Error>
        do { result = .success(try await body(bucket)) } catch { result = .failure(error) }
        while true {
            let page = try await bucket.list("")
            for object in page.objects { try await bucket.remove(object.key) }
            if page.objects.isEmpty { break }
        }
        try await bucket.delete()
        try result.get()
    }

    @Test func putHeadGetRemove() async throws {
        try await withBucket { bucket in
            let before = Timestamp.now
            // Whatever a key may hold goes through signature and path alike.
            for key in ["plain", "a/b/c", "with blank", "100%", "+&=?#", "日本/ü", "~tilde", "'quoted'(1)*!"] {
                #expect(try await bucket.head(key) == nil)
                #expect(try await bucket.get(key, 0..<1) == nil)
                try await bucket.put(key, Array("0123456789".utf8))
                let object = try #require(try await bucket.head(key), "\(key)")
                #expect(object.key == key)
                #expect(object.size == 10)
                #expect(abs(object.modified.milliseconds - before.milliseconds) < 60_000)
                #expect(try await bucket.get(key, 2..<5) == Array("234".utf8))
                #expect(try await bucket.get(key, 8..<50) == Array("89".utf8))
                #expect(try await bucket.get(key, 10..<11) == [])
                try await bucket.remove(key)
                try await bucket.remove(key)
                #expect(try await bucket.head(key) == nil)
            }
        }
    }

    @Test func emptyObject() async throws {
        try await withBucket { bucket in
            try await bucket.put("empty", [])
            #expect(try await bucket.head("empty")?.size == 0)
            let upload = bucket.upload("also", length: 0)
            try await upload.finish()
            #expect(try await bucket.head("also")?.size == 0)
        }
    }

    @Test func uploadPieceByPiece() async throws {
        try await withBucket { bucket in
            let piece = Crypto.randomBytes(1 << 20)
            let upload = bucket.upload("large", length: 20 << 20)
            for _ in 0..<20 { try await upload.write(piece) }
            #expect(try await bucket.head("large") == nil, "not there in part")
            try await upload.finish()
            #expect(try await bucket.head("large")?.size == 20 << 20)
            #expect(
                try await bucket.get("large", (7 << 20) - 3..<(7 << 20) + 3) == Array(piece.suffix(3) + piece.prefix(3))
            )
        }
    }

    @Test func abortedAndForgottenUploadsLeaveNothing() async throws {
        try await withBucket { bucket in
            let upload = bucket.upload("aborted", length: 2 << 20)
            try await upload.write([UInt8](repeating: 1, count: 1 << 20))
            upload.abort()
            await #expect(throws: CancellationError.self) { try await upload.finish() }
            await #expect(throws: CancellationError.self) { try await upload.write([1]) }
            do {
                let forgotten = bucket.upload("forgotten", length: 2 << 20)
                try await forgotten.write([UInt8](repeating: 1, count: 1 << 20))
            }
            #expect(try await bucket.list("").objects == [])
        }
    }

    @Test func cancelledWriterEndsItsUpload() async throws {
        try await withBucket { bucket in
            let upload = bucket.upload("cancelled", length: 1 << 30)
            let isUnderWay = AsyncStream<Void>.makeStream()
            let writer = Task {
                let piece = [UInt8](repeating: 1, count: 1 << 20)
                while true {
                    try await upload.write(piece)
                    isUnderWay.continuation.yield()
                }
            }
            for await _ in isUnderWay.stream { break }
            writer.cancel()
            await #expect(throws: CancellationError.self) { try await writer.value }
            await #expect(throws: CancellationError.self) { try await upload.finish() }
        }
    }

    @Test func listInPages() async throws {
        try await withBucket { bucket in
            // More than the thousand of one page.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for number in stride(from: worker, to: 1010, by: 8) {
                            try await bucket.put("a/\(number)", [1])
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await bucket.put("b/1", [1, 2])
            let first = try await bucket.list("a/")
            #expect(first.objects.count == 1000)
            let token: String = try #require(first.next)
            let second = try await bucket.list("a/", after: token)
            #expect(second.next == nil)
            let keys = (first.objects + second.objects).map(\.key)
            #expect(Set(keys) == Set((0..<1010).map { "a/\($0)" }))
            #expect(try await bucket.list("b/").objects.map(\.size) == [2])
        }
    }

    @Test func refusalsCarryTheStoresWords() async throws {
        try await withBucket { bucket in
            var account = bucket.account
            account.secretKey = Secret("wrong")
            let stranger = S3Bucket(bucket.name, of: account, client: Self.client)
            await #expect {
                try await stranger.put("x", [1])
            } throws: { error in
                let error = error as? S3Error
                return error?.status == 403 && error?.code == "SignatureDoesNotMatch" && error?.key == "x"
                    && error?.requestID != nil && !"\(error as Any)".contains("wrong")
            }
            let upload = stranger.upload("x", length: 64 << 20)
            await #expect {
                // The store answers before it has read it all; the writer must not wait for ever.
                for _ in 0..<64 { try await upload.write([UInt8](repeating: 0, count: 1 << 20)) }
                try await upload.finish()
            } throws: { ($0 as? S3Error)?.status == 403 || $0 is HTTPClientError }
            let nowhere = S3Bucket("no-\(bucket.name)", of: bucket.account, client: Self.client)
            await #expect { try await nowhere.list("") } throws: { ($0 as? S3Error)?.code == "NoSuchBucket" }
        }
    }
}

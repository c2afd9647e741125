import HawserCore
import HawserHTTP
public import HawserMetadata
import HawserS3

/// Makes what reaches a target from how it is configured.
public struct TargetFactory: Sendable {
    // One for the process: it keeps connections.
    private static let client = HTTPClient()

    private let data: String
    private let masterKey: [UInt8]?
    private let pool = BlockingPool(name: "target-setup", threads: 2)

    /// A factory.
    ///
    /// - Parameters:
    ///   - data: the directory that relative paths of targets begin at.
    ///   - masterKey: what the secrets of buckets are sealed with, 32 bytes; without one buckets cannot be used.
    public init(data: String, masterKey: [UInt8]?) {
        self.data = data
        self.masterKey = masterKey
    }

    /// Whether a text can be the endpoint of a bucket: `http://` or `https://`, a host, perhaps a port, and no more.
    public static func isEndpoint(_ text: String) -> Bool {
        S3Account(endpoint: text, region: "", accessKey: "", secretKey: Secret("")).host != nil
    }

    /// Whether a text can be the name of a bucket: 3 to 63 lower-case letters, digits, `-` and `.` (S3's rules for names).
    public static func isBucket(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/) != nil
    }

    /// The place of a target in a bucket, its secret sealed.
    ///
    /// - Parameters:
    ///   - endpoint: as `isEndpoint` says.
    ///   - region: the region that requests are signed for; nil: `us-east-1`, S3's first.
    ///   - name: the bucket's, as `isBucket` says.
    ///   - accessKey: as whom it is used.
    ///   - secretKey: what requests are signed with.
    ///   - target: the target's id.
    ///   - masterKey: what the secret is sealed with, 32 bytes.
    /// - Returns: the place.
    /// - Throws: `CryptoError`.
    public static func bucket(
        endpoint: String,
        region: String?,
        name: String,
        accessKey: String,
        secretKey: String,
        of target: String,
        masterKey: [UInt8]
    ) throws -> TargetRecord.Place {
        let context = TargetRecord.context(of: target)
        return .bucket(
            endpoint: endpoint,
            region: region ?? "us-east-1",
            name: name,
            accessKey: accessKey,
            sealedSecret: try Crypto.seal(Array(secretKey.utf8), key: masterKey, context: context)
        )
    }

    /// What reaches a target; its directory is made when it is not there.
    ///
    /// - Throws: `StorageError`, `badTarget` when its secret cannot be read.
    public func make(_ record: TargetRecord) async throws -> any Target {
        switch record.place {
        case .directory(let path):
            let directory = path.hasPrefix("/") ? path : "\(data)/\(path)"
            return try await pool.run { try DirectoryTarget(id: record.id, directory: directory) }
        case .bucket(let endpoint, let region, let name, let accessKey, let sealedSecret):
            let account = S3Account(
                endpoint: endpoint,
                region: region,
                accessKey: accessKey,
                secretKey: try open(sealedSecret, of: record.id)
            )
            let deadlines = TargetDeadlines()
            let bucket = S3Bucket(name, of: account, client: Self.client, patience: deadlines.call)
            return BucketTarget(id: record.id, bucket: bucket)
        }
    }

    private func open(_ sealed: [UInt8], of target: String) throws -> Secret {
        guard let masterKey else {
            throw StorageError.badTarget(target: target, reason: "HAWSER_MASTER_KEY is not set")
        }
        do {
            let secret = try Crypto.open(sealed, key: masterKey, context: TargetRecord.context(of: target))
            return Secret(String(decoding: secret, as: UTF8.self))
        } catch {
            throw StorageError.badTarget(target: target, reason: "its secret cannot be opened: \(error)")
        }
    }
}

import HawserBuckets
import HawserCore
import HawserHTTP
import HawserMetadata

/// Seed 002: buckets and files under `/api/storages`, with records in PascalCase.
///
/// Where the seed says nothing, its original decides: what is not there is `null`, `0` or `false` with 200, except for
/// contents and uploads, which answer 404.
struct BucketDialect: Sendable {
    static let prefix = "/api/storages"

    let backend: Backend

    var endpoints: [Endpoint] {
        BucketRoutes(backend: backend).endpoints + [BucketChangeRoutes(backend: backend).add]
            + [BucketChangeRoutes(backend: backend).change] + BucketDeleteRoute(backend: backend).endpoints
            + FileRoutes(backend: backend).endpoints
            + [FileUploadRoute(backend: backend).endpoint, FileContentRoute(backend: backend).endpoint]
    }

    /// The number of a bucket in a path.
    ///
    /// - Throws: 404 when it is none.
    static func bucketID(_ request: Request) throws -> Int64 {
        let text = request.pathParameters["id"] ?? ""
        guard text.utf8.count <= 11, let id = Int64(text), !text.hasPrefix("+") else {
            throw BucketFailure(status: 404, message: "there is no such bucket")
        }
        return id
    }

    /// The id of a file in a path: a GUID with or without its dashes.
    ///
    /// - Throws: 404 when it is none.
    static func fileID(_ request: Request) throws -> String {
        let text = (request.pathParameters["id"] ?? "").lowercased()
        if UUIDv7.isUUID(text) { return text }
        guard let id = BucketFile.id(bare: text) else { throw noSuchFile }
        return id
    }

    /// There is no such file, or it is somebody else's.
    static let noSuchFile = BucketFailure(status: 404, message: "there is no such file")

    /// An answer of JSON.
    static func answer(_ json: JSON) -> Response { Response.json(200, json).askedAgain }

    /// A bucket as the dialect shows it.
    static func view(_ bucket: Bucket) -> JSON {
        [
            "BucketId": .int(bucket.id), "Name": .string(bucket.name), "Path": .string(bucket.path),
            "Title": text(bucket.title), "CreatedTime": time(bucket.created), "ModifiedTime": time(bucket.modified),
            "Encryption": .string(bucket.policy.encryption.rawValue), "Layout": .string(bucket.policy.layout.text),
        ]
    }

    /// A file as the dialect shows it.
    static func view(_ file: BucketFile) -> JSON {
        [
            "FileId": .string(file.id), "BucketId": .int(file.bucket), "Name": .string(file.name),
            "Type": .string(file.type), "Size": .int(file.size), "Path": .string(file.path),
            "Title": text(file.title), "CreatedTime": time(file.created), "ModifiedTime": time(file.modified),
            "TotalVisits": .int(file.visits), "VisitedTime": time(file.visited),
            "ExtendedProperties": .object(file.properties.mapValues { .string($0) }),
        ]
    }

    private static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    private static func time(_ time: Timestamp?) -> JSON { time.map { .string(LocalTime($0).text) } ?? .null }
}

extension Endpoint.Parameter {
    /// The number of a bucket.
    static let bucketID = Endpoint.Parameter(
        name: "id",
        place: .path,
        help: "The bucket's number",
        schema: ["type": "integer"]
    )
    /// The id of a file.
    static let fileID = Endpoint.Parameter(name: "id", place: .path, help: "The file's id, a GUID")
}

public import HawserCore

/// What a store says of an object.
public struct S3Object: Sendable, Equatable {
    /// Its name in the bucket.
    public let key: String
    /// How many bytes it has.
    public let size: Int64
    /// When it was stored, by the store's clock.
    public let modified: Timestamp
}

/// A page of the objects of a bucket.
public struct S3Page: Sendable, Equatable {
    /// The objects, in the order of their keys.
    public let objects: [S3Object]
    /// What to ask the next page with; nil at the end.
    public let next: String?

    /// What `ListObjectsV2` answers; nil when it is something else.
    init?(_ document: XMLElement) {
        guard document.name == "ListBucketResult" else { return nil }
        var objects: [S3Object] = []
        for entry in document.all("Contents") {
            guard let key = entry["Key"]?.text, let size = (entry["Size"]?.text).flatMap(Int64.init),
                let modified = (entry["LastModified"]?.text).flatMap(Timestamp.init(rfc3339:))
            else { return nil }
            objects.append(S3Object(key: key, size: size, modified: modified))
        }
        self.objects = objects
        next = document["IsTruncated"]?.text == "true" ? document["NextContinuationToken"]?.text : nil
    }
}

import HawserCore
public import HawserMetadata
import HawserStorage

extension BucketStore {
    /// How long an upload may store an object before it tells again that it is alive.
    private static let signOfLife = Duration.seconds(3)

    /// Puts files into a bucket: all of them or none, whatever fails or dies when.
    ///
    /// The staged files are used up when this returns, and the caller's to discard when it throws.
    ///
    /// - Parameters:
    ///   - incoming: the files, at least one.
    ///   - properties: what the uploader said of them.
    ///   - bucket: where they go.
    /// - Returns: their records.
    /// - Throws: `BucketError.closed`, `BucketError.uploadGivenUp`; `StorageError`; `MetadataUnavailable` (the files
    ///   may turn up all the same), `MetadataError`.
    public func add(
        _ incoming: [IncomingFile],
        properties: [String: String],
        to bucket: Bucket
    ) async throws -> [BucketFile] {
        let now = Timestamp.now
        var records: [BucketFile] = []
        for file in incoming {
            let id = ObjectStore.newID()
            let path = PathTemplate(bucket.path).path(bucket: bucket.id, file: id, name: file.name, at: now)
            records.append(
                BucketFile(
                    id: id,
                    tenant: bucket.tenant,
                    bucket: bucket.id,
                    name: file.name,
                    type: file.type,
                    size: try await file.staged.finish().size,
                    path: path,
                    title: file.title,
                    created: now,
                    properties: properties
                )
            )
        }
        let upload = FileUpload(
            id: ObjectStore.newID(),
            tenant: bucket.tenant,
            bucket: bucket.id,
            files: records
        )
        try await uploads.insert(upload)
        do {
            // Asked after the upload is noted: whoever deletes the bucket closes it first and then looks for uploads, so
            // that one of the two sees the other.
            guard let now = try await buckets.find(id: bucket.id, tenant: bucket.tenant), now.deletion == nil else {
                throw BucketError.closed(bucket.id)
            }
            try await store(incoming, of: upload)
            guard try await uploads.commit(id: upload.id) else { throw BucketError.uploadGivenUp }
        } catch {
            // The request's task may be cancelled because the client went away.
            let cleaning = Task { await giveUp(upload) }
            if !(error is any UnavailableError) { await cleaning.value }
            throw error
        }
        try await complete(upload)
        return records
    }

    private func store(_ incoming: [IncomingFile], of upload: FileUpload) async throws {
        var seen = ContinuousClock.now
        for (file, record) in zip(incoming, upload.files) {
            if ContinuousClock.now - seen > Self.signOfLife {
                guard try await uploads.touch(id: upload.id) else { throw BucketError.uploadGivenUp }
                seen = .now
            }
            _ = try await objects.put(
                file.staged,
                tenant: upload.tenant,
                name: record.name,
                contentType: record.type,
                id: record.id
            )
        }
    }

    /// Makes the files of an upload that is stored.
    func complete(_ upload: FileUpload) async throws {
        try await files.insert(upload.files)
        try await uploads.forget(id: upload.id)
        guard await cache.write(upload.files.map { .put($0) }) else { return }
        await settle(files.marks, upload.files.map { (.string($0.id), $0.version) })
    }

    private func giveUp(_ upload: FileUpload) async {
        do {
            try await abandon(upload, byItsOwner: true)
        } catch {
            log.info("an upload is cleaned up later", ["upload": upload.id, "error": "\(error)"])
        }
    }

    /// Takes an upload back, unless it is stored by now.
    ///
    /// Its owner removes its objects even when somebody else gave it up: it may have stored one after that.
    func abandon(_ upload: FileUpload, byItsOwner: Bool = false) async throws {
        let isNow = try await uploads.abandon(id: upload.id)
        guard isNow || byItsOwner || upload.state == .abandoned else { return }
        // Perhaps only the answer to the commit got lost: then its files are there, or will be.
        if !isNow, byItsOwner {
            if try await isStored(upload) { return }
            let first = upload.files.first?.id ?? ""
            guard try await files.find(id: first, tenant: upload.tenant) == nil else { return }
        }
        for file in upload.files { try await objects.remove(file.id, tenant: upload.tenant) }
        try await uploads.forget(id: upload.id)
    }

    /// Whether an upload is decided and its files are to be there.
    func isStored(_ upload: FileUpload) async throws -> Bool {
        try await uploads.list(bucket: upload.bucket).contains { $0.id == upload.id && $0.state == .stored }
    }
}

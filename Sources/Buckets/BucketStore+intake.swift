import HawserCore
public import HawserMetadata
import HawserStorage

extension BucketStore {
    /// How long an upload may store an object before it tells again that it is alive.
    private static let signOfLife = Duration.seconds(3)
    /// How many objects are stored in the transaction that makes the files, at most: it is one change of MongoDB instead of
    /// many, and held up by others the more it does.
    private static let together = 16

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
            files: records.map(\.id)
        )
        try await uploads.insert(upload)
        var drafts: [ObjectStore.Draft] = []
        do {
            // Asked after the upload is noted: whoever deletes the bucket closes it first and then looks for uploads, so
            // that one of the two sees the other.
            guard let now = try await buckets.find(id: bucket.id, tenant: bucket.tenant), now.deletion == nil else {
                throw BucketError.closed(bucket.id)
            }
            try await store(incoming, records, of: upload, &drafts)
            try await commit(upload, records, drafts)
        } catch {
            // The request's task may be cancelled because the client went away.
            let cleaning = Task { [drafts] in await giveUp(upload, drafts) }
            if !(error is any UnavailableError) { await cleaning.value }
            throw error
        }
        for draft in drafts { await objects.secure(draft) }
        if await cache.write(records.map { .put($0) }) {
            await settle(files.marks, records.map { (.string($0.id), $0.version) })
        }
        return records
    }

    /// Makes the bytes of files safe; `drafts` are the objects that are still to be stored.
    private func store(
        _ incoming: [IncomingFile],
        _ records: [BucketFile],
        of upload: FileUpload,
        _ drafts: inout [ObjectStore.Draft]
    ) async throws {
        var seen = ContinuousClock.now
        for (file, record) in zip(incoming, records) {
            if ContinuousClock.now - seen > Self.signOfLife {
                guard try await uploads.touch(id: upload.id) else { throw BucketError.uploadGivenUp }
                seen = .now
            }
            let draft = try await objects.draft(
                file.staged,
                tenant: upload.tenant,
                name: record.name,
                contentType: record.type,
                id: record.id
            )
            if !draft.isSharing, drafts.count < Self.together {
                drafts.append(draft)
            } else {
                _ = try await objects.store(draft, of: file.staged)
            }
        }
    }

    /// Makes the files of an upload, and its objects that are drafts, in the place of the upload.
    private func commit(
        _ upload: FileUpload,
        _ records: [BucketFile],
        _ drafts: [ObjectStore.Draft]
    ) async throws {
        try await database.transaction("upload") { [uploads, objects, files] transaction in
            guard try uploads.end(id: upload.id, in: transaction) else { throw BucketError.uploadGivenUp }
            for draft in drafts { try objects.insert(draft, in: transaction) }
            try files.insert(records, in: transaction)
        }
    }

    private func giveUp(_ upload: FileUpload, _ drafts: [ObjectStore.Draft]) async {
        do {
            guard try await abandon(upload, byItsOwner: true) else { return }
            for draft in drafts { await objects.drop(draft) }
        } catch {
            log.info("an upload is cleaned up later", ["upload": upload.id, "error": "\(error)"])
        }
    }

    /// Takes an upload back, unless its files are there by now; says whether they are not.
    ///
    /// Its owner removes its objects even when somebody else gave it up: it may have stored one after that.
    @discardableResult
    func abandon(_ upload: FileUpload, byItsOwner: Bool = false) async throws -> Bool {
        let isNow = try await uploads.abandon(id: upload.id)
        guard isNow || byItsOwner || upload.state == .abandoned else { return false }
        if !isNow, byItsOwner, let first = upload.files.first,
            try await files.find(id: first, tenant: upload.tenant) != nil
        {
            // Only the answer to the commit got lost.
            return false
        }
        for id in upload.files { try await objects.remove(id, tenant: upload.tenant) }
        try await uploads.forget(id: upload.id)
        return true
    }
}

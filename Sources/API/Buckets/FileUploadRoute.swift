import HawserBuckets
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserStorage

/// `POST /api/storages/file/{bucket}`: puts the files of a form into a bucket, all of them or none.
///
/// Each file is streamed to the staging area, hashed and, if the bucket says so, encrypted on the way; when the whole form
/// is in order they are stored.
/// Fields that are no files become extended properties of every file.
struct FileUploadRoute: Sendable {
    private static let mostFiles = 1000
    private static let mostFields = 100
    /// All fields together, in bytes: each file's record holds them.
    private static let fieldBytes = 64 << 10

    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(BucketDialect.prefix)/file/{id}",
            summary: "Put files into a bucket",
            access: .tenant,
            parameters: [.bucketID],
            body: .init(
                type: "multipart/form-data",
                schema: [
                    "type": "object", "properties": ["Attachment": ["type": "string", "format": "binary"]],
                    "additionalProperties": ["type": "string"],
                ]
            ),
            answers: [
                .init(
                    status: 200,
                    help: "The records of the files, in the form's order",
                    schema: ["type": "array", "items": ["$ref": "#/components/schemas/StorageFile"]]
                )
            ],
            problems: [400, 404, 409, 413, 415, 507],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let tenant = try caller.tenantID()
        let id = try BucketDialect.bucketID(request)
        guard id > 0 else { throw BucketFailure(status: 400, message: "the bucket's number must be 1 or more") }
        let form = try Multipart(request.body, contentType: request.headers["content-type"])
        let bucket = try await open(id, tenant)
        var reading = Reading()
        do {
            try await read(form, policy: bucket.policy, &reading)
            guard !reading.files.isEmpty else { throw BucketFailure(status: 400, message: "the form has no file") }
            let files = try await backend.buckets.add(reading.files, properties: reading.properties, to: bucket)
            return BucketDialect.answer(.array(files.map { BucketDialect.view($0) }))
        } catch {
            for file in reading.files { await FormFile.discard(file.staged) }
            throw error
        }
    }

    /// What of a form was read so far.
    private struct Reading {
        var files: [IncomingFile] = []
        var properties: [String: String] = [:]
        var fieldBytes = 0
    }

    private func read(_ form: Multipart, policy: StoragePolicy, _ reading: inout Reading) async throws {
        while let part = try await form.next() {
            guard let filename = part.filename else {
                try await readField(part, &reading)
                continue
            }
            if filename.isEmpty, try await part.body.next() == nil {
                // What browsers send for a file that was not chosen.
                continue
            }
            let name = try IncomingFile.cleaned(filename)
            guard reading.files.count < Self.mostFiles else {
                throw BucketFailure(status: 413, message: "a form may have at most \(Self.mostFiles) files")
            }
            let staged = try await FormFile.receive(part, into: backend.objects, policy: policy)
            reading.files.append(
                IncomingFile(staged: staged, name: name, type: part.contentType, title: Self.title(part.name))
            )
        }
    }

    /// The name of the form's field is the file's title, as in the seed's example.
    private static func title(_ name: String) -> String? {
        guard !name.isEmpty else { return nil }
        var title = name
        while title.utf16.count > IncomingFile.longest { title.removeLast() }
        return title
    }

    private func readField(_ part: Multipart.Part, _ reading: inout Reading) async throws {
        let tooMuch = BucketFailure(
            status: 413,
            message: "a form may have at most \(Self.mostFields) fields beside its files, of \(Self.fieldBytes) bytes"
        )
        guard reading.properties.count < Self.mostFields, reading.fieldBytes + part.name.utf8.count < Self.fieldBytes
        else { throw tooMuch }
        reading.fieldBytes += part.name.utf8.count
        let bytes: [UInt8]
        do {
            bytes = try await part.body.collect(upTo: Self.fieldBytes - reading.fieldBytes)
        } catch HTTPError.bodyTooLarge {
            throw tooMuch
        }
        reading.fieldBytes += bytes.count
        guard let value = String(validating: bytes, as: UTF8.self) else {
            throw BucketFailure(status: 400, message: "\(part.name): is not UTF-8")
        }
        reading.properties[part.name] = value
    }

    /// The bucket, when it takes files.
    private func open(_ id: Int64, _ tenant: String) async throws -> Bucket {
        guard let bucket = try await backend.buckets.bucket(id, tenant: tenant) else {
            throw BucketFailure(status: 404, message: "there is no such bucket")
        }
        guard let job = bucket.deletion else { return bucket }
        guard try await BucketDeleteRoute(backend: backend).underWay(bucket) == nil else {
            throw BucketError.closed(id)
        }
        // Its deletion was cancelled or has failed.
        try await backend.buckets.reopen(id, job: job)
        return bucket
    }
}

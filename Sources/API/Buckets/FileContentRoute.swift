import HawserBuckets
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// `GET /api/storages/file/{id}`: a file's bytes, whole or one range of them, with the headers of the seed.
///
/// It counts a visit, before the first byte goes; HEAD, what the client has already, and ranges that begin after the
/// first byte (a download that is continued) count none.
struct FileContentRoute: Sendable {
    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(BucketDialect.prefix)/file/{id}",
            summary: "Get a file",
            access: .tenant,
            parameters: [
                .fileID, FileAnswer.range,
                .init(name: "If-None-Match", place: .header, help: "The ETag that is known already"),
                .init(name: "If-Modified-Since", place: .header, help: "The Last-Modified that is known already"),
            ],
            answers: FileAnswer.answers(headers: ["Content-Disposition", "ETag", "Last-Modified"]) + [
                .init(status: 304, help: "It is what the client has", headers: ["ETag", "Last-Modified"])
            ],
            problems: [404, 416],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let tenant = try caller.tenantID()
        let id = try BucketDialect.fileID(request)
        guard let file = try await backend.buckets.file(id, tenant: tenant),
            let object = try await backend.buckets.object(of: file)
        else { throw BucketDialect.noSuchFile }
        let modified = file.modified ?? file.created
        if isKnown(request, FileAnswer.tag(object), modified) {
            return dressed(Response(status: 304, headers: ["ETag": FileAnswer.tag(object)]), modified)
        }
        let range = try ByteRange.wanted(request, size: object.size, etag: FileAnswer.tag(object))
        var response = try await FileAnswer.response(object, range, from: backend.objects)
        if request.method != "HEAD", range?.offset ?? 0 == 0 { try await backend.buckets.visit(file) }
        response.headers["Content-Type"] = file.type
        response.headers["Content-Disposition"] = FileAnswer.attachment(file.name)
        return dressed(response, modified)
    }

    private func dressed(_ response: Response, _ modified: Timestamp) -> Response {
        var response = response.askedAgain
        response.headers["Last-Modified"] = HTTPDate.text(modified)
        return response
    }

    /// Whether the client has the file as it is (RFC 9110, 13.2.2: the tag goes before the time).
    private func isKnown(_ request: Request, _ tag: String, _ modified: Timestamp) -> Bool {
        if let known = KnownTags(request) { return known.contain(tag) }
        guard let since = request.headers["if-modified-since"].flatMap(HTTPDate.moment) else { return false }
        return modified.milliseconds / 1000 <= since.milliseconds / 1000
    }
}

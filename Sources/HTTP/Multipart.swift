/// Reads a multipart/form-data body (RFC 7578) part by part, in constant memory however long the parts are.
///
/// libmicrohttpd's post processor is not used: it works only on the server's own thread while the body arrives, so it
/// cannot wait for a slow consumer, and it knows neither `filename*` nor escapes in a quoted file name.
public actor Multipart {
    /// One part of the body.
    public struct Part: Sendable {
        /// The field's name.
        public let name: String
        /// The file's name as the client gave it, not sanitised; nil when the part is no file.
        public let filename: String?
        /// The part's media type, when the client named it.
        public let contentType: String?
        /// The part's header fields.
        public let headers: Headers
        /// The part's bytes.
        public let body: PartBody
    }

    /// The bytes of a part, to be read before the next part is asked for.
    public struct PartBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
        /// A piece of the part.
        public typealias Element = [UInt8]

        fileprivate let reader: Multipart
        fileprivate let index: Int

        /// Starts to read where the last reader stopped.
        public func makeAsyncIterator() -> PartBody { self }

        /// The next piece, never empty; nil at the part's end.
        ///
        /// - Throws: `HTTPError`.
        public func next() async throws -> [UInt8]? {
            try await reader.data(of: index)
        }

        /// Reads the whole part into memory.
        ///
        /// - Throws: `HTTPError.bodyTooLarge` when it is longer than `limit`; `HTTPError`.
        public func collect(upTo limit: Int) async throws -> [UInt8] {
            var all: [UInt8] = []
            while let chunk = try await next() {
                if all.count + chunk.count > limit { throw HTTPError.bodyTooLarge(limit: limit) }
                all += chunk
            }
            return all
        }
    }

    private var iterator: RequestBody.AsyncIterator
    private var parser: MultipartParser
    private var index = 0
    private var isInPart = false

    /// A reader of a body.
    ///
    /// - Throws: `Problem` with status 415 when the type is not multipart/form-data; `HTTPError.malformedBody` when its
    ///   boundary is missing or longer than the 70 characters RFC 2046 allows.
    public init(_ body: RequestBody, contentType: String?) throws {
        let type = HeaderValue(contentType ?? "")
        guard Headers.isSame(type.value, "multipart/form-data") else {
            throw Problem(status: 415, detail: "The body must be multipart/form-data.")
        }
        guard let boundary = type["boundary"], (1...70).contains(boundary.utf8.count) else {
            throw HTTPError.malformedBody("Content-Type has no boundary of 1 to 70 characters")
        }
        iterator = body.makeAsyncIterator()
        parser = MultipartParser(boundary: boundary)
    }

    /// The next part, or nil after the last.
    ///
    /// What is left of the part before is skipped.
    ///
    /// - Throws: `HTTPError.malformedBody` when the body is not what it says or ends too early;
    ///   `HTTPError.disconnected`.
    public func next() async throws -> Part? {
        while isInPart, try await data(of: index) != nil {}
        switch try await event() {
        case .begin(let block):
            index += 1
            isInPart = true
            return try part(block)
        case nil:
            return nil
        case .data, .end:
            throw HTTPError.malformedBody("a part has no header")
        }
    }

    fileprivate func data(of part: Int) async throws -> [UInt8]? {
        guard isInPart, part == index else { return nil }
        if case .data(let bytes) = try await event() { return bytes }
        isInPart = false
        return nil
    }

    private func event() async throws -> MultipartParser.Event? {
        while true {
            if let event = try parser.next() { return event }
            var source = iterator
            let chunk = try await source.next()
            if parser.isComplete {
                // What follows the final boundary means nothing, but is read so that the connection can be used again.
                if chunk == nil { return nil }
                continue
            }
            guard let chunk else { throw HTTPError.malformedBody("the final boundary is missing") }
            parser.append(chunk)
        }
    }

    private func part(_ block: [UInt8]) throws -> Part {
        guard let text = String(validating: block, as: UTF8.self) else {
            throw HTTPError.malformedBody("the header of a part is not UTF-8")
        }
        var headers = Headers()
        for line in text.split(separator: "\r\n") {
            let pieces = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2, isToken(pieces[0]) else {
                throw HTTPError.malformedBody("a header field of a part is not valid")
            }
            headers.add(String(pieces[0]), String(pieces[1].trimmed))
        }
        let disposition = HeaderValue(headers["Content-Disposition"] ?? "")
        guard Headers.isSame(disposition.value, "form-data"), let name = disposition.formValue("name") else {
            throw HTTPError.malformedBody("a part has no Content-Disposition with a name")
        }
        return Part(
            name: name,
            filename: disposition.extended("filename") ?? disposition.formValue("filename"),
            contentType: headers["Content-Type"],
            headers: headers,
            body: PartBody(reader: self, index: index)
        )
    }
}

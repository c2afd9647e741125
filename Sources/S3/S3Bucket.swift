import HawserCore
public import HawserHTTP

/// A bucket of an S3-compatible store, addressed by path (`http://host/bucket/key`), which every such store takes.
///
/// Nothing is tried again here. Bodies are not part of the signature: they are sent as they are made.
public struct S3Bucket: Sendable {
    /// Where it is, and as whom it is asked.
    public let account: S3Account
    /// Its name.
    public let name: String
    private let client: HTTPClient
    private let patience: Duration

    /// A bucket, whether it is there or not.
    ///
    /// - Parameters:
    ///   - name: the bucket's name.
    ///   - account: where it is, and as whom it is asked.
    ///   - client: what sends the requests.
    ///   - patience: how long the store may keep silent, and how long all of a request without a long body may take.
    public init(_ name: String, of account: S3Account, client: HTTPClient, patience: Duration = .seconds(30)) {
        self.name = name
        self.account = account
        self.client = client
        self.patience = patience
    }

    /// Makes the bucket; fine when it is there and this account's.
    ///
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func create() async throws {
        try await send("PUT", nil, expecting: [200])
    }

    /// Asks whether the bucket is there and may be used.
    ///
    /// - Throws: `S3Error` when it is not; `HTTPClientError`.
    public func check() async throws {
        try await send("HEAD", nil, expecting: [200])
    }

    /// Removes the bucket, which must be empty.
    ///
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func delete() async throws {
        try await send("DELETE", nil, expecting: [204, 404])
    }

    /// What the store says of an object; nil when there is none.
    ///
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func head(_ key: String) async throws -> S3Object? {
        let response = try await send("HEAD", key, expecting: [200, 404])
        guard response.status == 200 else { return nil }
        guard let size = response.headers["Content-Length"].flatMap(Int64.init),
            let modified = response.headers["Last-Modified"].flatMap(HTTPDate.moment)
        else { throw S3Error("HEAD", name, key, status: 200, strange: "no length or no time") }
        return S3Object(key: key, size: size, modified: modified)
    }

    /// Bytes of an object; nil when there is none.
    ///
    /// - Parameters:
    ///   - key: the object's name.
    ///   - range: which bytes, at least one; those beyond the object's end are left out.
    /// - Returns: the bytes; none when the range begins at the object's end or after it.
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func get(_ key: String, _ range: Range<Int64>) async throws -> [UInt8]? {
        precondition(!range.isEmpty)
        let field = (name: "range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        let limit = range.count + 1
        let response = try await send("GET", key, headers: [field], limit: limit, expecting: [200, 206, 404, 416])
        switch response.status {
        case 404: return nil
        case 416: return []
        // Some stores answer with all when all was asked for.
        case 200 where range.lowerBound > 0 || response.body.count > range.count:
            throw S3Error("GET", name, key, status: 200, strange: "the store does not answer with ranges")
        default: return response.body
        }
    }

    /// Stores an object whose bytes are here.
    ///
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func put(_ key: String, _ bytes: [UInt8]) async throws {
        try await send("PUT", key, body: .bytes(bytes), expecting: [200])
    }

    /// Begins to store an object whose bytes are still to come.
    ///
    /// It is not there before `S3Upload.finish`, and never there in part.
    ///
    /// - Parameters:
    ///   - key: the object's name.
    ///   - length: how many bytes it will have, at most 5 GiB (S3's limit of one request).
    /// - Returns: where to write them.
    public func upload(_ key: String, length: Int64) -> S3Upload {
        S3Upload { body in
            try await send("PUT", key, body: .stream(length: length, body), expecting: [200], isLong: true)
        }
    }

    /// Removes an object, if it is there.
    ///
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func remove(_ key: String) async throws {
        try await send("DELETE", key, expecting: [200, 204, 404])
    }

    /// A page of the objects whose keys begin with a text.
    ///
    /// - Parameters:
    ///   - prefix: what the keys begin with.
    ///   - token: `S3Page.next` of the page before; nil for the first one.
    /// - Returns: at most a thousand objects.
    /// - Throws: `S3Error`; `HTTPClientError`.
    public func list(_ prefix: String, after token: String? = nil) async throws -> S3Page {
        var query = [(name: "list-type", value: "2"), (name: "prefix", value: prefix)]
        if let token { query.append((name: "continuation-token", value: token)) }
        let response = try await send("GET", nil, query: query, expecting: [200])
        guard let page = XMLElement(document: response.body).flatMap(S3Page.init) else {
            throw S3Error("GET", name, nil, status: 200, strange: "the answer is not a list of objects")
        }
        return page
    }

    @discardableResult
    private func send(
        _ method: String,
        _ key: String?,
        query: [(name: String, value: String)] = [],
        headers more: [(name: String, value: String)] = [],
        body: ClientRequest.Body = .none,
        limit: Int = 16 << 20,
        expecting statuses: Set<Int>,
        isLong: Bool = false
    ) async throws -> ClientResponse {
        guard let host = account.host else {
            throw S3Error(method, name, key, status: 0, strange: "the endpoint is not a URL of scheme and host")
        }
        let path = "/" + S3Signature.encoded(key.map { "\(name)/\($0)" } ?? name, keepingSlashes: true)
        let payload =
            switch body {
            case .none: S3Signature.empty
            case .bytes, .stream: S3Signature.unsigned
            }
        let time = S3Signature.time(.now)
        let signed = [("host", host), ("x-amz-date", time), ("x-amz-content-sha256", payload)] + more
        let signature = S3Signature(
            method: method,
            path: path,
            query: query,
            headers: signed,
            payload: payload,
            time: time,
            region: account.region
        )
        var headers = Headers()
        for (name, value) in signed where name != "host" { headers.add(name, value) }
        headers["Authorization"] = signature.authorization(
            accessKey: account.accessKey,
            secretKey: account.secretKey
        )
        let text = S3Signature.encoded(query)
        let response = try await client.send(
            ClientRequest(
                method: method,
                url: account.endpoint + path + (text.isEmpty ? "" : "?\(text)"),
                headers: headers,
                body: body,
                connectTimeout: min(patience, .seconds(10)),
                timeout: isLong ? nil : patience,
                idleTimeout: patience,
                maxResponseBytes: limit < 1 << 16 ? 1 << 16 : limit
            )
        )
        guard statuses.contains(response.status) else { throw S3Error(method, name, key, response) }
        return response
    }
}

import HawserHTTP

/// One range of bytes of a body (RFC 9110, 14).
struct ByteRange: Sendable, Equatable {
    let offset: Int64
    let length: Int64

    /// The range a request wants of a body; nil: all of it.
    ///
    /// Several ranges at once, a unit other than bytes and a range of another version (`If-Range`) are answered with
    /// the whole body, as the RFC allows.
    ///
    /// - Throws: a 416 problem when the range lies beyond the body.
    static func wanted(_ request: Request, size: Int64, etag: String) throws -> ByteRange? {
        guard let value = request.headers["range"], value.lowercased().hasPrefix("bytes=") else { return nil }
        if let condition = request.headers["if-range"], condition != etag { return nil }
        let parts = value.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " } }
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        let unsatisfiable = Problem(
            status: 416,
            detail: "The range lies beyond the \(size) bytes.",
            headers: ["Content-Range": "bytes */\(size)"]
        )
        if parts[0].isEmpty {
            guard let suffix = Int64(parts[1]) else { return nil }
            guard suffix > 0, size > 0 else { throw unsatisfiable }
            return ByteRange(offset: max(0, size - suffix), length: min(size, suffix))
        }
        guard let first = Int64(parts[0]) else { return nil }
        guard first < size else { throw unsatisfiable }
        guard !parts[1].isEmpty else { return ByteRange(offset: first, length: size - first) }
        guard let last = Int64(parts[1]), last >= first else { return nil }
        return ByteRange(offset: first, length: min(last, size - 1) - first + 1)
    }
}

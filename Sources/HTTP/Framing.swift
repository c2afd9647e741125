/// Where a request's body ends, and whether its header says so without doubt (RFC 9112, 6.3).
///
/// What two readers could understand in different ways is refused, since that is how requests are smuggled.
struct Framing {
    let contentLength: Int64?
    let hasBody: Bool
    /// Whether the client sends the body only when it is told to.
    let expectsContinue: Bool

    init(_ headers: Headers, method: String, version: String) throws(Problem) {
        guard isToken(method) else { throw Self.refused("The method is not valid.") }
        var lengths: [String] = []
        var encodings: [String] = []
        var hosts = 0
        var expectation: String?
        for field in headers {
            guard isToken(field.name) else { throw Self.refused("A header field's name is not valid.") }
            switch field.name.utf8.count {
            case 4 where Headers.isSame(field.name, "Host"): hosts += 1
            case 6 where Headers.isSame(field.name, "Expect"): expectation = field.value
            case 14 where Headers.isSame(field.name, "Content-Length"): lengths.append(field.value)
            case 17 where Headers.isSame(field.name, "Transfer-Encoding"): encodings.append(field.value)
            default: break
            }
        }
        if hosts > 1 || (hosts == 0 && version == "HTTP/1.1") { throw Self.refused("There must be one Host field.") }
        if let encoding = encodings.first {
            guard encodings.count == 1, lengths.isEmpty else {
                throw Self.refused("The length of the body is given twice.")
            }
            guard Headers.isSame(encoding, "chunked") else {
                throw Problem(status: 501, detail: "No transfer encoding but chunked is supported.")
            }
            contentLength = nil
            hasBody = true
        } else if let length = lengths.first {
            guard lengths.allSatisfy({ $0 == length }), length.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
                let value = Int64(length)
            else { throw Self.refused("Content-Length is not valid.") }
            contentLength = value
            hasBody = value > 0
        } else {
            contentLength = 0
            hasBody = false
        }
        // libmicrohttpd sends "100 Continue" for exactly this, and not to clients of HTTP/1.0.
        expectsContinue =
            hasBody && version == "HTTP/1.1" && expectation.map { Headers.isSame($0, "100-continue") } == true
    }

    private static func refused(_ detail: String) -> Problem {
        Problem(status: 400, detail: detail)
    }
}

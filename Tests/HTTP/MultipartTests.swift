import HawserHTTP
import Testing

@Suite struct MultipartTests {
    private struct Seen: Equatable {
        var name: String
        var filename: String?
        var type: String?
        var bytes: [UInt8]

        init(_ name: String, _ filename: String? = nil, _ type: String? = nil, _ text: String) {
            self.init(name, filename, type, bytes: Array(text.utf8))
        }

        init(_ name: String, _ filename: String?, _ type: String?, bytes: [UInt8]) {
            self.name = name
            self.filename = filename
            self.type = type
            self.bytes = bytes
        }
    }

    private let type = "multipart/form-data; boundary=BoUnD"

    private func read(_ chunks: [[UInt8]], type: String? = nil) async throws -> [Seen] {
        let multipart = try Multipart(RequestBody(chunks: chunks), contentType: type ?? self.type)
        var seen: [Seen] = []
        while let part = try await multipart.next() {
            seen.append(
                Seen(part.name, part.filename, part.contentType, bytes: try await part.body.collect(upTo: 1 << 24))
            )
        }
        return seen
    }

    private func read(_ text: String, type: String? = nil) async throws -> [Seen] {
        try await read([Array(text.utf8)], type: type)
    }

    /// One part with the given disposition.
    private func disposition(_ text: String) async throws -> Seen? {
        try await read("--BoUnD\r\nContent-Disposition: form-data; \(text)\r\n\r\nx\r\n--BoUnD--\r\n").first
    }

    /// Several files, an empty one, one without the line that ends its header, and bytes that look like a boundary.
    private let body =
        "preamble\r\n--BoUnD\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n--BoUnD \t\r\n"
        + "Content-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\nContent-Type: a/b\r\n\r\n"
        + "\r\n--BoUn\r\n-BoUnD\r\n--BoUnDX\r\n--BoUnD-\r\r\n\n--BoUnD\r\n--\r\n--BoUnD x\r\n\r\n--BoUnD\r\n"
        + "content-disposition:form-data;name=e;filename=\"\"\r\n\r\n\r\n--BoUnD\r\n"
        + "Content-Disposition: form-data; name=n\r\n\r\n--BoUnD--\r\nepilogue\r\n--BoUnD\r\n"
    private let parts = [
        Seen("field", nil, nil, "value"),
        Seen("f", "a.bin", "a/b", "\r\n--BoUn\r\n-BoUnD\r\n--BoUnDX\r\n--BoUnD-\r\r\n\n--BoUnD\r\n--\r\n--BoUnD x\r\n"),
        Seen("e", "", nil, ""),
        Seen("n", nil, nil, ""),
    ]

    @Test func partsAreTheSameHoweverTheBodyIsSplit() async throws {
        let bytes = Array(body.utf8)
        #expect(try await read([bytes]) == parts)
        #expect(try await read(bytes.map { [$0] }) == parts)
        for position in 1..<bytes.count {
            let seen = try await read([Array(bytes[..<position]), Array(bytes[position...])])
            #expect(seen == parts, "split at \(position)")
        }
    }

    @Test func anyBytesPassThrough() async throws {
        var generator = SystemRandomNumberGenerator()
        // Few different bytes, so that beginnings of the boundary are frequent.
        let alphabet = Array("\r\n-BoUnD".utf8)
        for _ in 0..<200 {
            var bytes = (0..<500).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            bytes += (0...255).map { UInt8($0) }
            let head = Array("--BoUnD\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8)
            let all = head + bytes + Array("\r\n--BoUnD--".utf8)
            let size = Int.random(in: 1...40, using: &generator)
            let chunks = stride(from: 0, to: all.count, by: size).map { Array(all[$0..<min($0 + size, all.count)]) }
            #expect(try await read(chunks) == [Seen("a", nil, nil, bytes: bytes)])
        }
    }

    @Test func namesOfFilesAreReadAsSent() async throws {
        #expect(try await disposition("name=\"a\"; filename=\"b c.txt\"")?.filename == "b c.txt")
        #expect(try await disposition("name=\"a\"; filename=\"a \\\"b\\\" \\\\c\"")?.filename == "a \"b\" \\c")
        #expect(try await disposition("name=\"a\"; filename=\"C:\\dir\\new.txt\"")?.filename == "C:\\dir\\new.txt")
        #expect(try await disposition("name=\"a%22b\"; filename=\"x%22y%0D%0Az%41\"")?.filename == "x\"y\r\nz%41")
        #expect(try await disposition("name=\"a%22b\"")?.name == "a\"b")
        #expect(try await disposition("name=\"a\"; filename=\"../../x;y=z\"")?.filename == "../../x;y=z")
        #expect(try await disposition("name=\"a\"; filename=\"ü—.txt\"")?.filename == "ü—.txt")
        let extended = "name=a; filename=\"fallback\"; filename*=UTF-8'de'%e2%82%ac%20rates"
        #expect(try await disposition(extended)?.filename == "€ rates")
        #expect(try await disposition("name=a; filename*=latin'x'%ff; filename=\"b\"")?.filename == "b")
        #expect(try await disposition("filename=x; name=a")?.name == "a")
    }

    @Test func aQuotedBoundaryMayHoldSpaces() async throws {
        let seen = try await read(
            "--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b--",
            type: "Multipart/Form-Data; charset=utf-8; boundary=\"a b\""
        )
        #expect(seen == [Seen("x", nil, nil, "1")])
    }

    @Test(arguments: [
        "", "--BoUnD\r\n", "--BoUnD\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
        "--BoUnD\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--BoUnD",
        "--BoUnD\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--BoUnD-",
        "--BoUnD\r\nContent-Disposition: form-data; name=a\r\n", "no boundary at all",
        "--BoUnD\r\n\r\nx\r\n--BoUnD--", "--BoUnD\r\nContent-Disposition: form-data\r\n\r\nx\r\n--BoUnD--",
        "--BoUnD\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--BoUnD--",
        "--BoUnD\r\nno colon\r\n\r\nx\r\n--BoUnD--",
        "--BoUnD\r\nX: \(String(repeating: "a", count: 17000))\r\n\r\nx\r\n--BoUnD--",
        "--BoUnD\r\nX: \(String(repeating: "a", count: 17000))",
    ])
    func brokenBodiesAreRefused(text: String) async {
        let error = await #expect(throws: HTTPError.self) { try await read(text) }
        guard case .malformedBody = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func theTypeMustBeMultipartWithABoundary() async throws {
        for type in [
            "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\(String(repeating: "b", count: 71))",
        ] {
            #expect(throws: HTTPError.self) { try Multipart(RequestBody(), contentType: type) }
        }
        for type in ["text/plain", "multipart/mixed; boundary=a", nil] {
            let problem = #expect(throws: Problem.self) { try Multipart(RequestBody(), contentType: type) }
            #expect(problem?.status == 415)
        }
    }

    @Test func anUnreadPartIsSkipped() async throws {
        let multipart = try Multipart(RequestBody(bytes: Array(body.utf8)), contentType: type)
        let first = try await multipart.next()
        let second = try await multipart.next()
        #expect(second?.name == "f")
        #expect(try await first?.body.next() == nil)
        _ = try await second?.body.next()
        #expect(try await multipart.next()?.name == "e")
        #expect(try await multipart.next()?.name == "n")
        #expect(try await multipart.next() == nil)
        #expect(try await multipart.next() == nil)
    }

    @Test func anUploadOfAFormGoesThroughTheServer() async throws {
        try await withServer(routes: {
            $0.on("POST", "/") { request in
                let multipart = try Multipart(request.body, contentType: request.headers["Content-Type"])
                var sizes: [String] = []
                while let part = try await multipart.next() {
                    var size = 0
                    for try await chunk in part.body { size += chunk.count }
                    sizes.append("\(part.name)=\(size)")
                }
                return .text(sizes.joined(separator: " "))
            }
        }) { port, _ in
            var bytes: [UInt8] = []
            for (name, size) in [("a", 3_000_000), ("b", 0), ("c", 70000)] {
                bytes += Array("--BoUnD\r\nContent-Disposition: form-data; name=\(name); filename=x\r\n\r\n".utf8)
                bytes += [UInt8](repeating: 13, count: size) + Array("\r\n".utf8)
            }
            let response = try await HTTPClient().send(
                ClientRequest(
                    method: "POST",
                    url: "http://127.0.0.1:\(port)/",
                    headers: ["Content-Type": type],
                    body: .bytes(bytes + Array("--BoUnD--\r\n".utf8))
                )
            )
            #expect(String(decoding: response.body, as: UTF8.self) == "a=3000000 b=0 c=70000")
        }
    }
}

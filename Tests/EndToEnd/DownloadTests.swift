import HawserCore
import HawserHTTP
import Testing

/// Seed 000: download sessions.
@Suite("download sessions", .timeLimit(.minutes(10)))
struct DownloadTests {
    private static let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private static func path(_ session: String) -> String { "/storage/api/download/\(session)" }

    @Test("a session gives the file once; HEAD does not use it up")
    func once() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID(Self.bytes, name: "data.bin", type: "image/png")
        let path = Self.path(try await tenant.downloadSession(object))
        for _ in 0..<3 {
            let head = try await dev.anybody.send("HEAD", path)
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == "100000")
            #expect(head.body.isEmpty)
        }
        let answer = try await dev.anybody.get(path)
        #expect(answer.status == 200)
        #expect(answer.body == Self.bytes)
        #expect(answer.headers["content-type"] == "application/octet-stream")
        #expect(answer.headers["accept-ranges"] == "bytes")
        #expect(answer.headers["content-disposition"]?.hasPrefix("attachment; filename=\"data.bin\"") == true)
        for method in ["GET", "HEAD"] {
            let again = try await dev.anybody.send(method, path)
            #expect(again.status == 410, "\(method)")
        }
    }

    @Test("one range of it is enough; a range beyond it does not use the session up")
    func ranges() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID(Self.bytes)
        func path() async throws -> String { Self.path(try await tenant.downloadSession(object)) }
        let cases: [(String, Range<Int>)] = [
            ("bytes=0-0", 0..<1), ("bytes=2-5", 2..<6), ("bytes=99990-", 99_990..<100_000),
            ("bytes=-10", 99_990..<100_000), ("bytes=50000-9999999", 50_000..<100_000), ("bytes=-999999", 0..<100_000),
        ]
        for (range, expected) in cases {
            let answer = try await dev.anybody.get(try await path(), ["Range": range])
            #expect(answer.status == 206, "\(range)")
            #expect(answer.body == Array(Self.bytes[expected]), "\(range)")
            #expect(
                answer.headers["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/100000"
            )
            #expect(answer.headers["content-length"] == "\(expected.count)")
        }
        let one = try await path()
        for range in ["bytes=100000-", "bytes=200000-300000", "bytes=-0"] {
            let answer = try await dev.anybody.get(one, ["Range": range])
            #expect(answer.status == 416, "\(range)")
            #expect(answer.headers["content-range"] == "bytes */100000")
        }
        // What is no range is the whole (RFC 9110, 14.2).
        let whole = try await dev.anybody.get(one, ["Range": "bytes=5-2"])
        #expect(whole.status == 200)
        #expect(whole.body.count == 100_000)
    }

    @Test("a range counts only for the version it was meant for")
    func conditions() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID(Array("0123456789".utf8))
        let path = Self.path(try await tenant.downloadSession(object))
        let tag = try #require(try await dev.anybody.send("HEAD", path).headers["etag"])
        // md5sum of 0123456789.
        #expect(tag == "\"781e5e245d69b566979b86e28d23f2c7\"")
        let part = try await dev.anybody.get(path, ["Range": "bytes=0-3", "If-Range": tag])
        #expect(part.text == "0123")
        let other = Self.path(try await tenant.downloadSession(object))
        let whole = try await dev.anybody.get(other, ["Range": "bytes=0-3", "If-Range": "\"else\""])
        #expect(whole.status == 200)
        #expect(whole.text == "0123456789")
    }

    @Test(
        "any name can be given to a download",
        arguments: [
            ("Übersicht 日本.txt", "_bersicht __.txt", "%C3%9Cbersicht%20%E6%97%A5%E6%9C%AC.txt"),
            (#"a"b\c.txt"#, "a_b_c.txt", "a%22b%5Cc.txt"),
            ("50% off; a=b.txt", "50_ off; a=b.txt", "50%25%20off%3B%20a%3Db.txt"),
            ("it's (1)*.txt", "it's (1)*.txt", "it%27s%20%281%29%2A.txt"),
        ]
    )
    func names(name: String, plain: String, encoded: String) async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID([1, 2, 3])
        let session = try await tenant.downloadSession(object, ["fileName": .string(name)])
        let answer = try await dev.anybody.get(Self.path(session))
        #expect(
            answer.headers["content-disposition"]
                == "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
        )
    }

    @Test("a preview has the file's type and may do nothing in this server's name")
    func preview() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID(Array("<script>".utf8), name: "page.html", type: "text/html")
        let session = try await tenant.downloadSession(object, ["mode": "preview"])
        let answer = try await dev.anybody.get(Self.path(session))
        #expect(answer.headers["content-type"] == "text/html")
        #expect(answer.headers["content-disposition"]?.hasPrefix("inline; filename=\"page.html\"") == true)
        #expect(answer.headers["content-security-policy"] == "sandbox")
        #expect(answer.headers["x-content-type-options"] == "nosniff")
    }

    @Test("an empty file is a file")
    func empty() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let file = try await tenant.store([], name: "empty")
        #expect(file["size"] == "0")
        let object = try #require(file["storage_object_id"]?.string)
        let path = Self.path(try await tenant.downloadSession(object))
        #expect(try await dev.anybody.get(path, ["Range": "bytes=0-"]).status == 416)
        let answer = try await dev.anybody.get(path)
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
    }

    @Test("of 100 takers at the same time exactly one gets the file")
    func takers() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID(Self.bytes)
        let path = Self.path(try await tenant.downloadSession(object))
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<100 { group.addTask { try await dev.anybody.get(path) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 && $0.body == Self.bytes } == 1)
        #expect(answers.count { $0.status == 410 } == 99)
    }

    @Test("an id that stands for nothing, or for something else, is not found")
    func unknown() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID([1])
        let download = try await tenant.downloadSession(object)
        let upload = try await tenant.uploadSession(to: try await Hook.relay())
        for id in [String(repeating: "0", count: 32), "x", "..%2F..", upload, String(repeating: "a", count: 2000)] {
            let answer = try await dev.anybody.get(Self.path(id))
            #expect(answer.status == 404, "\(id)")
            #expect(answer.json["status"] == "failure")
            #expect(answer.headers["access-control-allow-origin"] == "*")
        }
        let form = Form([.init("x", [1])])
        #expect(try await tenant.client.post("/storage/api/upload/\(download)", form).status == 404)
        #expect(try await tenant.client.post("/storage/api/copy/\(download)").status == 404)
        #expect(try await dev.anybody.get(Self.path(download)).status == 200, "nothing of that used it up")
    }
}

import Foundation
import HawserCore
import HawserHTTP
import Testing

/// Seed 000: upload sessions.
@Suite("upload sessions", .timeLimit(.minutes(10)))
struct UploadTests {
    private static func upload(_ client: Client, _ session: String, _ files: [Form.File]) async throws -> Answer {
        try await client.post("/storage/api/upload/\(session)", Form(files))
    }

    @Test("one file: stored, the business system called, its answer relayed")
    func one() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.make { _, _ in .json(201, ["order": 42, "state": "paid"]) }
        let request: JSON = [
            "requestType": "upload", "requestMethod": "PUT", "requestUri": .string(hook.url),
            "requestBody": ["order": 42], "authorization": "Bearer of-the-business",
        ]
        let opened = try await tenant.client.post("/storage/api/request", request)
        #expect(opened.status == 201)
        #expect(opened["requestType"] == "upload")
        #expect(!opened.text.contains("of-the-business"), "the stored authorization is not shown")
        let session = try #require(opened["_id"])
        // Whoever has the id may send the file: no authentication.
        let bytes = Array("the bytes of a report".utf8)
        let answer = try await Self.upload(dev.anybody, session, [.init("répört.txt", bytes)])
        #expect(answer.status == 201)
        #expect(answer.json == ["order": 42, "state": "paid"])

        let call = try #require(try await hook.calls(1).first)
        #expect(call.method == "PUT")
        #expect(call.headers["authorization"] == "Bearer of-the-business")
        #expect(call.headers["webhook-signature"] != nil)
        #expect(call.json["callbackBody"] == ["order": 42])
        let file = try #require(call.json["file"]?.object)
        #expect(
            Set(file.keys) == ["storage_object_id", "storage_box_id", "contentType", "size", "name", "etag"]
        )
        #expect(file["size"] == .string("\(bytes.count)"))
        #expect(file["name"] == "répört.txt")
        #expect(file["contentType"] == "text/plain")
        // md5sum of the bytes.
        #expect(file["etag"] == "3538f963eaa1985d602e3c857a5428d4")
        #expect(hook.calls.count == 1)

        let jobs = try await tenant.client.get("/v1/jobs?kind=webhook.deliver").json["jobs"]?.array ?? []
        #expect(jobs.count == 1, "the callback is a job of the tenant")
        #expect(jobs.first?["arguments"]?["headers"]?["Authorization"] == "***")
        let used = try await Self.upload(dev.anybody, session, [.init("again.txt", bytes)])
        #expect(used.status == 410)
        #expect(used.json["status"] == "failure")
    }

    @Test(
        "callbackBody comes as it was given, whatever JSON it is",
        arguments: [
            nil, true, 0, -17, 9_007_199_254_740_993, 0.1, "", "text ü 日本 😀 \u{0}\u{1F} \"\\/", [], [1, [2, [nil]]],
            [:],
            ["a.b": ["$c": [:]], "": "empty", "ü": 1e300],
        ] as [JSON]
    )
    func callbackBody(body: JSON) async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook, body: body)
        #expect(try await Self.upload(tenant.client, session, [.init("x", [1])]).status == 200)
        let call = try #require(try await hook.calls(1).first)
        #expect(call.json["callbackBody"] == body)
        #expect(call.headers["authorization"] == nil)
    }

    @Test("several files in one form are called back once")
    func severalInOneForm() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook, ["total": 3])
        let files = (1...3).map { Form.File("\($0).txt", Array("file \($0)".utf8)) }
        let answer = try await Self.upload(tenant.client, session, files)
        #expect(answer.status == 200)
        #expect(answer.json == ["received": true])
        let call = try #require(hook.calls.first)
        #expect(hook.calls.count == 1)
        #expect(call.json["file"]?["name"] == "3.txt")
        #expect(call.json["files"]?.array?.map { $0["name"] } == ["1.txt", "2.txt", "3.txt"])
    }

    @Test("several files over several requests: each but the last answers with the transaction")
    func severalRequests() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook, body: "b", ["total": "3"])
        for number in 1...2 {
            let answer = try await Self.upload(tenant.client, session, [.init("\(number)", [UInt8(number)])])
            #expect(answer.status == 200)
            #expect(answer["_id"] == session)
            #expect(answer.json["done"] == .int(Int64(number)))
            #expect(hook.calls.isEmpty)
        }
        let last = try await Self.upload(tenant.client, session, [.init("3", [3])])
        #expect(last.json == ["received": true])
        #expect(hook.calls.count == 1)
        #expect(hook.calls.first?.json["callbackBody"] == "b")
    }

    @Test("three uploads at the same time are called back once")
    func concurrentFiles() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook, ["total": 3])
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 1...6 {
                group.addTask { try await Self.upload(tenant.client, session, [.init("\(number)", [1])]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 } == 3)
        #expect(answers.count { $0.status == 410 } == 3)
        #expect(answers.count { $0.json == ["received": true] } == 1)
        #expect(hook.calls.count == 1)
        #expect(hook.calls.first?.json["files"]?.array?.count == 3)
    }

    @Test("the business system's answer is relayed: status, JSON, redirect with an empty body")
    func relay() async throws {
        let tenant = try await Dev.shared.value.tenant()
        func answer(_ response: Response) async throws -> Answer {
            let hook = try await Hook.relay(response)
            let session = try await tenant.uploadSession(to: hook)
            return try await Self.upload(tenant.client, session, [.init("x", [1])])
        }
        for status in [301, 302, 303, 307] {
            let moved = try await answer(
                Response(
                    status: status,
                    headers: ["Location": "https://shop.example/done?a=b", "Content-Type": "text/html"],
                    body: .bytes(Array("<p>moved".utf8))
                )
            )
            #expect(moved.status == status)
            #expect(moved.headers["location"] == "https://shop.example/done?a=b")
            #expect(moved.body.isEmpty)
        }
        for status in [200, 202, 400, 403, 409, 422, 500] {
            let json = try await answer(.json(status, ["ok": .int(Int64(status)), "list": [1, "ü", nil]]))
            #expect(json.status == status)
            #expect(json.json == ["ok": .int(Int64(status)), "list": [1, "ü", nil]])
            #expect(json.headers["content-type"] == "application/json")
        }
        let text = try await answer(.text("fine ü", status: 200))
        #expect(text.text == "fine ü")
        let empty = try await answer(Response(status: 204))
        #expect(empty.status == 204)
        #expect(empty.body.isEmpty)
    }

    @Test("names of files: what is left of a path is shown, what is no name is refused and does not use the session up")
    func names() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let kept: [([UInt8], JSON)] = [
            (Array("../../etc/passwd".utf8), "passwd"), (Array(#"C:\x\y.txt"#.utf8), "y.txt"),
            (Array("/etc/shadow".utf8), "shadow"), (Array("a%22b.txt".utf8), "a\"b.txt"),
            (Array("日本 😀.txt".utf8), "日本 😀.txt"), (Array(".hidden".utf8), ".hidden"),
            (Array(String(repeating: "n", count: 255).utf8), .string(String(repeating: "n", count: 255))),
        ]
        for (sent, shown) in kept {
            let hook = try await Hook.relay()
            let session = try await tenant.uploadSession(to: hook)
            let answer = try await Self.upload(tenant.client, session, [.init(rawName: sent, [1])])
            #expect(answer.status == 200, "\(shown)")
            #expect(hook.calls.first?.json["file"]?["name"] == shown)
        }
        let refused: [[UInt8]] = [
            Array("a\u{0}b.txt".utf8), Array(String(repeating: "n", count: 300).utf8), [0x61, 0xFF, 0xFE],
            Array("..".utf8),
            Array("a/".utf8), Array("tab\there".utf8),
        ]
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook)
        for name in refused {
            let answer = try await Self.upload(tenant.client, session, [.init(rawName: name, [1])])
            #expect(answer.status == 400, "\(name)")
            #expect(answer.json["status"] == "failure")
            #expect(answer.json["message"]?.string?.isEmpty == false)
        }
        #expect(try await Self.upload(tenant.client, session, [.init("good", [1])]).status == 200)
    }

    @Test("a session that cannot be is refused, field by field")
    func refusals() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let url: JSON = "http://127.0.0.1:1/"
        let wrong: [JSON] = [
            [:], [], "upload", ["requestType": "move"], ["requestType": "upload"],
            ["requestType": "upload", "requestUri": "file:///etc/passwd"],
            ["requestType": "upload", "requestUri": url, "total": 0],
            ["requestType": "upload", "requestUri": url, "total": "many"],
            ["requestType": "upload", "requestUri": url, "requestMethod": "BREW"],
            ["requestType": "upload", "requestUri": url, "authorization": "two\r\nlines: x"],
            ["requestType": "download"], ["requestType": "copy", "storage_object_id": 7],
        ]
        for request in wrong {
            let answer = try await tenant.client.post("/storage/api/request", request)
            #expect(answer.status == 400, "\(request.text)")
            #expect(answer.json["status"] == "failure")
        }
        #expect(try await dev.anybody.post("/storage/api/request", ["requestType": "upload"]).status == 401)
        #expect(try await dev.anybody.get("/storage/api/service/status").text == "ok")
        #expect(try await dev.anybody.get("/storage/api/service/status/").text == "ok")
    }
}

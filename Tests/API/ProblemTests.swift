import HawserAPI
import HawserCore
import HawserHTTP
import Testing

/// Errors in the shape of RFC 9457, or of the dialect.
@Suite("problems")
struct ProblemTests {
    @Test("a problem has all its members and the request's id")
    func shape() async throws {
        let front = try await TestBackend().front
        let cases = [
            (try Request(method: "GET", target: "/nothing/here"), 404),
            (try Request(method: "PUT", target: "/v1/jobs"), 405),
            (try Request(method: "GET", target: "/v1/jobs", headers: ["X-Request-Id": "mine-1"]), 401),
            (
                try Request(
                    method: "POST",
                    target: "/v1/tenants",
                    headers: ["Authorization": "Bearer \(TestBackend.adminKey)", "X-Request-Id": "bad id\u{1}"],
                    body: Array("{\"nam\":1}".utf8)
                ), 422
            ),
        ]
        var answers: [Response] = []
        for (request, status) in cases {
            let answer = await front.handle(request)
            answers.append(answer)
            let problem = try TestBackend.json(answer)
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(problem["status"] == .int(Int64(status)))
            #expect(problem["type"]?.string?.isEmpty == false)
            #expect(problem["title"]?.string?.isEmpty == false)
            #expect(problem["request_id"]?.string == answer.headers["x-request-id"])
            #expect(problem["request_id"]?.string == request.id)
        }
        #expect(cases[2].0.id == "mine-1")
        #expect(cases[3].0.id != "bad id\u{1}")
        let fields = try TestBackend.json(answers[3])["errors"]?.array ?? []
        #expect(Set(fields.compactMap { $0["field"]?.string }) == ["name", "nam"])
        let allow = answers[1].headers["allow"]
        #expect(allow == "GET, HEAD, OPTIONS, POST")
    }

    @Test("buckets have the errors and headers of their original's framework")
    func buckets() async throws {
        let front = try await TestBackend().front
        let answers = [
            await front.handle(try Request(method: "GET", target: "/api/storages/bucket")),
            await front.handle(try Request(method: "GET", target: "/api/storages/nothing")),
            await front.handle(try Request(method: "PUT", target: "/api/storages/file/1")),
        ]
        #expect(answers.map(\.status) == [401, 404, 405])
        for answer in answers {
            #expect(try TestBackend.json(answer)["Message"]?.string?.isEmpty == false)
            #expect(answer.headers["cache-control"] == "no-cache")
        }
        #expect(answers[0].headers["www-authenticate"] != nil)
    }

    @Test("the storage sessions have the errors and headers of their original")
    func dialect() async throws {
        let front = try await TestBackend().front
        let answers = [
            await front.handle(try Request(method: "GET", target: "/storage/api/download/x")),
            await front.handle(try Request(method: "GET", target: "/storage/api/nothing")),
            await front.handle(try Request(method: "DELETE", target: "/storage/api/request")),
        ]
        #expect(answers.map(\.status) == [404, 404, 405])
        for answer in answers {
            #expect(try TestBackend.json(answer)["status"] == "failure")
            #expect(answer.headers["access-control-allow-origin"] == "*")
            #expect(answer.headers["cache-control"] == "no-cache")
        }
        let preflight = await front.handle(try Request(method: "OPTIONS", target: "/storage/api/upload/x"))
        #expect(preflight.status == 204)
        #expect(preflight.headers["access-control-allow-methods"] == "GET,PUT,POST,DELETE")
    }
}

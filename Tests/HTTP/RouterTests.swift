import HawserCore
import HawserHTTP
import Testing

@Suite struct RouterTests {
    private struct Down: UnavailableError {
        let service = "redis"
    }

    private func answer(_ router: Router, _ method: String, _ target: String) async throws -> (Response, String) {
        let response = await router.handle(try Request(method: method, target: target))
        guard case .bytes(let bytes) = response.body else { return (response, "") }
        return (response, String(decoding: bytes, as: UTF8.self))
    }

    private var router: Router {
        var router = Router()
        router.on("GET", "/v1/jobs") { _ in .text("list") }
        router.on("POST", "/v1/jobs") { _ in .text("made") }
        router.on("GET", "/v1/jobs/{id}") { .text("job \($0.pathParameters["id"] ?? "")") }
        router.on("GET", "/v1/jobs/stats") { _ in .text("stats") }
        router.on("POST", "/v1/jobs/{job}/cancel") { .text("cancel \($0.pathParameters["job"] ?? "")") }
        router.on("GET", "/files/{path...}") { .text("file \($0.pathParameters["path"] ?? "")") }
        router.on("GET", "/problem") { _ in throw Problem(status: 409, detail: "why") }
        router.on("GET", "/down") { _ in throw Down() }
        router.on("GET", "/broken") { _ in throw HTTPError.cannotListen("the secret") }
        var other = Router { error, _ in .text("other: \((error as? Problem)?.status ?? 0)", status: 418) }
        other.on("GET", "/dialect/a") { _ in .text("a") }
        router.mount("/dialect", other)
        return router
    }

    @Test(arguments: [
        ("GET", "/v1/jobs", "list"), ("POST", "/v1/jobs", "made"), ("GET", "/v1/jobs/", "list"),
        ("GET", "/v1/jobs/7", "job 7"), ("GET", "/v1/jobs/7/", "job 7"), ("GET", "/v1/jobs/stats", "stats"),
        ("GET", "/v1/jobs/a%2Fb", "job a/b"), ("POST", "/v1/jobs/x/cancel?y=z", "cancel x"),
        ("POST", "/v1/jobs/stats/cancel", "cancel stats"), ("GET", "/files/a/b%20c/d", "file a/b c/d"),
        ("GET", "/dialect/a", "a"), ("GET", "/dialect/b", "other: 404"), ("PUT", "/dialect/a", "other: 405"),
        ("HEAD", "/v1/jobs", "list"), ("GET", "http://host/v1/jobs?x", "list"),
    ])
    func findsRoutes(method: String, target: String, body: String) async throws {
        #expect(try await answer(router, method, target).1 == body)
    }

    @Test func unknownPathsAndMethodsAreProblems() async throws {
        let (missing, text) = try await answer(router, "GET", "/nothing")
        #expect(missing.status == 404 && missing.headers["Content-Type"] == "application/problem+json")
        #expect(text.contains("\"request_id\":"))
        let (refused, _) = try await answer(router, "PATCH", "/v1/jobs")
        #expect(refused.status == 405 && refused.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        let (options, _) = try await answer(router, "OPTIONS", "/v1/jobs/7")
        #expect(options.status == 204 && options.headers["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test func errorsBecomeResponses() async throws {
        let (problem, text) = try await answer(router, "GET", "/problem")
        #expect(problem.status == 409 && text.contains("\"detail\":\"why\""))
        let (down, _) = try await answer(router, "GET", "/down")
        #expect(down.status == 503 && down.headers["Retry-After"] == "1")
        let (broken, inside) = try await answer(router, "GET", "/broken")
        #expect(broken.status == 500 && !inside.contains("secret"))
    }

    @Test func routesCanBeListed() {
        let all = router.routes.map { "\($0.method) \($0.template)" }
        #expect(all.contains("GET /v1/jobs/{id}") && all.contains("GET /dialect/a") && all.count == 10)
    }

    @Test func queriesAreDecoded() throws {
        let request = try Request(method: "GET", target: "/x?a=1&b=c%20d+e&a=2&flag&bad=%zz")
        #expect(request.query("a") == "1" && request.query("b") == "c d e" && request.query("flag") == "")
        #expect(request.query("bad") == "%zz" && request.query("none") == nil && request.query.count == 5)
    }
}

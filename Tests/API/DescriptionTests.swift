import HawserAPI
import HawserCore
import HawserHTTP
import Testing

/// `/openapi.json` against the routes there are.
@Suite("the description of the routes")
struct DescriptionTests {
    @Test("every route is described and every description is of a route")
    func routes() async throws {
        let front = try await TestBackend().front
        // The preflight requests of browsers are no operations of the API.
        let there = Set(front.routes.filter { $0.method != "OPTIONS" }.map { "\($0.method) \($0.template)" })
        let answer = await front.handle(try Request(method: "GET", target: "/openapi.json"))
        #expect(answer.status == 200)
        let description = front.description
        var described: Set<String> = []
        var names: Set<String> = []
        for (path, operations) in try #require(description["paths"]?.object) {
            for (method, operation) in try #require(operations.object) {
                described.insert("\(method.uppercased()) \(path)")
                #expect(names.insert(try #require(operation["operationId"]?.string)).inserted, "\(path)")
                #expect(operation["summary"]?.string?.isEmpty == false)
                // Each parameter of the path is described.
                let inPath = (operation["parameters"]?.array ?? []).filter { $0["in"] == "path" }
                    .compactMap { $0["name"]?.string }
                let inTemplate = path.matches(of: /\{([a-z]+)\}/).map { String($0.output.1) }
                #expect(Set(inPath) == Set(inTemplate), "\(method) \(path)")
            }
        }
        #expect(described == there)
        #expect(there.count >= 18)
    }

    @Test("every change takes a key that makes it safe to be asked for again, and says so")
    func keys() async throws {
        let description = try await TestBackend().front.description
        var changes = 0
        for (path, operations) in try #require(description["paths"]?.object) {
            for (method, operation) in try #require(operations.object) {
                let names = (operation["parameters"]?.array ?? []).compactMap { $0["name"]?.string }
                let isChange = path.hasPrefix("/iaas/v1/") && operation["responses"]?["202"] != nil
                guard isChange || path == "/v1/jobs" && method == "post" else { continue }
                #expect(names.contains("Idempotency-Key"), "\(method) \(path)")
                #expect(operation["responses"]?["422"] != nil, "\(method) \(path)")
                changes += 1
            }
        }
        #expect(changes >= 26)
    }

    @Test("what the description refers to is there, and nothing that nobody refers to")
    func references() async throws {
        let description = try await TestBackend().front.description
        let schemas = Set(try #require(description["components"]?["schemas"]?.object).keys)
        let references = Set(
            description.text.matches(of: /"#\/components\/schemas\/([A-Za-z]+)"/).map { String($0.output.1) }
        )
        #expect(references == schemas)
    }

    @Test(
        "a route that asks for somebody says so, and refuses nobody",
        arguments: [
            "/v1/jobs", "/v1/tenants", "/v1/workers", "/storage/api/request", "/api/storages/bucket",
            "/api/storages/bucket/Count",
        ]
    )
    func security(path: String) async throws {
        let front = try await TestBackend().front
        for (method, operation) in try #require(front.description["paths"]?[path]?.object) {
            #expect(operation["security"]?.array?.isEmpty == false)
            let answer = await front.handle(try Request(method: method.uppercased(), target: path))
            #expect(answer.status == 401)
            #expect(operation["responses"]?["401"] != nil)
        }
    }
}

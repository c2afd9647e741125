import HawserCore
import HawserHTTP
import Synchronization
import Testing

/// What holds for all requests.
@Suite struct ServerTests {
    @Test func pipelinedRequestsAreAnsweredInOrderOnOneConnection() async throws {
        try await withServer(routes: { $0.on("GET", "/{n}") { .text($0.pathParameters["n"] ?? "") } }) { port, _ in
            let bodies = try await onThread {
                let socket = try RawSocket(port: port)
                try socket.send((1...20).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                return try (1...20).map { _ in try socket.response().body }
            }
            #expect(bodies == (1...20).map(String.init))
        }
    }

    @Test func requestIDsOfClientsAreKeptWhenSane() async throws {
        try await withServer(routes: { $0.on("GET", "/") { .text($0.id) } }) { port, _ in
            let client = HTTPClient()
            func id(_ given: String?) async throws -> String {
                var request = ClientRequest(url: "http://127.0.0.1:\(port)/")
                request.headers["X-Request-Id"] = given
                let response = try await client.send(request)
                #expect(response.headers["X-Request-Id"] == String(decoding: response.body, as: UTF8.self))
                return String(decoding: response.body, as: UTF8.self)
            }
            let kept = try await id("abc-1.2_3")
            #expect(kept == "abc-1.2_3")
            for refused in [nil, "a b", String(repeating: "a", count: 65)] {
                let made = try await id(refused)
                #expect(UUIDv7.isUUID(made))
            }
        }
    }

    @Test func finishedRequestsAreReported() async throws {
        let seen = Mutex<[HTTPServer.Finished]>([])
        let two = Gate()
        let options = HTTPServer.Options(onFinish: { finished in
            let count = seen.withLock { seen in
                seen.append(finished)
                return seen.count
            }
            if count == 2 { two.open() }
        })
        try await withServer(options, routes: { $0.on("GET", "/") { _ in .text("hello") } }) { port, _ in
            let client = HTTPClient()
            _ = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/?secret=1"))
            _ = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/none"))
            await two.wait()
            let all = seen.withLock { $0 }
            #expect(all.map(\.status) == [200, 404])
            #expect(all.map(\.path) == ["/", "/none"])
            #expect(all[0].bytes == 5 && all[0].method == "GET" && all[0].remoteAddress == "127.0.0.1")
        }
    }
}

import HawserCore
import HawserHTTP
import Synchronization
import Testing

@Suite struct RefusalTests {
    @Test(arguments: [
        ("nonsense\r\n\r\n", [400, 0]),
        ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("GET / HTTP/1.1\r\n\r\n", [400]),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", [400]),
        ("GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n", [400]),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", [400]),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", [501]),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", [400]),
    ])
    func requestsThatAreNotValidAreRefused(text: String, statuses: [Int]) async throws {
        try await withServer(handler: { request in
            _ = try? await request.body.collect(upTo: 1000)
            return .text("")
        }) { port, _ in
            let answer = try await onThread {
                let socket = try RawSocket(port: port)
                try? socket.send(text)
                return try socket.receiveAll()
            }
            let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            #expect(statuses.contains(status), "\(answer.prefix(300))")
        }
    }

    /// A request with a part of many bytes, which is not shown when the test fails.
    struct Refused: CustomTestStringConvertible {
        let before: String
        var long = 0
        let after: String
        let status: Int
        let method: String
        let path: String

        var text: String { before + String(repeating: "a", count: long) + after }
        var testDescription: String { "\(status) after \(long) bytes" }
    }

    /// What libmicrohttpd finds out by itself, and the same faults when they are small enough for our own check.
    @Test(arguments: [
        Refused(
            before: "GET /a%20b?c HTTP/1.1\r\nHost: x\r\nX: ",
            long: 60_000,
            after: "\r\n\r\n",
            status: 431,
            method: "-",
            path: "/a b"
        ),
        Refused(
            before: "GET /a%20b?c HTTP/1.1\r\nHost: x\r\nX: ",
            long: 33_000,
            after: "\r\n\r\n",
            status: 431,
            method: "GET",
            path: "/a b"
        ),
        Refused(
            before: "GET /",
            long: 60_000,
            after: " HTTP/1.1\r\nHost: x\r\n\r\n",
            status: 414,
            method: "-",
            path: "-"
        ),
        Refused(
            before: "GET /?",
            long: 33_000,
            after: " HTTP/1.1\r\nHost: x\r\n\r\n",
            status: 414,
            method: "GET",
            path: "/"
        ),
        Refused(
            before: "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            after: "xyz\r\n",
            status: 400,
            method: "POST",
            path: "/b"
        ),
    ])
    func everyRefusalIsAProblemAndIsReported(_ refused: Refused) async throws {
        let seen = Mutex<[HTTPServer.Finished]>([])
        let one = Gate()
        let options = HTTPServer.Options(onFinish: { finished in
            seen.withLock { $0.append(finished) }
            one.open()
        })
        try await withServer(
            options,
            handler: { request in
                _ = try? await request.body.collect(upTo: 1000)
                return .text("late")
            }
        ) { port, _ in
            let answer = try await onThread {
                let socket = try RawSocket(port: port)
                try? socket.send(refused.text)
                return try socket.response()
            }
            #expect(answer.status == refused.status)
            #expect(answer.head.contains("Content-Type: application/problem+json\r\n"))
            let problem = try JSON(parsing: Array(answer.body.utf8))
            let id = try #require(problem["request_id"]?.string)
            #expect(problem["status"]?.int == Int64(refused.status) && problem["detail"]?.string?.isEmpty == false)
            #expect(answer.head.contains("X-Request-Id: \(id)\r\n"))
            await one.wait()
            let all = seen.withLock { $0 }
            #expect(all.map(\.status) == [refused.status] && all.map(\.id) == [id])
            #expect(all.map(\.path) == [refused.path] && all.map(\.method) == [refused.method])
            #expect(all.first?.bytes == Int64(answer.body.utf8.count) && all.first?.remoteAddress == "127.0.0.1")
        }
    }
}

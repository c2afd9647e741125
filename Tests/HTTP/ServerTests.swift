import Foundation
import HawserCore
import HawserHTTP
import Synchronization
import Testing

@Suite struct ServerTests {
    private let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

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

    @Test func aConnectionIsKeptAfterARequestWithABody() async throws {
        try await withServer(routes: {
            $0.on("POST", "/") { .text(String(decoding: try await $0.body.collect(upTo: 100), as: UTF8.self)) }
            $0.on("POST", "/unread") { _ in .text("unread") }
        }) { port, _ in
            let bodies = try await onThread {
                let socket = try RawSocket(port: port)
                var bodies: [String] = []
                for (path, body) in [("/", "one"), ("/unread", "two"), ("/", "three"), ("/unread", ""), ("/", "four")] {
                    try socket.send("POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n\(body)")
                    bodies.append(try socket.response().body)
                }
                let chunked = "2\r\nfi\r\n2;x=y\r\nve\r\n0\r\n\r\n"
                try socket.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunked)")
                return bodies + [try socket.response().body]
            }
            #expect(bodies == ["one", "unread", "three", "unread", "four", "five"])
        }
    }

    @Test func aSlowConsumerHoldsTheClientBack() async throws {
        let taken = Gate()
        let total = Mutex(0)
        try await withServer(routes: {
            $0.on("POST", "/") { request in
                var iterator = request.body.makeAsyncIterator()
                _ = try await iterator.next()
                await taken.wait()
                while let chunk = try await iterator.next() { total.withLock { $0 += chunk.count } }
                return .text("done")
            }
        }) { port, _ in
            let sentBefore = try await onThread {
                let socket = try RawSocket(port: port)
                let length = 64 << 20
                try socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
                let block = [UInt8](repeating: 7, count: 1 << 16)
                var sent = 0
                // Sends until the socket takes no more for a while: then the server has stopped to read.
                var poll = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
                while sent < length, Foundation.poll(&poll, 1, 300) == 1 {
                    let count = Foundation.send(socket.descriptor, block, block.count, Int32(MSG_DONTWAIT))
                    if count > 0 { sent += count }
                }
                let before = sent
                taken.open()
                while sent < length {
                    let size = min(block.count, length - sent)
                    try socket.send(Array(block[..<size]))
                    sent += size
                }
                let answer = try socket.response()
                guard answer.body == "done" else { throw SocketError(call: answer.head, code: 0) }
                return before
            }
            // What the kernel's two socket buffers hold, and 256 KiB.
            #expect(sentBefore < 32 << 20)
            #expect(total.withLock { $0 } > 60 << 20)
        }
    }

    @Test func aSlowClientHoldsTheResponseStreamBack() async throws {
        let written = Mutex(0)
        let ended = Gate()
        let length = 64 << 20
        try await withServer(routes: {
            $0.on("GET", "/") { _ in
                Response(
                    status: 200,
                    body: .stream(length: Int64(length)) { writer in
                        let block = [UInt8](repeating: 7, count: 1 << 16)
                        for _ in 0..<(length >> 16) {
                            try await writer.write(block)
                            written.withLock { $0 += block.count }
                        }
                        ended.open()
                    }
                )
            }
        }) { port, _ in
            let socket = try RawSocket(port: port)
            try socket.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let first = try await onThread { try socket.receive() }
            // The writer stands still when its count no longer grows.
            var last = -1
            while true {
                let now = written.withLock { $0 }
                if now == last, now > 0 { break }
                last = now
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(last < 32 << 20)
            let rest = try await onThread {
                var count = 0
                while true {
                    let some = try socket.receive()
                    if some.isEmpty { return count }
                    count += some.count
                }
            }
            await ended.wait()
            let head = first.count + rest - length
            #expect(head > 50 && head < 1000)
        }
    }

    @Test func streamsWithoutLengthAreChunked() async throws {
        try await withServer(routes: {
            $0.on("GET", "/") { _ in
                Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        for part in ["one ", "two ", "three"] { try await writer.write(part) }
                    }
                )
            }
        }) { port, _ in
            let response = try await HTTPClient().send(ClientRequest(url: "http://127.0.0.1:\(port)/"))
            #expect(response.headers["Transfer-Encoding"] == "chunked")
            #expect(String(decoding: response.body, as: UTF8.self) == "one two three")
        }
    }

    @Test func aStreamThatFailsOrEndsEarlyBreaksTheConnection() async throws {
        struct Failure: Error {}
        try await withServer(routes: {
            $0.on("GET", "/throws") { _ in
                Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        try await writer.write("some")
                        throw HTTPError.malformedBody("broken on purpose")
                    }
                )
            }
            $0.on("GET", "/short") { _ in
                Response(status: 200, body: .stream(length: 100) { try await $0.write("some") })
            }
        }) { port, _ in
            for path in ["throws", "short"] {
                let error = await #expect(throws: HTTPClientError.self) {
                    try await HTTPClient().send(ClientRequest(url: "http://127.0.0.1:\(port)/\(path)"))
                }
                #expect(error?.kind == .receive && error?.phase == .receiving)
            }
        }
    }

    @Test func aRegionOfAFileIsSent() async throws {
        let path = NSTemporaryDirectory() + "hawser-http-\(UUIDv7.make())"
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        let file = FileRegion.OpenFile(taking: open(path, O_RDONLY))
        try await withServer(routes: {
            $0.on("GET", "/") { _ in
                Response(status: 206, body: .file(FileRegion(file: file, offset: 1001, length: 2_000_000)))
            }
        }) { port, _ in
            for _ in 0..<2 {
                let response = try await HTTPClient().send(ClientRequest(url: "http://127.0.0.1:\(port)/"))
                #expect(response.status == 206)
                #expect(response.body == Array(bytes[1001..<2_001_001]))
            }
        }
    }

    @Test(arguments: ["/wait", "/stream", "/upload"])
    func aClientThatLeavesCancelsTheHandler(path: String) async throws {
        let started = Gate()
        let cancelled = Gate()
        try await withServer(routes: {
            $0.on("GET", "/wait") { _ in
                started.open()
                do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.open() }
                return .text("")
            }
            $0.on("GET", "/stream") { _ in
                Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        try await writer.write("event")
                        started.open()
                        do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.open() }
                    }
                )
            }
            $0.on("POST", "/upload") { request in
                started.open()
                do { _ = try await request.body.collect(upTo: 1000) } catch HTTPError.disconnected { cancelled.open() }
                return .text("")
            }
        }) { port, _ in
            var socket: RawSocket? = try RawSocket(port: port)
            let method = path == "/upload" ? "POST" : "GET"
            let length = path == "/upload" ? "Content-Length: 100\r\n" : ""
            try socket?.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(length)\r\n")
            await started.wait()
            socket = nil
            await cancelled.wait()
        }
    }

    /// The end of a connection may be seen before the request that came with it.
    @Test func clientsThatLeaveAtOnceLeaveNothingBehind() async throws {
        try await withServer(handler: { _ in
            try? await Task.sleep(for: .seconds(60))
            return .text("")
        }) { port, server in
            try await onThread {
                for _ in 0..<500 {
                    let socket = try RawSocket(port: port)
                    try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                }
            }
            let start = ContinuousClock.now
            while server.connections > 0, ContinuousClock.now - start < .seconds(20) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(server.connections == 0)
        }
    }

    @Test func headHasLengthButNoBody() async throws {
        try await withServer(routes: {
            $0.on("GET", "/") { _ in .text("hello") }
            $0.on("GET", "/stream") { _ in
                Response(status: 200, body: .stream(length: 7) { try await $0.write("not now") })
            }
        }) { port, _ in
            try await onThread {
                let socket = try RawSocket(port: port)
                for (path, length) in [("/", 5), ("/stream", 7)] {
                    try socket.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                    let response = try socket.response(hasBody: false)
                    #expect(response.status == 200)
                    #expect(response.head.contains("Content-Length: \(length)\r\n"))
                }
                try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try socket.response().body == "hello")
            }
        }
    }

    @Test func aClientThatWaitsForContinueIsAnsweredWithoutItsBody() async throws {
        try await withServer(routes: {
            $0.on("POST", "/refused") { _ in .text("no", status: 401) }
            $0.on("POST", "/taken") { .text("\(try await $0.body.collect(upTo: 10).count)") }
        }) { port, _ in
            try await onThread {
                let head = "HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                let refused = try RawSocket(port: port)
                try refused.send("POST /refused \(head)")
                let answer = try refused.response()
                #expect(answer.status == 401 && answer.body == "no")
                #expect(try refused.receive().isEmpty)
                let taken = try RawSocket(port: port)
                try taken.send("POST /taken \(head)")
                #expect(try taken.response().status == 100)
                try taken.send("12345")
                #expect(try taken.response().body == "5")
            }
        }
    }

    @Test func aBodyThatIsTooLargeIsAnsweredBeforeItsEnd() async throws {
        try await withServer(routes: {
            $0.on("POST", "/") { .text("\(try await $0.body.collect(upTo: 1000).count)") }
        }) { port, _ in
            try await onThread {
                for length in [5000, 1 << 40] {
                    let socket = try RawSocket(port: port)
                    try socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
                    try socket.send([UInt8](repeating: 65, count: 5000))
                    let answer = try socket.response()
                    #expect(answer.status == 413)
                    #expect(answer.head.contains("application/problem+json"))
                }
            }
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

    @Test func stoppingLetsRunningRequestsFinish() async throws {
        let started = Gate()
        let goOn = Gate()
        let server = try HTTPServer(options: .init(), log: Log("test")) { _ in
            started.open()
            await goOn.wait()
            return .text("finished")
        }
        let port = try server.start()
        let idle = try RawSocket(port: port)
        async let answer = onThread {
            let socket = try RawSocket(port: port)
            try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return try socket.receiveAll()
        }
        await started.wait()
        async let stopped: Void = server.stop(grace: 20)
        // The idle connection is closed at once, when the server no longer takes new ones.
        #expect(try await onThread { try idle.receive().isEmpty })
        #expect(throws: SocketError.self) { try RawSocket(port: port) }
        goOn.open()
        #expect(try await answer.hasSuffix("finished"))
        await stopped
    }

    @Test func stoppingEndsWhatDoesNotFinish() async throws {
        let started = Gate()
        let cancelled = Gate()
        let server = try HTTPServer(options: .init(), log: Log("test")) { _ in
            started.open()
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.open() }
            return .text("late")
        }
        let port = try server.start()
        let socket = try RawSocket(port: port)
        try socket.send(get)
        await started.wait()
        await server.stop(grace: 0)
        await cancelled.wait()
        #expect(try await onThread { try socket.receive().isEmpty })
    }
}

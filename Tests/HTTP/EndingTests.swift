import HawserCore
import HawserHTTP
import Testing

/// What happens when a client leaves or the server stops.
@Suite struct EndingTests {
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
        try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await started.wait()
        await server.stop(grace: 0)
        await cancelled.wait()
        #expect(try await onThread { try socket.receive().isEmpty })
    }
}

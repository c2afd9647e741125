import Foundation
import HawserCore
import HawserHTTP
import Testing

/// Clients that take too long are cut off; those that wait for us are not.
@Suite struct SlowClientTests {
    private let options = HTTPServer.Options(
        idleTimeout: .milliseconds(800),
        headerTimeout: .milliseconds(300),
        bodyRate: 1024,
        bodyWindow: .milliseconds(300),
        responseStall: .milliseconds(400)
    )

    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost: x\r\n"])
    func aHeaderThatTricklesIsCutOff(first: String) async throws {
        try await withServer(options, handler: { _ in .text("") }) { port, _ in
            for isSecond in [false, true] {
                let seconds = try await onThread {
                    let socket = try RawSocket(port: port)
                    if isSecond {
                        try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                        _ = try socket.response()
                    }
                    let start = Date()
                    try socket.send(first)
                    var poll = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
                    // A byte now and then, far more often than the idle timeout.
                    while Foundation.poll(&poll, 1, 40) == 0, Date().timeIntervalSince(start) < 10 {
                        try? socket.send("X")
                    }
                    return Date().timeIntervalSince(start)
                }
                #expect(seconds < 5)
            }
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await withServer(options, handler: { _ in .text("") }) { port, _ in
            let isClosed = try await onThread {
                let socket = try RawSocket(port: port)
                try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try socket.response()
                return try socket.receive().isEmpty
            }
            #expect(isClosed)
        }
    }

    @Test func aBodyThatTricklesIsCutOff() async throws {
        let disconnected = Gate()
        try await withServer(
            options,
            handler: { request in
                do { _ = try await request.body.collect(upTo: 1 << 20) } catch { disconnected.open() }
                return .text("")
            }
        ) { port, _ in
            try await onThread {
                let socket = try RawSocket(port: port)
                try socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
                let start = Date()
                var poll = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
                while Foundation.poll(&poll, 1, 40) == 0, Date().timeIntervalSince(start) < 10 {
                    try? socket.send("X")
                }
                #expect(Date().timeIntervalSince(start) < 5)
            }
            await disconnected.wait()
        }
    }

    @Test func aHandlerMayTakeItsTime() async throws {
        try await withServer(
            options,
            handler: { request in
                // Longer than all timeouts: neither the wait before reading nor the one before answering is the client's.
                try? await Task.sleep(for: .milliseconds(900))
                let count = (try? await request.body.collect(upTo: 1 << 22).count) ?? -1
                try? await Task.sleep(for: .milliseconds(900))
                return .text("\(count)")
            }
        ) { port, _ in
            let client = HTTPClient()
            let request = ClientRequest(
                method: "POST",
                url: "http://127.0.0.1:\(port)/",
                body: .bytes([UInt8](repeating: 1, count: 1 << 22))
            )
            let response = try await client.send(request)
            #expect(String(decoding: response.body, as: UTF8.self) == "\(1 << 22)")
        }
    }

    @Test(arguments: [true, false])
    func aResponseThatIsNotTakenIsCutOff(isStream: Bool) async throws {
        let ended = Gate()
        let options = HTTPServer.Options(responseStall: .milliseconds(400), onFinish: { _ in ended.open() })
        try await withServer(
            options,
            handler: { _ in
                let block = [UInt8](repeating: 1, count: 1 << 20)
                guard isStream else {
                    return Response(status: 200, body: .bytes(Array(repeating: block, count: 64).flatMap { $0 }))
                }
                return Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        while true { try await writer.write(block) }
                    }
                )
            }
        ) { port, _ in
            let socket = try RawSocket(port: port)
            try socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await ended.wait()
        }
    }

    @Test func aQuietEventStreamIsKept() async throws {
        try await withServer(
            options,
            handler: { _ in
                Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        try await writer.write("one")
                        try await Task.sleep(for: .milliseconds(1200))
                        try await writer.write("two")
                    }
                )
            }
        ) { port, _ in
            let response = try await HTTPClient().send(ClientRequest(url: "http://127.0.0.1:\(port)/"))
            #expect(String(decoding: response.body, as: UTF8.self) == "onetwo")
        }
    }
}

import Foundation
import HawserCore
import HawserHTTP
import Synchronization
import Testing

/// How the body of a response is sent.
@Suite struct ResponseBodyTests {
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
}

import Foundation
import HawserHTTP
import Synchronization
import Testing

/// How the body of a request is taken.
@Suite struct RequestBodyTests {
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
}

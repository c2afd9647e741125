import Foundation
import HawserHTTP
import HawserTestSupport
import Testing

/// The client before a server that goes away within its answer.
@Suite struct CutAnswerTests {
    private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nok".utf8)

    /// Answers the n-th connection with the first n bytes of the answer, and closes it.
    private func serve(_ listener: Int32) async throws {
        try await onThread {
            for count in 0..<Self.answer.count {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { throw SocketError(call: "accept", code: errno) }
                defer { close(connection) }
                guard Loopback.readRequest(on: connection) != nil else { throw SocketError(call: "recv", code: errno) }
                guard send(connection, Self.answer, count, Int32(MSG_NOSIGNAL)) == count else {
                    throw SocketError(call: "send", code: errno)
                }
            }
        }
    }

    @Test func anAnswerThatIsCutAnywhereIsAnErrorOfTheClient() async throws {
        let (listener, port) = try Loopback.listen()
        defer { close(listener) }
        let client = HTTPClient()
        async let served: Void = serve(listener)
        let bodyStart = Self.answer.count - 2
        for count in 0..<Self.answer.count {
            let error = await #expect(throws: HTTPClientError.self, "after \(count) bytes") {
                // What may be repeated is asked again when the connection ends before the first byte.
                try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/", isRepeatable: false))
            }
            #expect(error?.isRetryable == true && error?.kind == .receive, "after \(count) bytes: \(error as Any)")
            #expect(error?.phase == (count < bodyStart ? .sending : .receiving), "after \(count) bytes")
        }
        try await served
    }
}

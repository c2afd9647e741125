import Foundation
import HawserHTTP
import HawserTestSupport
import Synchronization
import Testing

@Suite struct RepeatedRequestTests {
    /// A server that answers the first request of each connection and closes it after it has read the second one.
    private final class Forgetful: Sendable {
        let port: UInt16
        let methods = Mutex<[String]>([])
        private let listener: Int32

        init() throws {
            (listener, port) = try Loopback.listen()
            Thread.detachNewThread { [self] in
                while true {
                    let connection = accept(listener, nil, nil)
                    guard connection >= 0 else { break }
                    Thread.detachNewThread { self.serve(connection) }
                }
                close(listener)
            }
        }

        func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

        private func serve(_ connection: Int32) {
            defer { close(connection) }
            for index in 0..<2 {
                guard let text = Loopback.readRequest(on: connection) else { return }
                methods.withLock { $0.append(String(text.prefix { $0 != " " })) }
                guard index == 0 else { return }
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                _ = answer.withCString { send(connection, $0, answer.utf8.count, Int32(MSG_NOSIGNAL)) }
            }
        }
    }

    @Test func whatMustNotBeDoneTwiceIsSentOnce() async throws {
        let server = try Forgetful()
        defer { server.stop() }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        func post(isRepeatable: Bool) -> ClientRequest {
            ClientRequest(method: "POST", url: url, body: .bytes(Array("the end".utf8)), isRepeatable: isRepeatable)
        }
        #expect(try await client.send(ClientRequest(url: url)).status == 200)
        let error = await #expect(throws: HTTPClientError.self) { try await client.send(post(isRepeatable: false)) }
        #expect(error?.kind == .send && error?.phase == .sending)
        #expect(server.methods.withLock { $0 } == ["GET", "POST"])
        // Where it may, it is sent again on a new connection.
        #expect(try await client.send(ClientRequest(url: url)).status == 200)
        #expect(try await client.send(post(isRepeatable: true)).status == 200)
        #expect(server.methods.withLock { $0 } == ["GET", "POST", "GET", "POST", "POST"])
        // Without a body it takes a new connection at once.
        let empty = ClientRequest(method: "DELETE", url: url, isRepeatable: false)
        #expect(try await client.send(empty).status == 200)
    }
}

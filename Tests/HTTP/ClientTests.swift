import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Synchronization
import Testing

@Suite struct ClientTests {
    private let client = HTTPClient()
    private let publicOnly = AddressPolicy.publicOnly(allowing: [])

    private func failure(_ request: ClientRequest) async -> HTTPClientError? {
        await #expect(throws: HTTPClientError.self) { try await client.send(request) }
    }

    @Test func bodiesHeadersAndStatusGoBothWays() async throws {
        try await withServer(routes: {
            $0.on("PUT", "/a") { request in
                let body = try await request.body.collect(upTo: 1 << 24)
                let type = request.headers["Content-Type"] ?? "none"
                return Response(
                    status: 201,
                    headers: ["X-Type": type, "X-Empty": request.headers["X-None"] == "" ? "yes" : "no"],
                    body: .bytes(body)
                )
            }
        }) { port, _ in
            let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            var request = ClientRequest(method: "PUT", url: "http://127.0.0.1:\(port)/a?b=c", body: .bytes(bytes))
            request.headers = ["Content-Type": "a/b", "X-None": ""]
            let sent = try await client.send(request)
            #expect(sent.status == 201 && sent.headers["x-type"] == "a/b" && sent.headers["X-Empty"] == "yes")
            #expect(sent.body == bytes)
            let position = Mutex(0)
            request.body = .stream(length: Int64(bytes.count)) {
                position.withLock { position in
                    guard position < bytes.count else { return nil }
                    let end = min(position + 100_000, bytes.count)
                    defer { position = end }
                    return Array(bytes[position..<end])
                }
            }
            let streamed = try await client.stream(request)
            #expect(streamed.status == 201)
            var back: [UInt8] = []
            for try await chunk in streamed.body { back += chunk }
            #expect(back == bytes)
            request.body = .bytes([])
            #expect(try await client.send(request).body.isEmpty)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433"])
    func addressesThatAreNotPublicAreRefusedBeforeConnecting(host: String) async throws {
        let isReached = Mutex(false)
        try await withServer(handler: { _ in
            isReached.withLock { $0 = true }
            return .text("")
        }) { port, _ in
            let error = await failure(ClientRequest(url: "http://\(host):\(port)/", addresses: publicOnly))
            #expect(error?.kind == .refusedAddress && error?.isRetryable == false && error?.phase == .connecting)
            #expect(isReached.withLock { $0 } == false)
        }
    }

    @Test(arguments: [
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.1.2.3",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::]", "[fc00::1]", "[fd12::1]",
        "[fe80::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::1]", "[2001:db8::1]",
        "[::7f00:1]", "[2001::1]",
    ])
    func specialAddressesAreRefused(host: String) async {
        let error = await failure(
            ClientRequest(url: "http://\(host)/", connectTimeout: .seconds(1), addresses: publicOnly)
        )
        #expect(error?.kind == .refusedAddress, "\(String(describing: error))")
    }

    @Test func allowedBlocksAreReached() async throws {
        try await withServer(handler: { _ in .text("in") }) { port, _ in
            let allowed = AddressPolicy.publicOnly(allowing: [try AddressRange(parsing: "127.0.0.0/8")])
            let response = try await client.send(ClientRequest(url: "http://localhost:\(port)/", addresses: allowed))
            #expect(response.status == 200)
            // The connection that is kept now must not serve a request with fewer rights.
            let error = await failure(ClientRequest(url: "http://localhost:\(port)/", addresses: publicOnly))
            #expect(error?.kind == .refusedAddress)
            let mapped = AddressPolicy.publicOnly(allowing: [try AddressRange(parsing: "10.0.0.0/8")])
            #expect(
                await failure(ClientRequest(url: "http://127.0.0.1:\(port)/", addresses: mapped))?.kind
                    == .refusedAddress
            )
        }
    }

    @Test func redirectsAreNotFollowed() async throws {
        try await withServer(routes: {
            $0.on("GET", "/") { _ in Response(status: 302, headers: ["Location": "/next"]) }
            $0.on("GET", "/next") { _ in .text("followed") }
        }) { port, _ in
            let response = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/"))
            #expect(response.status == 302 && response.headers["location"] == "/next" && response.body.isEmpty)
        }
    }

    @Test func timeoutsEndARequest() async throws {
        try await withServer(routes: {
            $0.on("GET", "/slow") { _ in
                try? await Task.sleep(for: .seconds(30))
                return .text("")
            }
            $0.on("GET", "/stops") { _ in
                Response(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        try await writer.write("some")
                        try await Task.sleep(for: .seconds(30))
                    }
                )
            }
        }) { port, _ in
            let base = "http://127.0.0.1:\(port)"
            let total = await failure(ClientRequest(url: "\(base)/slow?key=hidden", timeout: .milliseconds(200)))
            #expect(total?.kind == .timeout && total?.isRetryable == true && total?.phase == .sending)
            #expect(total.map { "\($0)" }?.contains("hidden") == false)
            let idle = await failure(ClientRequest(url: "\(base)/stops", idleTimeout: .seconds(1)))
            #expect(idle?.kind == .timeout && idle?.phase == .receiving)
        }
    }

    @Test func responsesThatAreTooLargeAreCutOff() async throws {
        try await withServer(routes: {
            $0.on("GET", "/{n}") { _ in .text(String(repeating: "x", count: 1000)) }
        }) { port, _ in
            let fits = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/1", maxResponseBytes: 1000))
            #expect(fits.body.count == 1000)
            let error = await failure(ClientRequest(url: "http://127.0.0.1:\(port)/1", maxResponseBytes: 999))
            #expect(error?.kind == .tooLarge && error?.isRetryable == false)
        }
    }

    @Test func cancellingEndsTheTransfer() async throws {
        let started = Gate()
        let gone = Gate()
        try await withServer(handler: { _ in
            started.open()
            do { try await Task.sleep(for: .seconds(60)) } catch { gone.open() }
            return .text("")
        }) { port, _ in
            let task = Task { try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/")) }
            await started.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await gone.wait()
        }
    }

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let written = Mutex(0)
        let length = 64 << 20
        try await withServer(handler: { _ in
            Response(
                status: 200,
                body: .stream(length: Int64(length)) { writer in
                    let block = [UInt8](repeating: 1, count: 1 << 16)
                    for _ in 0..<(length >> 16) {
                        try await writer.write(block)
                        written.withLock { $0 += block.count }
                    }
                }
            )
        }) { port, _ in
            let response = try await client.stream(ClientRequest(url: "http://127.0.0.1:\(port)/"))
            var last = -1
            while true {
                let now = written.withLock { $0 }
                if now == last, now > 0 { break }
                last = now
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(last < 32 << 20)
            var count = 0
            for try await chunk in response.body { count += chunk.count }
            #expect(count == length)
        }
    }

    @Test func failuresSayWhatFailed() async throws {
        let refused = await failure(ClientRequest(url: "http://127.0.0.1:\(try ClosedPort.number())/"))
        #expect(refused?.kind == .connect && refused?.isRetryable == true)
        // A label longer than DNS allows fails without a query.
        let unknown = await failure(ClientRequest(url: "http://\(String(repeating: "a", count: 64)).invalid/"))
        #expect(unknown?.kind == .resolve)
        let credentials = await failure(ClientRequest(url: "http://user:pass@127.0.0.1/x?token=t"))
        #expect(credentials?.kind == .invalidRequest)
        #expect(credentials.map { "\($0)" }?.contains("pass") == false)
        #expect(credentials.map { "\($0)" }?.contains("token") == false)
        #expect(await failure(ClientRequest(url: "file:///etc/passwd"))?.kind == .invalidRequest)
        #expect(await failure(ClientRequest(url: "ftp://127.0.0.1/"))?.kind == .invalidRequest)
        #expect(await failure(ClientRequest(url: "not a url"))?.kind == .invalidRequest)
        #expect(await failure(ClientRequest(url: "http://x/", headers: ["A": "b\r\nC: d"]))?.kind == .invalidRequest)
        #expect(await failure(ClientRequest(method: "G T", url: "http://x/"))?.kind == .invalidRequest)
    }
}

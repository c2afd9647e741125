import Foundation
import HawserHTTP
import HawserTestSupport
import Testing

/// The client before `openssl s_server`.
@Suite struct ClientTLSTests {
    private let client = HTTPClient()

    /// Makes a key and a certificate that signs itself, in one file.
    private func certificate(_ name: String, in folder: TestDirectory) async throws -> String {
        let file = folder.file(name)
        let process = try await ServerProcess.start(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                "\(file).key",
                "-out", file,
            ],
            markers: []
        )
        try #require(await process.waitForExit() == 0)
        return file
    }

    /// Runs a server with a certificate, and options of its own.
    private func withServer(
        _ certificate: String,
        _ options: [String] = [],
        _ body: (String) async throws -> Void
    ) async throws {
        let port = try FreePort.find()
        let command = ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-cert", certificate]
        let server = try await ServerProcess.start(
            command + ["-key", "\(certificate).key"] + options,
            markers: ["ACCEPT"]
        )
        try await server.wait(for: "ACCEPT")
        defer { server.signal(SIGKILL) }
        try await body("https://127.0.0.1:\(port)/")
    }

    private func status(_ url: String, _ tls: ClientTLS = ClientTLS()) async throws -> Int {
        let response = try await client.send(ClientRequest(url: url, tls: tls))
        return response.status
    }

    @Test func onlyTrustedServersAreTalkedTo() async throws {
        let folder = try TestDirectory("tls")
        let own = try await certificate("own", in: folder)
        let other = try await certificate("other", in: folder)
        try await withServer(own) { (url: String) async throws in
            #expect(try await status(url, ClientTLS(caFile: own)) == 200)
            // A connection that was made with other trust is not used for these.
            let system = await #expect(throws: HTTPClientError.self) { try await status(url) }
            #expect(system?.kind == .tls)
            let wrong = await #expect(throws: HTTPClientError.self) { try await status(url, ClientTLS(caFile: other)) }
            #expect(wrong?.kind == .tls)
            #expect(try await status(url, ClientTLS(verifies: false)) == 200)
            let name = url.replacingOccurrences(of: "127.0.0.1", with: "localhost")
            let named = await #expect(throws: HTTPClientError.self) { try await status(name, ClientTLS(caFile: own)) }
            #expect(named?.kind == .tls)
            let missing = await #expect(throws: HTTPClientError.self) {
                try await status(url, ClientTLS(caFile: folder.file("none")))
            }
            #expect(missing?.kind == .tls)
        }
    }

    @Test func aCertificateIsShownWhenOneIsAskedFor() async throws {
        let folder = try TestDirectory("tls")
        let own = try await certificate("own", in: folder)
        let mine = try await certificate("mine", in: folder)
        try await withServer(own, ["-Verify", "1", "-verify_return_error", "-CAfile", mine]) {
            (url: String) async throws in
            let tls = ClientTLS(caFile: own, certificateFile: mine, keyFile: "\(mine).key")
            #expect(try await status(url, tls) == 200)
            let without = await #expect(throws: HTTPClientError.self) { try await status(url, ClientTLS(caFile: own)) }
            #expect(without != nil)
            let noKey = ClientTLS(caFile: own, certificateFile: mine, keyFile: folder.file("none"))
            let error = await #expect(throws: HTTPClientError.self) { try await status(url, noKey) }
            #expect(error?.kind == .tls)
        }
    }
}

import Foundation
import HawserRedis
import HawserTestSupport
import Testing

/// `rediss://` against a redis-server with a certificate of an authority made for the test.
@Suite struct TLSTests {
    @Test func aTrustedServerServesAndAnUntrustedOneIsRefused() async throws {
        let directory = try TestDirectory("tls")
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test CA", "-keyout", directory.file("ca.key"), "-out", directory.file("ca.pem"),
        ])
        try await openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=redis",
            "-keyout", directory.file("redis.key"), "-out", directory.file("redis.csr"),
        ])
        try Data("subjectAltName=IP:127.0.0.1".utf8).write(to: URL(filePath: directory.file("names")))
        try await openssl([
            "x509", "-req", "-in", directory.file("redis.csr"), "-CA", directory.file("ca.pem"), "-CAkey",
            directory.file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", directory.file("names"),
            "-out", directory.file("redis.pem"),
        ])
        let port = try FreePort.find()
        let server = try await TestRedis.start(arguments: [
            "--tls-port", "\(port)", "--tls-cert-file", directory.file("redis.pem"), "--tls-key-file",
            directory.file("redis.key"), "--tls-ca-cert-file", directory.file("ca.pem"), "--tls-auth-clients", "no",
        ])
        let redis = try RedisClient(url: "rediss://127.0.0.1:\(port)/1?ca=\(directory.file("ca.pem"))")
        #expect(try await redis.send(["PING"]) == .status("PONG"))
        let large = [UInt8](repeating: 42, count: 8 << 20)
        let deadline = RedisDeadline.within(.seconds(20))
        try await redis.send(["SET", "large", .bytes(large)], deadline: deadline)
        #expect(try await redis.send(["GET", "large"], deadline: deadline).bytes == large)
        let replies = try await redis.pipeline((0..<1000).map { ["ECHO", .int($0)] }, deadline: deadline)
        #expect(replies.map(\.int) == (0..<1000).map { Int64($0) })

        // The system's authorities did not sign it.
        let stranger = try RedisClient(url: "rediss://127.0.0.1:\(port)")
        let error = await #expect(throws: RedisError.self) { try await stranger.send(["PING"]) }
        #expect(error?.description.contains("certificate") == true)
        // The right authority, but the certificate is for another name.
        let misnamed = try RedisClient(url: "rediss://localhost:\(port)?ca=\(directory.file("ca.pem"))")
        let mismatch = await #expect(throws: RedisError.self) { try await misnamed.send(["PING"]) }
        #expect(mismatch?.description.contains("certificate") == true)
        #expect(throws: RedisError.self) { try RedisClient(url: "rediss://127.0.0.1?ca=/no/such/file") }
        await server.stop()
    }

    private func openssl(_ arguments: [String]) async throws {
        let process = try await ServerProcess.start(["openssl"] + arguments, markers: [])
        try #require(await process.waitForExit() == 0)
    }
}

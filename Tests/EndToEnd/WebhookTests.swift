import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// Deliveries: signed by Standard Webhooks 1.0, repeated as they should be.
@Suite("webhooks", .timeLimit(.minutes(10)))
struct WebhookTests {
    /// The signature that a receiver computes with `openssl` (Standard Webhooks 1.0, symmetric), none of it ours.
    private static func signature(secret: String, id: String, timestamp: String, body: [UInt8]) async throws -> String {
        let key = try #require(Data(base64Encoded: String(secret.trimmingPrefix("whsec_"))))
        let digits = key.map { String(format: "%02x", $0) }.joined()
        let digest = try await CommandOutcome.of(
            ["sh", "-c", "openssl dgst -sha256 -mac HMAC -macopt hexkey:\(digits) -binary | base64 --wrap=0"],
            input: Array("\(id).\(timestamp).".utf8) + body
        )
        #expect(digest.exit == .code(0), "\(digest.error)")
        return "v1," + digest.output
    }

    @Test("each attempt is signed for itself; the id stays the same; 5xx is tried again")
    func signed() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.make { number, _ in number == 1 ? Response(status: 500) : .json(200, [:]) }
        let id = try await tenant.submit(
            hook.url,
            [
                "arguments": [
                    "url": .string(hook.url), "method": "PUT", "headers": ["X-Mine": "yes"],
                    "body": ["ü": [1, 2.5, nil]],
                ]
            ]
        )
        let calls = try await hook.calls(2)
        for call in calls {
            #expect(call.method == "PUT")
            #expect(call.headers["x-mine"] == "yes")
            #expect(call.headers["webhook-id"] == id)
            let timestamp = try #require(call.headers["webhook-timestamp"])
            let expected = try await Self.signature(
                secret: tenant.secret,
                id: id,
                timestamp: timestamp,
                body: call.body
            )
            #expect(call.headers["webhook-signature"] == expected)
            #expect(call.json == ["ü": [1, 2.5, nil]])
        }
        #expect(calls[0].headers["webhook-timestamp"] != calls[1].headers["webhook-timestamp"])
        let job = try await tenant.finished(id)
        #expect(job["state"] == "succeeded")
        #expect(job["attempt"] == 2)
    }

    @Test("Retry-After is heeded")
    func retryAfter() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.make { number, _ in
            number == 1 ? Response(status: 429, headers: ["Retry-After": "3"]) : .json(200, [:])
        }
        let id = try await tenant.submit(hook.url)
        let calls = try await hook.calls(2)
        // Without it the second attempt comes after 1 to 2 seconds.
        #expect(calls[1].at - calls[0].at > .milliseconds(2900))
        #expect(try await tenant.finished(id)["state"] == "succeeded")
    }

    @Test("redirects are not followed and 4xx is final", arguments: [301, 307, 400, 404, 410])
    func final(status: Int) async throws {
        let tenant = try await Dev.shared.value.tenant()
        let target = try await Hook.relay()
        let url = target.url
        let hook = try await Hook.make { _, _ in Response(status: status, headers: ["Location": url]) }
        let job = try await tenant.finished(try await tenant.submit(hook.url))
        #expect(job["state"] == "failed")
        #expect(job["attempt"] == 1)
        #expect(job["error"]?["code"] == "refused")
        #expect(job["error"]?["message"]?.string?.contains("\(status)") == true)
        #expect(hook.calls.count == 1)
        #expect(target.calls.isEmpty)
    }

    @Test("attempts come to an end, and the last error is told")
    func exhausted() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay(Response(status: 503))
        let job = try await tenant.finished(try await tenant.submit(hook.url, ["max_attempts": 2]))
        #expect(job["state"] == "failed")
        #expect(job["attempt"] == 2)
        #expect(hook.calls.count == 2)
        #expect(job["error"]?["details"]?["status"] == 503)
    }

    @Test(
        "addresses that are not public are refused, under any name",
        arguments: [
            "http://169.254.169.254/latest/meta-data/", "http://[::1]:9/", "http://10.0.0.1/",
            "http://[::ffff:169.254.1.1]/",
            "http://0.0.0.0:9/",
        ]
    )
    func addresses(url: String) async throws {
        let tenant = try await Dev.shared.value.tenant()
        let job = try await tenant.finished(try await tenant.submit(url))
        #expect(job["state"] == "failed")
        #expect(job["attempt"] == 1)
        #expect(job["error"]?["code"] == "refused_address", "\(job["error"] ?? nil)")
    }
}

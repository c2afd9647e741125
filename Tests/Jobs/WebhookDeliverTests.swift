import Foundation
import HawserCore
import HawserJobs
import HawserQueue
import Testing

@Suite struct WebhookDeliverTests {
    private func fields(_ arguments: JSON) -> [String] {
        WebhookDeliver.check(arguments).map(\.field)
    }

    @Test func plainCallsAreTaken() {
        #expect(fields(["url": "https://example.org/hook?x=1"]) == [])
        #expect(fields(["url": "http://[2001:db8::1]:8080/", "method": "PUT", "headers": ["X-A": "b"]]) == [])
    }

    @Test(arguments: [
        "", "example.org", "/hook", "ftp://example.org/", "http://", "http://user@example.org/",
        "http://user:secret@example.org/", "http://example.org:99999/", "http://exa mple.org/", "http://example.org/\n",
        "javascript:alert(1)",
    ]) func badURLsAreNamed(_ url: String) {
        #expect(fields(["url": .string(url)]) == ["url"])
    }

    @Test func everyBadFieldIsNamed() {
        let problems = fields([
            "url": "nowhere", "method": "BREW", "timeout_seconds": 1000,
            "headers": ["Host": "x", "bad name": "x", "X-Line": "a\r\nb"],
        ])
        #expect(problems == ["method", "url", "headers.Host", "headers.X-Line", "headers", "timeout_seconds"])
    }

    @Test func wrongTypesNameTheField() {
        #expect(fields(["url": 5]) == ["url"])
        #expect(fields([:]) == ["url"])
        #expect(fields(["url": "https://example.org/", "headers": ["X": 1]]) == ["headers.X"])
        #expect(fields(5) == [""])
    }

    @Test func headersAreNotShown() {
        let shown = WebhookDeliver.shown(["url": "https://example.org/", "headers": ["Authorization": "secret"]])
        #expect(shown["headers"]?["Authorization"] == "***")
        #expect(!shown.text.contains("secret"))
    }

    @Test func signaturesAreThoseOfStandardWebhooks() throws {
        // What the specification signs: id, timestamp and body, apart by dots.
        let secret = try WebhookSecret(master: Array(repeating: 7, count: 32), tenant: "t-0000000001")
        let key = try Crypto.derive(key: Array(repeating: 7, count: 32), label: "webhook:t-0000000001")
        let expected = Crypto.hmacSHA256(key: key, message: Array("msg_1.1700000000.{\"a\":1}".utf8))
        let signature = secret.signature(id: "msg_1", seconds: 1_700_000_000, body: Array("{\"a\":1}".utf8))
        #expect(signature.hasPrefix("v1,"))
        #expect(signature.dropFirst(3) == expected.base64)
        #expect(secret.text.revealed.hasPrefix("whsec_"))
    }

    @Test func onlyOpenKindsMayBeSubmitted() {
        #expect(KindList.all.filter { $0.isOpen }.map { $0.name } == ["webhook.deliver"])
        #expect(KindList.named("object.copy") != nil)
        #expect(KindList.named("nothing") == nil)
    }
}

extension [UInt8] {
    fileprivate var base64: String { Data(self).base64EncodedString() }
}

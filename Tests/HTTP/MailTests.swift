import HawserCore
import HawserTestSupport
import Testing

@testable import HawserHTTP

@Suite("mail", .timeLimit(.minutes(2)))
struct MailTests {
    @Test("a mail arrives as it was written")
    func arrives() async throws {
        let server = try await TestMail.start()
        let sender = MailSender(url: Secret(server.url), user: nil, password: nil, from: "store@example.org")
        let mail = Mail(to: "ada@example.org", subject: "A subject", body: "line ü\n.\n.dot\nend\n", id: "id-1")
        try await sender.send(mail)
        let text = try #require(try server.mails(to: "ada@example.org").first)
        for line in [
            "X-From: store@example.org\n", "From: <store@example.org>\r\n", "To: <ada@example.org>\r\n",
            "Subject: A subject\r\n", "Message-ID: <id-1@example.org>\r\n", "line ü\r\n.\r\n.dot\r\nend\r\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        await server.stop()
        let gone = await #expect(throws: MailError.self) { try await sender.send(mail) }
        #expect(gone?.isRetryable == true)
        #expect(gone?.description.contains("example.org") == false)
    }

    @Test("a mailbox that is refused for good is not asked again; a password is not sent in the clear")
    func refusals() async throws {
        let server = try await TestMail.start()
        let sender = MailSender(url: Secret(server.url), user: nil, password: nil, from: "store@example.org")
        let refused = await #expect(throws: MailError.self) {
            try await sender.send(Mail(to: "refused@example.org", subject: "s", body: "b", id: "i"))
        }
        #expect(refused?.isRetryable == false)
        #expect(refused?.status == 550)
        let secret = MailSender(url: Secret(server.url), user: "u", password: Secret("p"), from: "store@example.org")
        await #expect(throws: MailError.self) {
            try await secret.send(Mail(to: "ada@example.org", subject: "s", body: "b", id: "i"))
        }
        #expect(try server.mails(to: "ada@example.org").isEmpty)
        await server.stop()
    }

    @Test(
        "addresses",
        arguments: [
            ("a@example.org", true), ("a.b+c@x.example", true), ("a@localhost", true), ("a@b@c", false), ("a", false),
            ("@x.org", false), ("a@", false), ("a b@x.org", false), ("a@x.org\r\nBcc: b@x.org", false),
            ("a@x..org", false), ("a@-x.org", false), ("<a@x.org>", false), ("ü@x.org", false), (".a@x.org", false),
            ("\(String(repeating: "a", count: 65))@x.org", false), ("a@x_y.org", false),
        ]
    )
    func addresses(text: String, isAddress: Bool) {
        #expect(Mail.isAddress(text) == isAddress)
    }
}

import HawserCore
import Testing

@Suite("registration with the file store", .timeLimit(.minutes(10)))
struct RegistrationTests {
    @Test("who has not registered is told to, and nothing else")
    func first() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = StoreTenant(tenant: try await dev.dev.tenant(), email: "")
        let posts = [
            "/store/verifyemail", "/store/email", "/store/resendemail", "/store/folder/add", "/store/upload",
            "/store/uploaddir", "/store/list", "/store/download", "/store/downloaddir", "/store/remove",
            "/store/progress", "/order/package/buy",
        ]
        for path in posts {
            let answer = try await tenant.ask(path, [:])
            #expect(answer.code == 400 && answer.message == "register first", "\(path)")
        }
        for path in ["/order/packages", "/order/package/get?id=1", "/order/all", "/order/getinfo", "/usage/amount"] {
            let answer = try await tenant.ask(path)
            #expect(answer.code == 400 && answer.message == "register first", "\(path)")
        }
    }

    @Test("register, verify, and what is refused on the way")
    func register() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = StoreTenant(tenant: try await dev.dev.tenant(), email: "Ada.\(UUIDv7.make())@example.org")
        #expect(try await tenant.ask("/store/register", [:]).code == 400)
        #expect(try await tenant.ask("/store/register", ["email": 7]).code == 400)
        for bad in ["ada", "a@b@c", "a@x.org\r\nBcc: b@x.org", "<a@x.org>"] {
            #expect(try await tenant.ask("/store/register", ["email": .string(bad)]).code == 10, "\(bad)")
        }
        let first = try await tenant.ask("/store/register", ["email": .string(tenant.email)])
        #expect(first.code == 0 && first.data == "ok")
        #expect(try await tenant.ask("/store/register", ["email": .string(tenant.email)]).code == 4)
        let other = StoreTenant(tenant: try await dev.dev.tenant(), email: tenant.email)
        let same = JSON.string(tenant.email.uppercased())
        #expect(try await other.ask("/store/register", ["email": same]).code == 11)
        let code = try await dev.code(for: tenant)
        // The owner of the job does not see the code in it.
        let jobs = try await tenant.tenant.client.get("/v1/jobs?kind=mail.send")
        #expect((jobs.json["jobs"]?.array ?? []).count == 1)
        #expect(!jobs.text.contains(code) && !jobs.text.lowercased().contains(tenant.email.lowercased()))
        #expect(try await tenant.ask("/store/verifyemail", ["code": "wrong123"]).code == 8)
        let second = try await dev.code(for: tenant, mails: 2)
        #expect(second != code)
        #expect(try await tenant.ask("/store/verifyemail", ["code": .string(code)]).code == 8, "it was replaced")
        _ = try await dev.code(for: tenant, mails: 3)
        #expect(try await tenant.ask("/store/resendemail", [:]).data == "ok")
        _ = try await dev.code(for: tenant, mails: 4)
        #expect(try await tenant.ask("/store/register", ["resend": true]).data == "ok")
        let last = try await dev.code(for: tenant, mails: 5)
        #expect(try await tenant.ask("/store/folder/add", ["parent": "/", "folders": ["a"]]).code == 400)
        #expect(try await tenant.ask("/store/email", ["code": .string(last)]).data == "ok")
        #expect(try await tenant.ask("/store/verifyemail", ["code": .string(last)]).code == 7)
        #expect(try await tenant.ask("/store/resendemail", [:]).code == 7)
        let unpaid = try await tenant.ask("/store/folder/add", ["parent": "/", "folders": ["a"]])
        #expect(unpaid.code == 401 && unpaid.message == "not buy any package order")
    }

    @Test("guessing ends after ten wrong codes")
    func guessing() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant(isVerified: false)
        var code = try await dev.code(for: tenant)
        for count in 2...11 {
            #expect(try await tenant.ask("/store/verifyemail", ["code": "00000000"]).code == 8)
            code = try await dev.code(for: tenant, mails: count)
        }
        #expect(try await tenant.ask("/store/verifyemail", ["code": .string(code)]).code == 8)
        #expect(try await tenant.ask("/store/resendemail", [:]).code == 1)
        #expect(try dev.mail.mails(to: tenant.email).count == 11)
    }

    @Test("a mail server that is away delays a mail and loses none")
    func outage() async throws {
        let dev = try await StoreDev(settings: [:])
        await dev.mail.kill()
        let tenant = try await dev.tenant(isVerified: false)
        let jobs = try await tenant.tenant.client.get("/v1/jobs?kind=mail.send").json["jobs"]?.array ?? []
        _ = try await tenant.tenant.job(try #require(jobs.first?["id"]?.string), inState: "retrying")
        try await dev.mail.restart()
        let code = try await dev.code(for: tenant)
        #expect(try await tenant.ask("/store/verifyemail", ["code": .string(code)]).data == "ok")
    }
}

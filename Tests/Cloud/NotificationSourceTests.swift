import Testing

@testable import HawserCloud

@Suite struct NotificationSourceTests {
    @Test func aURLIsTakenApart() throws {
        let plain = try NotificationSource(url: "amqp://guest:guest@127.0.0.1:25672/")
        #expect(plain.hosts.map(\.port) == [25672])
        #expect(plain.virtualHost == "/")
        #expect(!plain.usesTLS)
        #expect(plain.exchanges == NotificationSource.exchanges)
        #expect(plain.topic == "notifications")
        #expect("\(plain)" == "amqp://127.0.0.1:25672/")

        let full = try NotificationSource(
            url: "amqps://us%40er:p%2Fw%3A@one,two:5000,[::1]:99/v%2Fh?exchanges=nova,cinder&topic=mine&ca=/etc/ca.pem"
        )
        #expect(full.hosts.map(\.name) == ["one", "two", "::1"])
        #expect(full.hosts.map(\.port) == [5671, 5000, 99])
        #expect(full.hosts.map(\.user) == ["us@er", "guest", "guest"])
        #expect(full.hosts.first?.password.revealed == "p/w:")
        #expect(full.virtualHost == "v/h")
        #expect(full.usesTLS)
        #expect(full.exchanges == ["nova", "cinder"])
        #expect(full.topic == "mine")
        #expect(full.certificateAuthority == "/etc/ca.pem")
        #expect("\(full)" == "amqps://one:5671,two:5000,[::1]:99/v/h")
        // What services have as their transport_url will do.
        let transport = try NotificationSource(url: "rabbit://a:b@h1:1,a:c@h2:2/")
        #expect(transport.hosts.map(\.password.revealed) == ["b", "c"])
    }

    @Test(arguments: [
        "", "h", "http://h", "amqp://", "amqp:///v", "amqp://secret@", "amqp://u:secret@h:0", "amqp://u:secret@h:70000",
        "amqp://u:secret@h:x", "amqp://a@b@secret", "amqp://u:secret@h/?heartbeat=1", "amqp://u:secret@h?exchanges=",
        "amqp://u:secret@h?exchanges=,", "amqp://u:secret@h:1:2",
    ])
    func aBadURLIsRefusedAndNotRepeated(_ url: String) {
        let error = #expect(throws: NotificationSource.BadURL.self) { try NotificationSource(url: url) }
        #expect(error?.description.contains("secret") == false)
    }
}

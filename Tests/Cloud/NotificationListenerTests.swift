import Foundation
import HawserCore
import HawserTestSupport
import Synchronization
import Testing

@testable import HawserCloud

/// Listening to a real RabbitMQ that a real cloud's services notify.
@Suite(
    .enabled(if: TestCloud.isNotified, "no notifications beside HAWSER_TEST_CLOUDS: a cloud whose services notify"),
    .timeLimit(.minutes(2))
)
struct NotificationListenerTests {
    /// A listener, and what it tells.
    private final class Ear: Sendable {
        let notices: AsyncStream<CloudNotice>
        let changes: AsyncStream<Bool>
        let listener: NotificationListener

        init(_ url: String) throws {
            let (notices, notice) = AsyncStream<CloudNotice>.makeStream()
            let (changes, change) = AsyncStream<Bool>.makeStream()
            self.notices = notices
            self.changes = changes
            listener = NotificationListener(
                try NotificationSource(url: url),
                name: "hawser test",
                onChange: { change.yield($0) },
                onNotice: { notice.yield($0) }
            )
            listener.start()
        }

        func connection(is wanted: Bool) async {
            for await change in changes where change == wanted { return }
        }

        func hear(_ event: String, _ thing: CloudThing) async throws {
            for await notice in notices where notice.event == event && notice.thing == thing {
                #expect(notice.isEnd)
                return
            }
            throw CancellationError()
        }
    }

    /// The cloud's RabbitMQ.
    private func rabbit() throws -> NotificationSource.Host {
        let source = try NotificationSource(url: try #require(TestCloud.notifications))
        return try #require(source.hosts.first)
    }

    private func url(port: UInt16? = nil, query: String = "", scheme: String = "amqp") throws -> String {
        let host = try rabbit()
        return "\(scheme)://\(host.user):\(host.password.revealed)@127.0.0.1:\(port ?? host.port)/\(query)"
    }

    @Test func everyListenerHearsEverything() async throws {
        let ears = [try Ear(url()), try Ear(url())]
        for ear in ears { await ear.connection(is: true) }
        #expect(ears[0].listener.status.exchanges.contains("nova"))
        try await TestTenant.with { tenant in
            let volume = try await tenant.volumes.createVolume(.init(sizeGiB: 1, name: "told")).id
            for ear in ears { try await ear.hear("volume.create.end", .volume(volume)) }
            // Whoever is told of the end finds it so.
            #expect(try await tenant.volumes.volume(volume).status == "available")
            try await tenant.volumes.deleteVolume(volume)
            for ear in ears { try await ear.hear("volume.delete.end", .volume(volume)) }
        }
        for ear in ears {
            #expect(ear.listener.status.messages >= 2)
            let began = ContinuousClock.now
            await ear.listener.stop()
            #expect(ContinuousClock.now - began < .seconds(2))
            #expect(!ear.listener.status.isConnected)
        }
    }

    @Test func aLostConnectionIsMadeAgain() async throws {
        let proxy = try WireProxy(before: rabbit().port)
        let ear = try Ear(url(port: proxy.port))
        await ear.connection(is: true)
        proxy.cut()
        await ear.connection(is: false)
        #expect(!ear.listener.status.isConnected)
        #expect(ear.listener.status.problem?.contains("RabbitMQ at 127.0.0.1:\(proxy.port)") == true)
        proxy.mend()
        await ear.connection(is: true)
        #expect(ear.listener.status.problem == nil)
        try await TestTenant.with { tenant in
            let volume = try await tenant.volumes.createVolume(.init(sizeGiB: 1, name: "told again")).id
            try await ear.hear("volume.create.end", .volume(volume))
            try await tenant.volumes.deleteVolume(volume)
            try await tenant.wait(volume: volume, nil)
        }
        await ear.listener.stop()
        proxy.stop()
    }

    @Test func exchangesThatAreNotThereAreLeftOut() async throws {
        let source = try NotificationSource(url: url(query: "?exchanges=never-there,nova,nor-this"))
        let (found, missing) = try NotificationListener.probe(source)
        #expect(found == ["nova"])
        #expect(missing == ["never-there", "nor-this"])
        let ear = try Ear(url(query: "?exchanges=never-there,nova"))
        await ear.connection(is: true)
        #expect(ear.listener.status.exchanges == ["nova"])
        await ear.listener.stop()
    }

    @Test func aNodeThatDoesNotAnswerIsPassedOver() async throws {
        let port = try rabbit().port
        let source = try NotificationSource(
            url: "amqp://guest:guest@127.0.0.1:\(try ClosedPort.number()),guest:guest@127.0.0.1:\(port)/?exchanges=nova"
        )
        #expect(try NotificationListener.probe(source).found == ["nova"])
    }

    @Test func refusalsAreToldWithoutThePassword() throws {
        let port = try rabbit().port
        let wrong = try NotificationSource(url: "amqp://guest:hunter2@127.0.0.1:\(port)/")
        let refused = #expect(throws: RabbitError.self) { try NotificationListener.probe(wrong) }
        #expect(refused?.description.contains("log in") == true)
        #expect(refused?.description.contains("hunter2") == false)
        let nowhere = try NotificationSource(url: "amqp://guest:hunter2@127.0.0.1:\(port)/no-such-host")
        let unknown = #expect(throws: RabbitError.self) { try NotificationListener.probe(nowhere) }
        #expect(unknown?.description.contains("hunter2") == false)
        let nobody = try NotificationSource(url: "amqp://guest:hunter2@127.0.0.1:\(try ClosedPort.number())/")
        let absent = #expect(throws: RabbitError.self) { try NotificationListener.probe(nobody) }
        #expect(absent?.operation == "connect")
    }

    @Test func onlyATrustedServerIsTalkedTo() async throws {
        let folder = try TestDirectory("amqps")
        let certificate = folder.file("own")
        let made = try await ServerProcess.start(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=rabbit", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                "\(certificate).key", "-out", certificate,
            ],
            markers: []
        )
        try #require(await made.waitForExit() == 0)
        let plain = try rabbit().port
        let port = try FreePort.find()
        let terminator = try await ServerProcess.start(
            ["python3", "-c", Self.terminator, "\(port)", "\(plain)", certificate],
            markers: ["listening"]
        )
        defer { terminator.signal(SIGKILL) }
        try await terminator.wait(for: "listening")
        let query = "?exchanges=nova&ca=\(certificate)"
        let named = try url(port: port, query: query, scheme: "amqps")
            .replacingOccurrences(of: "@127.0.0.1", with: "@localhost")
        let trusted = try NotificationSource(url: named)
        #expect(try NotificationListener.probe(trusted).found == ["nova"])
        // The system's authorities did not sign it.
        let stranger = try NotificationSource(url: named.replacingOccurrences(of: "&ca=\(certificate)", with: ""))
        #expect(throws: RabbitError.self) { try NotificationListener.probe(stranger) }
        // It is for another name.
        let misnamed = try NotificationSource(url: url(port: port, query: query, scheme: "amqps"))
        #expect(throws: RabbitError.self) { try NotificationListener.probe(misnamed) }
        let missing = try NotificationSource(url: url(port: port, query: "?ca=/no/such/file", scheme: "amqps"))
        #expect(throws: RabbitError.self) { try NotificationListener.probe(missing) }
    }

    /// Takes TLS off connections and passes them on.
    private static let terminator = """
        import asyncio, ssl, sys
        port, upstream, certificate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate + ".key")
        async def pass_on(reader, writer):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()
        async def take(reader, writer):
            other = await asyncio.open_connection("127.0.0.1", upstream)
            await asyncio.gather(pass_on(reader, other[1]), pass_on(other[0], writer), return_exceptions=True)
        async def main():
            async with await asyncio.start_server(take, "127.0.0.1", port, ssl=context) as server:
                print("listening", flush=True)
                await server.serve_forever()
        asyncio.run(main())
        """
}

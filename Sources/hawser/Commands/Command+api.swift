import HawserAPI
import HawserCore
import HawserHTTP
import HawserQueue
import HawserStorage

extension Command {
    /// Serves the REST front.
    static let api = Command(
        name: "api",
        summary: "Serve the REST front.",
        details: "Runs until INT or TERM, then answers what it has begun and ends.",
        settings: [
            "HAWSER_LISTEN", "HAWSER_ADMIN_KEY", "HAWSER_MASTER_KEY", "HAWSER_DATA", "HAWSER_TARGETS",
            "HAWSER_CALLBACK_WAIT_SECONDS", "HAWSER_SESSION_SECONDS", "HAWSER_MAX_BODY_BYTES", "HAWSER_LEASE_SECONDS",
            "HAWSER_WEBHOOK_ALLOW",
            "HAWSER_CLOUDS", "HAWSER_CLOUD", "HAWSER_PLATFORM_URL", "HAWSER_PLATFORM_SECRET",
            "HAWSER_PLATFORM_CACHE_SECONDS", "HAWSER_IMPORT_ROOT", "HAWSER_SMTP_URL",
        ] + connections
    ) { invocation in
        try await serve(invocation.configuration)
    }

    private static func serve(_ configuration: Configuration) async throws -> Int32 {
        let termination = Termination()
        let assembly = try Assembly(configuration)
        let (objects, staging) = try assembly.objects()
        let masterKey = try assembly.masterKey()
        guard try await StartUp.wait(for: "MongoDB", unless: termination, { try await assembly.prepare() }) else {
            return 0
        }
        try await objects.contents.targets.addMissing(configuration.targets)
        let backend = Backend(
            queues: assembly.queues,
            archive: assembly.archive,
            feed: EventFeed(assembly.queues),
            tenants: assembly.tenants,
            sessions: assembly.sessions,
            objects: objects,
            buckets: try assembly.buckets(objects),
            clouds: try assembly.clouds(HTTPClient()),
            database: assembly.database,
            configuration: configuration,
            masterKey: masterKey,
            metrics: Metrics()
        )
        let front = Front(backend)
        var options = HTTPServer.Options(address: configuration.listen.host, port: configuration.listen.port)
        options.onFinish = RequestMetrics(backend.metrics).record
        let server = try HTTPServer(options: options, log: Log("access")) { await front.handle($0) }
        ProcessMetrics.register(backend.metrics, server: server, queues: assembly.queues)
        let port = try server.start()
        Log("api").info("listening", ["address": configuration.listen.host, "port": port])
        let recorder = assembly.recorder("api")
        let uploads = UnfinishedUploads(sessions: assembly.sessions, objects: objects)
        let beside = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await front.runBeside() }
                group.addTask(priority: .background) { await recorder.run() }
                let housekeeping = Housekeeping(
                    objects: objects,
                    staging: staging,
                    uploads: uploads,
                    queues: assembly.queues
                )
                group.addTask { await housekeeping.run() }
            }
        }
        await termination.wait()
        Log("api").info("stopping")
        await server.stop(grace: 10)
        beside.cancel()
        await beside.value
        return 0
    }
}

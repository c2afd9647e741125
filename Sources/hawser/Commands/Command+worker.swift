import HawserCore
import HawserQueue
import HawserWorkers

extension Command {
    /// Executes jobs.
    static let worker = Command(
        name: "worker",
        summary: "Execute jobs.",
        details: """
            Runs until INT or TERM, then takes no more jobs, finishes or hands back those it has, and ends.
            Start as many as are needed, on as many machines; they need nothing of each other.
            """,
        settings: [
            "HAWSER_QUEUES", "HAWSER_CONCURRENCY", "HAWSER_LEASE_SECONDS", "HAWSER_DATA", "HAWSER_MASTER_KEY",
            "HAWSER_WEBHOOK_ALLOW", "HAWSER_CLOUDS", "HAWSER_CLOUD", "HAWSER_CLOUD_NOTIFICATIONS",
            "HAWSER_IMPORT_ROOT", "HAWSER_SMTP_URL", "HAWSER_SMTP_USER", "HAWSER_SMTP_PASSWORD", "HAWSER_MAIL_FROM",
        ] + connections
    ) { invocation in
        try await work(invocation.configuration)
    }

    private static func work(_ configuration: Configuration) async throws -> Int32 {
        let termination = Termination()
        let assembly = try Assembly(configuration)
        let (objects, _) = try assembly.objects()
        let notifications = try CloudNotifications(configuration, assembly.queues)
        let services = try assembly.services(objects, wakes: notifications?.wakes)
        var options = WorkerOptions()
        options.queues = configuration.queues.compactMap { QueueName($0) }
        options.concurrency = configuration.concurrency
        options.lease = .seconds(configuration.leaseSeconds)
        if let notifications { options.details = { ["cloud_notifications": notifications.details] } }
        let worker = Worker(assembly.queues, handlers: HandlerList.all(services), options: options)
        let recorder = assembly.recorder("worker")
        // What runs jobs goes before what writes about them; measured: a tenth to a half more jobs per second.
        let recording = Task(priority: .background) { await recorder.run() }
        let ending = Task {
            await termination.wait()
            worker.stop()
        }
        defer { ending.cancel() }
        notifications?.listener.start()
        _ = try await StartUp.wait(for: "Redis", unless: termination) { try await worker.run() }
        await notifications?.stop()
        recording.cancel()
        await recording.value
        return 0
    }
}

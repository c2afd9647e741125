import HawserCloud
import HawserCore
import HawserQueue

extension CloudHandler {
    /// Waits for news of a change that was asked for before.
    ///
    /// The first look is one interval of listings after that, and is content with a listing of the last interval: so the
    /// looks of many jobs share one question, each is answered with news from after its own change, and none holds its
    /// slot until the next listing. Where the cloud tells of the end of changes, looks are few: the job is woken to look.
    ///
    /// - Parameters:
    ///   - name: the poll's name.
    ///   - things: what changes.
    ///   - watch: where the check looks.
    ///   - job: the job.
    ///   - limit: how long it may take in all.
    ///   - check: looks once, with the moment news must be newer than; nil: not yet.
    /// - Returns: what the check found.
    /// - Throws: what the check throws, and the engine's own unwinding.
    @discardableResult
    func news<Value: Codable & Sendable>(
        _ name: String,
        about things: [CloudThing],
        _ watch: CloudWatch,
        _ job: JobContext,
        atMost limit: Duration = .seconds(1800),
        _ check: @Sendable (ContinuousClock.Instant) async throws -> Value?
    ) async throws -> Value {
        let wakes = watch.isNotified ? services.wakes : nil
        let outlook = wakes?.expect(things, job: job.id, queue: job.queue, tenant: job.tenant, since: job.askedSince)
        let now = ContinuousClock.now
        // Woken at once, it must not be shown what was listed before its own change, nor before what woke it.
        let began = now - .seconds(job.passed(since: name) ?? 0)
        let moment = max(now - CloudWatch.interval, began, outlook?.lastEnd ?? began)
        let value = try await job.poll(
            name,
            every: outlook?.interval ?? CloudOutlook.interval,
            first: outlook?.first ?? CloudOutlook.first,
            atMost: limit
        ) {
            try await check(moment)
        }
        wakes?.forget(job.id)
        return value
    }
}

import HawserCloud
import HawserCore
import HawserQueue

extension CloudHandler {
    /// Waits for news of a change that was asked for before.
    ///
    /// The first look is one interval of listings after that, and is content with a listing of the last interval: so the
    /// looks of many jobs share one question, each is answered with news from after its own change, and none holds its
    /// slot until the next listing.
    ///
    /// - Parameters:
    ///   - name: the poll's name.
    ///   - job: the job.
    ///   - limit: how long it may take in all.
    ///   - check: looks once, with the moment news must be newer than; nil: not yet.
    /// - Returns: what the check found.
    /// - Throws: what the check throws, and the engine's own unwinding.
    @discardableResult
    func news<Value: Codable & Sendable>(
        _ name: String,
        _ job: JobContext,
        atMost limit: Duration = .seconds(1800),
        _ check: @Sendable (ContinuousClock.Instant) async throws -> Value?
    ) async throws -> Value {
        try await job.poll(name, every: 1...15, first: Double(CloudWatch.interval.components.seconds), atMost: limit) {
            try await check(ContinuousClock.now - CloudWatch.interval)
        }
    }
}

import HawserCore
import HawserQueue
import HawserStorage

extension JobContext {
    /// Walks over contents in rounds, each of which is noted when it is over: after a crash the next one goes on.
    ///
    /// - Parameters:
    ///   - shift: how long a round takes at least, in seconds; longer the longer the job takes, so that the journal of a
    ///     job of days stays short.
    ///   - view: what is shown of it as progress, and is the result in the end.
    ///   - round: goes on after a content, or begins, and stops at a moment.
    /// - Returns: the view of all.
    /// - Throws: what the rounds throw, errors of the store as those of a job.
    func rounds<Outcome: WalkOutcome>(
        of shift: Double,
        view: (Outcome) -> JSON,
        _ round: @escaping @Sendable (_ last: String?, _ moment: ContinuousClock.Instant) async throws -> Outcome
    ) async throws -> JSON {
        let shift = max(shift, Timestamp.now.seconds(since: created) / 20)
        var sum = Outcome()
        for number in 0... {
            let last = sum.last
            sum =
                sum
                + (try await step("round \(number)") {
                    try await JobError.storing { try await round(last, .now + .seconds(shift)) }
                })
            if sum.last == nil { break }
            // A courtesy: nothing fails because it cannot be told.
            try? await progress(view(sum))
            try await poll("rest \(number)", every: 0.05...0.05, first: 0.05) { true }
        }
        return view(sum)
    }
}

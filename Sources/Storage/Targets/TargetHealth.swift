import Synchronization

/// What this process has lately seen of its targets, so that one who just failed is not asked again for a while.
public final class TargetHealth: Sendable {
    /// That of the whole process.
    public static let shared = TargetHealth()

    private struct State {
        var avoided: [String: ContinuousClock.Instant] = [:]
        /// How long a read takes, and how far off that usually is, in seconds; smoothed.
        var latency = 0.02
        var deviation = 0.02
    }

    private let avoidance: Duration
    private let state = Mutex(State())

    /// A memory of nothing; `avoidance` is for how long a target is avoided.
    public init(avoidance: Duration = .seconds(10)) {
        self.avoidance = avoidance
    }

    /// Whether to use others instead, where there are any.
    public func isAvoided(_ target: String) -> Bool {
        state.withLock { state in
            guard let until = state.avoided[target] else { return false }
            if until > .now { return true }
            state.avoided[target] = nil
            return false
        }
    }

    /// Notes that a target failed, or was so slow that others had to be asked.
    public func avoid(_ target: String) {
        state.withLock { $0.avoided[target] = .now + avoidance }
    }

    /// Notes how long a read took.
    func noteRead(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        // Smoothed as TCP does with round trips (RFC 6298).
        state.withLock { state in
            state.deviation += (abs(seconds - state.latency) - state.deviation) / 4
            state.latency += (seconds - state.latency) / 8
        }
    }

    /// After how long a read is slow: what hardly any of the last ones took; between 30 ms and 1 s.
    var patience: Duration {
        let (latency, deviation) = state.withLock { ($0.latency, $0.deviation) }
        return .seconds(min(1, max(0.03, latency + 4 * deviation)))
    }
}

/// How often and how soon a failed job is tried again.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts in all, the first included.
    public var maxAttempts: Int
    /// Seconds before the second attempt; doubled for each further one.
    public var base: Double
    /// The longest wait in seconds.
    public var cap: Double
    /// The time after acceptance, in seconds, after which the job is given up; nil: only attempts count.
    public var deadline: Double?

    /// A policy.
    public init(maxAttempts: Int = 10, base: Double = 1, cap: Double = 600, deadline: Double? = nil) {
        self.maxAttempts = maxAttempts
        self.base = base
        self.cap = cap
        self.deadline = deadline
    }

    /// Seconds until the attempt after this one.
    ///
    /// Half of the exponential wait is fixed, half is random, so that jobs which failed together do not come back
    /// together.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - asked: the wait the other side asked for, in seconds.
    /// - Returns: the wait, never less than what the other side asked for.
    func wait(after attempt: Int, asked: Double? = nil) -> Double {
        let full = min(cap, base * pow2(min(max(attempt - 1, 0), 30)))
        return max(full / 2 + Double.random(in: 0...(full / 2)), asked ?? 0)
    }

    private func pow2(_ exponent: Int) -> Double {
        Double(1 << exponent)
    }
}

/// Waits only so long for work that is done anyway.
public enum Patience {
    /// What a caller gives what is done after its answer is settled, so that one server that hangs does not hold it.
    public static let usual = Duration.seconds(1)

    /// Starts work in a task of its own, and waits for it for a while.
    ///
    /// Neither the end of the wait nor the caller's cancellation reaches the work.
    ///
    /// - Parameters:
    ///   - limit: how long to wait.
    ///   - work: what is done.
    /// - Returns: what it came to; nil when it takes longer than that.
    @discardableResult
    public static func wait<Value: Sendable>(
        _ limit: Duration = usual,
        for work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let waiter = Waiter<Value?>()
        Task { waiter.resume(with: .success(await work())) }
        // In a task that nobody cancels: who is cancelled still waits for what is soon done.
        return await Task { try? await waiter.value(within: limit, else: .success(nil)) }.value ?? nil
    }
}

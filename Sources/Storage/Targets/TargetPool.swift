import HawserCore
import Synchronization

/// The threads of one target, so that a target that hangs holds only its own.
///
/// A call that is over its deadline fails while its thread still hangs. When every thread does, further calls fail at
/// once, until one comes back.
final class TargetPool: Sendable {
    private let target: String
    private let threads: Int
    private let pool: BlockingPool
    private let hanging = Atomic<Int>(0)

    init(target: String, threads: Int) {
        self.target = target
        self.threads = threads
        pool = BlockingPool(name: "target-\(target)", threads: threads)
    }

    /// Runs a blocking call.
    ///
    /// - Throws: what the call throws; `StorageError.unresponsive` after the deadline; `CancellationError` at once when
    ///   the task is cancelled. In the last two cases the call may still be carried out.
    func run<Value: Sendable>(
        _ operation: String,
        within deadline: Duration,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let late = StorageError.unresponsive(target: target, operation: operation)
        guard hanging.load(ordering: .relaxed) < threads else { throw late }
        let call = Call<Value>()
        let timer = Task { [self] in
            try await Task.sleep(for: deadline)
            call.end(.failure(late)) { self.hanging.add(1, ordering: .relaxed) }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard call.begin(continuation) else { return }
                pool.submit { [self] in
                    guard call.start() else { return }
                    if call.complete(Result { try body() }) { hanging.subtract(1, ordering: .relaxed) }
                }
            }
        } onCancel: {
            call.end(.failure(CancellationError()))
        }
    }
}

/// A call that ends once: with its result, at its deadline, or when nobody waits for it any more.
private final class Call<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case over(Result<Value, any Error>?)
    }

    private struct Status {
        var state = State.new
        var isRunning = false
        /// Whether the deadline passed while a thread was at it.
        var isLate = false
    }

    private let status = Mutex(Status())

    /// False when it is over before it began; the continuation is resumed then.
    func begin(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let ended = status.withLock { status -> Result<Value, any Error>? in
            if case .over(let result) = status.state { return result }
            status.state = .waiting(continuation)
            return nil
        }
        if let ended { continuation.resume(with: ended) }
        return ended == nil
    }

    /// Whether a thread is still to do it.
    func start() -> Bool {
        status.withLock { status in
            guard case .waiting = status.state else { return false }
            status.isRunning = true
            return true
        }
    }

    /// Ends it with what the thread made of it, if nothing did before; says whether that was its deadline.
    func complete(_ result: Result<Value, any Error>) -> Bool {
        let isLate = status.withLock { status in
            status.isRunning = false
            return status.isLate
        }
        end(result)
        return isLate
    }

    /// Ends it, if nothing did before; tells when that leaves a thread hanging.
    func end(_ result: Result<Value, any Error>, hangs: (() -> Void)? = nil) {
        let continuation = status.withLock { status -> CheckedContinuation<Value, any Error>? in
            switch status.state {
            case .over: return nil
            case .new:
                status.state = .over(result)
                return nil
            case .waiting(let continuation):
                status.state = .over(nil)
                if let hangs, status.isRunning {
                    status.isLate = true
                    // Within the lock: the thread must not take back what is not counted yet.
                    hangs()
                }
                return continuation
            }
        }
        continuation?.resume(with: result)
    }
}

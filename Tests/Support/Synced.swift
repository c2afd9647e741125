import Synchronization

/// A value that tasks share.
public final class Synced<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    /// A value to begin with.
    public init(_ value: Value) { mutex = Mutex(value) }

    /// The value now.
    public var value: Value { mutex.withLock { $0 } }

    /// Changes the value, and answers what the change answers.
    @discardableResult
    public func change<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        mutex.withLock { body(&$0) }
    }
}

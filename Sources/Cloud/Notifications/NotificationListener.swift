import Foundation
public import HawserCore
import Synchronization

/// Listens to the notifications of a cloud, on a thread of its own, and connects again when the connection is lost.
///
/// Its queue is its own: every process that listens gets every message, and nobody else's queue loses one.
public final class NotificationListener: Sendable {
    /// How it is.
    public struct Status: Sendable {
        /// Whether messages would come now.
        public internal(set) var isConnected = false
        /// The exchanges that are listened to.
        public internal(set) var exchanges: [String] = []
        /// How many messages came, whatever they were about.
        public internal(set) var messages = 0
        /// Why there is no connection.
        public internal(set) var problem: String?
    }

    /// How long one wait for a message takes at most, and with it a stop.
    private static let pulse = 250
    /// How often an exchange that is not there is looked for again: services make theirs when they first send.
    private static let retrial = Duration.seconds(30)
    /// From the first to the longest pause before connecting again, in seconds.
    private static let pauses = 0.2...10.0
    /// oslo.messaging's priorities.
    static let priorities = ["info", "error", "warn", "critical"]
    /// Longer ones are nothing that is waited for.
    private static let longest = 1 << 20

    private let source: NotificationSource
    private let name: String
    private let log: Log
    private let onChange: @Sendable (Bool) -> Void
    private let onNotice: @Sendable (CloudNotice) -> Void
    private let state = Mutex(Status())
    private let isStopping = Atomic(false)
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// A listener that is not started yet.
    ///
    /// - Parameters:
    ///   - source: what it listens to.
    ///   - name: what the RabbitMQ's tools show for its connection.
    ///   - log: told when the connection comes and goes.
    ///   - onChange: called on its thread with whether it is connected, when that changes.
    ///   - onNotice: called on its thread for each notification that is about a thing.
    public init(
        _ source: NotificationSource,
        name: String,
        log: Log = Log("notifications"),
        onChange: @escaping @Sendable (Bool) -> Void,
        onNotice: @escaping @Sendable (CloudNotice) -> Void
    ) {
        self.source = source
        self.name = name
        self.log = log
        self.onChange = onChange
        self.onNotice = onNotice
    }

    /// How it is now.
    public var status: Status { state.withLock { $0 } }

    /// Begins to listen.
    public func start() {
        let thread = Thread { [self] in run() }
        thread.name = "notifications"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends a listener that was started, once; takes a quarter of a second, and no more than two.
    public func stop() async {
        isStopping.store(true, ordering: .relaxed)
        stopping.signal()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                // A server that hangs in the middle of a message is not waited for.
                _ = ended.wait(timeout: .now() + 2)
                continuation.resume()
            }
        }
    }

    /// Connects, listens and takes leave: whether notifications could be listened to.
    ///
    /// Blocks for some seconds at most: call it on a thread that may be blocked.
    ///
    /// - Returns: the exchanges that are there, and those that are not.
    /// - Throws: `RabbitError`.
    public static func probe(_ source: NotificationSource) throws -> (found: [String], missing: [String]) {
        var (found, missing): ([String], [String]) = ([], [])
        let connection = try connect(source, turn: 0, name: "hawser check")
        for exchange in source.exchanges {
            if try connection.bind(exchange: exchange, keys: keys(source)) {
                found.append(exchange)
            } else {
                missing.append(exchange)
            }
        }
        return (found, missing)
    }

    private static func keys(_ source: NotificationSource) -> [String] { priorities.map { "\(source.topic).\($0)" } }

    /// Connects to the first node, beginning with one of them, that lets it.
    private static func connect(_ source: NotificationSource, turn: Int, name: String) throws -> RabbitConnection {
        for offset in 0..<(source.hosts.count - 1) {
            let host = source.hosts[(turn + offset) % source.hosts.count]
            if let connection = try? RabbitConnection(host, of: source, name: name) { return connection }
        }
        let last = source.hosts[(turn + source.hosts.count - 1) % source.hosts.count]
        return try RabbitConnection(last, of: source, name: name)
    }

    private func run() {
        defer { ended.signal() }
        var pause = Self.pauses.lowerBound
        // Nodes of a cluster share those who listen.
        var turn = Int.random(in: 0..<source.hosts.count)
        while !isStopping.load(ordering: .relaxed) {
            do {
                let connection = try Self.connect(source, turn: turn, name: name)
                pause = Self.pauses.lowerBound
                try listen(connection)
            } catch {
                lost("\(error)")
            }
            turn += 1
            if stopping.wait(timeout: .now() + pause * Double.random(in: 0.5...1)) == .success { break }
            pause = min(pause * 2, Self.pauses.upperBound)
        }
        lost(nil)
    }

    /// Hands on what comes, until it is stopped or the connection is lost.
    private func listen(_ connection: RabbitConnection) throws {
        var missing = source.exchanges
        var triedAt: ContinuousClock.Instant?
        while !isStopping.load(ordering: .relaxed) {
            if !missing.isEmpty, triedAt.map({ $0 + Self.retrial < .now }) ?? true {
                missing = try missing.filter { try !connection.bind(exchange: $0, keys: Self.keys(source)) }
                found(source.exchanges.filter { !missing.contains($0) }, isFirst: triedAt == nil)
                triedAt = .now
            }
            guard let message = try connection.next(within: Self.pulse) else { continue }
            state.withLock { $0.messages += 1 }
            guard message.count <= Self.longest else { continue }
            do {
                if let notice = try CloudNotice(message: message) { onNotice(notice) }
            } catch {
                log.debug("not a notification", ["bytes": message.count, "error": "\(error)"])
            }
        }
    }

    private func found(_ exchanges: [String], isFirst: Bool) {
        let isNews = state.withLock { state in
            defer {
                state.isConnected = true
                state.exchanges = exchanges
                state.problem = nil
            }
            return isFirst || state.exchanges != exchanges
        }
        guard isNews else { return }
        log.info("listening", ["to": "\(source)", "exchanges": exchanges.joined(separator: ",")])
        if isFirst { onChange(true) }
    }

    private func lost(_ problem: String?) {
        let (wasConnected, isNews) = state.withLock { state in
            defer {
                state.isConnected = false
                state.exchanges = []
                state.problem = problem
            }
            return (state.isConnected, state.problem != problem)
        }
        if let problem, isNews { log.warning("not listening", ["error": problem]) }
        if wasConnected { onChange(false) }
    }
}

import Foundation
import HawserCore
import Synchronization

/// A service that could not be started.
struct LaunchFailure: Error {
    let service: String
    let reason: String
}

/// A child of dev that shall run until dev ends: started again whenever it ends by itself.
final class Service: Sendable {
    private struct State {
        var child: ChildProcess?
        var isStopping = false
        var loop: Task<Void, Never>?
    }

    /// What it is called: `redis`, `worker-1`.
    let name: String
    /// How long it may take to end when asked.
    private let grace: Duration
    private let start: @Sendable () async throws -> ChildProcess
    private let isReady: @Sendable () async -> Bool
    /// Told of each process that starts or ends, with the number of the one that runs.
    private let onChange: @Sendable (String, Int32?) -> Void
    private let log: Log
    private let state = Mutex(State())

    /// A service.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - grace: how long it may take to end when asked.
    ///   - onChange: told the number of the process that runs, or nil when none does.
    ///   - isReady: whether it does its work; asked until it does.
    ///   - start: starts it.
    init(
        _ name: String,
        grace: Duration,
        onChange: @escaping @Sendable (String, Int32?) -> Void,
        isReady: @escaping @Sendable () async -> Bool = { true },
        start: @escaping @Sendable () async throws -> ChildProcess
    ) {
        self.name = name
        self.grace = grace
        self.start = start
        self.isReady = isReady
        self.onChange = onChange
        log = Log("dev").with(["service": name])
    }

    /// Starts it and waits until it is ready; from then on it is started again when it ends.
    ///
    /// - Parameters:
    ///   - limit: how long it may take to be ready.
    ///   - isGivenUp: whether to stop waiting.
    /// - Throws: `LaunchFailure` when it ends before it is ready, or is not ready in time.
    func launch(within limit: Duration, isGivenUp: @Sendable () -> Bool) async throws {
        let child = try await spawn()
        let end = ContinuousClock.now + limit
        while true {
            if let exit = child.exit {
                throw LaunchFailure(service: name, reason: "ended before it was ready (\(exit))")
            }
            if isGivenUp() { throw CancellationError() }
            if await isReady() { break }
            guard ContinuousClock.now < end else {
                throw LaunchFailure(service: name, reason: "was not ready after \(limit)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let loop = Task { await self.keep(child) }
        state.withLock { $0.loop = loop }
    }

    /// Ends it for good, by force when it takes longer than its grace time.
    func stop() async {
        let (child, loop) = state.withLock { state -> (ChildProcess?, Task<Void, Never>?) in
            state.isStopping = true
            return (state.child, state.loop)
        }
        loop?.cancel()
        if let child {
            let exit = await child.terminate(grace: grace)
            log.debug("ended", ["exit": exit])
        }
        await loop?.value
        onChange(name, nil)
    }

    private func spawn() async throws -> ChildProcess {
        let child = try await start()
        let isStopping = state.withLock { state -> Bool in
            state.child = child
            return state.isStopping
        }
        onChange(name, child.id)
        if isStopping { child.send(SIGTERM) }
        return child
    }

    private func keep(_ first: ChildProcess) async {
        var child = first
        var pause = Duration.milliseconds(100)
        while true {
            let began = ContinuousClock.now
            let exit = await child.wait()
            if state.withLock({ $0.isStopping }) { return }
            log.warning("ended by itself, starting it again", ["exit": exit])
            // One that ran for a while is started again at once; one that fails at start ever more slowly.
            pause = ContinuousClock.now - began > .seconds(10) ? .milliseconds(100) : min(pause * 2, .seconds(5))
            while true {
                try? await Task.sleep(for: pause)
                if state.withLock({ $0.isStopping }) { return }
                do {
                    child = try await spawn()
                    break
                } catch {
                    log.error("cannot be started", ["error": "\(error)"])
                    pause = min(pause * 2, .seconds(5))
                }
            }
        }
    }
}

import Foundation
import HawserCore
import Synchronization

extension RedisConnection {
    /// Threads that ask for the addresses of host names, which blocks.
    private static let resolvers = BlockingPool(name: "redis-dns", threads: 2)

    /// Starts an attempt to connect.
    func connect() {
        loop.run { [weak self] in self?.attempt() }
    }

    private func attempt() {
        let mayStart = state.withLock { state -> Bool in
            guard state.phase == .backingOff else { return false }
            state.phase = .connecting
            return true
        }
        guard mayStart else { return }
        switch address.endpoint {
        case .unix(let path):
            guard let socket = SocketAddress(unix: path) else {
                return failAttempt(RedisError.badURL("the path of the socket is too long"))
            }
            open([socket])
        case .tcp(let host, let port):
            if let addresses = try? SocketAddress.resolve(host: host, port: port, numeric: true) {
                return open(addresses)
            }
            Task { [self] in
                do {
                    let addresses = try await Self.resolvers.run {
                        try SocketAddress.resolve(host: host, port: port, numeric: false)
                    }
                    loop.run { self.open(addresses) }
                } catch {
                    loop.run { self.failAttempt(error) }
                }
            }
        }
    }

    /// Tries the first of some addresses; the others follow when it fails.
    private func open(_ addresses: [SocketAddress]) {
        var rest = addresses[...]
        var failure: any Error = RedisUnavailable(.notConnected, cause: "the host has no address")
        while let address = rest.popFirst() {
            do {
                let descriptor = try address.connect()
                return begin(descriptor, others: Array(rest))
            } catch {
                failure = error
            }
        }
        failAttempt(failure)
    }

    private func begin(_ descriptor: Int32, others: [SocketAddress]) {
        let filter: TLSFilter?
        do {
            filter = try tls.map { try $0.filter() }
        } catch {
            Foundation.close(descriptor)
            return failAttempt(error)
        }
        guard let parser = ReplyParser() else {
            Foundation.close(descriptor)
            return failAttempt(RedisUnavailable(.notConnected, cause: "out of memory"))
        }
        let session = RedisSession(descriptor: descriptor, parser: parser, tls: filter, owner: self)
        let isWanted = state.withLock { state -> Bool in
            guard state.phase == .connecting, state.session == nil else { return false }
            state.session = session
            state.addresses = others
            return true
        }
        guard isWanted else {
            Foundation.close(descriptor)
            return
        }
        loop.add(descriptor, writing: true, session)
        loop.at(Monotonic.now + options.connectTimeout.nanoseconds) { [weak self, weak session] in
            guard let self, let session else { return }
            let isLate = state.withLock { $0.session === session && $0.phase != .ready }
            if isLate {
                drop(session, because: RedisUnavailable(.notConnected, cause: "no answer to a new connection"))
            }
        }
    }

    /// Called on the loop when a socket under way became writable: it is connected, or failed.
    func finishConnecting(_ session: RedisSession) {
        var status: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(session.descriptor, SOL_SOCKET, SO_ERROR, &status, &size)
        guard status == 0 else {
            return drop(session, because: RedisUnavailable(.notConnected, cause: systemMessage(status)))
        }
        state.withLock { state in
            flush(&state)
            if let tls = session.tls {
                state.phase = .securing
                tls.start()
                put(tls.takeOutput(), &state)
            } else {
                greet(&state)
            }
        }
    }

    /// Says what a new connection starts with; called under the lock.
    func greet(_ state: inout State) {
        state.phase = .greeting
        state.greeting = Greeting(address: address, options: options, scripts: scripts.sources)
        transmit(state.greeting.bytes, &state)
    }

    /// Called on the loop when the greeting was answered.
    func finishGreeting(_ session: RedisSession, _ end: Greeting.End) {
        if case .refused(let message) = end { return drop(session, because: RedisError.from(message)) }
        let hooks = state.withLock { state -> [@Sendable () -> Void] in
            guard state.session === session, state.phase == .greeting else { return [] }
            state.phase = .ready
            state.failures = 0
            state.addresses = []
            let waiting = state.waiting
            state.waiting = []
            for call in waiting where !call.waiter.isDone { write(call, &state) }
            defer { state.wasReady = true }
            if state.wasReady { counters.reconnects.add(1, ordering: .relaxed) }
            return state.wasReady ? state.hooks : []
        }
        for hook in hooks { hook() }
    }

    /// Ends a session: its calls fail, and unless the connection is closed there will be another one.
    ///
    /// Called on the loop. Calls whose deadline is not after `now` fail with the error itself, the others as lost.
    func drop(_ session: RedisSession, because error: any Error, at now: UInt64 = 0) {
        var others: [SocketAddress] = []
        let lost = state.withLock { state -> [CallInFlight]? in
            guard state.session === session else { return nil }
            state.session = nil
            state.output = []
            state.outputHead = 0
            others = state.phase == .connecting ? state.addresses : []
            state.addresses = []
            if state.phase != .closed { state.phase = others.isEmpty ? .backingOff : .connecting }
            return state.inFlight.drain()
        }
        guard let lost else { return }
        loop.remove(session.descriptor)
        Foundation.close(session.descriptor)
        let isClosed = (error as? RedisError) == .closed
        let cause = (error as? RedisUnavailable)?.cause ?? "\(error)"
        for call in lost {
            let isLate = call.deadline.map { $0 <= now } ?? false
            call.waiter.fail(isLate || isClosed ? error : RedisUnavailable(.connectionLost, cause: cause))
        }
        if others.isEmpty { failAttempt(error) } else { open(others) }
    }

    /// Notes that there is no connection, and why, and sets the time of the next attempt.
    private func failAttempt(_ error: any Error) {
        // Waiting does not mend a wrong password or a missing certificate, so that whoever waits hears of it now.
        let isFinal = error is RedisError
        let (refused, pause) = state.withLock { state -> ([RedisCall], UInt64?) in
            guard state.phase != .closed else { return ([], nil) }
            state.phase = .backingOff
            state.lastFailure = error
            state.failures += 1
            let doubled = options.minimumBackoff.nanoseconds << UInt64(min(state.failures - 1, 20))
            let pause = min(doubled, options.maximumBackoff.nanoseconds)
            defer { if isFinal { state.waiting = [] } }
            // Half of the pause is left to chance, so that many clients do not come back in one moment.
            return (isFinal ? state.waiting : [], pause / 2 + UInt64.random(in: 0...(pause / 2)))
        }
        for call in refused { call.waiter.fail(error) }
        if let pause { loop.at(Monotonic.now + pause) { [weak self] in self?.attempt() } }
    }
}

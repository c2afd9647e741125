import Foundation
import HawserCore
import Synchronization

/// One logical connection: a socket that is made again whenever it is lost, and the calls that go over it.
///
/// Calls are written by whoever makes them, under the lock; everything else happens on the loop's thread.
final class RedisConnection: Sendable {
    enum Phase {
        case connecting
        case securing
        case greeting
        case ready
        case backingOff
        case closed
    }

    struct State {
        var phase = Phase.backingOff
        var session: RedisSession?
        /// Calls that wait for a connection.
        var waiting: [RedisCall] = []
        /// Calls that wait for replies, in the order in which these will come.
        var inFlight = FIFO<CallInFlight>()
        /// Bytes that the socket did not take, from `outputHead` on.
        var output: [UInt8] = []
        var outputHead = 0
        /// The time for which a look at the deadlines is set.
        var lookAt: UInt64 = .max
        var greeting = Greeting()
        /// Addresses of the host which were not tried yet in this attempt.
        var addresses: [SocketAddress] = []
        var failures = 0
        var lastFailure: any Error = RedisUnavailable(.notConnected, cause: "connecting")
        var wasReady = false
        var hooks: [@Sendable () -> Void] = []
    }

    let address: RedisAddress
    let options: RedisOptions
    let scripts: ScriptBook
    let counters: RunningCounters
    let loop: RedisLoop
    let tls: TLSContext?
    let isDedicated: Bool
    let state = Mutex(State())

    init(
        address: RedisAddress,
        options: RedisOptions,
        scripts: ScriptBook,
        counters: RunningCounters,
        loop: RedisLoop,
        tls: TLSContext?,
        isDedicated: Bool
    ) {
        self.address = address
        self.options = options
        self.scripts = scripts
        self.counters = counters
        self.loop = loop
        self.tls = tls
        self.isDedicated = isDedicated
    }

    /// Writes a call, or keeps it until there is a connection.
    func submit(_ call: RedisCall) {
        let isClosed = state.withLock { state -> Bool in
            switch state.phase {
            case .closed:
                return true
            case .ready:
                write(call, &state)
            case .connecting, .securing, .greeting, .backingOff:
                state.waiting.append(call)
                look(at: min(call.waitsUntil, call.deadline ?? .max), &state)
            }
            return false
        }
        if isClosed { call.waiter.fail(RedisError.closed) }
    }

    /// Gives up a call whose task was cancelled.
    ///
    /// On a dedicated connection it may be a blocking one that keeps later calls waiting, and whose answer would be
    /// lost when it came: the connection is dropped, which also makes the server forget the call.
    func cancel(_ waiter: RedisWaiter) {
        waiter.fail(CancellationError())
        guard isDedicated else { return }
        let session = state.withLock { state -> RedisSession? in
            guard state.phase == .ready, state.inFlight.contains(where: { $0.waiter === waiter }) else { return nil }
            // From here on, calls wait for the next session.
            state.phase = .backingOff
            return state.session
        }
        guard let session else { return }
        let cause = RedisUnavailable(.connectionLost, cause: "another call on a dedicated connection was cancelled")
        loop.run { [self] in drop(session, because: cause) }
    }

    /// Ends the connection; calls that wait fail, and later ones at once.
    func close() {
        let calls = state.withLock { state -> [RedisCall] in
            state.phase = .closed
            defer { state.waiting = [] }
            return state.waiting
        }
        for call in calls { call.waiter.fail(RedisError.closed) }
        // Holds the connection until the socket is closed.
        loop.run { [self] in
            if let session = state.withLock({ $0.session }) { drop(session, because: RedisError.closed) }
        }
    }

    // MARK: - Writing, under the lock

    func write(_ call: RedisCall, _ state: inout State) {
        state.inFlight.append(CallInFlight(waiter: call.waiter, deadline: call.deadline, missing: call.commands))
        counters.commands.add(call.commands, ordering: .relaxed)
        counters.roundTrips.add(1, ordering: .relaxed)
        if let deadline = call.deadline { look(at: deadline, &state) }
        transmit(call.bytes, &state)
    }

    /// Encrypts bytes when the connection is encrypted, and hands them to the socket.
    func transmit(_ bytes: [UInt8], _ state: inout State) {
        guard let tls = state.session?.tls else { return put(bytes, &state) }
        put(tls.encrypt(bytes), &state)
    }

    /// Hands bytes to the socket; what it does not take now, the loop writes later.
    func put(_ bytes: [UInt8], _ state: inout State) {
        guard let session = state.session, !bytes.isEmpty else { return }
        if state.outputHead < state.output.count {
            state.output.append(contentsOf: bytes)
            return
        }
        let sent = Self.send(session.descriptor, bytes, from: 0)
        guard sent < bytes.count else { return }
        state.output = bytes
        state.outputHead = sent
        loop.setWriting(session.descriptor, true)
    }

    /// Writes more of what the socket did not take before.
    func flush(_ state: inout State) {
        guard let session = state.session else { return }
        if state.outputHead < state.output.count {
            state.outputHead += Self.send(session.descriptor, state.output, from: state.outputHead)
        }
        if state.outputHead == state.output.count {
            state.output = []
            state.outputHead = 0
            loop.setWriting(session.descriptor, false)
        } else if state.outputHead > 1 << 20, state.outputHead > state.output.count / 2 {
            state.output.removeFirst(state.outputHead)
            state.outputHead = 0
        }
    }

    /// How many bytes the socket took; an error counts as none, because the loop hears of it by itself.
    private static func send(_ descriptor: Int32, _ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBytes { buffer in
            var sent = start
            while sent < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[sent...])
                let count = Foundation.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count > 0 {
                    sent += count
                } else if errno != EINTR {
                    break
                }
            }
            return sent - start
        }
    }

    // MARK: - Deadlines

    /// Makes sure that deadlines are looked at by then.
    func look(at time: UInt64, _ state: inout State) {
        guard time < state.lookAt else { return }
        state.lookAt = time
        loop.at(time) { [weak self] in self?.expire() }
    }

    private func expire() {
        let now = Monotonic.now
        var late: [RedisWaiter] = []
        var cause: any Error = RedisError.closed
        let hung = state.withLock { state -> RedisSession? in
            state.lookAt = .max
            cause = state.lastFailure
            var next = UInt64.max
            state.waiting.removeAll { call in
                let end = min(call.waitsUntil, call.deadline ?? .max)
                if end <= now { late.append(call.waiter) } else { next = min(next, end) }
                return end <= now
            }
            next = state.inFlight.reduce(next) { min($0, $1.deadline ?? .max) }
            if next <= now { return state.session }
            if next != .max { look(at: next, &state) }
            return nil
        }
        for waiter in late { waiter.fail(Self.notConnected(cause)) }
        if let hung { drop(hung, because: RedisUnavailable(.timeout, cause: "no reply in time"), at: now) }
    }

    static func notConnected(_ cause: any Error) -> any Error {
        switch cause {
        case let cause as RedisUnavailable where cause.reason == .refused: cause
        case let cause as RedisUnavailable: RedisUnavailable(.notConnected, cause: cause.cause)
        default: cause
        }
    }
}

import CMicrohttpd
import Foundation
import HawserCore
import Synchronization

/// One thread that sees which clients have gone and cuts off those that are too slow.
///
/// libmicrohttpd does not look at a suspended connection's socket, so this thread watches all of them for the other
/// side's end with an epoll of its own. Slow clients are found by going over all connections once in a while: how many
/// bytes the kernel has received or got acknowledged tells an idle connection from one that sends a header byte by byte.
final class Sweeper: Sendable {
    private let options: HTTPServer.Options
    private let table: ConnectionTable
    private let log: Log
    private let poll: Int32
    private let wake: Int32
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let tick: Duration

    init(options: HTTPServer.Options, table: ConnectionTable, log: Log) throws {
        self.options = options
        self.table = table
        self.log = log
        let least = [
            options.idleTimeout, options.headerTimeout, options.bodyWindow, options.responseStall,
        ].min()
        tick = min(.seconds(1), max(.milliseconds(10), (least ?? .seconds(4)) / 4))
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard poll >= 0, wake >= 0 else { throw HTTPError.cannotListen("no more open files allowed") }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = 0
        epoll_ctl(poll, EPOLL_CTL_ADD, wake, &event)
    }

    deinit {
        close(poll)
        close(wake)
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "http-sweep"
        thread.start()
    }

    /// Ends the thread; returns when it has ended.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
        ended.wait()
    }

    /// Watches a connection for its client's end, until its socket is closed.
    func watch(_ connection: Connection) {
        var event = epoll_event()
        event.events = EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = connection.id
        if epoll_ctl(poll, EPOLL_CTL_ADD, connection.descriptor, &event) != 0 {
            log.warning("cannot watch a connection", ["errno": errno])
        }
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        var next = ContinuousClock.now + tick
        while !isStopped.load(ordering: .acquiring) {
            let left = max(.zero, next - .now)
            let milliseconds = Int32(left / .milliseconds(1)) + 1
            let count = epoll_wait(poll, &events, Int32(events.count), milliseconds)
            for event in events.prefix(Int(max(0, count))) where event.data.u64 != 0 {
                table[event.data.u64]?.hangUp()
            }
            let now = ContinuousClock.now
            if now >= next {
                sweep(now)
                next = now + tick
            }
        }
        ended.signal()
    }

    private func sweep(_ now: ContinuousClock.Instant) {
        for connection in table.all {
            guard let reason = verdict(on: connection, now) else { continue }
            log.debug("connection cut off", ["reason": reason, "remote": connection.remoteAddress])
            connection.cut()
        }
    }

    /// Why a connection has to go; nil when it may stay.
    private func verdict(on connection: Connection, _ now: ContinuousClock.Instant) -> String? {
        connection.state.withLock { state in
            guard state.isOpen else { return nil }
            guard let exchange = state.exchange else { return waitingVerdict(connection, &state, now) }
            let (stage, isSuspended, received, earlyAt) = exchange.state.withLock { exchange in
                (exchange.stage, exchange.isSuspended, exchange.received + exchange.dropped, exchange.earlyAt)
            }
            if let earlyAt, now - earlyAt > Exchange.lingerTime { return "answered and not closed" }
            switch stage {
            case .line: return headerVerdict(&state, now)
            case .body where !isSuspended: return bodyVerdict(&state, received)
            case .answering: return responseVerdict(connection, &state, isSuspended: isSuspended, now)
            default: return nil
            }
        }
    }

    private func waitingVerdict(
        _ connection: Connection,
        _ state: inout Connection.State,
        _ now: ContinuousClock.Instant
    ) -> String? {
        let received = TCPInfo(connection.descriptor).received
        // Bytes of the next request that came with the last one are not noticed here; then `idleTimeout` ends it.
        let before = state.idleBytes ?? received
        state.idleBytes = before
        if received > before { return headerVerdict(&state, now) }
        return now - state.idleSince > options.idleTimeout ? "idle" : nil
    }

    private func headerVerdict(_ state: inout Connection.State, _ now: ContinuousClock.Instant) -> String? {
        let since = state.headerSince ?? now
        state.headerSince = since
        return now - since > options.headerTimeout ? "header too slow" : nil
    }

    private func bodyVerdict(_ state: inout Connection.State, _ received: Int64) -> String? {
        state.bodyWait += tick
        guard state.bodyWait >= options.bodyWindow else { return nil }
        let least = Double(options.bodyRate) * (state.bodyWait / .seconds(1))
        let isSlow = Double(received - state.bodyBytes) < least
        state.bodyWait = .zero
        state.bodyBytes = received
        return isSlow ? "body too slow" : nil
    }

    private func responseVerdict(
        _ connection: Connection,
        _ state: inout Connection.State,
        isSuspended: Bool,
        _ now: ContinuousClock.Instant
    ) -> String? {
        let info = TCPInfo(connection.descriptor)
        let isOurs = isSuspended && info.pending == 0
        guard let since = state.progressAt, info.acknowledged == state.acknowledged, !isOurs else {
            state.acknowledged = info.acknowledged
            state.progressAt = now
            return nil
        }
        return now - since > options.responseStall ? "response not taken" : nil
    }
}

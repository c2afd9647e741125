import Foundation
import Synchronization

/// One client's connection, as the sweeper sees it.
final class Connection: Sendable {
    struct State {
        var isOpen = true
        /// Whether the server has stopped and no request may begin.
        var isRefusing = false
        /// Whether the client has hung up, which may be seen before its last request is.
        var isGone = false
        var exchange: Exchange?
        /// When the connection began to wait for a request.
        var idleSince: ContinuousClock.Instant
        /// The kernel's count of received bytes when the sweeper first saw this wait; nil until then.
        var idleBytes: UInt64?
        /// When the first byte of the next request was seen.
        var headerSince: ContinuousClock.Instant?
        /// How long the body was waited for, and how much came meanwhile, since the last check of its rate.
        var bodyWait: Duration = .zero
        var bodyBytes: Int64 = 0
        /// What the client had acknowledged, and when that last changed.
        var acknowledged: UInt64 = 0
        var progressAt: ContinuousClock.Instant?
    }

    let id: UInt64
    let descriptor: Int32
    let remoteAddress: String
    /// Whose connection it is; released only when libmicrohttpd has closed all connections.
    unowned let engine: Engine
    let state: Mutex<State>
    private let stopping = Atomic<Bool>(false)

    init(id: UInt64, descriptor: Int32, remoteAddress: String, engine: Engine) {
        self.id = id
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.engine = engine
        state = Mutex(State(idleSince: .now, idleBytes: 0))
    }

    /// Whether the server stops, so that this connection ends with its next response.
    var isStopping: Bool {
        get { stopping.load(ordering: .relaxed) }
        set { stopping.store(newValue, ordering: .relaxed) }
    }

    /// A request begins; false when it need not be answered.
    func begin(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            guard state.isOpen, !state.isRefusing, !state.isGone else { return false }
            state.exchange = exchange
            state.bodyWait = .zero
            state.bodyBytes = 0
            state.progressAt = nil
            return true
        }
    }

    /// The request is over, the connection waits for the next.
    func end() {
        state.withLock { state in
            state.exchange = nil
            state.idleSince = .now
            state.idleBytes = nil
            state.headerSince = nil
        }
    }

    /// libmicrohttpd is about to close the socket; its number must not be used any more.
    func close() {
        state.withLock { $0.isOpen = false }
    }

    /// Makes libmicrohttpd see a closed connection, whatever it waits for.
    func cut() {
        let exchange = state.withLock { state in
            if state.isOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return state.exchange
        }
        exchange?.abort()
    }

    /// Cuts the connection off when no request runs on it; says whether one does.
    func cutIfIdle() -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            if state.exchange != nil { return true }
            shutdown(descriptor, Int32(SHUT_RDWR))
            return false
        }
    }

    /// Ends the running request and takes no other, so that libmicrohttpd never again suspends this connection.
    func refuse() {
        let exchange = state.withLock { state in
            if state.isOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
            state.isRefusing = true
            return state.exchange
        }
        exchange?.abort()
    }

    /// The client has closed the connection or its sending side.
    func hangUp() {
        let exchange = state.withLock { state in
            state.isGone = true
            return state.exchange
        }
        exchange?.abort()
    }
}

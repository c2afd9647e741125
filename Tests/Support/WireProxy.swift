import Foundation
import Synchronization

/// Stands before a real server of any protocol, passes bytes both ways, and is cut like a cable.
public final class WireProxy: Sendable {
    private struct State {
        var open: Set<Int32> = []
        var isCut = false
    }

    /// The port it listens on, on the loopback interface.
    public let port: UInt16
    private let upstream: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    private let thaw = NSCondition()
    // `thaw` is locked wherever it is used.
    private nonisolated(unsafe) var isFrozen = false

    /// Starts a proxy before the server on a port of the loopback interface.
    ///
    /// - Throws: `ServerError` when it cannot listen.
    public init(before upstream: UInt16) throws {
        self.upstream = upstream
        (listener, port) = try Loopback.listen()
        Loopback.accept(on: listener, for: self) { $0.take($1) }
    }

    /// Breaks all connections, and those that come until it is mended.
    public func cut() {
        let open = state.withLock { state in
            state.isCut = true
            return state.open
        }
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Lets connections pass again.
    public func mend() { state.withLock { $0.isCut = false } }

    /// Passes nothing more, and breaks nothing: the server hangs.
    public func freeze() {
        thaw.withLock { isFrozen = true }
    }

    /// Passes on what waits.
    public func unfreeze() {
        thaw.withLock {
            isFrozen = false
            thaw.broadcast()
        }
    }

    private func waitWhileFrozen() {
        thaw.withLock { while isFrozen { thaw.wait() } }
    }

    /// Breaks all connections and stops to listen.
    public func stop() {
        cut()
        unfreeze()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func take(_ client: Int32) {
        guard let server = Loopback.connect(upstream) else {
            close(client)
            return
        }
        let isCut = state.withLock { state in
            if !state.isCut { state.open.formUnion([client, server]) }
            return state.isCut
        }
        if isCut {
            close(client)
            close(server)
            return
        }
        let pass = { @Sendable [self] (from: Int32, to: Int32) in
            while case let bytes = Loopback.receive(from), !bytes.isEmpty {
                waitWhileFrozen()
                Loopback.send(to, bytes)
            }
            shutdown(from, Int32(SHUT_RDWR))
            shutdown(to, Int32(SHUT_RDWR))
        }
        Thread.detachNewThread { [self] in
            let back = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                pass(server, client)
                back.signal()
            }
            pass(client, server)
            // Closed when both directions are at their end: until then the numbers are taken.
            back.wait()
            state.withLock { $0.open.subtract([client, server]) }
            close(client)
            close(server)
        }
    }
}

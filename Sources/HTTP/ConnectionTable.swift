import Synchronization

/// All open connections of a server.
final class ConnectionTable: Sendable {
    private struct State {
        var connections: [UInt64: Connection] = [:]
        var last: UInt64 = 0
        var isStopping = false
    }

    private let state = Mutex(State())

    func add(descriptor: Int32, remoteAddress: String, engine: Engine) -> Connection {
        state.withLock { state in
            state.last += 1
            let connection = Connection(
                id: state.last,
                descriptor: descriptor,
                remoteAddress: remoteAddress,
                engine: engine
            )
            connection.isStopping = state.isStopping
            state.connections[connection.id] = connection
            return connection
        }
    }

    func remove(_ connection: Connection) {
        state.withLock { $0.connections[connection.id] = nil }
    }

    subscript(id: UInt64) -> Connection? {
        state.withLock { $0.connections[id] }
    }

    var all: [Connection] {
        state.withLock { Array($0.connections.values) }
    }

    var count: Int {
        state.withLock { $0.connections.count }
    }

    /// From now on every connection ends with its next response.
    func stop() {
        let all = state.withLock { state in
            state.isStopping = true
            return Array(state.connections.values)
        }
        for connection in all { connection.isStopping = true }
    }
}

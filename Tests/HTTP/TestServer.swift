import HawserCore
import HawserHTTP
import Synchronization

/// Runs a server for the length of a test.
func withServer(
    _ options: HTTPServer.Options = HTTPServer.Options(),
    handler: @escaping Handler,
    _ body: (UInt16, HTTPServer) async throws -> Void
) async throws {
    Log.level = .warning
    let server = try HTTPServer(options: options, log: Log("test"), handler: handler)
    let port = try server.start()
    do {
        try await body(port, server)
    } catch {
        await server.stop(grace: 0)
        throw error
    }
    await server.stop(grace: 1)
}

/// Runs a server with routes for the length of a test.
func withServer(
    _ options: HTTPServer.Options = HTTPServer.Options(),
    routes: (inout Router) -> Void,
    _ body: (UInt16, HTTPServer) async throws -> Void
) async throws {
    var router = Router()
    routes(&router)
    let routed = router
    try await withServer(options, handler: { await routed.handle($0) }, body)
}

/// Something a test waits for: opened once, however many wait.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

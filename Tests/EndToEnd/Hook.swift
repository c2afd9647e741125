import HawserCore
import HawserHTTP
import HawserTestSupport
import Synchronization

/// An address that is called back: one path of the receiver that all tests of the process share.
final class Hook: Sendable {
    /// A call that came.
    struct Call: Sendable {
        let method: String
        let headers: Headers
        let body: [UInt8]
        let at: ContinuousClock.Instant
        var json: JSON { (try? JSON(parsing: body)) ?? .null }
    }

    /// Answers the call of a number, from 1.
    typealias Script = @Sendable (Int, Call) async -> Response

    private struct State {
        var calls: [Call] = []
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private static let hooks = Mutex<[String: Weak]>([:])
    private static let receiver = Task { () -> UInt16 in
        let server = try HTTPServer(options: .init(), log: Log("receiver")) { await Hook.answer($0) }
        // It runs until the process ends.
        return try server.start()
    }

    private struct Weak: Sendable {
        weak let hook: Hook?
    }

    /// Where to call.
    let url: String
    private let name: String
    private let script: Script
    private let state = Mutex(State())

    /// A hook that answers as scripted.
    static func make(_ script: @escaping Script) async throws -> Hook {
        let hook = Hook(port: try await receiver.value, script)
        hooks.withLock { $0[hook.name] = Weak(hook: hook) }
        return hook
    }

    /// A hook that answers 200 with a little JSON.
    static func relay(_ response: Response = .json(200, ["received": true])) async throws -> Hook {
        try await make { _, _ in response }
    }

    private init(port: UInt16, _ script: @escaping Script) {
        name = UUIDv7.make()
        url = "http://127.0.0.1:\(port)/\(name)"
        self.script = script
    }

    deinit {
        let name = name
        _ = Self.hooks.withLock { $0.removeValue(forKey: name) }
    }

    /// The calls so far.
    var calls: [Call] { state.withLock { $0.calls } }

    /// Waits until so many calls have come and answers all.
    func calls(_ count: Int) async throws -> [Call] {
        let (stream, waiting) = AsyncStream<Void>.makeStream()
        state.withLock { $0.waiting.append(waiting) }
        waiting.yield()
        for await _ in stream where calls.count >= count { return calls }
        throw CancellationError()
    }

    private static func answer(_ request: Request) async -> Response {
        guard let name = request.segments.first, let hook = hooks.withLock({ $0[name]?.hook }) else {
            return .text("nobody waits for this any more", status: 410)
        }
        guard let body = try? await request.body.collect(upTo: 16 << 20) else { return Response(status: 400) }
        let call = Call(method: request.method, headers: request.headers, body: body, at: .now)
        let (number, waiting) = hook.state.withLock { state in
            state.calls.append(call)
            return (state.calls.count, state.waiting)
        }
        for one in waiting { one.yield() }
        return await hook.script(number, call)
    }
}

/// Holds back who waits at it until it is opened.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation

    init() { (stream, source) = AsyncStream<Void>.makeStream() }

    deinit { source.finish() }

    func open() { source.finish() }

    func wait() async { for await _ in stream {} }
}

import HawserRedis
import Synchronization

/// Waits until some client of this server is blocked in a command.
func untilBlocked(_ redis: RedisClient) async throws {
    while try await redis.send(["INFO", "clients"]).string?.contains("blocked_clients:0") != false {
        await Task.yield()
    }
}

/// Something that happens once and can be waited for.
final class Signal: Sendable {
    private let state = Mutex<(fired: Bool, waiting: CheckedContinuation<Void, Never>?)>((false, nil))

    func fire() {
        let waiting = state.withLock { state in
            defer { state = (true, nil) }
            return state.waiting
        }
        waiting?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.fired { state.waiting = continuation }
                return state.fired
            }
            if isOver { continuation.resume() }
        }
    }
}

import CHiredis
import Foundation
import HawserCore
import Synchronization

/// What the loop calls when a socket can be read or written.
protocol RedisLoopHandler: AnyObject, Sendable {
    /// Called on the loop's thread.
    func handle(readable: Bool, writable: Bool)
}

/// One thread that waits for all connections of the process, and for their times.
///
/// `add`, `setWriting`, `run` and `at` may be called from any thread; a socket is removed and closed on the loop's only.
final class RedisLoop: Sendable {
    private struct State {
        var handlers: [Int32: any RedisLoopHandler] = [:]
        var jobs: [@Sendable () -> Void] = []
        /// Sorted, the next one last.
        var timers: [(time: UInt64, job: @Sendable () -> Void)] = []
        /// When the thread wakes by itself.
        var wakesAt: UInt64 = .max
    }

    /// The loop of this process; nil when the system gives no epoll instance or event counter.
    static let shared: RedisLoop? = RedisLoop()

    private let poll: Int32
    private let waker: Int32
    private let state = Mutex(State())

    private init?() {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        waker = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard poll >= 0, waker >= 0 else { return nil }
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: waker))
        guard epoll_ctl(poll, EPOLL_CTL_ADD, waker, &event) == 0 else { return nil }
        let thread = Thread { [self] in serve() }
        thread.name = "redis-loop"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Watches a socket for reading, and for writing when asked.
    func add(_ descriptor: Int32, writing: Bool, _ handler: any RedisLoopHandler) {
        state.withLock { $0.handlers[descriptor] = handler }
        control(EPOLL_CTL_ADD, descriptor, writing: writing)
    }

    /// Also watches a socket for writing, or no longer.
    func setWriting(_ descriptor: Int32, _ writing: Bool) {
        control(EPOLL_CTL_MOD, descriptor, writing: writing)
    }

    /// Stops watching a socket.
    func remove(_ descriptor: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, &event)
        state.withLock { $0.handlers[descriptor] = nil }
    }

    /// Runs something on the loop's thread, soon.
    func run(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(job) }
        wake()
    }

    /// Runs something on the loop's thread, not before a time of `Monotonic`.
    func at(_ time: UInt64, _ job: @escaping @Sendable () -> Void) {
        let isSooner = state.withLock { state in
            let index = state.timers.firstIndex { $0.time < time } ?? state.timers.endIndex
            state.timers.insert((time, job), at: index)
            return time < state.wakesAt
        }
        if isSooner { wake() }
    }

    private func control(_ operation: Int32, _ descriptor: Int32, writing: Bool) {
        let interest = EPOLLIN.rawValue | (writing ? EPOLLOUT.rawValue : 0)
        var event = epoll_event(events: interest, data: epoll_data_t(fd: descriptor))
        _ = epoll_ctl(poll, operation, descriptor, &event)
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(waker, &one, 8)
    }

    private func serve() -> Never {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let pause = dueWork()
            let count = epoll_wait(poll, &events, Int32(events.count), pause)
            for event in events.prefix(Int(max(0, count))) {
                let descriptor = event.data.fd
                if descriptor == waker {
                    var value: UInt64 = 0
                    _ = read(waker, &value, 8)
                    continue
                }
                let broken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
                let handler = state.withLock { $0.handlers[descriptor] }
                handler?.handle(
                    readable: broken || event.events & EPOLLIN.rawValue != 0,
                    writable: broken || event.events & EPOLLOUT.rawValue != 0
                )
            }
        }
    }

    /// Runs what is due; answers how many milliseconds the thread may sleep, -1 for as long as it likes.
    private func dueWork() -> Int32 {
        while true {
            let now = Monotonic.now
            let jobs = state.withLock { state -> [@Sendable () -> Void] in
                var jobs = state.jobs
                state.jobs = []
                while let next = state.timers.last, next.time <= now {
                    jobs.append(next.job)
                    state.timers.removeLast()
                }
                state.wakesAt = jobs.isEmpty ? (state.timers.last?.time ?? .max) : 0
                return jobs
            }
            if jobs.isEmpty {
                let wakesAt = state.withLock { $0.wakesAt }
                guard wakesAt != .max else { return -1 }
                return Int32(min((wakesAt - now) / 1_000_000 + 1, 60_000))
            }
            for job in jobs { job() }
        }
    }
}

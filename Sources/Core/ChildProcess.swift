public import Foundation
import Synchronization

/// A program that runs as a child of this process and ends when this process ends, even when that is killed.
///
/// Each child is the leader of a process group of its own, so that Ctrl-C in a terminal reaches only the parent, which
/// then ends its children in the right order. Standard input is empty; open files are not inherited.
public final class ChildProcess: Sendable {
    /// How a child ended.
    public enum Exit: Sendable, Equatable, CustomStringConvertible {
        /// It returned this code.
        case code(Int32)
        /// This signal ended it.
        case signal(Int32)

        /// The end in words: `exit code 1`, `signal 9`.
        public var description: String {
            switch self {
            case .code(let code): "exit code \(code)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// Where a child's standard output and standard error go.
    public enum Output: Sendable {
        /// To those of this process.
        case inherited
        /// To the end of a file, which is made with mode 0600 when it is missing.
        case file(String)
    }

    private struct State {
        var exit: Exit?
        var waiters: [CheckedContinuation<Exit, Never>] = []
    }

    /// The parent-death signal of a child is bound to the thread that made it, so all are made by one thread that
    /// lives as long as the process.
    private static let spawner = BlockingPool(name: "spawn", threads: 1)

    /// The number of the process.
    public let id: Int32
    private let state = Mutex(State())

    private init(id: Int32) {
        self.id = id
    }

    /// Starts a program.
    ///
    /// The kernel sends it TERM when this process dies.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to look up in `PATH`.
    ///   - arguments: what follows the program's name.
    ///   - environment: the whole environment of the child.
    ///   - output: where its output goes.
    /// - Returns: the running child.
    /// - Throws: `ChildProcessError` when it cannot be started. A program that does not exist ends the child with
    ///   code 127 instead.
    public static func spawn(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: Output = .inherited
    ) async throws -> ChildProcess {
        let id = try await spawner.run {
            try Spawn.start(program, arguments, environment: environment, output: output)
        }
        let child = ChildProcess(id: id)
        // One thread per child waits for its end; a process has few children.
        let thread = Thread { child.reap() }
        thread.name = "wait \(id)"
        thread.stackSize = 1 << 18
        thread.start()
        return child
    }

    /// How it ended; nil while it runs.
    public var exit: Exit? {
        state.withLock { $0.exit }
    }

    /// Waits until it has ended.
    ///
    /// Cancelling the task does not end the wait.
    public func wait() async -> Exit {
        await withCheckedContinuation { continuation in
            let exit = state.withLock { state -> Exit? in
                if state.exit == nil { state.waiters.append(continuation) }
                return state.exit
            }
            if let exit { continuation.resume(returning: exit) }
        }
    }

    /// Sends a signal; nothing happens when it has ended.
    public func send(_ signal: Int32) {
        // Under the lock that `reap` takes, so that the number is never that of a later process.
        state.withLock { state in
            if state.exit == nil { _ = kill(id, signal) }
        }
    }

    /// Asks it to end (TERM) and kills it when it has not after a grace time.
    public func terminate(grace: Duration) async -> Exit {
        send(SIGTERM)
        let killer = Task {
            try await Task.sleep(for: grace)
            send(SIGKILL)
        }
        let exit = await wait()
        killer.cancel()
        return exit
    }

    private func reap() {
        var info = siginfo_t()
        // First only look, so that the number stays taken until the lock is held.
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let (exit, waiters) = state.withLock { state -> (Exit, [CheckedContinuation<Exit, Never>]) in
            var status: Int32 = 0
            while waitpid(id, &status, 0) == -1, errno == EINTR {}
            let exit = Exit(status: status)
            let waiters = state.waiters
            state = State(exit: exit)
            return (exit, waiters)
        }
        for waiter in waiters { waiter.resume(returning: exit) }
    }
}

extension ChildProcess.Exit {
    /// Reads the status `waitpid` gives (wait(2)): the low 7 bits are the signal, the next byte is the code.
    init(status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
    }
}

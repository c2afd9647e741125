import Foundation
import HawserCore
import Synchronization

/// A server could not be started, or ended before it was ready.
public struct ServerError: Error, CustomStringConvertible {
    /// What happened, with the last lines of the server.
    public let description: String
}

/// A child process that never outlives this one, however this one ends.
public final class ServerProcess: Sendable {
    private struct State {
        var tail: [String] = []
        /// The first line that held each marker.
        var seen: [String: String] = [:]
        var awaited: [(marker: String, continuation: CheckedContinuation<String, any Error>)] = []
        /// Whether the output is at its end, so that no marker will come any more.
        var hasEnded = false
        var status: Int32?
        var onExit: [CheckedContinuation<Int32, Never>] = []
    }

    /// Children get a death signal when the thread that made them ends, so that thread lives as long as the process.
    private static let spawner = BlockingPool(name: "test-spawner", threads: 1)

    /// The process id.
    public let pid: Int32
    private let markers: Set<String>
    private let state = Mutex(State())

    /// Starts a program; `markers` are texts in its output that can be waited for.
    public static func start(_ command: [String], markers: Set<String>) async throws -> ServerProcess {
        try await spawner.run { try ServerProcess(command, markers: markers) }
    }

    private init(_ command: [String], markers: Set<String>) throws {
        self.markers = markers
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ServerError(description: "pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var words: [UnsafeMutablePointer<CChar>?] = (["setpriv", "--pdeathsig", "KILL", "--"] + command)
            .map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        // The pools' threads block signals; a child would inherit that and never see TERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        let status = posix_spawnp(&child, "setpriv", &actions, &attributes, words, environ)
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw ServerError(description: "cannot start setpriv: \(String(cString: strerror(status)))")
        }
        pid = child
        let pid = child
        let output = ends[0]
        Thread.detachNewThread { [self] in readLines(output) }
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            exited(status)
        }
    }

    /// Waits until a marker was in the output; answers the first line that held it.
    ///
    /// - Throws: `ServerError` when the process ended before.
    @discardableResult
    public func wait(for marker: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            let end = state.withLock { state -> Result<String, any Error>? in
                if let line = state.seen[marker] { return .success(line) }
                if state.hasEnded { return .failure(Self.ended(state.tail)) }
                state.awaited.append((marker, continuation))
                return nil
            }
            if let end { continuation.resume(with: end) }
        }
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        // Under the lock, so that the process id cannot have been given to another one.
        state.withLock { if $0.status == nil { _ = kill(pid, number) } }
    }

    /// Waits for the end of the process; answers its status as `waitpid` gives it, 0 when all was well.
    @discardableResult
    public func waitForExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.onExit.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func readLines(_ descriptor: Int32) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            rest.append(contentsOf: buffer[..<count])
            while let end = rest.firstIndex(of: 10) {
                saw(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end + 1)
            }
        }
        close(descriptor)
        let (awaited, tail) = state.withLock { state in
            state.hasEnded = true
            defer { state.awaited = [] }
            return (state.awaited, state.tail)
        }
        for entry in awaited { entry.continuation.resume(throwing: Self.ended(tail)) }
    }

    private func saw(_ line: String) {
        let found = state.withLock { state in
            state.tail.append(line)
            if state.tail.count > 20 { state.tail.removeFirst() }
            let new = markers.filter { state.seen[$0] == nil && line.contains($0) }
            for marker in new { state.seen[marker] = line }
            let found = state.awaited.filter { new.contains($0.marker) }
            state.awaited.removeAll { new.contains($0.marker) }
            return found
        }
        for entry in found { entry.continuation.resume(returning: line) }
    }

    private func exited(_ status: Int32) {
        let onExit = state.withLock { state in
            state.status = status
            defer { state.onExit = [] }
            return state.onExit
        }
        for continuation in onExit { continuation.resume(returning: status) }
    }

    private static func ended(_ tail: [String]) -> ServerError {
        ServerError(description: "the server ended: \(tail.suffix(5).joined(separator: " | "))")
    }
}

import Synchronization

/// What is between the writer of an object and the request that sends it: one piece of bytes at a time.
final class S3Pipe: Sendable {
    private struct State {
        var piece: [UInt8]?
        var isComplete = false
        /// Why nothing is sent any more.
        var end: (any Error)?
        var sender: CheckedContinuation<[UInt8]?, any Error>?
        var writer: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Returns when the request has taken the bytes; at once when there are none.
    ///
    /// - Throws: what `end` was called with.
    func write(_ bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { (writer: CheckedContinuation<Void, any Error>) in
            let (sender, outcome) = state.withLock { state in
                if let end = state.end { return (Sender?.none, Result<Void, any Error>?.some(.failure(end))) }
                if bytes.isEmpty { return (nil, .success(())) }
                if let sender = state.sender {
                    state.sender = nil
                    return (sender, .success(()))
                }
                state.piece = bytes
                state.writer = writer
                return (nil, nil)
            }
            sender?.resume(returning: bytes)
            if let outcome { writer.resume(with: outcome) }
        }
    }

    /// The bytes that are sent next; nil when there are no more.
    ///
    /// - Throws: what `end` was called with; `CancellationError`, as a request does that needs no more bytes.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { sender in
                let (ready, writer) = state.withLock { state -> (Result<[UInt8]?, any Error>?, Writer?) in
                    if let end = state.end { return (.failure(end), nil) }
                    if let piece = state.piece {
                        defer { (state.piece, state.writer) = (nil, nil) }
                        return (.success(piece), state.writer)
                    }
                    if state.isComplete { return (.success(nil), nil) }
                    if Task.isCancelled { return (.failure(CancellationError()), nil) }
                    state.sender = sender
                    return (nil, nil)
                }
                writer?.resume()
                if let ready { sender.resume(with: ready) }
            }
        } onCancel: {
            // The writer is told why by `end`, which follows.
            let sender = state.withLock { state in
                defer { state.sender = nil }
                return state.sender
            }
            sender?.resume(throwing: CancellationError())
        }
    }

    private typealias Sender = CheckedContinuation<[UInt8]?, any Error>
    private typealias Writer = CheckedContinuation<Void, any Error>

    /// Says that all bytes were written.
    func complete() {
        let sender = state.withLock { state in
            state.isComplete = true
            defer { state.sender = nil }
            return state.sender
        }
        sender?.resume(returning: nil)
    }

    /// Says that nothing is sent any more, and why; only the first reason counts.
    func end(_ reason: any Error) {
        let (sender, writer, first) = state.withLock { state in
            let first = state.end ?? reason
            state.end = first
            defer { (state.sender, state.writer, state.piece) = (nil, nil, nil) }
            return (state.sender, state.writer, first)
        }
        sender?.resume(throwing: first)
        writer?.resume(throwing: first)
    }
}

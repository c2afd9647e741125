import Synchronization

extension Exchange {
    /// The next piece of the body, for the handler.
    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<[UInt8]?, any Error>? = change { state in
                    if let chunk = state.input.pop() {
                        return (
                            .success(chunk), resume: state.stage == .body && state.input.count <= Self.bufferLimit / 2
                        )
                    }
                    if state.isAborted { return (.failure(HTTPError.disconnected), resume: false) }
                    switch state.stage {
                    case .complete: return (.success(nil), resume: false)
                    case .answering, .done: return (.failure(HTTPError.disconnected), resume: false)
                    case .line, .head, .body: break
                    }
                    if !state.hasBody { return (.success(nil), resume: false) }
                    if state.isBodyDropped || state.reader != nil || Task.isCancelled {
                        return (.failure(CancellationError()), resume: false)
                    }
                    state.reader = continuation
                    state.isBodyWanted = true
                    return (nil, resume: true)
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(throwing: CancellationError())
        }
    }

    /// Sends a piece of a response stream, for the handler.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let ready: Result<Void, any Error>? = change { state in
                    if state.isAborted || state.stage == .done {
                        return (.failure(HTTPError.disconnected), resume: false)
                    }
                    if let length = state.length, state.written + Int64(bytes.count) > length {
                        let error = HTTPError.wrongLength(
                            announced: length,
                            written: state.written + Int64(bytes.count)
                        )
                        return (.failure(error), resume: false)
                    }
                    if Task.isCancelled || state.writer != nil {
                        return (.failure(CancellationError()), resume: false)
                    }
                    state.output.append(bytes)
                    state.written += Int64(bytes.count)
                    if state.output.count <= Self.bufferLimit { return (.success(()), resume: true) }
                    state.writer = continuation
                    return (nil, resume: true)
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let writer = state.withLock { state in
                defer { state.writer = nil }
                return state.writer
            }
            writer?.resume(throwing: CancellationError())
        }
    }

    /// The response stream has ended, well or not.
    func finishStream(_ error: (any Error)?) {
        change { state in
            if error != nil { state.isOutputBroken = true }
            if let length = state.length, state.written != length { state.isOutputBroken = true }
            state.isOutputComplete = true
            return ((), resume: true)
        }
    }

    /// Fills libmicrohttpd's buffer from what the stream has written: the number of bytes, 0 when it has to wait (then
    /// `suspend` was called), nil at the end.
    ///
    /// - Throws: `HTTPError.disconnected` when the stream has failed, so that the connection has to break.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, suspend: (Handle) -> Void) throws -> Int? {
        let (count, writer) = try state.withLock { state throws -> (Int?, CheckedContinuation<Void, any Error>?) in
            let count = state.output.read(into: buffer)
            if count > 0 {
                state.sent += Int64(count)
                guard state.output.count <= Self.bufferLimit / 2 else { return (count, nil) }
                defer { state.writer = nil }
                return (count, state.writer)
            }
            if state.isOutputBroken { throw HTTPError.disconnected }
            if state.isOutputComplete { return (nil, nil) }
            guard let handle = state.handle else { throw HTTPError.disconnected }
            suspend(handle)
            state.isSuspended = true
            return (0, nil)
        }
        writer?.resume()
        return count
    }
}

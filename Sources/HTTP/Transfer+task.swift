import Synchronization

// What the caller's task does.
extension Transfer {
    /// Waits for status and headers.
    func head() async throws -> Head {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<Head, any Error>? = state.withLock { state in
                    if state.isHeadComplete { return .success(Head(status: state.status, headers: state.headers)) }
                    if state.isDone { return .failure(state.error ?? HTTPError.disconnected) }
                    state.headReader = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Waits for the next piece of the body; nil at its end.
    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (ready, shouldWake) = state.withLock { state -> (Result<[UInt8]?, any Error>?, Bool) in
                    if let chunk = state.input.pop() {
                        let shouldWake = state.isWritePaused && state.input.count <= Self.bufferLimit / 2
                        if shouldWake {
                            state.isWritePaused = false
                            state.activeAt = .now
                        }
                        return (.success(chunk), shouldWake)
                    }
                    if let error = state.error { return (.failure(error), false) }
                    if state.isDone { return (.success(nil), false) }
                    if state.reader != nil { return (.failure(CancellationError()), false) }
                    state.reader = continuation
                    return (nil, false)
                }
                if shouldWake { wake() }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Starts to feed the request's body to libcurl when it is a stream.
    func startSending() {
        guard case .stream(_, let next) = request.body else { return }
        let task = Task.detached { [self] in
            do {
                while let chunk = try await next() { try await feed(chunk) }
                let shouldWake = state.withLock { state in
                    state.isOutputComplete = true
                    defer { state.isReadPaused = false }
                    return state.isReadPaused
                }
                if shouldWake { wake() }
            } catch {
                state.withLock { state in
                    if state.error == nil, !state.isDone { state.error = error }
                }
                cancel()
            }
        }
        let isDone = state.withLock { state in
            if !state.isDone { state.sending = task }
            return state.isDone
        }
        if isDone { task.cancel() }
    }

    private func feed(_ chunk: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let (ready, shouldWake) = state.withLock { state -> (Result<Void, any Error>?, Bool) in
                if state.isDone { return (.failure(state.error ?? HTTPError.disconnected), false) }
                state.output.append(chunk)
                let shouldWake = state.isReadPaused
                state.isReadPaused = false
                state.activeAt = .now
                if state.output.count <= Self.bufferLimit { return (.success(()), shouldWake) }
                state.sender = continuation
                return (nil, shouldWake)
            }
            if shouldWake { wake() }
            if let ready { continuation.resume(with: ready) }
        }
    }
}

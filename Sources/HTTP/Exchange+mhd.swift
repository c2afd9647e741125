import CMicrohttpd
import HawserCore
import Synchronization

// What libmicrohttpd's thread calls. In its state "headers processed" it calls again after each resume until it gets a
// response or is let go on to the body; while the body arrives it takes no response; after the body it calls until it
// gets one.
extension Exchange {
    /// The most of an unread body that is read and dropped to keep the connection for the next request.
    static let dropLimit: Int64 = 256 << 10

    /// Begins to handle the request whose headers are there.
    ///
    /// libmicrohttpd closes a connection whose response comes before it has gone on to the body, even an empty one. So
    /// the connection is held here only for a client that waits for "100 Continue", which is sent on going on.
    func begin(
        _ raw: OpaquePointer,
        request: Request,
        framing: Framing,
        handler: @escaping Handler
    ) -> MHD_Result {
        state.withLock { state in
            guard !state.isAborted else { return .NO }
            state.handle = Handle(pointer: raw)
            state.hasBody = framing.hasBody
            if framing.expectsContinue {
                state.stage = .head
                MHD_suspend_connection(raw)
                state.isSuspended = true
            } else {
                state.stage = .body
            }
            state.task = Task.detached { [self] in await run(request, handler) }
            return .YES
        }
    }

    /// Answers at once, without a handler.
    func refuse(_ raw: OpaquePointer, with response: Response) -> MHD_Result {
        let prepared = prepare(response, isHead: false, mustClose: true)
        return state.withLock { state in
            // What is stored is destroyed at the latest when the request is over.
            state.response = prepared
            guard !state.isAborted else { return .NO }
            state.handle = Handle(pointer: raw)
            return queue(&state, raw)
        }
    }

    /// libmicrohttpd has found a fault and answers, whatever the handler does; false when an answer is there already.
    func markRefused(status: Int, length: Int64?) -> Bool {
        state.withLock { state in
            guard state.stage != .answering, state.stage != .done, state.earlyAt == nil else { return false }
            state.stage = .answering
            state.refusal = (status, length)
            state.isOutputComplete = true
            return true
        }
    }

    /// Takes a piece of the body; says how many bytes were not taken.
    func receive(_ raw: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> (MHD_Result, left: Int) {
        let (result, left, reader) = state.withLock {
            state -> (MHD_Result, Int, CheckedContinuation<[UInt8]?, any Error>?) in
            if state.isAborted { return (.NO, bytes.count, nil) }
            if state.isBodyDropped {
                state.dropped += Int64(bytes.count)
                let isEnough = state.earlyAt != nil && state.dropped > Self.lingerLimit
                return (isEnough ? .NO : .YES, 0, nil)
            }
            if let reader = state.reader {
                state.reader = nil
                state.received += Int64(bytes.count)
                return (.YES, 0, reader)
            }
            if state.input.count >= Self.bufferLimit {
                MHD_suspend_connection(raw)
                state.isSuspended = true
                return (.YES, bytes.count, nil)
            }
            state.received += Int64(bytes.count)
            state.input.append(Array(bytes))
            return (.YES, 0, nil)
        }
        reader?.resume(returning: Array(bytes))
        return (result, left)
    }

    /// Goes on after a resume, or after the end of the body.
    func proceed(_ raw: OpaquePointer) -> MHD_Result {
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        let result = state.withLock { state -> MHD_Result in
            if state.isAborted || state.earlyAt != nil { return .NO }
            switch state.stage {
            case .head:
                if state.isBodyWanted {
                    state.stage = .body
                    return .YES
                }
            case .body:
                state.stage = .complete
                reader = state.reader
                state.reader = nil
            case .line, .complete, .answering, .done:
                break
            }
            if state.response != nil { return queue(&state, raw) }
            MHD_suspend_connection(raw)
            state.isSuspended = true
            return .YES
        }
        reader?.resume(returning: nil)
        return result
    }

    /// The request is over, for one reason or another.
    func complete(well: Bool) -> (status: Int, bytes: Int64) {
        let (waiting, unused, summary) = state.withLock { state in
            // 499, a client that did not wait for its answer, as nginx has it.
            let isAnswered = state.stage == .answering || state.earlyAt != nil
            let answer = state.refusal ?? (status: isAnswered ? state.status : 499, length: state.length)
            // libmicrohttpd says "not well" of all that it has refused, and a refusal is small enough to have been sent.
            let isWhole = (well && !state.isOutputBroken) || state.earlyAt != nil || state.refusal != nil
            let bytes = isWhole ? (answer.length ?? state.sent) : state.sent
            state.stage = .done
            state.handle = nil
            state.isSuspended = false
            state.input.removeAll()
            if well { state.task = nil } else { state.isAborted = true }
            defer { state.response = nil }
            return (Waiting(taking: &state), state.response, (status: answer.status, bytes: bytes))
        }
        if let unused { MHD_destroy_response(unused.pointer) }
        waiting.fail()
        return summary
    }

    private func queue(_ state: inout State, _ raw: OpaquePointer) -> MHD_Result {
        guard let response = state.response else { return .NO }
        state.response = nil
        state.stage = .answering
        let result = hawser_mhd_queue(raw, response.status, response.pointer)
        MHD_destroy_response(response.pointer)
        return result
    }

    private func run(_ request: Request, _ handler: Handler) async {
        let response = await handler(request)
        let isHead = request.method == "HEAD"
        if let failed = answer(response, to: request, isHead: isHead) {
            // A header libmicrohttpd cannot send must not leave the client without an answer.
            Log("http").error("response cannot be sent", ["request_id": request.id, "reason": failed])
            _ = answer(Problem(status: 500).response(requestID: request.id), to: request, isHead: isHead)
            return
        }
        guard case .stream(_, let produce) = response.body, !isHead else { return }
        do {
            try await produce(ResponseWriter(exchange: self))
            finishStream(nil)
        } catch {
            let isGone = state.withLock { $0.isAborted || $0.stage == .done }
            if !isGone {
                Log("http").warning("response stream failed", ["request_id": request.id, "error": "\(error)"])
            }
            finishStream(error)
        }
    }

    /// Hands the response over; the reason when that is not possible.
    private func answer(_ response: Response, to request: Request, isHead: Bool) -> String? {
        var response = response
        if response.headers["X-Request-Id"] == nil { response.headers.add("X-Request-Id", request.id) }
        guard let prepared = prepare(response, isHead: isHead, mustClose: connection?.isStopping ?? false) else {
            return "a header that is not valid or a body that cannot be opened"
        }
        let early = serializeEarly(response, to: request)
        let isTaken: Bool = change { state in
            guard !state.isAborted, state.stage != .done, state.response == nil else { return (false, resume: false) }
            if state.stage == .body {
                state.isBodyDropped = true
                state.input.removeAll()
                let left = request.body.contentLength.map { $0 - state.received } ?? .max
                if state.hasBody, left > Self.dropLimit, let early, sendEarly(early) {
                    state.earlyAt = .now
                    return (false, resume: true)
                }
            }
            state.response = prepared
            return (true, resume: true)
        }
        if !isTaken { MHD_destroy_response(prepared.pointer) }
        return nil
    }
}

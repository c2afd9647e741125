import CCurl
import Foundation
import Synchronization

/// One request to another server and its answer, between the caller's task and libcurl's thread.
final class Transfer: Sendable {
    struct Head: Sendable {
        let status: Int
        let headers: Headers
    }

    struct State {
        /// The easy handle while it runs; used by libcurl's thread only.
        var handle: Handle?
        var isCancelled = false
        var error: (any Error)?
        var isDone = false
        /// When bytes last went either way.
        var activeAt = ContinuousClock.now
        var isRefused = false
        var isTooLarge = false
        var headerList: HeaderList?

        // The request's body.
        var output = ByteQueue()
        var offset = 0
        var isOutputComplete = false
        var isReadPaused = false
        var sender: CheckedContinuation<Void, any Error>?
        var sending: Task<Void, Never>?

        // The answer.
        var status = 0
        var headers = Headers()
        var isHeadComplete = false
        var input = ByteQueue()
        var received: Int64 = 0
        var isWritePaused = false
        var headReader: CheckedContinuation<Head, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
    }

    /// `@unchecked Sendable`: only libcurl's thread uses the pointer.
    struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// `@unchecked Sendable`: only libcurl's thread uses the pointer.
    struct HeaderList: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<curl_slist>
    }

    static let bufferLimit = 256 << 10

    let request: ClientRequest
    let url: String
    let limit: Int?
    let options: HTTPClient.Options
    let state = Mutex(State())
    private let loop: ClientLoop

    init(_ request: ClientRequest, limit: Int?, options: HTTPClient.Options, loop: ClientLoop) throws {
        func invalid(_ url: String, _ cause: String) -> HTTPClientError {
            HTTPClientError(kind: .invalidRequest, phase: .connecting, method: request.method, url: url, cause: cause)
        }
        guard let safe = HTTPClientError.safe(request.url) else { throw invalid("(invalid URL)", "not a URL") }
        guard !safe.hasCredentials else { throw invalid(safe.text, "the URL holds credentials") }
        guard isToken(request.method) else { throw invalid(safe.text, "the method is not valid") }
        for field in request.headers {
            guard isToken(field.name), !field.value.utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else {
                throw invalid(safe.text, "the header field \(isToken(field.name) ? field.name : "?") is not valid")
            }
        }
        self.request = request
        self.limit = limit
        self.options = options
        self.loop = loop
        url = safe.text
    }

    var handle: UnsafeMutableRawPointer? { state.withLock { $0.handle?.pointer } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Whether the other side has been waited for too long; for libcurl's thread.
    ///
    /// libcurl's own limit looks at the average of the last five seconds, so that short limits come late.
    func isIdle(_ now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let handle = state.handle, !state.isReadPaused, !state.isWritePaused,
                now - state.activeAt > request.idleTimeout
            else { return false }
            // Before there is a connection, its own timeout counts.
            return hawser_curl_get_offset(handle.pointer, CURLINFO_PRETRANSFER_TIME_T) > 0
        }
    }

    /// Ends the transfer, wherever it is.
    func cancel() {
        let shouldLook = state.withLock { state in
            guard !state.isDone, !state.isCancelled else { return false }
            state.isCancelled = true
            return true
        }
        if shouldLook {
            finish(CancellationError())
            loop.look(at: self)
        }
    }

    /// Ends it with an error of its own.
    func fail(_ kind: HTTPClientError.Kind, _ cause: String) {
        finish(error(kind, cause))
    }

    func error(_ kind: HTTPClientError.Kind, _ cause: String) -> HTTPClientError {
        let phase: HTTPClientError.Phase = state.withLock { state in
            if state.isHeadComplete { return .receiving }
            guard let handle = state.handle else { return .connecting }
            return hawser_curl_get_offset(handle.pointer, CURLINFO_PRETRANSFER_TIME_T) > 0 ? .sending : .connecting
        }
        return HTTPClientError(kind: kind, phase: phase, method: request.method, url: url, cause: cause)
    }

    /// Tells all who wait that nothing more comes.
    func finish(_ error: (any Error)?) {
        let (head, reader, sender, sending, first) = state.withLock { state in
            // The first error is the cause of those that follow.
            if !state.isDone, state.error == nil { state.error = error }
            state.isDone = true
            defer {
                state.headReader = nil
                state.sender = nil
                state.sending = nil
                state.reader = nil
            }
            return (state.headReader, state.reader, state.sender, state.sending, state.error)
        }
        let failure = first ?? HTTPError.disconnected
        head?.resume(throwing: failure)
        if let first { reader?.resume(throwing: first) } else { reader?.resume(returning: nil) }
        sender?.resume(throwing: failure)
        sending?.cancel()
    }

    /// Lets libcurl's thread go on where it has paused.
    func wake() {
        loop.look(at: self)
    }
}

import CMicrohttpd
import HawserCore
import Synchronization

/// One request and its response, between libmicrohttpd's thread and the task that runs the handler.
///
/// libmicrohttpd calls from its own thread and must not wait, so whenever the other side has to do something first the
/// connection is suspended, and resumed when that is done. `isSuspended` says whose turn it is: it is set and cleared
/// under the lock only, and who clears it resumes, so a connection is resumed once for each time it was suspended.
final class Exchange: Sendable {
    /// The body of a request that was made within the process.
    final class Memory: Sendable {
        private let chunks: Mutex<ByteQueue>

        init(_ chunks: [[UInt8]]) {
            var queue = ByteQueue()
            for chunk in chunks { queue.append(chunk) }
            self.chunks = Mutex(queue)
        }

        func take() -> [UInt8]? {
            chunks.withLock { $0.pop() }
        }
    }

    /// libmicrohttpd's connection.
    ///
    /// `@unchecked Sendable`: the pointer is only passed to `MHD_resume_connection`, which may be called from any
    /// thread, and only while the connection is suspended, when libmicrohttpd cannot free it.
    struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// A response of libmicrohttpd, to be queued or destroyed once.
    ///
    /// `@unchecked Sendable`: its reference count is guarded by libmicrohttpd's own mutex, and it is not changed
    /// after it was made.
    struct Prepared: @unchecked Sendable {
        let status: UInt32
        let pointer: OpaquePointer
    }

    enum Stage {
        /// The request line is there.
        case line
        /// The headers are there; the client may wait for `100 Continue`.
        case head
        /// The body arrives.
        case body
        /// The request is complete.
        case complete
        /// The response is on its way.
        case answering
        /// libmicrohttpd is done with it.
        case done
    }

    struct State {
        var handle: Handle?
        var stage = Stage.line
        var isSuspended = false
        var isAborted = false
        var task: Task<Void, Never>?

        // Request body.
        var hasBody = false
        var isBodyWanted = false
        var isBodyDropped = false
        var dropped: Int64 = 0
        /// When the answer was sent although more of the body was to come.
        var earlyAt: ContinuousClock.Instant?
        var input = ByteQueue()
        var received: Int64 = 0
        var reader: CheckedContinuation<[UInt8]?, any Error>?

        // Response.
        var response: Prepared?
        var status = 0
        var length: Int64?
        /// The answer to a fault that libmicrohttpd has found; it goes before the handler's.
        var refusal: (status: Int, length: Int64?)?
        var output = ByteQueue()
        var written: Int64 = 0
        var sent: Int64 = 0
        var isOutputComplete = false
        var isOutputBroken = false
        var writer: CheckedContinuation<Void, any Error>?
    }

    /// How many bytes may wait on either side; waiting ends when half of it is free again.
    static let bufferLimit = 256 << 10

    let target: String
    let connection: Connection?
    let started: ContinuousClock.Instant
    /// Method, path and id for the log; set once, when the headers are there.
    let summary = Mutex<(method: String, path: String, id: String)>(("-", "-", "-"))
    let state = Mutex(State())

    init(target: String, connection: Connection?) {
        self.target = target
        self.connection = connection
        started = .now
    }

    /// Whether the headers were already seen.
    var isBegun: Bool {
        state.withLock { $0.stage != .line }
    }

    /// Resumes the connection that `body` says to resume; call it without holding the lock.
    func change<Value>(_ body: (inout State) -> (Value, resume: Bool)) -> Value {
        let (value, handle) = state.withLock { state -> (Value, Handle?) in
            let (value, shouldResume) = body(&state)
            guard shouldResume, state.isSuspended, let handle = state.handle else { return (value, nil) }
            state.isSuspended = false
            return (value, handle)
        }
        if let handle { MHD_resume_connection(handle.pointer) }
        return value
    }

    /// The client is gone or the server stops: nothing more is read or written, and the handler is cancelled.
    func abort() {
        let waiting = change { state -> (Waiting, resume: Bool) in
            guard state.stage != .done, !state.isAborted else { return (Waiting(), resume: false) }
            // A response that is already complete may still reach a client that has only closed its sending side.
            if state.stage == .answering, state.isOutputComplete { return (Waiting(), resume: false) }
            state.isAborted = true
            state.isOutputBroken = true
            return (Waiting(taking: &state), resume: true)
        }
        waiting.fail()
    }

    /// Those who wait for the client and have to be told that it is gone; outside of the lock.
    struct Waiting {
        private var reader: CheckedContinuation<[UInt8]?, any Error>?
        private var writer: CheckedContinuation<Void, any Error>?
        private var task: Task<Void, Never>?

        init() {}

        init(taking state: inout State) {
            swap(&reader, &state.reader)
            swap(&writer, &state.writer)
            swap(&task, &state.task)
        }

        func fail() {
            reader?.resume(throwing: HTTPError.disconnected)
            writer?.resume(throwing: HTTPError.disconnected)
            task?.cancel()
        }
    }
}

import Synchronization

/// An object on its way to a store, sent while it is being written.
///
/// For one writer: `write` as often as needed, then `finish`; or `abort`, as does letting go of it.
public final class S3Upload: Sendable {
    private let pipe = S3Pipe()
    private let request: Task<Void, any Error>
    /// The last bytes that were written: the store would take a whole body for the object before `finish`.
    private let held = Mutex<[UInt8]>([])

    /// Begins a request whose body is what will be written.
    init(_ send: @escaping @Sendable (@escaping @Sendable () async throws -> [UInt8]?) async throws -> Void) {
        let pipe = pipe
        request = Task {
            do {
                try await send { try await pipe.next() }
                pipe.end(AnsweredEarly())
            } catch {
                pipe.end(error)
                throw error
            }
        }
    }

    deinit {
        request.cancel()
    }

    /// Bytes were written after the store had said that it has all.
    private struct AnsweredEarly: Error, CustomStringConvertible {
        var description: String { "the store answered before it had all bytes" }
    }

    /// Appends bytes; returns when those before them are on their way.
    ///
    /// - Throws: what the request failed with: `S3Error`, `HTTPClientError`; `CancellationError`, and the upload is over.
    public func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await send(replacing: bytes)
    }

    /// Returns when the store has the object.
    ///
    /// - Throws: as `write`.
    public func finish() async throws {
        try await send(replacing: [])
        pipe.complete()
        try await withTaskCancellationHandler {
            try await request.value
        } onCancel: {
            abort()
        }
    }

    /// Sends what is held, and holds other bytes instead.
    private func send(replacing next: [UInt8]) async throws {
        let bytes = held.withLock { held in
            defer { held = next }
            return held
        }
        try await withTaskCancellationHandler {
            try await pipe.write(bytes)
        } onCancel: {
            abort()
        }
    }

    /// Ends the request; the object will not be there.
    public func abort() {
        request.cancel()
    }
}

import Foundation
import HawserCore
public import HawserMetadata

/// A file that is being written in the staging area, hashed on the way, and encrypted when its policy says so.
///
/// For one writer: `write` in order, then `finish`, then hand it to the store; or `discard`. A staged file that is
/// dropped without either is removed. It holds at most two chunks (1 MiB) in memory however large it gets.
public actor StagedFile {
    /// Large enough that handing it to threads costs nothing, small enough for many uploads at a time.
    private static let chunkSize = 1 << 19

    private enum State {
        case writing
        case finished(StagedContent)
        case gone
    }

    /// How the bytes are to be kept.
    public nonisolated let policy: StoragePolicy
    private let writer: StagedWriter
    private let pool: BlockingPool
    private let smallLimit: Int
    private var small: [UInt8]?
    private var buffer: [UInt8] = []
    private var inFlight: Task<Void, any Error>?
    private var written: Int64 = 0
    private var state = State.writing

    /// A staged file; one of at most `smallLimit` bytes is kept in memory, and written only to be handed over.
    init(
        _ file: OpenFile,
        pool: BlockingPool,
        alsoSHA1: Bool,
        policy: StoragePolicy = .standard,
        smallLimit: Int = -1
    ) {
        self.smallLimit = smallLimit
        self.policy = policy
        self.pool = pool
        writer = StagedWriter(file, alsoSHA1: alsoSHA1, isSealed: policy.encryption != .none)
    }

    deinit {
        if case .gone = state { return }
        let (file, pool) = (writer.file, pool)
        Task {
            do {
                try await pool.run { try Directory.remove(file: file.path) }
            } catch {
                Log("staging").warning("could not remove a staged file", ["error": "\(error)"])
            }
        }
    }

    /// Appends bytes; returns when there is room for more.
    ///
    /// - Throws: `StorageError`, `full` when the disk is; an error of earlier bytes may come with later ones.
    public func write(_ bytes: [UInt8]) async throws {
        guard case .writing = state else { throw StorageError.notStaged }
        if buffer.isEmpty, bytes.count >= Self.chunkSize { return try await send(bytes) }
        buffer += bytes
        if buffer.count >= Self.chunkSize {
            let chunk = buffer
            buffer = []
            buffer.reserveCapacity(Self.chunkSize + bytes.count)
            try await send(chunk)
        }
    }

    /// Ends the writing; returns when all bytes are written, or in memory when they are few.
    ///
    /// They are on the disk when the file was handed over. Called again, it answers the same.
    ///
    /// - Throws: `StorageError`.
    @discardableResult
    public func finish() async throws -> StagedContent {
        switch state {
        case .finished(let content): return content
        case .gone: throw StorageError.notStaged
        case .writing: break
        }
        try await inFlight?.value
        inFlight = nil
        let rest = buffer
        buffer = []
        let size = written + Int64(rest.count)
        if size <= smallLimit {
            small = try writer.end(rest)
        } else {
            try await pool.run { [writer] in try writer.writeEnd(try writer.end(rest)) }
        }
        let content = writer.content(size: size)
        state = .finished(content)
        return content
    }

    /// Removes the file; nothing when it is gone already.
    ///
    /// - Throws: `StorageError` when it cannot be removed.
    public func discard() async throws {
        if case .gone = state { return }
        state = .gone
        buffer = []
        // Its error does not matter any more; its writing to the file must be over.
        _ = await inFlight?.result
        inFlight = nil
        try await pool.run { [writer] in try Directory.remove(file: writer.file.path) }
    }

    /// What is kept, when it is little enough to be in memory and the file is finished.
    var bytes: [UInt8]? { small }

    /// The file itself, to be read, when it is finished, not so small that it is in memory, and not encrypted.
    ///
    /// - Throws: `StorageError.notStaged` when it is not.
    func finishedFile() throws -> OpenFile {
        guard case .finished = state, small == nil, sealed == nil else { throw StorageError.notStaged }
        return writer.file
    }

    /// What is kept of bytes that were encrypted, when the file is finished.
    nonisolated var sealed: SealedContent? { writer.sealed }

    /// Hands the file over to a target: the closure moves it away from its path and syncs it, on a thread that may block.
    func handOver(_ move: @escaping @Sendable (OpenFile) throws -> Void) async throws {
        guard case .finished = state else { throw StorageError.notStaged }
        try await pool.run { [writer, small] in
            if let small { try writer.writeEnd(small) }
            try move(writer.file)
        }
        state = .gone
    }

    /// Gives a chunk to the threads once they are done with the one before.
    private func send(_ chunk: [UInt8]) async throws {
        try await inFlight?.value
        written += Int64(chunk.count)
        inFlight = Task { [writer, pool] in
            async let slow: Void = pool.run { writer.hashSlowly(chunk) }
            try await pool.run { try writer.write(chunk) }
            try await slow
        }
    }
}

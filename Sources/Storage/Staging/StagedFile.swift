import Foundation
import HawserCore

/// A file that is being written in the staging area, hashed on the way.
///
/// For one writer: `write` in order, then `finish`, then hand it to the store; or `discard`. A staged file that is
/// dropped without either is removed. It holds at most two chunks (1 MiB) in memory however large it gets.
public actor StagedFile {
    /// Large enough that handing it to threads costs nothing, small enough for many uploads at a time.
    private static let chunkSize = 1 << 19
    private static let syncEvery: Int64 = 16 << 20
    /// How much of the end of a file stays in the system's cache while it is written; what is before goes, so that a file
    /// larger than the memory does not push out all else.
    private static let cachedTail: Int64 = 256 << 20

    private enum State {
        case writing
        case finished(StagedContent)
        case gone
    }

    private let file: OpenFile
    private let pool: BlockingPool
    private let digests: ContentDigests
    private let smallLimit: Int
    private var small: [UInt8]?
    private var buffer: [UInt8] = []
    private var inFlight: Task<Void, any Error>?
    private var written: Int64 = 0
    private var state = State.writing

    /// A staged file; one of at most `smallLimit` bytes is kept in memory, and written only to be handed over.
    init(_ file: OpenFile, pool: BlockingPool, alsoSHA1: Bool, smallLimit: Int = -1) {
        self.smallLimit = smallLimit
        self.file = file
        self.pool = pool
        digests = ContentDigests(alsoSHA1: alsoSHA1)
    }

    deinit {
        if case .gone = state { return }
        let (file, pool) = (file, pool)
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

    /// Ends the writing; returns when all bytes are on the disk, or in memory when they are few.
    ///
    /// Called again, it answers the same.
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
            rest.withUnsafeBytes { bytes in
                digests.updateMD5(bytes)
                digests.updateSHA(bytes)
            }
            small = rest
            let content = digests.finish(size: size)
            state = .finished(content)
            return content
        }
        let content = try await pool.run { [file, digests] in
            try rest.withUnsafeBytes { bytes in
                try file.write(bytes)
                digests.updateMD5(bytes)
                digests.updateSHA(bytes)
            }
            try file.sync()
            guard try file.size() == size else {
                throw StorageError.damaged(object: "(staged)", reason: "the file has not the length that was written")
            }
            return digests.finish(size: size)
        }
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
        try await pool.run { [file] in try Directory.remove(file: file.path) }
    }

    /// The bytes, when they are few enough to be kept in memory and the file is finished.
    var bytes: [UInt8]? { small }

    /// The file itself, to be read, when it is finished and not so small that it is kept in memory.
    ///
    /// - Throws: `StorageError.notStaged` when it is neither.
    func finishedFile() throws -> OpenFile {
        guard case .finished = state, small == nil else { throw StorageError.notStaged }
        return file
    }

    /// Hands the file over to a target: the closure moves it away from its path, on a thread that may block.
    func handOver(_ move: @escaping @Sendable (OpenFile) throws -> Void) async throws {
        guard case .finished = state else { throw StorageError.notStaged }
        try await pool.run { [file, small] in
            if let small {
                try small.withUnsafeBytes { try file.write($0) }
                try file.sync()
            }
            try move(file)
        }
        state = .gone
    }

    /// Gives a chunk to the threads once they are done with the one before.
    private func send(_ chunk: [UInt8]) async throws {
        try await inFlight?.value
        let offset = written
        written += Int64(chunk.count)
        inFlight = Task { [file, pool, digests] in
            async let md5: Void = pool.run { chunk.withUnsafeBytes { digests.updateMD5($0) } }
            try await pool.run {
                try chunk.withUnsafeBytes { bytes in
                    try file.write(bytes)
                    digests.updateSHA(bytes)
                }
                let end = offset + Int64(chunk.count)
                if end / Self.syncEvery > offset / Self.syncEvery {
                    let start = (offset / Self.syncEvery) * Self.syncEvery
                    file.beginSync(from: start, count: end - start)
                    let old = start - Self.cachedTail
                    if old >= 0 { file.uncache(from: old, count: Self.syncEvery) }
                }
            }
            try await md5
        }
    }
}

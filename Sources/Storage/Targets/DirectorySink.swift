import Foundation
import HawserCore
import Synchronization

/// A file that is written to a directory under a name of its own, and renamed when it is whole.
final class DirectorySink: TargetSink {
    /// What half-written files end with.
    static let suffix = ".half"
    private static let syncEvery: Int64 = 8 << 20

    private enum State {
        case writing(Int64)
        case renaming
        case over
    }

    private let target: String
    private let path: String
    private let size: Int64
    private let file: OpenFile
    private let pool: TargetPool
    private let deadlines: TargetDeadlines
    private let state = Mutex(State.writing(0))

    /// Makes the half file; blocks.
    init(target: String, path: String, size: Int64, pool: TargetPool, deadlines: TargetDeadlines) throws {
        self.target = target
        self.path = path
        self.size = size
        self.pool = pool
        self.deadlines = deadlines
        file = try OpenFile(path + Self.suffix, O_WRONLY | O_CREAT | O_EXCL)
    }

    func write(_ bytes: MemorySlice) async throws {
        try await pool.run("write", within: deadlines.call) { [self] in
            guard case .writing(let written) = state.withLock({ $0 }) else { throw notWriting }
            try bytes.withUnsafeBytes { try file.write($0) }
            let end = written + Int64(bytes.count)
            // Parts of this size are given to the disk as they come, so that `finish` finds little left to do.
            if end / Self.syncEvery > written / Self.syncEvery {
                let start = (written / Self.syncEvery) * Self.syncEvery
                file.beginSync(from: start, count: end - start)
            }
            state.withLock { if case .writing = $0 { $0 = .writing(end) } }
        }
    }

    func finish() async throws {
        try await pool.run("finish", within: deadlines.finish) { [self] in
            guard case .writing(size) = state.withLock({ $0 }), try file.size() == size else { throw notWriting }
            // When this hung so long that it was given up, the name must not appear any more.
            let isWanted = state.withLock { state in
                guard case .writing = state else { return false }
                state = .renaming
                return true
            }
            guard isWanted else { throw notWriting }
            // Before the bytes are on the disk: nobody asks for the name before this returns, and file systems with a journal
            // write both at once then.
            guard rename(file.path, path) == 0 else { throw StorageError.last("rename", path) }
            try file.sync()
            // Who reads it back to verify it shall read the disk.
            file.uncache(from: 0, count: 0)
            try Directory.sync((path as NSString).deletingLastPathComponent)
            state.withLock { $0 = .over }
        }
    }

    func abort() async {
        state.withLock { $0 = .over }
        do {
            try await pool.run("remove", within: deadlines.call) { [self] in
                try Directory.remove(file: file.path)
                try Directory.remove(file: path)
            }
        } catch {
            Log("targets").warning(
                "a half-written file could not be removed",
                ["target": target, "path": path, "error": "\(error)"]
            )
        }
    }

    private var notWriting: StorageError { .notWriting(target: target, path: path) }
}

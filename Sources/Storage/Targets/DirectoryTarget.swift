import Foundation
public import HawserCore
import Synchronization

/// A target that is a directory of a local disk.
public final class DirectoryTarget: Target {
    /// What layouts in the metadata call it.
    public let id: String
    private let directory: String
    private let pool: TargetPool
    private let deadlines: TargetDeadlines
    /// The directories below this one that are known to be there.
    private let known = Mutex<Set<String>>([])

    /// A target in a directory, which is made when it is not there.
    ///
    /// - Parameters:
    ///   - id: what layouts call it.
    ///   - directory: where the files are.
    ///   - threads: how many calls may block at the same time.
    ///   - deadlines: how long calls may take.
    /// - Throws: `StorageError` when the directory cannot be made.
    public init(
        id: String,
        directory: String,
        threads: Int = 8,
        deadlines: TargetDeadlines = TargetDeadlines()
    ) throws {
        self.id = id
        self.directory = directory
        self.deadlines = deadlines
        pool = TargetPool(target: id, threads: threads)
        try Directory.make(directory)
    }

    /// Where what is kept under a name is.
    func path(of name: String) -> String { "\(directory)/\(name)" }

    /// Takes over a staged file by a rename; across file systems by a copy.
    ///
    /// Returns when bytes and name are there to stay. When it throws, the staged file may be gone, and bytes of the name may be there.
    ///
    /// - Throws: `StorageError`.
    public func store(_ staged: StagedFile, as name: String) async throws {
        try await staged.handOver { [self] file in
            let path = "\(directory)/\(name)"
            let parent = try makeParent(of: path)
            // As fragments: the name before the bytes are on the disk, so that a journal writes both at once.
            if rename(file.path, path) == 0 {
                try file.sync()
            } else {
                guard errno == EXDEV else { throw StorageError.last("rename", path) }
                try Self.copy(file, to: path)
            }
            try Directory.sync(parent)
        }
    }

    /// Begins a file under a name of its own, which `finish` replaces by the right one.
    public func begin(_ name: String, size: Int64) async throws -> any TargetSink {
        try await pool.run("begin", within: deadlines.call) { [self] in
            let path = "\(directory)/\(name)"
            try makeParent(of: path)
            do {
                return try DirectorySink(target: id, path: path, size: size, pool: pool, deadlines: deadlines)
            } catch .system(_, _, ENOENT) as StorageError {
                // The directory was taken away behind our back: a disk that was replaced by an empty one.
                known.withLock { $0.removeAll() }
                try makeParent(of: path)
                return try DirectorySink(target: id, path: path, size: size, pool: pool, deadlines: deadlines)
            }
        }
    }

    /// Opens a file.
    public func open(_ name: String) async throws -> any TargetFile {
        try await pool.run("open", within: deadlines.call) { [self] in
            do {
                let file = try OpenFile("\(directory)/\(name)", O_RDONLY)
                return LocalFile(file, size: try file.size(), pool: pool, deadline: deadlines.call)
            } catch .system(_, _, ENOENT) as StorageError {
                throw StorageError.missing(target: id, path: name)
            }
        }
    }

    /// Removes a file, if it is there.
    public func remove(_ name: String) async throws {
        try await pool.run("remove", within: deadlines.call) { [directory] in
            try Directory.remove(file: "\(directory)/\(name)")
        }
    }

    /// How many more bytes this process may write to the disk.
    public func freeSpace() async throws -> Int64? {
        try await pool.run("statvfs", within: deadlines.call) { [directory] in
            var status = statvfs()
            // One that was taken away behind our back is made anew, as it is when something is written to it.
            if statvfs(directory, &status) != 0, errno == ENOENT { try Directory.make(directory) }
            guard statvfs(directory, &status) == 0 else { throw StorageError.last("statvfs", directory) }
            return Int64(status.f_bavail) * Int64(status.f_frsize)
        }
    }

    /// The names below a prefix that have been there since before a moment.
    public func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String] {
        try await pool.run("names", within: deadlines.call) { [directory] in
            try Directory.names("\(directory)/\(prefix)").map { "\(prefix)/\($0)" }.filter { name in
                var status = stat()
                guard lstat("\(directory)/\(name)", &status) == 0 else { return false }
                // The time of the rename; the time of writing may be long before.
                let changed = Int64(status.st_ctim.tv_sec) * 1000 + Int64(status.st_ctim.tv_nsec) / 1_000_000
                return changed < moment.milliseconds
            }
        }
    }

    /// Makes the directory a file shall be in, and answers it.
    @discardableResult
    private func makeParent(of path: String) throws -> String {
        let parent = (path as NSString).deletingLastPathComponent
        if !known.withLock({ $0.contains(parent) }) {
            try Directory.make(parent)
            known.withLock { _ = $0.insert(parent) }
        }
        return parent
    }

    /// Copies a file of another file system under a name of its own first, so that a crash leaves no half file.
    private static func copy(_ source: OpenFile, to path: String) throws {
        let half = path + DirectorySink.suffix
        do {
            let copy = try OpenFile(half, O_WRONLY | O_CREAT | O_TRUNC)
            var offset: Int64 = 0
            while true {
                let bytes = try source.read(at: offset, count: 1 << 20)
                if bytes.isEmpty { break }
                try bytes.withUnsafeBytes { try copy.write($0) }
                offset += Int64(bytes.count)
            }
            try copy.sync()
            guard rename(half, path) == 0 else { throw StorageError.last("rename", path) }
        } catch {
            try Directory.remove(file: half)
            throw error
        }
        try Directory.remove(file: source.path)
    }
}

import Foundation
public import HawserCore
public import HawserMetadata

/// Where bytes are while they come in; on the same file system as the targets, so that keeping them is a rename.
///
/// Each staged file is locked by the process that writes it, so that the files of dead processes can be told and removed
/// without touching a living upload.
public final class Staging: Sendable {
    /// The directory.
    public let directory: String
    let pool: BlockingPool
    private let log = Log("staging")

    /// A staging area; makes the directory when it is not there.
    ///
    /// - Parameters:
    ///   - directory: where the files are.
    ///   - pool: threads for files; a busy upload uses two.
    /// - Throws: `StorageError` when the directory cannot be made.
    public init(directory: String, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        try Directory.make(directory)
    }

    /// A new empty file to write to.
    ///
    /// Content so small that it is kept in the metadata stays in memory.
    ///
    /// - Parameters:
    ///   - alsoSHA1: whether the SHA-1 is computed, too, for dialects that name content by it; it costs a fifth of the
    ///     throughput.
    ///   - policy: how the bytes are to be kept; those to be encrypted are before they are written.
    /// - Returns: the file.
    /// - Throws: `StorageError`, `full` when there is no room even for that.
    public func begin(alsoSHA1: Bool = false, policy: StoragePolicy = .standard) async throws -> StagedFile {
        try await begin(alsoSHA1: alsoSHA1, policy: policy, smallLimit: Int(LayoutPolicy.inlineLimit))
    }

    func begin(
        alsoSHA1: Bool = false,
        policy: StoragePolicy = .standard,
        smallLimit: Int
    ) async throws -> StagedFile {
        let file = try await pool.run { [directory] in
            while true {
                let path = "\(directory)/\(Crypto.randomBytes(16).hex).part"
                let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
                guard flock(file.descriptor, LOCK_EX) == 0 else { throw StorageError.last("flock", path) }
                // A cleaner may have taken it for a dead one in the moment before the lock.
                if try file.status().st_nlink > 0 { return file }
            }
        }
        return StagedFile(file, pool: pool, alsoSHA1: alsoSHA1, policy: policy, smallLimit: smallLimit)
    }

    /// Removes the files of processes that are gone; to be called at start, and harmless at any time.
    ///
    /// - Returns: how many were removed.
    /// - Throws: `StorageError` when the directory cannot be read.
    @discardableResult
    public func removeLeftovers() async throws -> Int {
        let removed = try await pool.run { [directory] in
            try Directory.names(directory).filter { $0.hasSuffix(".part") }
                .count { try Self.removeIfDead("\(directory)/\($0)") }
        }
        if removed > 0 { log.info("removed staged files of dead processes", ["count": removed]) }
        return removed
    }

    private static func removeIfDead(_ path: String) throws -> Bool {
        let file: OpenFile
        do {
            file = try OpenFile(path, O_RDWR)
        } catch .system(_, _, ENOENT) as StorageError {
            return false
        }
        // The lock ends with the process that holds it, however it ends.
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        try Directory.remove(file: path)
        return true
    }
}

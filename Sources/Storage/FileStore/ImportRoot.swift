import Foundation
public import HawserCore
public import HawserMetadata

/// The one directory of the server whose files clients may name.
///
/// Every part of a path below it is opened by itself, relative to the part before and never through a symbolic link, so
/// that nothing a client names or somebody puts there leads out of it, at whatever moment. Every call of the system is
/// made on a thread that may block.
public struct ImportRoot: Sendable {
    /// What a path leads to.
    public enum Found: Sendable, Equatable {
        /// A file of so many bytes, and when it was changed.
        case file(size: Int64, modified: Timestamp)
        /// A directory.
        case directory
    }

    /// The directory, as it is configured.
    public let directory: String
    let pool: BlockingPool

    /// The root in a directory.
    ///
    /// - Parameters:
    ///   - directory: the directory; symbolic links on the way to it are followed.
    ///   - pool: threads for files.
    public init(directory: String, pool: BlockingPool) {
        let absolute =
            directory.hasPrefix("/") ? directory : "\(FileManager.default.currentDirectoryPath)/\(directory)"
        self.directory = "/" + absolute.split(separator: "/").joined(separator: "/")
        self.pool = pool
    }

    /// A path of the server that a client named, as one below the root.
    ///
    /// Clients name files as the server does (`/srv/import/a/b`) or counted from the root (`/a/b`).
    ///
    /// - Throws: `FileTreeError` when it is no path.
    public func path(_ text: String) throws -> TreePath {
        let path = try TreePath(text)
        let root = directory.split(separator: "/").map(String.init)
        let isWhole =
            path.names.count >= root.count && zip(path.names, root).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        return isWhole ? path.dropping(root.count) : path
    }

    /// What is at a path; nil when nothing is.
    ///
    /// - Throws: `ImportError` when it is neither a file nor a directory or cannot be looked at.
    public func look(at path: TreePath) async throws -> Found? {
        try await pool.run { [self] in
            guard let name = path.last, let parent = path.parent else {
                _ = try open(path, O_RDONLY | O_DIRECTORY)
                return .directory
            }
            var status = stat()
            let above: OpenFile
            do {
                above = try open(parent, O_RDONLY | O_DIRECTORY)
            } catch let error as ImportError {
                if error.isMissing { return nil }
                throw error
            }
            guard fstatat(above.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                if errno == ENOENT { return nil }
                throw ImportError.last(path.description)
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file(size: Int64(status.st_size), modified: Self.modified(status))
            case S_IFDIR: return .directory
            case S_IFLNK: throw ImportError("\(path.description.debugDescription): a symbolic link is not followed")
            default: throw ImportError("\(path.description.debugDescription): it is no file")
            }
        }
    }

    /// Opens a file for reading.
    ///
    /// - Throws: `ImportError`.
    func file(_ path: TreePath) async throws -> OpenFile {
        try await pool.run { [self] in
            // Not to wait for the other end of a pipe.
            let file = try open(path, O_RDONLY | O_NONBLOCK)
            guard try file.status().st_mode & S_IFMT == S_IFREG else {
                throw ImportError("\(path.description.debugDescription): it is no file")
            }
            return file
        }
    }

    /// Opens what is at a path, part by part.
    ///
    /// - Throws: `ImportError`.
    func open(_ path: TreePath, _ flags: Int32) throws -> OpenFile {
        var current: OpenFile
        do {
            current = try OpenFile(directory, O_RDONLY | O_DIRECTORY)
        } catch {
            throw ImportError("the server's directory for files to import cannot be opened", isRetryable: true)
        }
        for (index, name) in path.names.enumerated() {
            let isLast = index == path.names.count - 1
            let flags = (isLast ? flags : O_RDONLY | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC
            let descriptor = openat(current.descriptor, name, flags)
            guard descriptor >= 0 else { throw ImportError.last(path.description) }
            current = OpenFile(taking: descriptor, path: path.description)
        }
        guard path.names.isEmpty else { return current }
        let descriptor = openat(current.descriptor, ".", flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw ImportError.last(path.description) }
        return OpenFile(taking: descriptor, path: path.description)
    }

    static func modified(_ status: stat) -> Timestamp {
        Timestamp(
            milliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        )
    }
}

import Foundation
import HawserCore
import HawserMetadata

extension ImportRoot {
    /// What is found below a directory.
    struct Entry: Sendable {
        /// Its path.
        let path: TreePath
        /// How long it is; nil for a directory.
        let size: Int64?
        /// When it was changed.
        let modified: Timestamp
    }

    /// What lies in a directory that cannot be moved, and why.
    struct Obstacle: Sendable {
        /// Where it is, fit to be shown.
        let path: String
        /// Why it cannot be moved.
        let reason: String
    }

    /// What is in one directory: files, directories, and what is neither or has a name that is none.
    ///
    /// - Throws: `ImportError` when it cannot be read.
    func list(_ path: TreePath) async throws -> (entries: [Entry], obstacles: [Obstacle]) {
        try await pool.run { [self] in
            let directory = try open(path, O_RDONLY | O_DIRECTORY)
            // The stream takes a descriptor of its own over.
            let copy = fcntl(directory.descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0, let stream = fdopendir(copy) else {
                if copy >= 0 { close(copy) }
                throw ImportError.last(path.description)
            }
            defer { closedir(stream) }
            var (entries, obstacles): ([Entry], [Obstacle]) = ([], [])
            while let entry = readdir(stream) {
                let bytes = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: UInt8.self, capacity: 256) {
                        Array(UnsafeBufferPointer(start: $0, count: 256).prefix { $0 != 0 })
                    }
                }
                if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { continue }
                let shown = "\(path.names.isEmpty ? "" : path.description)/\(String(decoding: bytes, as: UTF8.self))"
                do {
                    guard let name = String(validating: bytes, as: UTF8.self) else {
                        throw ImportError("the name is not UTF-8")
                    }
                    try TreePath.check(name)
                    var status = stat()
                    guard fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                        // Gone since it was listed.
                        if errno == ENOENT { continue }
                        throw ImportError.last(shown)
                    }
                    let found = try TreePath(path.appending(name).description)
                    let modified = Self.modified(status)
                    switch status.st_mode & S_IFMT {
                    case S_IFREG:
                        entries.append(Entry(path: found, size: Int64(status.st_size), modified: modified))
                    case S_IFDIR: entries.append(Entry(path: found, size: nil, modified: modified))
                    case S_IFLNK: throw ImportError("a symbolic link is not followed")
                    default: throw ImportError("it is no file")
                    }
                } catch let error as FileTreeError {
                    obstacles.append(Obstacle(path: shown, reason: error.message))
                } catch let error as ImportError where !error.isRetryable {
                    obstacles.append(Obstacle(path: shown, reason: error.description))
                }
            }
            return (entries, obstacles)
        }
    }
}

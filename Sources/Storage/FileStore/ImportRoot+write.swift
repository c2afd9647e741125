import Foundation
import HawserCore
import HawserMetadata

extension ImportRoot {
    /// Makes a directory; those above it must be there.
    ///
    /// - Throws: `ImportError`.
    func makeDirectory(_ path: TreePath) async throws {
        guard let name = path.last, let parent = path.parent else { return }
        try await pool.run { [self] in
            let above = try open(parent, O_RDONLY | O_DIRECTORY)
            if mkdirat(above.descriptor, name, 0o755) == 0 {
                guard fsync(above.descriptor) == 0 else { throw ImportError.last(path.description) }
            } else if errno != EEXIST {
                throw ImportError.last(path.description)
            } else {
                // What has the name must be a directory, and no link to one.
                _ = try open(path, O_RDONLY | O_DIRECTORY)
            }
        }
    }

    /// Writes a file under another name, and puts it in its place when it is whole and on the disk.
    ///
    /// A file that is there is replaced; a link that is there is replaced, not followed.
    ///
    /// - Parameters:
    ///   - path: where it goes; its directory must be there.
    ///   - draft: its name until it is whole; what a dead run left under that name is overwritten.
    ///   - bytes: its bytes.
    ///   - modified: when it says that it was changed.
    ///   - written: called with the number of bytes of each piece.
    /// - Throws: `ImportError`; what reading throws.
    func write(
        _ path: TreePath,
        draft: String,
        bytes: ObjectReader,
        modified: Timestamp?,
        written: @Sendable (Int64) async -> Void
    ) async throws {
        guard let name = path.last, let parent = path.parent else {
            throw ImportError("the directory itself is no file")
        }
        let (above, file) = try await pool.run { [self] in
            let above = try open(parent, O_RDONLY | O_DIRECTORY)
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
            let descriptor = openat(above.descriptor, draft, flags, 0o644)
            guard descriptor >= 0 else { throw ImportError.last(path.description) }
            return (above, OpenFile(taking: descriptor, path: path.description))
        }
        do {
            for try await chunk in bytes {
                try Task.checkCancellation()
                try await pool.run { try chunk.withUnsafeBytes { try file.write($0) } }
                await written(Int64(chunk.count))
            }
            try await pool.run {
                if let modified {
                    let seconds = modified.milliseconds.quotientAndRemainder(dividingBy: 1000)
                    let time = timespec(tv_sec: time_t(seconds.quotient), tv_nsec: Int(seconds.remainder) * 1_000_000)
                    // A courtesy: a file system may not take it.
                    _ = [time, time].withUnsafeBufferPointer { futimens(file.descriptor, $0.baseAddress) }
                }
                try file.sync()
                guard renameat(above.descriptor, draft, above.descriptor, name) == 0 else {
                    throw ImportError.last(path.description)
                }
                guard fsync(above.descriptor) == 0 else { throw ImportError.last(path.description) }
            }
        } catch {
            try await pool.run { _ = unlinkat(above.descriptor, draft, 0) }
            throw error
        }
    }
}

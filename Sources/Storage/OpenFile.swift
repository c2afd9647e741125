import Foundation

/// An open file that is closed when its last user is gone; every call blocks.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    /// Opens a file.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw StorageError.last("open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    /// Takes over a descriptor; the path is for errors.
    init(taking descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// The length of the file in bytes.
    func size() throws -> Int64 {
        Int64(try status().st_size)
    }

    func status() throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError.last("stat", path) }
        return status
    }

    /// Writes all of these bytes at the end of what was written.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError.last("write", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads up to so many bytes from a place; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + filled },
                    count - filled,
                    off_t(offset) + off_t(filled)
                )
                if got < 0 {
                    if errno == EINTR { continue }
                    throw StorageError.last("read", path)
                }
                if got == 0 { return }
                filled += got
            }
        }
    }

    /// Returns when all that was written is on the disk.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw StorageError.last("fsync", path) }
    }

    /// Lets the disk begin with a part that was written, so that `sync` finds little left to do.
    func beginSync(from offset: Int64, count: Int64) {
        // Linux starts writing dirty pages that are said to be needed no more, and does not wait (mm/fadvise.c). A hint:
        // `sync` does what is left, and reports what went wrong.
        posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Drops a part that is on the disk by now from the system's cache; a hint, too.
    func uncache(from offset: Int64, count: Int64) {
        posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }
}

/// Calls on directories and names; every call blocks.
enum Directory {
    /// Makes a directory, and those above it, durably.
    static func make(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty, parent != path { try make(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw StorageError.last("mkdir", path) }
        try sync(parent.isEmpty ? "." : parent)
    }

    /// Returns when the names in a directory are on the disk.
    static func sync(_ path: String) throws {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
    }

    /// The names in a directory, without `.` and `..`; none when there is no such directory.
    static func names(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw StorageError.last("opendir", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file; one that is gone already is no error.
    static func remove(file path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw StorageError.last("unlink", path) }
    }
}

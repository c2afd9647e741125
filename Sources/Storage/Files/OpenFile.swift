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

    /// Fills pieces of memory, one after the other, from a place; says how many bytes the file had for them.
    func read(at offset: Int64, into pieces: [UnsafeMutableRawBufferPointer]) throws -> Int {
        var rest = pieces.filter { !$0.isEmpty }.map { iovec(iov_base: $0.baseAddress, iov_len: $0.count) }[...]
        var done = 0
        while !rest.isEmpty {
            // The system takes at most 1024 pieces a call (IOV_MAX of Linux).
            let got = Array(rest.prefix(1024)).withUnsafeBufferPointer {
                preadv(descriptor, $0.baseAddress, Int32($0.count), off_t(offset) + off_t(done))
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw StorageError.last("read", path)
            }
            if got == 0 { break }
            done += got
            var taken = got
            while let first = rest.first, taken >= first.iov_len {
                taken -= first.iov_len
                rest.removeFirst()
            }
            if taken > 0, let first = rest.first {
                rest[rest.startIndex] = iovec(iov_base: first.iov_base + taken, iov_len: first.iov_len - taken)
            }
        }
        return done
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

import Foundation

/// A file of this machine, open for reading.
struct LocalFile: TargetFile {
    let size: Int64
    private let file: OpenFile
    private let pool: TargetPool
    private let deadline: Duration

    init(_ file: OpenFile, size: Int64, pool: TargetPool, deadline: Duration) {
        self.file = file
        self.size = size
        self.pool = pool
        self.deadline = deadline
    }

    func read(at offset: Int64, count: Int) async throws -> [UInt8] {
        try await pool.run("read", within: deadline) { [file] in try file.read(at: offset, count: count) }
    }

    func descriptor() throws -> Int32? {
        let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw StorageError.last("dup", file.path) }
        return copy
    }
}

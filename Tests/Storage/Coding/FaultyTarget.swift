import Foundation
import HawserCore
import HawserTestSupport

@testable import HawserStorage

/// A directory target whose calls can be made to fail or hang, and that counts what is read.
final class FaultyTarget: Target {
    /// What happens to a call.
    enum Fault: Sendable {
        case fails(StorageError)
        /// A thread of the target hangs until the gate opens.
        case hangs(Gate)
    }

    struct Faults: Sendable {
        var begin: Fault?
        var write: Fault?
        /// How many writes go well before `write` happens.
        var writes = 0
        var finish: Fault?
        var read: Fault?
        var open: Fault?
        var remove: Fault?
        /// A byte that is changed after the file was finished.
        var flipped: Int64?
    }

    let inner: DirectoryTarget
    let directory: String
    let faults = Synced(Faults())
    let reads = Synced<[Int]>([])
    let opened = Synced(0)
    /// How many calls that hung came to an end.
    let ended = Synced(0)
    private let pool: TargetPool
    private let deadline: Duration

    init(id: String, directory: String, deadline: Duration = .milliseconds(500)) throws {
        self.directory = directory
        self.deadline = deadline
        let patient = TargetDeadlines(call: .seconds(120), finish: .seconds(120))
        inner = try DirectoryTarget(id: id, directory: directory, deadlines: patient)
        pool = TargetPool(target: id, threads: 2)
    }

    var id: String { inner.id }

    func happen(_ fault: Fault?) async throws {
        switch fault {
        case .fails(let error)?: throw error
        case .hangs(let gate)?:
            defer { ended.change { $0 += 1 } }
            try await pool.run("test", within: deadline) { gate.wait() }
        case nil: break
        }
    }

    func begin(_ name: String, size: Int64) async throws -> any TargetSink {
        try await happen(faults.value.begin)
        return Sink(inner: try await inner.begin(name, size: size), target: self, path: "\(directory)/\(name)")
    }

    func open(_ name: String) async throws -> any TargetFile {
        opened.change { $0 += 1 }
        try await happen(faults.value.open)
        return File(inner: try await inner.open(name), target: self)
    }

    func remove(_ name: String) async throws {
        try await happen(faults.value.remove)
        try await inner.remove(name)
    }

    func freeSpace() async throws -> Int64? { try await inner.freeSpace() }

    func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String] {
        try await inner.names(below: prefix, storedBefore: moment)
    }

    private struct Sink: TargetSink {
        let inner: any TargetSink
        let target: FaultyTarget
        let path: String
        let count = Synced(0)

        func write(_ bytes: MemorySlice) async throws {
            let done = count.change { count in
                count += 1
                return count - 1
            }
            if done >= target.faults.value.writes { try await target.happen(target.faults.value.write) }
            try await inner.write(bytes)
        }

        func finish() async throws {
            try await target.happen(target.faults.value.finish)
            try await inner.finish()
            if let offset = target.faults.value.flipped { try flip(path, offset) }
        }

        func abort() async { await inner.abort() }
    }

    private struct File: TargetFile {
        let inner: any TargetFile
        let target: FaultyTarget

        var size: Int64 { inner.size }

        func read(at offset: Int64, count: Int) async throws -> [UInt8] {
            target.reads.change { $0.append(count) }
            try await target.happen(target.faults.value.read)
            return try await inner.read(at: offset, count: count)
        }

        func descriptor() throws -> Int32? { try inner.descriptor() }
    }
}

/// Holds threads until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}

/// Changes a byte of a file.
func flip(_ path: String, _ offset: Int64) throws {
    let file = try OpenFile(path, O_RDWR)
    var byte = try file.read(at: offset, count: 1)
    guard byte.count == 1 else { throw StorageError.damaged(object: path, reason: "has no byte \(offset)") }
    byte[0] ^= 0x10
    guard pwrite(file.descriptor, byte, 1, off_t(offset)) == 1 else { throw StorageError.last("write", path) }
}

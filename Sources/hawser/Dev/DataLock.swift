import Foundation

/// The right to be the one dev of a directory; given up by the system when the process ends, however it ends.
final class DataLock: Sendable {
    private let file: Int32

    /// Takes it.
    ///
    /// - Throws: `CommandFailure` that names the process which has it.
    init(_ directory: DataDirectory) throws {
        file = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(description: "cannot open \(directory.lock): \(reason)")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? directory.read(directory.lock))??.trimmingCharacters(in: .whitespacesAndNewlines)
            close(file)
            throw CommandFailure(
                description: "another hawser dev (process \(holder ?? "unknown")) runs on \(directory.path)"
            )
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(file, 0)
        pwrite(file, text, text.count, 0)
    }

    deinit {
        close(file)
    }
}

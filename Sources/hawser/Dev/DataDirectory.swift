import Foundation
import HawserCore

/// The directory `hawser dev` keeps everything in, and the places of its parts.
struct DataDirectory: Sendable {
    /// The absolute path, without a slash at its end.
    let path: String

    var redis: String { "\(path)/redis" }
    var mongo: String { "\(path)/mongo" }
    var logs: String { "\(path)/log" }
    var secrets: String { "\(path)/secrets" }
    /// What other programs read to find the servers.
    var announcement: String { "\(path)/dev.json" }
    /// The file that is locked while a dev runs here.
    var lock: String { "\(path)/dev.lock" }
    /// The ports that were chosen at the first start.
    var ports: String { "\(path)/dev-ports.json" }
    /// The processes that run, for the case that they outlive a dev.
    var children: String { "\(path)/dev-children.json" }

    /// Makes the directory and those in it; only their owner may enter those that are made.
    init(_ path: String) throws {
        let absolute = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        self.path = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
        do {
            for folder in [self.path, redis, mongo, logs, secrets] {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            }
        } catch {
            throw CommandFailure(description: "cannot make the directory \(self.path): \(error.localizedDescription)")
        }
    }

    /// Writes a file that only its owner can read, so that a reader sees the old text or the new one.
    func write(_ text: String, to file: String) throws {
        let draft = "\(file).new-\(getpid())"
        let handle = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard handle >= 0 else { throw failure("write", draft) }
        let bytes = Array(text.utf8)
        let isWritten = Foundation.write(handle, bytes, bytes.count) == bytes.count && fsync(handle) == 0
        let reason = errno
        close(handle)
        guard isWritten, rename(draft, file) == 0 else {
            unlink(draft)
            throw failure("write", file, code: isWritten ? errno : reason)
        }
    }

    /// The text of a file; nil when there is none.
    func read(_ file: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            return try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw CommandFailure(description: "cannot read \(file): \(error.localizedDescription)")
        }
    }

    /// The last lines a service wrote to its log.
    func lastLines(of service: String, _ count: Int = 5) -> String {
        guard let text = try? String(contentsOfFile: log(of: service), encoding: .utf8) else { return "" }
        return text.split(separator: "\n").suffix(count).joined(separator: "\n")
    }

    /// The log of a service.
    func log(of service: String) -> String { "\(logs)/\(service).log" }

    private func failure(_ operation: String, _ file: String, code: Int32 = errno) -> CommandFailure {
        CommandFailure(description: "cannot \(operation) \(file): \(String(cString: strerror(code)))")
    }
}

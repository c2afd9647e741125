import Foundation
import Synchronization

/// A temporary directory that is removed with its last reference, or when the process exits.
public final class TestDirectory: Sendable {
    private static let prefix = "hawser-test-"
    private static let kept = Mutex<Set<String>>([])
    /// Set up once, by the first directory.
    private static let cleaning: Int32 = {
        sweep()
        return atexit {
            for path in TestDirectory.kept.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        }
    }()

    /// Its path.
    public let path: String

    /// Makes a directory; keep the name short, a socket's path has at most 107 bytes.
    public init(_ name: String = "test") throws {
        _ = Self.cleaning
        var template = Array((NSTemporaryDirectory() + "/\(Self.prefix)\(getpid())-\(name).XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerError(description: "mkdtemp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = Self.kept.withLock { $0.insert(path) }
    }

    deinit {
        _ = Self.kept.withLock { $0.remove(path) }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Removes what test processes left behind that were killed: directories carry the id of their process.
    private static func sweep() {
        let parent = NSTemporaryDirectory()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
            guard name.hasPrefix(prefix), let id = pid_t(name.dropFirst(prefix.count).prefix { $0.isNumber }) else {
                continue
            }
            if kill(id, 0) != 0, errno == ESRCH { try? FileManager.default.removeItem(atPath: "\(parent)/\(name)") }
        }
    }
}

import Foundation
import HawserCore

/// The checks of this machine and of what the program was told.
extension Examination {
    /// Whether the data directory can be written, and how much room it has.
    static func disk(_ configuration: Configuration) async -> [Finding] {
        let path = configuration.data
        let manager = FileManager.default
        guard manager.fileExists(atPath: path) else {
            return [.warn("data", "\(path) does not exist yet; it is made at the first start")]
        }
        do {
            let probe = "\(path)/.doctor-\(getpid())"
            try Data("x".utf8).write(to: URL(filePath: probe))
            try manager.removeItem(atPath: probe)
            let attributes = try manager.attributesOfFileSystem(forPath: path)
            guard let free = (attributes[.systemFreeSize] as? NSNumber)?.int64Value else {
                return [.warn("data", "\(path): free space is unknown")]
            }
            let text = "\(path): \(gibibytes(free)) free"
            if free < 1 << 28 { return [.fail("data", text)] }
            return [free < 5 << 30 ? .warn("data", text) : .ok("data", text)]
        } catch {
            return [.fail("data", "\(path) cannot be written: \(error.localizedDescription)")]
        }
    }

    /// Whether the clock shows a time that can be; certificates and records depend on it, the queue on Redis' clock.
    static func clock(_ configuration: Configuration) async -> [Finding] {
        let now = Timestamp.now
        guard let release = Timestamp(rfc3339: "2025-01-01T00:00:00Z"), now > release else {
            return [.fail("clock", "\(now.rfc3339) is in the past")]
        }
        return [.ok("clock", now.rfc3339)]
    }

    /// Whether ten thousand connections may be open.
    static func files(_ configuration: Configuration) async -> [Finding] {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return [.warn("files", "the limit of open files is unknown")]
        }
        let text = "\(limit.rlim_cur) files may be open (up to \(limit.rlim_max) on request)"
        if limit.rlim_max < 1024 { return [.fail("files", text)] }
        if limit.rlim_max < 16_384 { return [.warn("files", "\(text); 10,000 connections need 16384")] }
        return [.ok("files", text)]
    }

    /// Whether the keys are set.
    static func keys(_ configuration: Configuration) async -> [Finding] {
        [
            configuration.masterKey == nil
                ? .warn("keys", "HAWSER_MASTER_KEY is not set: secrets cannot be stored")
                : .ok("keys", "HAWSER_MASTER_KEY is set"),
            configuration.adminKey == nil
                ? .warn("keys", "HAWSER_ADMIN_KEY is not set: nobody can make tenants over HTTP")
                : .ok("keys", "HAWSER_ADMIN_KEY is set"),
        ]
    }

    private static func gibibytes(_ bytes: Int64) -> String {
        String(format: "%.1f GiB", Double(bytes) / Double(1 << 30))
    }
}

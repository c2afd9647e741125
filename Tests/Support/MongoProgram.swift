import Foundation

/// Where mongod is: `HAWSER_MONGOD`, else on PATH, else what `ops/testbed/mongod` prints (which may fetch it once).
public enum MongoProgram {
    private static let search = Task { () -> String in
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["HAWSER_MONGOD"], !path.isEmpty { return path }
        for directory in (environment["PATH"] ?? "").split(separator: ":") {
            let path = "\(directory)/mongod"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        let script = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ops/testbed/mongod").path
        return try await ServerProcess.start([script], markers: ["/mongod"]).wait(for: "/mongod")
    }

    /// Its path.
    public static var path: String {
        get async throws { try await search.value }
    }
}

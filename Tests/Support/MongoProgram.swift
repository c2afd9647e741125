import Foundation

/// Where mongod is: `HAWSER_MONGOD`, else on PATH, else what `ops/testbed/mongod` prints (which may fetch it once).
enum MongoProgram {
    static let path = Result<String, any Error> {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["HAWSER_MONGOD"], !path.isEmpty { return path }
        for directory in (environment["PATH"] ?? "").split(separator: ":") {
            let path = "\(directory)/mongod"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        let script = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ops/testbed/mongod")
        let process = Process()
        process.executableURL = script
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let path = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0, !path.isEmpty else {
            throw ServerError(description: "no mongod: \(script.path) failed")
        }
        return path
    }
}

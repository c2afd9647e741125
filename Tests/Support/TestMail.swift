import Foundation

/// A real SMTP server of the tests' own (`ops/testbed/smtpd`), which keeps mails as files.
///
/// It refuses for good what goes to an address that begins with `refused`.
public struct TestMail: TestServer {
    /// Its process, and how to start that again.
    public let instance: ServerInstance

    /// Starts a server; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Returns: the running server.
    /// - Throws: `ServerError` with its last lines when it does not come up.
    public static func start() async throws -> TestMail {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let program = root.appending(path: "ops/testbed/smtpd").path()
        let instance = try await ServerInstance.start("mail", ready: "listening") { port, directory in
            [program, "\(port)", directory.path]
        }
        return TestMail(instance: instance)
    }

    /// Its URL.
    public var url: String { "smtp://127.0.0.1:\(port)" }

    /// The mails to an address, the oldest first.
    public func mails(to address: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".eml") }
        let mails = try names.map { name in
            let path = directory.file(name)
            let made = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            return (text: try String(contentsOfFile: path, encoding: .utf8), made: made ?? .distantPast)
        }
        return mails.filter { $0.text.contains("X-To: \(address)\n") }.sorted { $0.made < $1.made }.map(\.text)
    }

    /// Waits until there are so many mails to an address.
    public func mails(to address: String, count: Int) async throws -> [String] {
        while true {
            let mails = try mails(to: address)
            if mails.count >= count { return mails }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

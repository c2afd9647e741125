import Foundation
import HawserCore
import HawserHTTP
import Testing

@Suite struct ManyConnectionsTests {
    /// Opens kept connections, makes a request on each, and holds them until its input ends.
    ///
    /// A process of its own, since both ends of 10,000 connections would be more files than one process may open by the usual limit of 20,000.
    private static let holder = """
        ulimit -n $(ulimit -Hn)
        for ((i = 0; i < $2; i++)); do
            exec {fd}<>/dev/tcp/127.0.0.1/$1 || exit 1
            printf 'GET /idle HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&$fd
            read -r -u $fd line || exit 1
            [[ $line == *200* ]] || exit 1
        done
        echo ready
        read -r
        """

    private static var fileLimit: UInt {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt(limit.rlim_max)
    }

    @Test(.enabled(if: fileLimit >= 12_000, "needs a limit of 12,000 open files"))
    func tenThousandIdleConnectionsDoNotHinderOthers() async throws {
        let count = 10_000
        try await withServer(handler: { .text($0.path) }) { port, server in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", Self.holder, "holder", "\(port)", "\(count)"]
            let input = Pipe()
            let output = Pipe()
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            let line = try await onThread { output.fileHandleForReading.availableData }
            #expect(String(decoding: line, as: UTF8.self) == "ready\n")
            #expect(server.connections >= count)
            let client = HTTPClient()
            for index in 0..<200 {
                let response = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/\(index)"))
                #expect(String(decoding: response.body, as: UTF8.self) == "/\(index)")
            }
            #expect(server.connections >= count)
            try input.fileHandleForWriting.close()
            try await onThread { process.waitUntilExit() }
        }
    }
}

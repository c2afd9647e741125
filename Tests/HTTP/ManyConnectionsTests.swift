import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

@Suite struct ManyConnectionsTests {
    /// Opens kept connections, makes a request on each, and holds them until it is killed.
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
        exec sleep 1000
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
            let holder = try await ServerProcess.start(
                ["bash", "-c", Self.holder, "holder", "\(port)", "\(count)"],
                markers: ["ready"]
            )
            try await holder.wait(for: "ready")
            #expect(server.connections >= count)
            let client = HTTPClient()
            for index in 0..<200 {
                let response = try await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/\(index)"))
                #expect(String(decoding: response.body, as: UTF8.self) == "/\(index)")
            }
            #expect(server.connections >= count)
            holder.signal(SIGKILL)
            await holder.waitForExit()
        }
    }
}

import Foundation
import HawserCore
import HawserMetadata
import Testing

@Suite("transfers whose worker is killed", .timeLimit(.minutes(20)), .serialized)
struct KilledTransferTests {
    private static let dev = Task { try await StoreDev(settings: ["HAWSER_LEASE_SECONDS": "2"]) }

    @Test("a directory up and down, the worker killed again and again: all files, each once, counted once")
    func directory() async throws {
        let dev = try await Self.dev.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        var files: [String: [UInt8]] = [:]
        for index in 0..<600 { files["\(folder)/d\(index % 5)/f\(index)"] = Crypto.randomBytes(index * 20) }
        for (path, bytes) in files { try dev.write(bytes, to: path) }
        let total = files.values.reduce(0) { $0 + $1.count }
        let up = try await tenant.ask("/store/uploaddir", ["parent": .string(folder)])
        try await killing(dev, tenant, up.job, folder)
        for index in 0..<5 {
            let expected = files.filter { $0.key.hasPrefix("\(folder)/d\(index)/") }
            let listed = try await tenant.list("\(folder)/d\(index)")
            #expect(listed.count == expected.count)
            for entry in listed { #expect(files["\(folder)/d\(index)/\(entry.name)"]?.count == Int(entry.size)) }
        }
        // Nothing is stored or counted twice.
        let bytes = Int64(total)
        let stored = try await dev.usage(of: tenant)
        #expect(stored == Usage(volume: bytes, objects: Int64(files.count), up: bytes))
        try FileManager.default.removeItem(atPath: folder)
        let down = try await tenant.ask("/store/downloaddir", ["parent": .string(folder)])
        try await killing(dev, tenant, down.job, folder)
        for (path, bytes) in files { #expect(try dev.read(path) == bytes) }
        let there = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        #expect(there.allSatisfy { !$0.hasSuffix(".part") })
        #expect(try await dev.usage(of: tenant).down == bytes)
        let gone = try await tenant.ask("/store/remove", ["target": .string(folder), "recursion": true])
        #expect(gone.data == true)
        try dev.dev.killWorker()
        #expect(try await tenant.tenant.finished(gone.job)["state"] == "succeeded")
        #expect(try await dev.usage(of: tenant) == Usage(up: bytes, down: bytes), "all is freed")
    }

    /// Kills the worker in the middle of a job, several times, and waits for the job's end.
    private func killing(_ dev: StoreDev, _ tenant: StoreTenant, _ job: String, _ path: String) async throws {
        func rate() async throws -> Double {
            try await tenant.does("/store/progress", ["files": [.string(path)]])[path]?.double ?? 0
        }
        var killed: Int32?
        for goal in [0.05, 0.4] {
            while true {
                let state = try await tenant.tenant.client.get("/v1/jobs/\(job)")
                if state["state"] == "succeeded" || state["state"] == "failed" { break }
                let before = try await rate()
                if before >= goal, let worker = try dev.dev.workerID(), worker != killed {
                    killed = try dev.dev.killWorker()
                    // What was told holds while nobody works.
                    #expect(try await rate() >= before)
                    break
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(killed != nil, "it was over before it could be killed")
        let end = try await tenant.tenant.finished(job)
        #expect(end["state"] == "succeeded", "\(end["error"] ?? .null)")
        #expect(try await rate() == 1)
    }
}

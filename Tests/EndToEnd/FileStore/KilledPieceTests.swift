import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserTestSupport
import Testing

@Suite("pieces when the API is killed, or a node is lost", .timeLimit(.minutes(10)), .serialized)
struct KilledPieceTests {
    private static let dev = Task {
        try await StoreDev(settings: ["HAWSER_TARGETS": "8", "HAWSER_LEASE_SECONDS": "2"])
    }

    /// Does something until it comes through, as a client does whose server is restarted.
    private func persisting<Value>(_ body: () async throws -> Value) async throws -> Value {
        while true {
            do {
                return try await body()
            } catch is HTTPClientError {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test("killed between the steps, amid the pieces and while the file is put together: once there, counted once")
    func killed() async throws {
        let dev = try await Self.dev.value
        let client = PieceClient(try await dev.tenant(), of: dev, Crypto.randomBytes(24_000_000))
        let partitions = try await client.cut("a")
        try dev.dev.killService("api")
        let prepared = try await persisting { try await client.prepare(partitions) }
        try dev.dev.killService("api")
        // Amid the pieces: some are there, some are half there, some come twice.
        let killing = Task {
            for _ in 0..<3 {
                try await Task.sleep(for: .milliseconds(150))
                try dev.dev.killService("api")
            }
        }
        _ = try await persisting { try await client.putAll(partitions, prepared) }
        try await killing.value
        let blocks = try await persisting { try await client.putAll(partitions, prepared) }
        // While it is put together.
        for pause in [5, 30, 80, 200] {
            let asking = Task { try? await client.done("a", blocks) }
            try await Task.sleep(for: .milliseconds(pause))
            try dev.dev.killService("api")
            _ = await asking.value
        }
        let done = try await persisting { try await client.done("a", blocks) }
        #expect(done.code == 0, "\(done.answer)")
        #expect(try await client.retrieve() == client.bytes)
        let bytes = Int64(client.bytes.count)
        #expect(try await dev.usage(of: client.store) == Usage(volume: bytes, objects: 1, up: bytes, down: bytes))
        // What was left is collected; the file stays.
        while !dev.dev.files(below: "staged").isEmpty { try await collect(dev) }
        try await collect(dev)
        let files = dev.dev.files(below: "targets")
        #expect(files.count == 6 && files.allSatisfy { !$0.contains(".piece.") && !$0.contains(".half") }, "\(files)")
        #expect(try await client.retrieve() == client.bytes)
    }

    /// Has everything collected that nothing names now.
    private func collect(_ dev: StoreDev) async throws {
        let urls = try JSON(parsing: try dev.read("\(dev.dev.data)/dev.json"))
        let outcome = try await CommandOutcome.of(
            [try Program.path, "targets", "collect", "--older-than", "0"],
            environment: [
                "HAWSER_REDIS_URL": urls["redis_url"]?.string ?? "",
                "HAWSER_MONGO_URL": urls["mongo_url"]?.string ?? "",
                "HAWSER_DATA": dev.dev.data,
            ]
        )
        let job = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
        while true {
            let answer = try await dev.dev.admin.get("/v1/jobs/\(job)?wait=30")
            if answer["state"] == "succeeded" { return }
            guard answer.status == 200, answer["state"] != "failed" else {
                Issue.record("\(outcome)")
                throw UnexpectedAnswer(answer: answer)
            }
        }
    }

    @Test("a node that is lost while pieces come is replaced by a spare, and one that is lost later by asking again")
    func lostNode() async throws {
        let dev = try await Self.dev.value
        let client = PieceClient(try await dev.tenant(), of: dev, Crypto.randomBytes(2_500_000))
        let partitions = try await client.cut("b")
        let prepared = try await client.prepare(partitions)
        let node = prepared.data["partition"]?.array?.first?.array?.first?["node"]?.string ?? ""
        let directory = "\(dev.dev.data)/targets/\(node)"
        try FileManager.default.moveItem(atPath: directory, toPath: directory + ".away")
        try Data().write(to: URL(filePath: directory))
        let blocks = try await client.putAll(partitions, prepared)
        #expect(!blocks.text.contains("[\"\(node)\"]"), "a spare has it")
        try FileManager.default.removeItem(atPath: directory)
        try FileManager.default.moveItem(atPath: directory + ".away", toPath: directory)
        // Another one loses what it has.
        let other = prepared.data["partition"]?.array?.first?.array?[1]["node"]?.string ?? ""
        try FileManager.default.removeItem(atPath: "\(dev.dev.data)/targets/\(other)")
        let missing = try await client.done("b", blocks)
        #expect(missing.code == 9 && missing.message.contains(partitions[0][1].sha1), "\(missing.answer)")
        let again = try await client.putAll(partitions, try await client.prepare(partitions))
        #expect(try await client.done("b", again).code == 0)
        #expect(try await client.retrieve() == client.bytes)
    }
}

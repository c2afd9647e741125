import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserRedis
import Synchronization
import Testing

/// Seed 002: buckets and files while the API, the worker and Redis are killed at random moments.
@Suite("buckets under kills", .serialized, .timeLimit(.minutes(10)))
struct BucketCrashTests {
    private static let path = "/api/storages"

    /// What one lane was told, and what it asked for without being told.
    private struct Known {
        var buckets: [Int64] = []
        /// The bytes of each file that was acknowledged, by id.
        var files: [String: (bucket: Int64, bytes: [UInt8])] = [:]
        /// Files whose removal was asked for: they may be there or not, unless it was acknowledged.
        var asked: Set<String> = []
        var gone: Set<String> = []
        /// Downloads that were begun and those that came whole, by file.
        var begun: [String: Int] = [:]
        var came: [String: Int] = [:]
        var jobs: [String] = []
        var acknowledged = 0
        var failed = 0
    }

    @Test("after random operations with random kills Redis is as MongoDB, and every acknowledged file is whole")
    func random() async throws {
        let dev = try await Dev(settings: ["HAWSER_LEASE_SECONDS": "3"])
        let tenant = try await dev.tenant()
        let end = ContinuousClock.now + .seconds(25)
        let killing = Task {
            var kills = 0
            while !Task.isCancelled, ContinuousClock.now < end {
                // At a moment that nothing in the program has to do with.
                try await Task.sleep(for: .milliseconds(Int.random(in: 300...2500)))
                let name = ["api", "api", "worker", "worker", "redis"].randomElement() ?? "api"
                if try dev.killService(name) != nil { kills += 1 }
            }
            return kills
        }
        let lanes = try await withThrowingTaskGroup(of: Known.self) { group in
            for _ in 0..<6 { group.addTask { try await Self.lane(tenant, until: end) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let kills = try await killing.value
        #expect(kills >= 5)
        try await Self.settled(dev, tenant, jobs: lanes.flatMap(\.jobs))
        #expect(lanes.reduce(0) { $0 + $1.acknowledged } > 50)
        #expect(try await Self.differences(dev) == [])
        for known in lanes { try await Self.check(known, tenant) }
        let objects = try await dev.database.collection("objects").find(projection: ["_id": 1])
        let files = try await dev.database.collection("files").find(projection: ["_id": 1])
        #expect(Set(objects.map { $0["_id"] }) == Set(files.map { $0["_id"] }), "no file without object, none beside")
    }

    /// Does this and that until the time is over.
    private static func lane(_ tenant: Tenant, until end: ContinuousClock.Instant) async throws -> Known {
        var known = Known()
        let client = tenant.client
        while ContinuousClock.now < end {
            do {
                switch Int.random(in: 0..<20) {
                case 0, 1:
                    let path: JSON = .string("/$year/\(Int.random(in: 0..<9))")
                    known.buckets.append(try await tenant.bucket(policy().merging(["Path": path]) { $1 }))
                case 2...9:
                    guard let bucket = known.buckets.randomElement() else { continue }
                    let contents = (0..<Int.random(in: 1...3)).map { _ in bytes() }
                    let form = Form(contents.enumerated().map { .init("\($0.offset).bin", $0.element) })
                    let records = try await tenant.put(form, into: bucket)
                    for (record, bytes) in zip(records, contents) {
                        known.files[record["FileId"]?.string ?? ""] = (bucket, bytes)
                    }
                case 10...13:
                    guard let id = known.files.keys.randomElement(), !known.asked.contains(id) else { continue }
                    known.begun[id, default: 0] += 1
                    let answer = try await client.get("\(path)/file/\(id)")
                    guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
                    #expect(answer.body == known.files[id]?.bytes)
                    known.came[id, default: 0] += 1
                case 14, 15:
                    guard let id = known.files.keys.randomElement() else { continue }
                    known.asked.insert(id)
                    let answer = try await client.send("DELETE", "\(path)/file/\(id)")
                    guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
                    known.gone.insert(id)
                case 16...18:
                    guard let bucket = known.buckets.randomElement() else { continue }
                    let title: JSON = .string("\(Int.random(in: 0..<1000))")
                    let change: JSON = .object(policy().merging(["BucketId": .int(bucket), "Title": title]) { $1 })
                    let answer = try await client.send(
                        "PUT",
                        "\(path)/bucket",
                        headers: ["Content-Type": "application/json"],
                        body: .bytes(change.bytes)
                    )
                    guard answer.status == 204 else { throw UnexpectedAnswer(answer: answer) }
                default:
                    guard known.buckets.count > 2, let bucket = known.buckets.randomElement() else { continue }
                    known.buckets.removeAll { $0 == bucket }
                    // Whatever is answered: it may have been accepted.
                    for (id, file) in known.files where file.bucket == bucket { known.asked.insert(id) }
                    let answer = try await client.send("DELETE", "\(path)/bucket/\(bucket)")
                    guard answer.status == 202, let job = answer["id"] else { throw UnexpectedAnswer(answer: answer) }
                    known.jobs.append(job)
                    for (id, file) in known.files where file.bucket == bucket { known.gone.insert(id) }
                }
                known.acknowledged += 1
            } catch let unexpected as UnexpectedAnswer {
                #expect(unexpected.answer.status == 503, "\(unexpected)")
                known.failed += 1
                try await Task.sleep(for: .milliseconds(50))
            } catch is HTTPClientError {
                known.failed += 1
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return known
    }

    /// How a bucket is to keep its files from now on.
    private static func policy() -> [String: JSON] {
        [
            "Encryption": ["none", "aes256-gcm"].randomElement() ?? "none",
            "Layout": ["automatic", "replicas", "erasure", "2+2"].randomElement() ?? "automatic",
        ]
    }

    private static func bytes() -> [UInt8] {
        let count = Int.random(in: 0...5) == 0 ? Int.random(in: 200_000...2_000_000) : Int.random(in: 0...20_000)
        let seed = UInt8.random(in: 0...255)
        return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) &+ seed }
    }

    /// Waits until nothing is left to be done.
    private static func settled(_ dev: Dev, _ tenant: Tenant, jobs: [String]) async throws {
        // The first asks MongoDB, the second Redis too; either may have been killed last.
        for question in ["\(path)/bucket/Count", "/v1/jobs/\(UUIDv7.make())"] {
            while true {
                let status = try? await tenant.client.get(question).status
                if status == 200 || status == 404 { break }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        for job in jobs {
            let finished = try await tenant.finished(job)
            #expect(finished["state"] == "succeeded", "\(finished)")
        }
        while true {
            let uploads = try await dev.database.collection("file_uploads").count()
            let files = try await dev.database.collection("files").count(["uncached": ["$exists": true]])
            let buckets = try await dev.database.collection("buckets").count(["uncached": ["$exists": true]])
            let closed = try await dev.database.collection("buckets").count([
                "deletion": ["$exists": true], "removed": ["$exists": false],
            ])
            // Those of deletions that were accepted without an answer, too.
            let jobs = Int(try await dev.redis.send(["HLEN", "{hawser:storage}:state"]).int ?? 1)
            if uploads + files + buckets + closed + jobs == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Compares every key of the seed in Redis with every record in MongoDB, both ways.
    ///
    /// - Returns: what differs.
    private static func differences(_ dev: Dev) async throws -> [String] {
        var found: [String] = []
        var expected: Set<String> = []
        var members: [String: Set<String>] = [:]
        for file in try await dev.database.collection("files").find() {
            let bare = (file["_id"]?.string ?? "").replacing("-", with: "")
            members["storages.bucket:\(file["bucket"]?.int ?? 0):files", default: []].insert(bare)
            expected.insert("storages.file:\(bare)")
            found += try await differences(
                "storages.file:\(bare)",
                file,
                texts: ["Name": "name", "Type": "type", "Path": "path", "Title": "title"],
                numbers: ["BucketId": "bucket", "Size": "size", "TotalVisits": "visits", "Version": "version"],
                times: ["CreatedTime": "created", "ModifiedTime": "modified", "VisitedTime": "visited"],
                dev
            )
        }
        for bucket in try await dev.database.collection("buckets").find(["removed": ["$exists": false]]) {
            let key = "storages.bucket:\(bucket["_id"]?.int ?? 0)"
            expected.insert(key)
            found += try await differences(
                key,
                bucket,
                texts: ["Name": "name", "Path": "path", "Title": "title"],
                numbers: ["Version": "version"],
                times: ["CreatedTime": "created", "ModifiedTime": "modified"],
                dev
            )
        }
        for (key, files) in members {
            expected.insert(key)
            let seen = try await dev.redis.send(["SMEMBERS", .string(key)]).array?.compactMap(\.string) ?? []
            if Set(seen) != files { found.append("\(key): \(Set(seen).symmetricDifference(files))") }
        }
        return found + (try await keys(dev)).symmetricDifference(expected)
    }

    private static func keys(_ dev: Dev) async throws -> Set<String> {
        var keys: Set<String> = []
        var cursor = "0"
        repeat {
            let page = try await dev.redis.send(["SCAN", .string(cursor), "MATCH", "storages.*", "COUNT", "1000"]).array
            cursor = page?.first?.string ?? "0"
            keys.formUnion(page?.last?.array?.compactMap(\.string) ?? [])
        } while cursor != "0"
        return keys.filter { !$0.hasSuffix(":removed") && !$0.hasPrefix("storages.cache") }
    }

    private static func differences(
        _ key: String,
        _ document: BSONDocument,
        texts: [String: String],
        numbers: [String: String],
        times: [String: String],
        _ dev: Dev
    ) async throws -> [String] {
        let words = try await dev.redis.send(["HGETALL", .string(key)]).array?.compactMap(\.string) ?? []
        let hash = Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) }
        )
        var wrong = texts.filter { hash[$0.key] != document[$0.value]?.string }
        wrong.merge(numbers.filter { hash[$0.key].flatMap { Int64($0) } != document[$0.value]?.int }) { $1 }
        wrong.merge(
            times.filter { hash[$0.key].flatMap { Timestamp(rfc3339: $0) } != document[$0.value]?.date }
        ) { $1 }
        wrong.merge(hash.filter { texts[$0.key] == nil && numbers[$0.key] == nil && times[$0.key] == nil }) { $1 }
        return wrong.keys.map { "\(key) \($0): \(hash[$0] ?? "nil")" }
    }

    private static func check(_ known: Known, _ tenant: Tenant) async throws {
        for (id, file) in known.files {
            let info = try await tenant.client.get("\(path)/file/\(id)/Info").json
            let answer = try await tenant.client.get("\(path)/file/\(id)")
            if known.gone.contains(id) {
                #expect(answer.status == 404, "a removed file is there")
            } else if answer.status == 200 || !known.asked.contains(id) {
                #expect(answer.status == 200, "an acknowledged file is missing")
                #expect(answer.body == file.bytes)
                let visits = info["TotalVisits"]?.int ?? -1
                // The client sends a request again when a kept connection ends without an answer.
                #expect(visits >= known.came[id, default: 0] && visits <= 2 * known.begun[id, default: 0])
            } else {
                #expect(answer.status == 404)
            }
        }
    }
}

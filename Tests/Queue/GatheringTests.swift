import HawserCore
import HawserQueue
import HawserRedis
import HawserTestSupport
import Testing

/// What many callers submit at the same time goes to Redis together.
@Suite struct GatheringTests {
    /// A Redis of the test's own, whose calls can be counted, with a script that it knows already.
    private struct Own {
        let redis: TestRedis
        let queues: JobQueues
        let client: RedisClient

        init() async throws {
            redis = try await TestRedis.start()
            queues = try JobQueues(redis: redis.url)
            client = try redis.client()
            try await queues.enqueue(try JobSubmission(Probe.self, .init()))
            _ = try await client.send(["CONFIG", "RESETSTAT"])
        }

        /// How many scripts Redis has run.
        func scripts() async throws -> Int {
            let statistics = try await client.send(["INFO", "commandstats"]).string ?? ""
            return statistics.split(separator: "\r\n").filter { $0.hasPrefix("cmdstat_eval") }.reduce(0) { sum, line in
                let calls = line.split(separator: ":calls=").last?.split(separator: ",").first
                return sum + (calls.flatMap { Int($0) } ?? 0)
            }
        }

        func knows(_ job: JobSubmission) async throws -> Bool { try await queues.findLive(job.id) != nil }
    }

    /// Submits by as many callers as jobs and calls back when all of them have begun.
    private func submitAtOnce(
        _ jobs: [JobSubmission],
        to queues: JobQueues,
        whenBegun: @escaping @Sendable () -> Void
    ) async -> [Result<Void, any Error>] {
        let begun = Ledger()
        return await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for job in jobs {
                group.addTask {
                    begun.note("\(job.id)")
                    if begun.all.count == jobs.count { whenBegun() }
                    do { return .success(try await queues.enqueue([job])) } catch { return .failure(error) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func callersAtOnceShareCalls() async throws {
        let own = try await Own()
        let jobs = try (0..<200).map { try JobSubmission(Probe.self, .init(number: $0)) }
        own.redis.pause()
        let results = await submitAtOnce(jobs, to: own.queues) { [redis = own.redis] in redis.resume() }
        for result in results { try result.get() }
        let calls = try await own.scripts()
        // One for who came first, one for those who waited meanwhile, and a few for who was late.
        #expect(calls >= 1 && calls < 50, "\(calls) calls")
        for job in jobs { #expect(try await own.knows(job)) }
    }

    @Test func aFailureReachesAllWhoShareTheCallAndNobodyLater() async throws {
        let own = try await Own()
        let jobs = try (0..<20).map { try JobSubmission(Probe.self, .init(number: $0)) }
        own.redis.pause()
        let results = await submitAtOnce(jobs, to: own.queues) {}
        for result in results { #expect(throws: RedisUnavailable.self) { try result.get() } }
        own.redis.resume()
        let later = try JobSubmission(Probe.self, .init())
        try await own.queues.enqueue([later])
        #expect(try await own.knows(later))
    }

    @Test func aCallerWhoGoesAwayTakesNobodyAlong() async throws {
        let own = try await Own()
        let jobs = try (0..<20).map { try JobSubmission(Probe.self, .init(number: $0)) }
        let first = try JobSubmission(Probe.self, .init())
        own.redis.pause()
        // It sends for itself, and has to hand the lane on when it gives up.
        let leaver = Task { [queues = own.queues] in try await queues.enqueue([first]) }
        let results = await submitAtOnce(jobs, to: own.queues) { [redis = own.redis] in
            leaver.cancel()
            redis.resume()
        }
        _ = await leaver.result
        for result in results { try result.get() }
        for job in jobs { #expect(try await own.knows(job)) }
    }
}

import HawserCore
import HawserTestSupport
import Testing

/// Short runs of the scripts in `ops/chaos`, which run long by themselves: what is promised when parts fail.
///
/// One after the other, because each starts servers of its own and keeps the machine busy.
@Suite(.serialized) struct ChaosTests {
    @Test func killedWorkersLoseNothing() async throws {
        let seen = try await ChaosScript.run(
            "workers",
            ["--jobs", "1000", "--every", "0.4", "--rounds", "1"]
        )
        #expect((seen["duplicates"]?.int ?? .max) <= (seen["leased_to_killed"]?.int ?? 0))
    }

    @Test func outagesAreAnsweredInTime() async throws {
        let seen = try await ChaosScript.run(
            "outages",
            ["--clients", "20", "--pause", "2", "--stall", "2", "--rate", "2"]
        )
        #expect((seen["busy_max"]?.double ?? .infinity) <= 1.5)
    }

    @Test func filesOutliveWhoStoresThem() async throws {
        let seen = try await ChaosScript.run("store", ["--files", "150", "--every", "0.7"])
        #expect((seen["kills"]?.int ?? 0) > 0)
    }

    @Test func aFileOutlivesFourOfItsTargets() async throws {
        let seen = try await ChaosScript.run("store-loss", ["--size", "64"])
        #expect(seen["bytes"]?.int == 64 << 20)
    }

    @Test func noPathLeadsOutside() async throws {
        let seen = try await ChaosScript.run("store-paths", [])
        #expect((seen["routes"]?.int ?? 0) > 30)
    }

    @Test func callbacksAreMadeByWhoeverIsLeft() async throws {
        let seen = try await ChaosScript.run("callbacks", ["--rounds", "6", "--uploads", "8", "--longest", "25"])
        #expect((seen["without_answer"]?.int ?? 0) > 0)
    }

    @Test(.enabled(if: TestServerFile.cloud.isThere, Comment(rawValue: TestServerFile.cloud.reason)))
    func workersKilledInACloudLeaveOneOfEach() async throws {
        let seen = try await ChaosScript.run("cloud", ["--short", "--stands", "2"])
        #expect((seen["kills"]?.int ?? 0) > 0 && (seen["lists_by_client"]?.int ?? 0) > 0)
    }
}

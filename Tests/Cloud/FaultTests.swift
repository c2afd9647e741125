import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Synchronization
import Testing

@testable import HawserCloud

/// Each fault between this side and a real Keystone and Nova, made by a proxy.
@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct FaultTests {
    /// A session of the administrator that reaches Keystone and Nova through proxies.
    private struct Stand {
        let keystone: FaultProxy
        let nova: FaultProxy
        let session: CloudSession
        var compute: Compute { Compute(session) }
        var logins: Int { keystone.seen.filter { $0.method == "POST" && $0.path == "/v3/auth/tokens" }.count }

        static func with(limits: CloudLimits = CloudLimits(), _ body: (Stand) async throws -> Void) async throws {
            Log.level = .warning
            let direct = try TestCloud.session()
            let keystone = try FaultProxy(before: TestCloud.port(of: direct.settings.credentials.authURL))
            let nova = try FaultProxy(before: TestCloud.port(of: try await direct.endpoint(of: .compute)))
            defer {
                keystone.stop()
                nova.stop()
            }
            var settings = direct.settings
            settings.credentials.authURL = "http://127.0.0.1:\(keystone.port)/v3"
            settings.services[.compute, default: .init()].endpoint = "http://127.0.0.1:\(nova.port)/v2.1"
            let session = CloudSession(settings, client: TestCloud.client, limits: limits)
            try await body(Stand(keystone: keystone, nova: nova, session: session))
        }

        func failure(_ body: () async throws -> Void) async -> CloudError? {
            await #expect(throws: CloudError.self) { try await body() }
        }

        func flavorsFailure() async -> CloudError? { await failure { _ = try await compute.flavors() } }
    }

    @Test func manyAtOnceLogInOnce() async throws {
        try await Stand.with { stand in
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<30 { group.addTask { try await stand.compute.flavors().count } }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(counts.count == 1 && stand.logins == 1 && stand.nova.seen.count == 30)
            #expect(stand.session.requestCount == 31)
        }
    }

    @Test func oneTokenServesAllRegionsOfAUser() async throws {
        try await Stand.with { stand in
            let sessions = CloudSessions(client: TestCloud.client)
            var other = stand.session.settings
            other.region = "elsewhere"
            other.services = [.compute: .init()]
            let (one, two) = (sessions.session(for: stand.session.settings), sessions.session(for: other))
            #expect(one !== two && sessions.count == 2)
            async let first = one.token()
            async let second = two.token()
            #expect(try await first.secret == second.secret)
            #expect(stand.logins == 1)
            // What one of them finds refused is renewed for both.
            one.login.drop(try await one.token())
            #expect(try await two.token().secret == one.token().secret)
            #expect(stand.logins == 2)
            other.credentials.scope = .none
            #expect(try await sessions.session(for: other).token().secret != two.token().secret)
            #expect(stand.logins == 3)
        }
    }

    @Test func aTokenNearItsEndIsRenewedOnceForAll() async throws {
        try await Stand.with { stand in
            let old = try await stand.session.token()
            // The same token as if it had been made long ago.
            let fields: JSON = [
                "issued_at": .string(old.issuedAt.rfc3339),
                "expires_at": .string(old.issuedAt.adding(seconds: 60).rfc3339),
                "user": ["id": .string(old.userID)],
            ]
            let aged = try CloudToken(old.secret, CloudFields(fields, at: "token"), receivedAt: .now - .seconds(49))
            stand.session.login.held.withLock { $0 = aged }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await stand.compute.flavors() } }
                try await group.waitForAll()
            }
            #expect(stand.logins == 2)
        }
    }

    @Test func aRevokedTokenIsRenewed() async throws {
        try await Stand.with { stand in
            let token = try await stand.session.token()
            let url = try await TestCloud.session().endpoint(of: .identity) + "/auth/tokens"
            let text = token.secret.revealed
            let revoked = try await TestCloud.client.send(
                ClientRequest(method: "DELETE", url: url, headers: ["X-Auth-Token": text, "X-Subject-Token": text])
            )
            #expect(revoked.status == 204)
            _ = try await stand.compute.flavors()
            #expect(stand.logins == 2 && stand.nova.seen.count == 2)
            #expect(try await stand.session.token().secret != token.secret)
        }
    }

    @Test func a401InTheMiddleIsSentOnceMoreWithANewToken() async throws {
        try await Stand.with { stand in
            _ = try await stand.compute.flavors()
            stand.nova.fail(.answer(401)) { $0.path.contains("/flavors/detail") }
            _ = try await stand.compute.flavors()
            #expect(stand.logins == 2 && stand.nova.seen.count == 3)
            stand.nova.fail(.answer(401, body: #"{"error": {"message": "go away"}}"#), times: 9) { _ in true }
            let error = await stand.flavorsFailure()
            #expect(error?.kind == .unauthorized && error?.message == "go away" && error?.isTransient == false)
            #expect(stand.logins == 3 && stand.nova.seen.count == 5)
        }
    }

    @Test func manyWith401RenewOnce() async throws {
        try await Stand.with { stand in
            _ = try await stand.session.token()
            stand.nova.fail(.answer(401), times: 10) { _ in true }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await stand.compute.flavors() } }
                try await group.waitForAll()
            }
            #expect(stand.logins == 2)
            // One whose 401 comes after the renewal does not throw the new token away.
            let old = try await stand.session.token()
            stand.session.login.drop(old)
            let new = try await stand.session.token()
            stand.session.login.drop(old)
            #expect(try await stand.session.token().secret == new.secret && new.secret != old.secret)
            #expect(stand.logins == 3)
        }
    }

    @Test func aPasswordThatIsWrongIsNotTriedAgain() async throws {
        try await Stand.with { stand in
            var settings = stand.session.settings
            guard case .password(let user, _) = settings.credentials.method else { return }
            settings.credentials.method = .password(user, Secret("not-the-password"))
            let session = CloudSession(settings, client: TestCloud.client)
            let error = await stand.failure { _ = try await Compute(session).flavors() }
            #expect(error?.kind == .unauthorized && error?.operation.service == .identity && stand.logins == 1)
            #expect(error.map { "\($0) \($0.body)" }?.contains("not-the-password") == false)
        }
    }

    @Test(arguments: [
        (429, "3", CloudError.Kind.tooManyRequests(retryAfter: .seconds(3))),
        (413, "7", .tooManyRequests(retryAfter: .seconds(7))), (503, "2", .unavailable(retryAfter: .seconds(2))),
        (502, "", .unavailable(retryAfter: nil)), (504, "", .unavailable(retryAfter: nil)), (500, "", .fault),
    ])
    func aServiceThatCannotNowSaysWhen(status: Int, after: String, kind: CloudError.Kind) async throws {
        try await Stand.with { stand in
            let headers = after.isEmpty ? [] : ["Retry-After: \(after)"]
            stand.nova.fail(.answer(status, headers: headers)) { _ in true }
            let error = await stand.flavorsFailure()
            #expect(error?.kind == kind && error?.isTransient == true && error?.status == status)
            #expect(stand.nova.seen.count == 1)
            stand.keystone.fail(.answer(status, headers: headers)) { $0.method == "POST" }
            let login = await stand.failure {
                _ = try await CloudSession(stand.session.settings, client: TestCloud.client).token()
            }
            #expect(login?.kind == kind && login?.operation.service == .identity)
            _ = try await stand.compute.flavors()
        }
    }

    @Test func aRefusedConnectionReachedNobody() async throws {
        var settings = try TestCloud.settings()
        settings.credentials.authURL = "http://127.0.0.1:\(try ClosedPort.number())/v3"
        let session = CloudSession(settings, client: TestCloud.client)
        let error = await #expect(throws: CloudError.self) { try await session.token() }
        #expect(error?.kind == .unreachable(.connect) && error?.mayHaveReached == false && error?.isTransient == true)
        settings = try TestCloud.settings()
        settings.services[.compute, default: .init()].endpoint = "http://127.0.0.1:\(try ClosedPort.number())/v2.1"
        let compute = Compute(CloudSession(settings, client: TestCloud.client))
        let request = Compute.ServerRequest(name: "x", flavorID: "1")
        let post = await #expect(throws: CloudError.self) { try await compute.createServer(request) }
        #expect(post?.kind == .unreachable(.connect) && post?.mayHaveReached == false)
        settings.credentials.authURL = "http://\(String(repeating: "a", count: 64)).invalid/v3"
        let unknown = CloudSession(settings, client: TestCloud.client)
        let unresolved = await #expect(throws: CloudError.self) { try await unknown.token() }
        #expect(unresolved?.kind == .unreachable(.resolve))
    }

    @Test func aBrokenConnectionMayHaveReachedTheCloud() async throws {
        try await TestTenant.with { tenant in
            let neutronURL = try await tenant.session.endpoint(of: .network)
            let proxy = try FaultProxy(before: TestCloud.port(of: neutronURL))
            defer { proxy.stop() }
            var settings = tenant.session.settings
            settings.services[.network, default: .init()].endpoint = "http://127.0.0.1:\(proxy.port)"
            let neutron = Networking(CloudSession(settings, client: TestCloud.client))
            for (index, fault) in [FaultProxy.Fault.closeBefore, .closeAfter, .answerAfterwards(504)].enumerated() {
                proxy.fail(fault) { $0.method == "POST" }
                let name = "net-\(index)"
                let error = await #expect(throws: CloudError.self) { try await neutron.createNetwork(name: name) }
                #expect(error?.mayHaveReached == true && error?.isTransient == true)
                #expect(error?.kind == (index == 2 ? .unavailable(retryAfter: nil) : .unreachable(.broken)))
                // It was sent once, and only the looking tells whether it was carried out.
                #expect(try await tenant.networking.networks(.init(name: name)).count == (index == 0 ? 0 : 1))
            }
            #expect(proxy.seen.filter { $0.method == "POST" }.count == 3)
            proxy.fail(.closeAfter) { $0.method == "GET" }
            let read = await #expect(throws: CloudError.self) { try await neutron.networks() }
            #expect(read?.kind == .unreachable(.broken) && read?.mayHaveReached == false)
            proxy.fail(.cutInHalf) { $0.method == "GET" }
            let half = await #expect(throws: CloudError.self) { try await neutron.networks() }
            #expect(half?.kind == .unreachable(.broken) && half?.isTransient == true)
            proxy.fail(.cutInHalf) { $0.method == "POST" }
            let made = await #expect(throws: CloudError.self) { try await neutron.createNetwork(name: "half") }
            #expect(made?.kind == .unreachable(.broken) && made?.mayHaveReached == true)
            for network in try await tenant.networking.networks() where network.projectID == tenant.projectID {
                try await tenant.networking.deleteNetwork(network.id)
            }
        }
    }

    @Test func aHangEndsInTime() async throws {
        // Long enough for a busy cloud to log in meanwhile.
        let limits = CloudLimits(connectTimeout: .seconds(2), timeout: .seconds(6))
        try await Stand.with(limits: limits) { stand in
            _ = try await stand.session.token()
            stand.nova.fail(.hang) { _ in true }
            let error = await stand.flavorsFailure()
            #expect(error?.kind == .unreachable(.timeout) && error?.mayHaveReached == false)
            stand.nova.fail(.hang) { $0.method == "POST" }
            let post = await stand.failure {
                _ = try await stand.compute.createServer(.init(name: "x", flavorID: "1"))
            }
            #expect(post?.kind == .unreachable(.timeout) && post?.mayHaveReached == true)
            stand.keystone.fail(.hang) { $0.method == "POST" }
            let login = await stand.failure {
                _ = try await CloudSession(stand.session.settings, client: TestCloud.client, limits: limits).token()
            }
            #expect(login?.kind == .unreachable(.timeout) && login?.operation.path == "/auth/tokens")
        }
    }

    @Test func aCancelledCallerDoesNotEndTheLoginOfOthers() async throws {
        try await Stand.with { stand in
            stand.keystone.fail(.answer(503)) { _ in false }
            let callers = (0..<3).map { _ in Task { try await stand.session.token() } }
            callers[0].cancel()
            await #expect(throws: CancellationError.self) { try await callers[0].value }
            let second = try await callers[1].value
            #expect(try await callers[2].value.secret == second.secret)
            #expect(stand.logins == 1)
        }
    }

    @Test func anAnswerThatIsNotWhatWasPromisedIsMalformed() async throws {
        try await Stand.with { stand in
            let bodies = [
                "<html>please log in</html>", #"{"flavors": [{"id": 1}]}"#, #"{"flavors": {}}"#, #"{"x": 1}"#, "[]",
            ]
            for body in bodies {
                stand.nova.fail(.answer(200, body: body)) { _ in true }
                let error = await stand.flavorsFailure()
                #expect(error?.kind == .malformed && error?.status == 200 && error?.mayHaveReached == false, "\(body)")
            }
            stand.nova.fail(.answer(302, headers: ["Location: http://127.0.0.1:1/"])) { _ in true }
            #expect(await stand.flavorsFailure()?.kind == .malformed)
            stand.keystone.fail(.answer(201, body: "{}")) { $0.method == "POST" }
            let login = await stand.failure {
                _ = try await CloudSession(stand.session.settings, client: TestCloud.client).token()
            }
            #expect(login?.kind == .malformed && login?.message.contains("X-Subject-Token") == true)
        }
    }

    @Test func anAnswerThatIsTooLongIsCutOff() async throws {
        try await Stand.with(limits: CloudLimits(maxAnswerBytes: 20_000)) { stand in
            stand.nova.fail(.answer(200, body: String(repeating: "x", count: 30_000))) { _ in true }
            #expect(await stand.flavorsFailure()?.kind == .malformed)
            _ = try await stand.compute.flavors()
        }
    }

    @Test func secretsThatComeBackAreTakenOut() async throws {
        try await Stand.with { stand in
            let token = try await stand.session.token().secret.revealed
            let words = "Invalid input adminPass. Value: pass-word-1. Token \(token)"
            stand.nova.fail(.answer(400, body: #"{"badRequest": {"code": 400, "message": "\#(words)"}}"#)) { _ in true }
            var request = Compute.ServerRequest(name: "x", flavorID: "1")
            request.adminPassword = Secret("pass-word-1")
            let server = request
            let error = await stand.failure { _ = try await stand.compute.createServer(server) }
            #expect(error?.message == "Invalid input adminPass. Value: ***. Token ***")
            #expect(error.map { "\($0) \($0.body)" }?.contains("pass-word-1") == false)
            #expect(error.map { "\($0) \($0.body)" }?.contains(token) == false)
        }
    }

    @Test func whatTheCloudCannotDoIsUnsupported() async throws {
        let session = try TestCloud.session()
        let call = CloudCall("GET", .compute, "/flavors", microversion: Microversion(2, 999))
        let nova = await #expect(throws: CloudError.self) { try await session.send(call) }
        #expect(nova?.kind == .unsupported && nova?.status == 406)
        let share = CloudCall("GET", .sharedFileSystem, "/shares", microversion: Microversion(2, 999))
        let manila = await #expect(throws: CloudError.self) { try await session.send(share) }
        #expect(manila?.kind == .unsupported)
        let elsewhere = try TestCloud.session { $0.region = "Nowhere" }
        let missing = await #expect(throws: CloudError.self) { try await Compute(elsewhere).flavors() }
        #expect(missing?.kind == .unsupported && missing?.message.contains("Nowhere") == true)
        let other = try TestCloud.session { $0.services[.compute, default: .init()].type = "compute-x" }
        let untyped = await #expect(throws: CloudError.self) { try await Compute(other).flavors() }
        #expect(untyped?.kind == .unsupported)
    }

    @Test func theServicesTellTheirMicroversions() async throws {
        let session = try TestCloud.session()
        let wanted: [(CloudService, Microversion)] = [
            (.compute, Compute.microversion), (.blockStorage, BlockStorage.microversion),
            (.sharedFileSystem, SharedFileSystem.microversion), (.placement, Microversion(1, 30)),
        ]
        for (service, version) in wanted {
            let range = try await session.microversions(of: service)
            #expect(range?.contains(version) == true, "\(service): \(String(describing: range))")
        }
        #expect(try await session.microversions(of: .network) == nil)
    }

    @Test func aLowerMicroversionOfTheSettingsWins() async throws {
        try await Stand.with { stand in
            var settings = stand.session.settings
            settings.services[.compute]?.microversion = Microversion(2, 60)
            let session = CloudSession(settings, client: TestCloud.client)
            _ = try await Compute(session).flavors()
            #expect(stand.nova.seen.last?.headers.contains("OpenStack-API-Version: compute 2.60") == true)
            settings.services[.compute]?.microversion = Microversion(2, 93)
            _ = try await Compute(CloudSession(settings, client: TestCloud.client)).flavors()
            #expect(stand.nova.seen.last?.headers.contains("OpenStack-API-Version: compute 2.79") == true)
        }
    }

    @Test func tlsFaultsAreToldAsSuch() async throws {
        // A server that speaks no TLS, where TLS is expected.
        var settings = try TestCloud.settings()
        let port = try TestCloud.port(of: settings.credentials.authURL)
        settings.credentials.authURL = "https://127.0.0.1:\(port)/v3"
        let session = CloudSession(settings, client: TestCloud.client)
        let error = await #expect(throws: CloudError.self) { try await session.token() }
        #expect(error?.kind == .unreachable(.tls) && error?.mayHaveReached == false && error?.isTransient == true)
    }

    @Test func sessionsAreKeptByUserAndRegionUpToABound() throws {
        let sessions = CloudSessions(client: TestCloud.client, bound: 2)
        var settings = try TestCloud.settings()
        let first = sessions.session(for: settings)
        #expect(sessions.session(for: settings) === first)
        #expect(sessions.watch(for: settings) === sessions.watch(for: settings))
        let kept = settings
        settings.region = "two"
        #expect(sessions.session(for: settings) !== first && sessions.count == 2)
        _ = sessions.session(for: kept)
        settings.region = "three"
        _ = sessions.session(for: settings)
        #expect(sessions.count == 2 && sessions.session(for: kept) === first)
    }
}

import Foundation
import HawserAPI
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// The question to the cloud platform before the routes of seed 004; there is no cloud, so that a request that passes
/// is answered 502.
@Suite("permission of the cloud platform", .timeLimit(.minutes(10)))
struct PlatformTests {
    /// A front with a tenant.
    private struct Stand {
        let front: Front
        let authorization: String
        let tenant: String
        private let backend: TestBackend

        init(_ settings: [String: String]) async throws {
            backend = try await TestBackend(settings)
            front = backend.front
            (tenant, authorization) = try await backend.tenant()
        }

        func send(
            _ method: String,
            _ path: String,
            user: String? = "ann",
            _ body: JSON? = nil
        ) async throws -> Response {
            var headers: Headers = ["Authorization": authorization]
            headers["X-Platform-User"] = user
            if body != nil { headers["Content-Type"] = "application/json" }
            return await front.handle(
                try Request(
                    method: method,
                    target: "/iaas/v1" + path,
                    headers: headers,
                    body: body?.bytes ?? []
                )
            )
        }
    }

    private static let allowing = Response.json(200, ["allowed": true])

    /// HMAC-SHA256 by RFC 2104 itself, from the hash alone.
    private static func signature(_ message: [UInt8]) -> String {
        let key = TestPlatform.key + Array(repeating: 0, count: 64 - TestPlatform.key.count)
        let inner = Digest.sha256(key.map { $0 ^ 0x36 } + message)
        return "v1," + Data(Digest.sha256(key.map { $0 ^ 0x5C } + inner)).base64EncodedString()
    }

    @Test("the question names tenant, user and resource, and is signed")
    func signed() async throws {
        let platform = try TestPlatform { _ in Self.allowing }
        let stand = try await Stand(platform.settings)
        let before = Timestamp.now.milliseconds / 1000
        let answer = try await stand.send("GET", "/instances/one")
        #expect(answer.status == 502)
        let question = try #require(platform.questions.first)
        #expect(
            question.json == [
                "tenant_id": .string(stand.tenant), "platform_userid": "ann", "resource_ids": ["one"],
            ]
        )
        #expect(question.headers["content-type"] == "application/json")
        let id = try #require(question.headers["webhook-id"])
        let time = try #require(question.headers["webhook-timestamp"].flatMap { Int64($0) })
        #expect((before...before + 10).contains(time))
        let message = Array("\(id).\(time).".utf8) + question.body
        #expect(question.headers["webhook-signature"] == Self.signature(message))
    }

    @Test("all ids are asked about: those of path, query and body, at any depth, each once")
    func ids() async throws {
        let platform = try TestPlatform { _ in Self.allowing }
        let stand = try await Stand(platform.settings)
        _ = try await stand.send("DELETE", "/nat-gateways/g?router_id=r&region=x")
        _ = try await stand.send(
            "POST",
            "/security-groups/s/operate",
            ["instance_ids": ["b", "a", "s"], "ops_type": "attach", "region": "x"]
        )
        _ = try await stand.send(
            "POST",
            "/instances",
            [
                "flavor_ref": "f", "image_ref": "i", "network_uuid": "n", "instance_name": "m",
                "data_disks": [["snapshot_id": "d", "size_in_g": 1]],
            ]
        )
        _ = try await stand.send("POST", "/peer-links/get", ["peer_a_subnetid": "p", "peer_b_routerid": "q"])
        #expect(
            platform.questions.map(\.resources) == [["g", "r"], ["a", "b", "s"], ["d", "f", "i", "n"], ["p", "q"]]
        )
    }

    @Test("what the platform does not allow is 403 with the seed's code, and reaches no route")
    func refused() async throws {
        let platform = try TestPlatform(owners: ["one": "ann", "two": "bob"])
        let stand = try await Stand(platform.settings)
        #expect(try await stand.send("GET", "/instances/one").status == 502)
        let answer = try await stand.send("GET", "/instances/one", user: "bob")
        #expect(answer.status == 403)
        let json = try TestBackend.json(answer)
        #expect(json["code"] == 10001)
        #expect(json["msg"]?.string?.hasPrefix("api auth failed: ") == true)
        #expect(json["request_id"]?.string?.isEmpty == false)
        // One that is somebody else's is enough.
        let both: JSON = ["instance_id": "two", "ops_type": "attach"]
        #expect(try await stand.send("POST", "/cloud-disks/one/operate", both).status == 403)
    }

    @Test("answers of both kinds hold for a while, then the platform is asked again")
    func held() async throws {
        let platform = try TestPlatform(owners: ["one": "ann"], holding: "60")
        let stand = try await Stand(platform.settings)
        for _ in 0..<3 {
            #expect(try await stand.send("GET", "/instances/one").status == 502)
            #expect(try await stand.send("DELETE", "/instances/one", user: "bob").status == 403)
        }
        #expect(platform.questions.count == 2)
        let hurried = try TestPlatform(owners: ["one": "ann"], holding: "0.2")
        let other = try await Stand(hurried.settings)
        while hurried.questions.count < 2 {
            #expect(try await other.send("GET", "/instances/one").status == 502)
        }
    }

    @Test("with nothing to hold answers, each request is a question")
    func notHeld() async throws {
        let platform = try TestPlatform(owners: [:], holding: "0")
        let stand = try await Stand(platform.settings)
        for _ in 0..<3 { #expect(try await stand.send("GET", "/instances/one").status == 502) }
        #expect(platform.questions.count == 3)
    }

    @Test("the same question of many requests at once is asked once")
    func together() async throws {
        let platform = try TestPlatform { _ in
            // So that the others come while the first is asked for; they would be answered likewise afterwards.
            try? await Task.sleep(for: .milliseconds(500))
            return Self.allowing
        }
        let stand = try await Stand(platform.settings)
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<20 { group.addTask { try? await stand.send("GET", "/instances/one").status } }
            for await status in group { #expect(status == 502) }
        }
        #expect(platform.questions.count == 1)
    }

    @Test("no usable answer is a refusal that can be tried again, and is not kept")
    func silent() async throws {
        let answers: [Response] = [
            .json(500, ["allowed": true]), .json(403, ["allowed": true]), .text("yes"),
            .json(200, ["allowed": "true"]),
            .json(200, [:]), Response(status: 302, headers: ["Location": "http://127.0.0.1:1/"]),
            .json(200, ["allowed": true, "padding": .string(String(repeating: "x", count: 100_000))]),
        ]
        let remaining = Synced(answers)
        let platform = try TestPlatform { _ in
            remaining.change { $0.isEmpty ? Self.allowing : $0.removeFirst() }
        }
        let stand = try await Stand(platform.settings)
        for _ in answers {
            let answer = try await stand.send("GET", "/instances/one")
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "1")
            #expect(try TestBackend.json(answer)["code"] == 10001)
        }
        #expect(try await stand.send("GET", "/instances/one").status == 502)
    }

    @Test("a platform that is away or too slow refuses; nobody waits for it for longer than seconds")
    func away() async throws {
        let slow = try TestPlatform { _ in
            // The slow platform itself: nobody waits for its end.
            try? await Task.sleep(for: .seconds(60))
            return Self.allowing
        }
        let gone = try TestPlatform { _ in Self.allowing }
        await gone.stop()
        for settings in [slow.settings, gone.settings] {
            let stand = try await Stand(settings)
            let start = ContinuousClock.now
            #expect(try await stand.send("GET", "/instances/one").status == 503)
            #expect(ContinuousClock.now - start < .seconds(15))
            // What names no resource is no question.
            #expect(try await stand.send("GET", "/flavors").status == 502)
        }
    }

    @Test("the platform's user must be named, in a form that can be one", arguments: [nil, "", "a\u{7}b", "long"])
    func user(_ user: String?) async throws {
        let platform = try TestPlatform { _ in Self.allowing }
        let stand = try await Stand(platform.settings)
        let given = user == "long" ? String(repeating: "x", count: 256) : user
        for path in ["/instances/one", "/flavors"] {
            let answer = try await stand.send("GET", path, user: given)
            #expect(answer.status == 400)
            let json = try TestBackend.json(answer)
            #expect(json["code"] == 10000)
            #expect(json["msg"]?.string?.contains("X-Platform-User") == true)
        }
        #expect(platform.questions.isEmpty)
    }

    @Test("the key is looked at first, and a body is there for the route when it was looked into")
    func around() async throws {
        let platform = try TestPlatform { _ in Self.allowing }
        let stand = try await Stand(platform.settings)
        let unknown = await stand.front.handle(
            try Request(method: "GET", target: "/iaas/v1/instances/one", headers: ["X-Platform-User": "ann"])
        )
        #expect(unknown.status == 401)
        #expect(platform.questions.isEmpty)
        let answer = try await stand.send("POST", "/float-ips/bind", ["instance_id": "one", "colour": "red"])
        #expect(answer.status == 400)
        #expect(try TestBackend.json(answer)["msg"]?.string?.contains("colour") == true)
        #expect(platform.questions.map(\.resources) == [["one"]])
        let many: JSON = ["instance_ids": .array((0...1000).map { .string("i\($0)") }), "ops_type": "attach"]
        #expect(try await stand.send("POST", "/security-groups/one/operate", many).status == 400)
        #expect(platform.questions.count == 1)
    }

    @Test("without a platform nobody need be named")
    func none() async throws {
        let stand = try await Stand([:])
        #expect(try await stand.send("GET", "/instances/one", user: nil).status == 502)
        #expect(try await stand.send("GET", "/instances/one").status == 502)
    }
}

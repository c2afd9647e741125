import HawserCore
import HawserHTTP
import Synchronization
import Testing

/// What takes a dev with little patience, or one that nobody else stores files in.
@Suite("sessions that come to a bad end", .serialized, .timeLimit(.minutes(10)))
struct HurriedTests {
    private static let staging = "staging"

    private struct GoneAway: Error {}

    /// The files of all objects.
    private static func stored(_ dev: Dev) -> [String] {
        dev.files(below: "staged") + dev.files(below: "targets")
    }

    @Test("a callback that takes longer than the wait goes on as a job")
    func slowCallback() async throws {
        let dev = try await Dev.hurried.value
        let tenant = try await dev.tenant()
        let gate = Gate()
        let hook = try await Hook.make { _, _ in
            await gate.wait()
            return .json(200, ["late": true])
        }
        let session = try await tenant.uploadSession(to: hook)
        let answer = try await tenant.client.post("/storage/api/upload/\(session)", Form([.init("x", [1])]))
        #expect(answer.status == 202)
        let id = try #require(answer["id"])
        #expect(answer["kind"] == "webhook.deliver")
        #expect(answer.headers["location"] == "/v1/jobs/\(id)")
        gate.open()
        let job = try await tenant.finished(id)
        #expect(job["state"] == "succeeded")
        #expect(job["result"]?["body"] == ["late": true])
        #expect(hook.calls.count == 1)
    }

    @Test("a callback that is busy is called again until it is not")
    func busyCallback() async throws {
        let dev = try await Dev.hurried.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.make { number, _ in number == 1 ? Response(status: 503) : .json(200, [:]) }
        let session = try await tenant.uploadSession(to: hook)
        let answer = try await tenant.client.post("/storage/api/upload/\(session)", Form([.init("x", [1])]))
        #expect(answer.status == 202 || answer.status == 200)
        let calls = try await hook.calls(2)
        #expect(calls[0].headers["webhook-id"] == calls[1].headers["webhook-id"])
        #expect(calls[0].json == calls[1].json)
    }

    @Test("a session is over when its time is")
    func expired() async throws {
        let dev = try await Dev.hurried.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.relay()
        let object = try await tenant.storeID([1])
        let copy = try await tenant.session(["requestType": "copy", "storage_object_id": .string(object)])
        let upload = try await tenant.uploadSession(to: hook)
        // The youngest: when it is over, all are.
        let download = try await tenant.downloadSession(object)
        let path = "/storage/api/download/\(download)"
        while try await dev.anybody.send("HEAD", path).status == 200 { try await Task.sleep(for: .milliseconds(50)) }
        let answers = [
            try await dev.anybody.get(path), try await tenant.client.post("/storage/api/copy/\(copy)"),
            try await dev.anybody.post("/storage/api/upload/\(upload)", Form([.init("x", [1])])),
        ]
        for answer in answers {
            #expect(answer.status == 410)
            #expect(answer.json["message"]?.string?.contains("expired") == true)
        }
        #expect(hook.calls.isEmpty)
    }

    @Test("a broken form leaves nothing behind and says so", arguments: Broken.allCases)
    func broken(form: Broken) async throws {
        let dev = try await Dev.hurried.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.relay()
        let session = try await tenant.uploadSession(to: hook, ["total": 2])
        let before = Self.stored(dev)
        let path = "/storage/api/upload/\(session)"
        if form == .secondOfTwo {
            // Too large for the metadata.
            let bytes = [UInt8](repeating: 1, count: 10_000)
            let first = try await dev.anybody.post(path, Form([.init("first", bytes)]))
            #expect(first.status == 200)
        }
        switch form {
        case .disconnected:
            let bytes = Form([.init("x", [UInt8](repeating: 7, count: 300_000))], hasEnd: false).bytes
            let sent = Atomic(false)
            await #expect(throws: (any Error).self) {
                _ = try await dev.anybody.send(
                    "POST",
                    path,
                    headers: ["Content-Type": Form([]).type],
                    body: .stream(length: 1_000_000) {
                        if !sent.exchange(true, ordering: .relaxed) { return bytes }
                        // Gone away when the server has begun to store it.
                        while dev.files(below: Self.staging).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
                        throw GoneAway()
                    }
                )
            }
        default:
            let answer = try await dev.anybody.send(
                "POST",
                path,
                headers: ["Content-Type": form.type],
                body: .bytes(form.bytes)
            )
            #expect(form.status == answer.status, "\(answer)")
            #expect(answer.json["status"] == "failure")
        }
        if form.endsSession {
            // The session says so as soon as the server is done with it; until then a client that went away may not
            // have been noticed, and there is room for one more file.
            var after: Answer
            repeat {
                after = try await dev.anybody.post(path, Form([.init("y", [2])]))
                #expect(after.status == 410 || form == .disconnected)
            } while after.json["message"]?.string?.contains("has failed") != true
            // Removed just after the session was marked.
            while Self.stored(dev) != before { try await Task.sleep(for: .milliseconds(10)) }
        } else {
            #expect(try await dev.anybody.post(path, Form([.init("y", [2])])).status == 200)
        }
        #expect(hook.calls.isEmpty)
        while !dev.files(below: Self.staging).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Ways to break a form.
    enum Broken: CaseIterable {
        case noBoundary, noEnd, noForm, noFile, disconnected, secondOfTwo, tooMany, badNameSecond

        var type: String {
            switch self {
            case .noBoundary: "multipart/form-data"
            case .noForm: "application/json"
            default: Form([]).type
            }
        }

        var bytes: [UInt8] {
            switch self {
            case .noEnd, .secondOfTwo: Form([.init("x", [1, 2, 3])], hasEnd: false).bytes
            case .noForm: Array("{}".utf8)
            case .noFile: Form([]).bytes
            case .tooMany: Form([.init("1", [1]), .init("2", [2]), .init("3", [3])]).bytes
            case .badNameSecond: Form([.init("1", [1]), .init("..", [2])]).bytes
            default: Form([.init("x", [1])]).bytes
            }
        }

        var status: Int { self == .noForm ? 415 : 400 }

        /// Whether a transfer had begun, so that the session is at its end.
        var endsSession: Bool { ![.noBoundary, .noForm, .noFile].contains(self) }
    }
}

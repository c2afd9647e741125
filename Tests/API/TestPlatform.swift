import Foundation
import HawserCore
import HawserHTTP
import Synchronization

/// A cloud platform of a test's own: a real HTTP server that is asked for permission.
final class TestPlatform: Sendable {
    /// A question that came.
    struct Question: Sendable {
        let headers: Headers
        let body: [UInt8]
        var json: JSON { (try? JSON(parsing: body)) ?? .null }
        var resources: [String] { json["resource_ids"]?.array?.compactMap(\.string) ?? [] }
    }

    /// The secret's bytes, and as Hawser is given it.
    static let key = Array("a secret of 32 bytes, as it is: ".utf8)
    static let secret = "whsec_" + Data(key).base64EncodedString()

    /// The settings that have it asked.
    let settings: [String: String]
    private let server: HTTPServer
    private let seen: Seen

    private final class Seen: Sendable {
        let questions = Mutex<[Question]>([])
    }

    /// A platform that answers as scripted.
    init(
        holding seconds: String = "5",
        _ script: @escaping @Sendable (Question) async -> Response
    ) throws {
        let seen = Seen()
        self.seen = seen
        server = try HTTPServer(options: .init(), log: Log("platform")) { request in
            guard let body = try? await request.body.collect(upTo: 1 << 20) else { return Response(status: 400) }
            let question = Question(headers: request.headers, body: body)
            seen.questions.withLock { $0.append(question) }
            return await script(question)
        }
        settings = [
            "HAWSER_PLATFORM_URL": "http://127.0.0.1:\(try server.start())/permission?v=1",
            "HAWSER_PLATFORM_SECRET": Self.secret, "HAWSER_PLATFORM_CACHE_SECONDS": seconds,
        ]
    }

    /// A platform where each resource has one user who may do all with it; what nobody has is everybody's.
    convenience init(owners: [String: String], holding seconds: String = "5") throws {
        try self.init(holding: seconds) { question in
            let user = question.json["platform_userid"]?.string
            let isAllowed = question.resources.allSatisfy { owners[$0] == nil || owners[$0] == user }
            return .json(200, ["allowed": .bool(isAllowed)])
        }
    }

    /// What has been asked so far.
    var questions: [Question] { seen.questions.withLock { $0 } }

    func stop() async { await server.stop(grace: 1) }
}

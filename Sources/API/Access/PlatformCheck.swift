import HawserCore
import HawserHTTP
import Synchronization

/// Asks the cloud platform whether one of its users may do something with resources (`APIAuth` of seed 004).
///
/// A question is `POST`ed as JSON, signed by Standard Webhooks 1.0: `{"tenant_id": …, "platform_userid": …,
/// "resource_ids": […]}`. The answer is 200 with `{"allowed": true}` or `{"allowed": false}`; anything else is none. An
/// answer holds for a while; the same question of several requests at once is asked once.
final class PlatformCheck: Sendable {
    /// Who wants to do something with what.
    struct Question: Sendable {
        let tenant: String
        let user: String
        /// Sorted, each once.
        let resources: [String]

        /// A digest of it: a question can be long, and answers to many are kept.
        fileprivate var key: [UInt8] {
            Digest.sha256(JSON.array(([tenant, user] + resources).map { .string($0) }).bytes)
        }
    }

    /// Why there is no answer, for operators.
    struct Silence: Error, CustomStringConvertible {
        let description: String
    }

    private struct Answer {
        let isAllowed: Bool
        let end: ContinuousClock.Instant
    }

    private struct State {
        var answers: [[UInt8]: Answer] = [:]
        var flights: [[UInt8]: SingleFlight<Bool>] = [:]
    }

    /// How long an answer may take, connecting included.
    static let patience = Duration.seconds(3)
    /// How many answers are kept.
    private static let bound = 10_000

    private let url: String
    private let secret: WebhookSecret
    private let holds: Duration
    private let client: HTTPClient
    private let state = Mutex(State())

    /// - Parameters:
    ///   - url: where to ask.
    ///   - secret: what questions are signed with.
    ///   - holds: how long an answer holds.
    ///   - client: sends the questions.
    init(url: String, secret: WebhookSecret, holds: Duration, client: HTTPClient = HTTPClient()) {
        self.url = url
        self.secret = secret
        self.holds = holds
        self.client = client
    }

    /// Whether the platform allows it.
    ///
    /// - Throws: `Silence` when it does not say; `CancellationError`.
    func allows(_ question: Question) async throws -> Bool {
        let key = question.key
        let (known, flight) = state.withLock { state -> (Bool?, SingleFlight<Bool>) in
            if let known = Self.fresh(key, in: state) { return (known, SingleFlight()) }
            let flight = state.flights[key] ?? SingleFlight()
            state.flights[key] = flight
            return (nil, flight)
        }
        if let known { return known }
        return try await flight.run { [self] in
            // The flight that was met may have ended before it was joined.
            if let known = state.withLock({ Self.fresh(key, in: $0) }) { return known }
            defer { state.withLock { $0.flights[key] = nil } }
            let isAllowed = try await ask(question)
            state.withLock { keep(isAllowed, key, in: &$0) }
            return isAllowed
        }
    }

    private static func fresh(_ key: [UInt8], in state: State) -> Bool? {
        state.answers[key].flatMap { ContinuousClock.now < $0.end ? $0.isAllowed : nil }
    }

    private func keep(_ isAllowed: Bool, _ key: [UInt8], in state: inout State) {
        guard holds > .zero else { return }
        let now = ContinuousClock.now
        if state.answers.count >= Self.bound {
            state.answers = state.answers.filter { now < $0.value.end }
            if state.answers.count >= Self.bound { state.answers.removeAll() }
        }
        state.answers[key] = Answer(isAllowed: isAllowed, end: now + holds)
    }

    private func ask(_ question: Question) async throws -> Bool {
        let body = JSON.object([
            "tenant_id": .string(question.tenant), "platform_userid": .string(question.user),
            "resource_ids": .array(question.resources.map { .string($0) }),
        ]).bytes
        var headers: Headers = ["Content-Type": "application/json", "Accept": "application/json"]
        headers.sign(body, with: secret, id: UUIDv7.make())
        let response: ClientResponse
        do {
            response = try await client.send(
                ClientRequest(
                    method: "POST",
                    url: url,
                    headers: headers,
                    body: .bytes(body),
                    connectTimeout: Self.patience,
                    timeout: Self.patience,
                    idleTimeout: Self.patience,
                    maxResponseBytes: 64 << 10
                )
            )
        } catch let error as HTTPClientError {
            throw Silence(description: "\(error)")
        }
        guard response.status == 200 else { throw Silence(description: "it answered \(response.status)") }
        guard let isAllowed = (try? JSON(parsing: response.body))?["allowed"]?.bool else {
            throw Silence(description: "its answer does not say whether it is allowed")
        }
        return isAllowed
    }
}

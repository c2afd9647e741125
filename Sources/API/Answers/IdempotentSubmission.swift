import HawserCore
import HawserHTTP
import HawserQueue

/// A request that submits jobs, once for each `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
///
/// A key is a tenant's and stands for one request: method, target and body. The same request again, for a day, answers
/// with the same jobs; another request with the key is refused. A request that is refused does not use its key up.
struct IdempotentSubmission: Sendable {
    let backend: Backend
    /// Whose jobs they are.
    let tenant: String
    let request: Request
    /// The request's body, as it came.
    let body: [UInt8]

    /// Submits the jobs, or finds those that were submitted for the key.
    ///
    /// - Parameters:
    ///   - check: throws when the request cannot be granted now; not asked of a request that was granted before.
    ///   - jobs: makes the jobs, with ids that were given out before or with new ones.
    /// - Returns: the jobs, and when they were accepted.
    /// - Throws: what `check` and `jobs` throw; a problem 400 for a key that cannot be one, 422 for one that was used for
    ///   another request; `RedisUnavailable`.
    func submit(
        check: () async throws -> Void = {},
        jobs: ([JobID]?) throws -> [JobSubmission]
    ) async throws -> (jobs: [JobSubmission], at: Timestamp) {
        let key = try key()
        let (new, now) = (try jobs(nil), Timestamp.now)
        guard let key else {
            try await check()
            try await backend.enqueue(new)
            return (new, now)
        }
        let fingerprint = Digest.sha256(Array("\(request.method) \(request.target)\n".utf8) + body).hex
        do {
            try await check()
        } catch {
            // It may be refused for what it made itself when it came before, as a name that is taken.
            guard let known = try await backend.queues.recall(key, of: tenant, fingerprint: fingerprint) else {
                throw error
            }
            return try await settle(known, key, new, now, jobs)
        }
        let plan: JSON = ["ids": .array(new.map { .string($0.id.text) }), "at": .string(now.rfc3339)]
        let known = try await backend.queues.remember(key, of: tenant, fingerprint: fingerprint, plan: plan)
        return try await settle(known, key, new, now, jobs)
    }

    private func settle(
        _ known: RememberedRequest,
        _ key: String,
        _ new: [JobSubmission],
        _ now: Timestamp,
        _ jobs: ([JobID]?) throws -> [JobSubmission]
    ) async throws -> (jobs: [JobSubmission], at: Timestamp) {
        switch known {
        case .new:
            try await backend.enqueue(new)
            try? await backend.queues.complete(key, of: tenant, answer: true)
            return (new, now)
        case .conflict: throw Self.reused
        case .repeated(let plan, let answer):
            let jobs = try jobs((plan["ids"]?.array ?? []).compactMap { $0.string.flatMap { JobID($0) } })
            // Not known to be completed: the jobs may or may not be there. Storing them again makes no others.
            if answer == nil {
                try await backend.enqueue(jobs, isRepeat: true)
                try? await backend.queues.complete(key, of: tenant, answer: true)
            }
            return (jobs, plan["at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? now)
        }
    }

    private func key() throws -> String? {
        guard let key = request.headers["idempotency-key"] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Problem(
                status: 400,
                errors: [.init(field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters")]
            )
        }
        return key
    }

    private static let reused = Problem(
        status: 422,
        title: "Idempotency Key Reused",
        detail: "This Idempotency-Key was used with another request.",
        errors: [.init(field: "Idempotency-Key", message: "was used with another request")]
    )
}

extension Endpoint.Parameter {
    /// The key of a request that may be sent again.
    static let idempotencyKey = Endpoint.Parameter(
        name: "Idempotency-Key",
        place: .header,
        help: "The same key and request again answer with the same job; 1 to 255 visible ASCII characters",
        schema: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"]
    )
}

public import HawserCore
import HawserRedis

/// What is known of a request that carries an idempotency key.
public enum RememberedRequest: Sendable, Equatable {
    /// It was not seen before; what was handed in is remembered now.
    case new
    /// It was seen: what was handed in then, and whether it was completed (nil: not known to be).
    case repeated(plan: JSON, answer: JSON?)
    /// The key was used for another request.
    case conflict
}

extension JobQueues {
    /// How long a request is remembered.
    public static let requestMemory = Duration.seconds(86_400)

    /// Remembers a request by its owner's key, before it is carried out.
    ///
    /// The plan holds the ids of the jobs to be: a request that is repeated after a crash makes no others.
    ///
    /// - Parameters:
    ///   - key: the client's key.
    ///   - owner: whose key it is.
    ///   - fingerprint: a digest of what was asked for.
    ///   - plan: what is going to be done.
    /// - Returns: whether the request is new, and what is known of it when it is not.
    /// - Throws: `RedisUnavailable`.
    public func remember(
        _ key: String,
        of owner: String,
        fingerprint: String,
        plan: JSON
    ) async throws -> RememberedRequest {
        let reply = try await redis.call(
            Scripts.remember,
            keys: [Self.requestKey(key, owner)],
            arguments: [.string(fingerprint), .string(plan.text), .int(Self.requestMemory.milliseconds)]
        )
        guard let found = reply.array else { return .new }
        return try Self.known(found, fingerprint)
    }

    /// What is known of a request, without remembering it.
    ///
    /// - Parameters:
    ///   - key: the client's key.
    ///   - owner: whose key it is.
    ///   - fingerprint: a digest of what is asked for.
    /// - Returns: nil when the key is not known.
    /// - Throws: `RedisUnavailable`.
    public func recall(_ key: String, of owner: String, fingerprint: String) async throws -> RememberedRequest? {
        let reply = try await redis.send(
            ["HMGET", .string(Self.requestKey(key, owner)), "fingerprint", "plan", "answer"]
        )
        guard let found = reply.array, found.first?.bytes != nil else { return nil }
        return try Self.known(found, fingerprint)
    }

    private static func known(_ found: [RedisValue], _ fingerprint: String) throws -> RememberedRequest {
        guard found.count == 3, found[0].string == fingerprint, let plan = found[1].bytes else { return .conflict }
        return .repeated(plan: try JSON(parsing: plan), answer: try found[2].bytes.map { try JSON(parsing: $0) })
    }

    /// Notes what a remembered request was answered.
    public func complete(_ key: String, of owner: String, answer: JSON) async throws {
        _ = try await redis.send(["HSET", .string(Self.requestKey(key, owner)), "answer", .string(answer.text)])
    }

    private static func requestKey(_ key: String, _ owner: String) -> String {
        "hawser:request:\(owner):\(key)"
    }
}

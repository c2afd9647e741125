import HawserRedis

extension Scripts {
    /// Remembers a request, unless its key is known.
    ///
    /// KEYS: the request's key. ARGV: fingerprint, plan, ms to live.
    /// Returns: nil when it is new, else {fingerprint, plan, answer}.
    static let remember = RedisScript(
        name: "remember",
        source: """
            if redis.call('HSETNX', KEYS[1], 'fingerprint', ARGV[1]) == 1 then
                redis.call('HSET', KEYS[1], 'plan', ARGV[2])
                redis.call('PEXPIRE', KEYS[1], ARGV[3])
                return false
            end
            return redis.call('HMGET', KEYS[1], 'fingerprint', 'plan', 'answer')
            """
    )
}

import HawserRedis

extension Scripts {
    /// Notes that a worker is alive.
    ///
    /// KEYS: `QueueKeys.workers`, `QueueKeys.workerInfo`. ARGV: name, ms until it counts as gone, what it says of
    /// itself. Forgets at most 100 that are gone.
    static let announce = RedisScript(
        name: "announce",
        source: """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
            for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do
                redis.call('ZREM', KEYS[1], name)
                redis.call('HDEL', KEYS[2], name)
            end
            return 1
            """
    )

    /// Lists the workers that are alive.
    ///
    /// KEYS: `QueueKeys.workers`, `QueueKeys.workerInfo`. Returns what each says of itself.
    static let workers = RedisScript(
        name: "workers",
        source: """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local found = {}
            for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
                found[#found + 1] = redis.call('HGET', KEYS[2], name)
            end
            return found
            """
    )
}

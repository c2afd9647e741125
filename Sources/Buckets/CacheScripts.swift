import HawserRedis

/// What is done to the cache in one step.
enum CacheScripts {
    /// How long it is remembered that something was removed: longer than anybody is late with what he had to write.
    static let memory = 86_400

    /// Writes a hash, unless there is a newer one or what it stands for was removed.
    ///
    /// KEYS: the hash, its mark of removal, and the set it is a member of, if any. ARGV: version, member, fields and
    /// values. Answers 1 when it was written.
    static let put = RedisScript(
        name: "storages.put",
        source: """
            local hash, removed, set = KEYS[1], KEYS[2], KEYS[3]
            if redis.call('EXISTS', removed) == 1 then return 0 end
            -- What is there may be somebody else's and of another type.
            if redis.call('TYPE', hash)['ok'] == 'hash' then
              local known = tonumber(redis.call('HGET', hash, 'Version') or '')
              if known and known > tonumber(ARGV[1]) then return 0 end
            end
            redis.call('DEL', hash)
            redis.call('HSET', hash, 'Version', ARGV[1], unpack(ARGV, 3))
            if set then
              if redis.call('TYPE', set)['ok'] ~= 'set' then redis.call('DEL', set) end
              redis.call('SADD', set, ARGV[2])
            end
            return 1
            """
    )

    /// Forgets something for good.
    ///
    /// KEYS: its hash, the mark of removal, and a set: the one it is a member of, or, without a member, the one that
    /// goes with it. ARGV: seconds for which the removal is remembered, member.
    static let drop = RedisScript(
        name: "storages.drop",
        source: """
            redis.call('DEL', KEYS[1])
            redis.call('SET', KEYS[2], '1', 'EX', ARGV[1])
            if ARGV[2] == '' then
              redis.call('DEL', KEYS[3])
            elseif redis.call('TYPE', KEYS[3])['ok'] == 'set' then
              redis.call('SREM', KEYS[3], ARGV[2])
            end
            return 1
            """
    )
}

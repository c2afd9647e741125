import HawserRedis

extension Scripts {
    /// Takes or keeps the lead among the recorders of a queue.
    ///
    /// KEYS: `QueueKeys.recorder`. ARGV: the recorder's name, ms until the lead is free again.
    /// Returns: 1 when it leads, 0 when another does.
    static let lead = RedisScript(
        name: "lead",
        source: """
            local leader = redis.call('GET', KEYS[1])
            if leader and leader ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """
    )

    /// Gives up the lead, if the recorder has it.
    ///
    /// KEYS: `QueueKeys.recorder`. ARGV: the recorder's name.
    static let resign = RedisScript(
        name: "resign",
        source: """
            if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
            return 1
            """
    )

    /// Forgets finished jobs whose record is safe elsewhere, and acknowledges the events that told of them.
    ///
    /// A job that changed since (somebody retried it) stays.
    /// ARGV: consumer group ('' for none), number n of stream entries, n entry ids, then per job two: id, sequence
    /// number of its last event that was recorded.
    /// Returns: how many jobs were forgotten.
    static let forget = RedisScript(
        name: "forget",
        source: prelude + """
            local n = tonumber(ARGV[2])
            if n > 0 and ARGV[1] ~= '' then call('XACK', EVENTS, ARGV[1], unpack(ARGV, 3, 2 + n)) end
            local gone, ids = {}, {}
            for i = 3 + n, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
            fetch(ids)
            for i = 3 + n, #ARGV, 2 do
                local id = ARGV[i]
                local s = load(id)
                if s and s[SEQ] == tonumber(ARGV[i + 1]) and isover(s) then
                    gone[#gone + 1] = id
                end
            end
            \(removal)
            return #gone
            """
    )

    /// Takes the jobs of the list `gone` out of all hashes.
    private static let removal = """
        for from = 1, #gone, 1000 do
            local to = math.min(#gone, from + 999)
            for _, key in ipairs({STATE, BODY, RESULT, ERROR, PROGRESS, JOURNAL}) do
                call('HDEL', key, unpack(gone, from, to))
            end
        end
        """

    /// Drops jobs that finished long ago, where nobody records them.
    ///
    /// A job that was retried and is not finished stays. Once there is a recorder, whose it is to let jobs go, only the
    /// list is cleared.
    /// ARGV: age (ms), how many at most (1,000).
    /// Returns: how many jobs were looked at; fewer than the limit when no more are old enough.
    /// Cost: an HMGET, a ZREM and six HDEL per call; never by the jobs that are kept.
    static let drop = RedisScript(
        name: "drop",
        source: prelude + """
            local limit = tonumber(ARGV[2])
            if call('EXISTS', EVENTS) == 1 and #call('XINFO', 'GROUPS', EVENTS) > 0 then
                return call('ZREMRANGEBYRANK', FINISHED, 0, limit - 1)
            end
            local bound = now - tonumber(ARGV[1])
            local old = call('ZRANGEBYSCORE', FINISHED, '-inf', bound, 'LIMIT', 0, limit)
            if #old == 0 then return 0 end
            fetch(old)
            local gone = {}
            for _, id in ipairs(old) do
                local s = load(id)
                if s and isover(s) then gone[#gone + 1] = id end
            end
            call('ZREM', FINISHED, unpack(old))
            \(removal)
            return #old
            """
    )

    /// Drops events that every reader had time to see.
    ///
    /// ARGV: age (ms).
    /// Nothing goes that a consumer group was not given or has not acknowledged, nor what is younger than the age.
    /// Returns: how many stream entries were dropped (Redis drops whole nodes of about 100).
    static let trim = RedisScript(
        name: "trim",
        source: prelude + """
            local function value(list, name)
                for i = 1, #list, 2 do if list[i] == name then return list[i + 1] end end
            end
            local function before(a, b)
                local am, as = string.match(a, '(%d+)-(%d+)')
                local bm, bs = string.match(b, '(%d+)-(%d+)')
                am, bm = tonumber(am), tonumber(bm)
                return am < bm or (am == bm and tonumber(as) < tonumber(bs))
            end
            if call('EXISTS', EVENTS) == 0 then return 0 end
            local bound = string.format('%d-0', now - tonumber(ARGV[1]))
            for _, group in ipairs(call('XINFO', 'GROUPS', EVENTS)) do
                local delivered = value(group, 'last-delivered-id')
                if before(delivered, bound) then bound = delivered end
                if value(group, 'pending') > 0 then
                    local first = call('XPENDING', EVENTS, value(group, 'name'))[2]
                    if before(first, bound) then bound = first end
                end
            end
            return call('XTRIM', EVENTS, 'MINID', '~', bound)
            """
    )
}

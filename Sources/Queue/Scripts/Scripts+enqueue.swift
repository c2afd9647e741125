import HawserRedis

extension Scripts {
    /// Stores new jobs and makes them ready or due.
    ///
    /// ARGV: per job, `idOf`: id, body, priority (0...9), run at (ms, 0 = now), deadline (ms after now, 0 = none),
    /// most attempts, tenant.
    /// Returns: for each job 1 when it was stored, 0 when the queue already has a job of that id.
    /// Cost: per job a share of two HSETs, a ZADD or RPUSH, and an XADD. At most `JobQueues.batchLimit` jobs.
    static let enqueue = RedisScript(
        name: "enqueue",
        source: prelude + """
            local ids, new, bodies, stored = {}, {}, {}, {}
            for i = 1, #ARGV, 7 do ids[#ids + 1] = ARGV[i] end
            for from = 1, #ids, MOST do
                local last = math.min(#ids, from + MOST - 1)
                for i, body in ipairs(call('HMGET', BODY, unpack(ids, from, last))) do
                    new[ids[from + i - 1]] = not body
                end
            end
            for i = 1, #ARGV, 7 do
                local id, body = ARGV[i], ARGV[i + 1]
                if new[id] then
                    new[id] = false
                    add(bodies, id, body)
                    local at, span = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
                    local s = {'', 0, 0, 0, 0, tonumber(ARGV[i + 2]), now, 0, now,
                        span > 0 and now + span or 0, tonumber(ARGV[i + 5]), 0, '', ARGV[i + 6]}
                    if string.find(body, '^[^\\n]*\\t') then raise(s, LOCKS) end
                    if at > now then
                        delay(id, s, 'S', at)
                    else
                        queue(id, s, false)
                    end
                    note('body', body)
                    stored[#stored + 1] = 1
                else
                    stored[#stored + 1] = 0
                end
            end
            send('HSET', BODY, bodies)
            local wake = #bodies > 0
            if wake then waken() end
            flush()
            return stored
            """
    )
}

import HawserRedis

extension Scripts {
    /// Stores new jobs and makes them ready or due.
    ///
    /// ARGV: per job, `idOf`: id, body, priority (0...9), run at (ms, 0 = now), deadline (ms after now, 0 = none),
    /// most attempts, tenant.
    /// Returns: for each job 1 when it was stored, 0 when the queue already has a job of that id.
    /// Cost: per job one HSETNX, HSET, ZADD or RPUSH and a share of an XADD. At most `JobQueues.batchLimit` jobs.
    static let enqueue = RedisScript(
        name: "enqueue",
        source: prelude + """
            local stored, wake = {}, false
            for i = 1, #ARGV, 7 do
                local id, body = ARGV[i], ARGV[i + 1]
                if call('HSETNX', BODY, id, body) == 1 then
                    local at, span = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
                    local s = {'', 0, 0, 0, 0, tonumber(ARGV[i + 2]), now, 0, now,
                        span > 0 and now + span or 0, tonumber(ARGV[i + 5]), 0, '', ARGV[i + 6]}
                    if at > now then
                        delay(id, s, 'S', at)
                    else
                        queue(id, s, false)
                    end
                    note('body', body)
                    wake = true
                    stored[#stored + 1] = 1
                else
                    stored[#stored + 1] = 0
                end
            end
            if wake then waken() end
            flush()
            return stored
            """
    )
}

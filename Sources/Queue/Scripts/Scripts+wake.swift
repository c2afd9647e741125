import HawserRedis

extension Scripts {
    /// Has waiting jobs look at once.
    ///
    /// A running job is marked: it may have looked before what it waits for happened, and when it then goes to wait it
    /// is ready again at once. Jobs of all other states will look by themselves; they and unknown ids stay as they are.
    ///
    /// ARGV: ids.
    /// Returns: how many were waiting, how many were marked.
    /// Cost: a share of an HMGET, and for a waiting job of a ZREM, an HSET, an RPUSH and an XADD; at most
    /// `JobQueues.scriptLimit` ids.
    static let wake = RedisScript(
        name: "wake",
        source: prelude + """
            fetch(ARGV)
            local due, marked = {}, 0
            for _, id in ipairs(ARGV) do
                local s = load(id)
                if s and s[ST] == 'W' then
                    due[#due + 1] = id
                    queue(id, s, false)
                elseif s and s[ST] == 'R' and not has(s, WOKEN) then
                    raise(s, WOKEN)
                    -- No change that anybody is told of: its number stays.
                    held[id] = pack(s)
                    add(states, id, held[id])
                    marked = marked + 1
                end
            end
            send('ZREM', DUE, due)
            flush()
            if #due > 0 then waken() end
            return {#due, marked}
            """
    )
}

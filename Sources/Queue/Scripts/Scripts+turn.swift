import HawserRedis

extension Scripts {
    /// Settles finished jobs, takes back expired leases, promotes due jobs and claims new ones.
    ///
    /// ARGV: worker, lease (ms), most jobs to claim, most to reap and to promote, jobs lost this often are failed
    /// (and twice this often while undoing), text of that failure, of a passed deadline, of a cancellation, 1 when
    /// finished jobs are to be listed, then per finished job five: id, fence, outcome, delay (ms), text.
    /// Outcomes: `D` succeeded (text = result), `F` failed, `C` cancelled, `T` try again after the delay (text = error),
    /// `U` undo again after the delay (text = error), `W` look again after the delay, `P` put aside for the delay, the
    /// attempt not counted (text = error), `H` handed back: ready at once, at the front, the attempt not counted.
    /// Returns: {1 | 0 accepted, per finished job}, {id, state record, body, journal, per claimed job},
    /// ms until something falls due (-1: nothing), 1 when ready jobs are left.
    /// Cost: bounded by the finished jobs, the jobs claimed and the limit; never by the backlog or the leases held.
    static let turn = RedisScript(
        name: "turn",
        source: prelude + """
            local worker, lease, want, limit, poison = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
            -- Once as text: Redis writes a number of Lua's with 17 digits, which takes a microsecond.
            local till = string.format('%d', now + lease)
            local accepted, claimed, taken = {}, {}, {}
            isListed = ARGV[9] == '1'

            local settled = {}
            for i = 10, #ARGV, 5 do settled[#settled + 1] = ARGV[i] end
            fetch(settled)
            for i = 10, #ARGV, 5 do
                local id, outcome, text = ARGV[i], ARGV[i + 2], ARGV[i + 4]
                local s = load(id)
                if s and s[ST] == 'R' and s[FENCE] == tonumber(ARGV[i + 1]) then
                    add(released, id)
                    accepted[#accepted + 1] = 1
                    s[WORKER] = ''
                    if outcome == 'D' or outcome == 'F' or outcome == 'C' then
                        finish(id, s, outcome, text)
                    else
                        s[LOST] = 0
                        if outcome ~= 'T' and outcome ~= 'U' then s[ATTEMPT] = s[ATTEMPT] - 1 end
                        if outcome == 'U' then
                            -- Neither a cancellation nor the deadline hurries it: it is ending already.
                            delay(id, s, 'T', now + tonumber(ARGV[i + 3]))
                            call('HSET', ERROR, id, text)
                            note('error', text)
                        elseif has(s, CANCEL) then
                            if has(s, UNDO) then queue(id, s, true) else finish(id, s, 'C', text) end
                        elseif outcome == 'H' then
                            queue(id, s, true)
                        elseif outcome == 'W' and has(s, WOKEN) then
                            -- What it waits for happened after it looked.
                            lower(s, WOKEN)
                            queue(id, s, false)
                        else
                            local at = now + tonumber(ARGV[i + 3])
                            if s[DEADLINE] > 0 and at > s[DEADLINE] then at = s[DEADLINE] end
                            delay(id, s, outcome == 'W' and 'W' or 'T', at)
                            if text ~= '' then call('HSET', ERROR, id, text); note('error', text) end
                        end
                    end
                else
                    accepted[#accepted + 1] = 0
                end
            end

            write()
            for _, id in ipairs(call('ZRANGEBYSCORE', LEASE, '-inf', now, 'LIMIT', 0, limit)) do
                add(released, id)
                local s = load(id)
                if s and s[ST] == 'R' then
                    s[LOST], s[ATTEMPT], s[WORKER] = s[LOST] + 1, s[ATTEMPT] - 1, ''
                    if has(s, CANCEL) and not has(s, UNDO) then
                        finish(id, s, 'C', ARGV[8])
                    elseif s[LOST] >= poison and (not has(s, UNDO) or s[LOST] >= 2 * poison) then
                        finish(id, s, 'F', ARGV[6])
                    else
                        if s[LOST] >= poison then raise(s, POISON) end
                        if has(s, UNDO) then
                            queue(id, s, true)
                        else
                            -- Comes back apart from those it was lost with, up to a quarter of a lease later and then
                            -- up to a half: one job that kills its worker must not take its neighbours with it until
                            -- all of them count as poison, nor must kills in the rhythm of the lease hit them again.
                            local random = tonumber(string.sub(id, 25, 32), 16) + now * 7919
                            local span = math.floor(lease * math.min(s[LOST], 2) / 4)
                            delay(id, s, 'T', now + random % math.max(1, span))
                        end
                    end
                end
            end

            write()
            local promoted = call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, limit)
            send('ZREM', DUE, promoted)
            fetch(promoted)
            for _, id in ipairs(promoted) do
                local s = load(id)
                -- A job that was taken back from the dead and put aside does not go behind a backlog it was before.
                if s then queue(id, s, s[LOST] > 0) end
            end

            write()
            local left, budget = 0, want + limit
            for p = TOP, 0, -1 do
                local key = KEYS[READY + p]
                while want > 0 and budget > 0 do
                    local ids = call('LPOP', key, math.min(want, budget, MOST))
                    if not ids then break end
                    budget = budget - #ids
                    fetch(ids)
                    for _, id in ipairs(ids) do
                        local s = load(id)
                        if s and s[ST] == 'Q' then
                            if s[DEADLINE] > 0 and now >= s[DEADLINE] and not has(s, UNDO) then
                                finish(id, s, 'F', ARGV[7])
                            elseif not has(s, LOCKS) or lock(id) then
                                want = want - 1
                                s[FENCE], s[ATTEMPT], s[WORKER] = s[FENCE] + 1, s[ATTEMPT] + 1, worker
                                taken[#taken + 1] = id
                                local n = #claimed
                                claimed[n + 1], claimed[n + 2] = id, save(id, s, 'R')
                                claimed[n + 3], claimed[n + 4] = false, false
                                add(leased, till, id)
                            end
                        end
                    end
                end
                if left == 0 and (want == 0 or budget == 0) then left = call('EXISTS', key) end
            end
            for from = 1, #taken, MOST do
                local last = math.min(#taken, from + MOST - 1)
                local bodies = call('HMGET', BODY, unpack(taken, from, last))
                local journals = call('HMGET', JOURNAL, unpack(taken, from, last))
                for i = 1, #bodies do
                    local at = 4 * (from + i - 2)
                    claimed[at + 3], claimed[at + 4] = bodies[i], journals[i]
                end
            end
            if left == 1 then waken() end
            flush()

            local next = -1
            for _, key in ipairs({DUE, LEASE}) do
                local first = call('ZRANGE', key, 0, 0, 'WITHSCORES')
                if first[2] then
                    local wait = math.max(0, first[2] - now)
                    if next < 0 or wait < next then next = wait end
                end
            end
            return {accepted, claimed, math.floor(next), left}
            """
    )
}

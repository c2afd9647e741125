-- Models B and up: two hashes for all jobs of a queue, one of bodies, one of packed states.
-- pack(state, fence, attempt, created, due, priority) and unpack_state(text) come from the codec.
-- KEYS: 1 ready (list)  2 lease (sorted set)  3 events (stream)  4 due (sorted set)  5 bodies (hash)  6 states (hash)

-- enqueue: ARGV = id, body, id, body, …
local function enqueue(now)
    local states, ids = {}, {}
    local state = pack('queued', 0, 0, now, 0, 5)
    for i = 1, #ARGV, 2 do
        states[i], states[i + 1] = ARGV[i], state
        ids[#ids + 1] = ARGV[i]
        event(ARGV[i], 'queued')
    end
    redis.call('HSET', KEYS[5], unpack(ARGV))
    redis.call('HSET', KEYS[6], unpack(states))
    redis.call('RPUSH', KEYS[1], unpack(ids))
    return #ids
end

-- settle: ARGV[first…] = id, fence, id, fence, …; answers how many were accepted
local function settle(first)
    if #ARGV < first then return 0 end
    local ids, done = {}, {}
    for i = first, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
    local states = redis.call('HMGET', KEYS[6], unpack(ids))
    for i, id in ipairs(ids) do
        if states[i] then
            local state, fence = unpack_state(states[i])
            if state == 'running' and fence == tonumber(ARGV[first + i * 2 - 1]) then
                done[#done + 1] = id
                event(id, 'succeeded')
            end
        end
    end
    if #done > 0 then
        redis.call('ZREM', KEYS[2], unpack(done))
        redis.call('HDEL', KEYS[5], unpack(done))
        redis.call('HDEL', KEYS[6], unpack(done))
    end
    return #done
end

-- claim: answers id, fence, attempt, body for up to `want` jobs
local function claim(now, want, answer)
    local ids = redis.call('LPOP', KEYS[1], want)
    if not ids or #ids == 0 then return end
    local bodies = redis.call('HMGET', KEYS[5], unpack(ids))
    local states = redis.call('HMGET', KEYS[6], unpack(ids))
    local packed, leases = {}, {}
    for i, id in ipairs(ids) do
        local _, fence, attempt, created, due, priority = unpack_state(states[i])
        fence, attempt = fence + 1, attempt + 1
        packed[i * 2 - 1], packed[i * 2] = id, pack('running', fence, attempt, created, due, priority)
        leases[i * 2 - 1], leases[i * 2] = now + 30000, id
        event(id, 'running')
        local n = #answer
        answer[n + 1], answer[n + 2], answer[n + 3], answer[n + 4] = id, fence, attempt, bodies[i]
    end
    redis.call('HSET', KEYS[6], unpack(packed))
    redis.call('ZADD', KEYS[2], unpack(leases))
end

-- Model A: one hash per job. The three parts below are put behind a common head by measure.py.
-- KEYS: 1 ready (list)  2 lease (sorted set)  3 events (stream)  4 due (sorted set)  5 prefix of the jobs' hashes

-- enqueue: ARGV = id, body, id, body, …
local function enqueue(now)
    for i = 1, #ARGV, 2 do
        redis.call('HSET', KEYS[5] .. ARGV[i], 'body', ARGV[i + 1],
            'state', 'queued', 'fence', 0, 'attempt', 0, 'created', now, 'due', 0, 'priority', 5)
        redis.call('RPUSH', KEYS[1], ARGV[i])
        event(ARGV[i], 'queued')
    end
    return #ARGV / 2
end

-- settle: ARGV[first…] = id, fence, id, fence, …; answers how many were accepted
local function settle(first)
    local done = {}
    for i = first, #ARGV, 2 do
        local job = redis.call('HMGET', KEYS[5] .. ARGV[i], 'state', 'fence')
        if job[1] == 'running' and job[2] == ARGV[i + 1] then
            done[#done + 1] = ARGV[i]
            event(ARGV[i], 'succeeded')
            redis.call('DEL', KEYS[5] .. ARGV[i])
        end
    end
    if #done > 0 then redis.call('ZREM', KEYS[2], unpack(done)) end
    return #done
end

-- claim: answers id, fence, attempt, body for up to `want` jobs
local function claim(now, want, answer)
    local ids = redis.call('LPOP', KEYS[1], want)
    if not ids or #ids == 0 then return end
    local leases = {}
    for _, id in ipairs(ids) do
        local key = KEYS[5] .. id
        local job = redis.call('HMGET', key, 'body', 'fence', 'attempt')
        local fence, attempt = job[2] + 1, job[3] + 1
        redis.call('HSET', key, 'state', 'running', 'fence', fence, 'attempt', attempt)
        leases[#leases + 1] = now + 30000
        leases[#leases + 1] = id
        event(id, 'running')
        local n = #answer
        answer[n + 1], answer[n + 2], answer[n + 3], answer[n + 4] = id, fence, attempt, job[1]
    end
    redis.call('ZADD', KEYS[2], unpack(leases))
end

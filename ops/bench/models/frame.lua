--- events: one entry per change of a job
local function event(id, what)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'id', id, 'to', what)
end
local function publish() end
--- events: one entry per call
local changes = {}
local function event(id, what)
    changes[#changes + 1] = id
    changes[#changes + 1] = what
end
local function publish()
    if #changes > 0 then redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', unpack(changes)) end
end
--- clock
local function clock()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end
--- enqueue
local count = enqueue(clock())
publish()
return count
--- turn
-- ARGV: 1 how many jobs are wanted, then id, fence of each finished job
local now = clock()
local answer = {settle(2)}
-- What every turn also does; both find nothing here, as in a healthy queue.
redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 10)
redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 100)
claim(now, tonumber(ARGV[1]), answer)
publish()
return answer

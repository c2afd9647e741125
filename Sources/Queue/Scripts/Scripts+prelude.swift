extension Scripts {
    /// What every script begins with: the keys by name, the packed state record and the events of this call.
    ///
    /// KEYS are those of `QueueKeys.all`, in its order. A state record is packed by Lua's `struct` (measured against
    /// others in docs/data-model.md); its places are named below, and `JobStateRecord` is the same in Swift.
    ///
    /// Events of a call are collected and written as one stream entry (more when there are many): a pair (id, state
    /// record) for each change, followed by the texts that changed with it, as pairs (`body` | `result` | `error` |
    /// `progress` | `journal`, text). Other writes are collected, too, and `write` sends them many at a time: a command
    /// costs Redis more than what it does, and once more for the append-only file. What reads sorted sets or lists
    /// calls `write` before; state records are read through `load`, which knows of those that are not written yet.
    static let prelude = """
        local BODY, STATE, JOURNAL, RESULT, ERROR, PROGRESS, DUE, LEASE, LIMITS, EVENTS, WAKE, LOCK, PARKED =
            KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11],
            KEYS[12], KEYS[13]
        local READY, TOP, FINISHED = 14, 9, KEYS[24]
        local ST, SEQ, FENCE, ATTEMPT, LOST, PRIORITY, AT, RUN_AT, CREATED, DEADLINE, MAX, FLAGS, WORKER, TENANT =
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
        local CANCEL, UNDO, LOCKS, POISON, WOKEN = 1, 2, 4, 8, 16
        local call = redis.call
        -- Whether finished jobs are listed, so that they can be dropped after a while; a script sets it.
        local isListed = false
        local FORMAT = '>c1I4I4i4I4BI8I8I8I8I4Bss'
        local function pack(s) return struct.pack(FORMAT, unpack(s, 1, 14)) end
        local function unpackrecord(blob) return {struct.unpack(FORMAT, blob)} end
        local time = call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local function has(s, flag) return math.floor(s[FLAGS] / flag) % 2 == 1 end
        local function raise(s, flag) if not has(s, flag) then s[FLAGS] = s[FLAGS] + flag end end
        local function lower(s, flag) if has(s, flag) then s[FLAGS] = s[FLAGS] - flag end end
        -- At most this many values are handed to a command at once: Lua's stack takes just under 8,000.
        local MOST = 4000
        local function send(command, key, list)
            for from = 1, #list, MOST do call(command, key, unpack(list, from, math.min(#list, from + MOST - 1))) end
        end
        local held = {}
        local function fetch(ids)
            for from = 1, #ids, MOST do
                local blobs = call('HMGET', STATE, unpack(ids, from, math.min(#ids, from + MOST - 1)))
                for i = 1, #blobs do held[ids[from + i - 1]] = blobs[i] end
            end
        end
        local function load(id)
            local blob = held[id]
            if blob == nil then blob = call('HGET', STATE, id) end
            return blob and unpackrecord(blob)
        end
        local function add(list, one, other)
            local n = #list
            list[n + 1], list[n + 2] = one, other
        end
        local states, results, leased, released, delayed, listed, heads, tails = {}, {}, {}, {}, {}, {}, {}, {}
        local function write()
            send('ZREM', LEASE, released)
            send('HSET', STATE, states)
            send('HSET', RESULT, results)
            send('ZADD', LEASE, leased)
            send('ZADD', DUE, delayed)
            send('ZADD', FINISHED, listed)
            for key, ids in pairs(heads) do send('LPUSH', key, ids) end
            for key, ids in pairs(tails) do send('RPUSH', key, ids) end
            states, results, leased, released, delayed, listed, heads, tails = {}, {}, {}, {}, {}, {}, {}, {}
        end
        local events, count = {}, 0
        local function flush()
            write()
            if count > 0 then call('XADD', EVENTS, '*', unpack(events, 1, count)) end
            events, count = {}, 0
        end
        local function note(name, text)
            events[count + 1], events[count + 2] = name, text
            count = count + 2
        end
        local function save(id, s, state)
            if count > 1000 then flush() end
            s[ST], s[AT], s[SEQ] = state, now, s[SEQ] + 1
            local blob = pack(s)
            held[id] = blob
            add(states, id, blob)
            note(id, blob)
            return blob
        end
        local function ready(s) return KEYS[READY + s[PRIORITY]] end
        local function waken()
            if call('LLEN', WAKE) == 0 then call('RPUSH', WAKE, '1') end
        end
        local function delay(id, s, state, at)
            s[RUN_AT] = at
            save(id, s, state)
            add(delayed, at, id)
        end
        local function push(id, s, first)
            local lists, key = first and heads or tails, ready(s)
            if not lists[key] then lists[key] = {} end
            add(lists[key], id)
        end
        local function queue(id, s, first)
            s[RUN_AT], s[WORKER] = 0, ''
            save(id, s, 'Q')
            push(id, s, first)
        end
        local function locksof(id)
            local names = {}
            local line = string.match(call('HGET', BODY, id) or '', '^[^\\n]*')
            for name in string.gmatch(line, '\\t([^\\t]+)') do names[#names + 1] = name end
            return names
        end
        local function isover(s) return s[ST] == 'D' or s[ST] == 'F' or s[ST] == 'C' end
        -- Gives a job all its locks, or parks it until one is free that another job has.
        local function lock(id)
            local names = locksof(id)
            for _, name in ipairs(names) do
                local holder = call('HGET', LOCK, name)
                if holder and holder ~= id then
                    local s = load(holder)
                    -- A holder that is gone holds nothing.
                    if s and not isover(s) then
                        call('ZADD', PARKED, 0, name .. '\\t' .. id)
                        return false
                    end
                end
            end
            for _, name in ipairs(names) do call('HSET', LOCK, name, id) end
            return true
        end
        -- Takes a job's locks away; for each the job that was submitted first of those that wait is ready again.
        local function unlock(id)
            for _, name in ipairs(locksof(id)) do
                call('ZREM', PARKED, name .. '\\t' .. id)
                if call('HGET', LOCK, name) == id then
                    call('HDEL', LOCK, name)
                    -- Who is parked and not queued any more is passed over; there is none, but for lost keys.
                    for _ = 1, 100 do
                        local first = call('ZRANGEBYLEX', PARKED, '[' .. name .. '\\t', '(' .. name .. '\\t~', 'LIMIT', 0, 1)[1]
                        if not first then break end
                        call('ZREM', PARKED, first)
                        local next = string.sub(first, #name + 2)
                        local s = load(next)
                        if s and s[ST] == 'Q' then
                            push(next, s, true)
                            waken()
                            break
                        end
                    end
                end
            end
        end
        local function finish(id, s, state, text)
            if has(s, LOCKS) then unlock(id) end
            s[RUN_AT] = 0
            save(id, s, state)
            if isListed then add(listed, now, id) end
            if state == 'D' then
                if text ~= '' then add(results, id, text); note('result', text) end
            else
                if text ~= '' then call('HSET', ERROR, id, text); note('error', text) end
                if has(s, UNDO) then
                    call('HDEL', JOURNAL, id)
                else
                    local journal = call('HGET', JOURNAL, id)
                    if journal then note('journal', journal) end
                end
            end
        end

        """
}

extension Scripts {
    /// What every script begins with: the keys by name, the packed state record and the events of this call.
    ///
    /// KEYS are those of `QueueKeys.all`, in its order. A state record is packed by Lua's `struct` (measured against
    /// others in docs/data-model.md); its places are named below, and `JobStateRecord` is the same in Swift. Events of a call are collected and written as one
    /// stream entry (more when there are many): a pair (id, state record) for each change, followed by the texts
    /// that changed with it, as pairs (`body` | `result` | `error` | `progress` | `journal`, text).
    static let prelude = """
        local BODY, STATE, JOURNAL, RESULT, ERROR, PROGRESS, DUE, LEASE, LIMITS, EVENTS, WAKE =
            KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
        local READY, TOP, FINISHED = 12, 9, KEYS[22]
        local ST, SEQ, FENCE, ATTEMPT, LOST, PRIORITY, AT, RUN_AT, CREATED, DEADLINE, MAX, FLAGS, WORKER, TENANT =
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
        local CANCEL, UNDO, POISON = 1, 2, 8
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
        local function load(id)
            local blob = call('HGET', STATE, id)
            return blob and unpackrecord(blob)
        end
        local events, count = {}, 0
        local function flush()
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
            call('HSET', STATE, id, blob)
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
            call('ZADD', DUE, at, id)
        end
        local function queue(id, s, first)
            s[RUN_AT], s[WORKER] = 0, ''
            save(id, s, 'Q')
            call(first and 'LPUSH' or 'RPUSH', ready(s), id)
        end
        local function finish(id, s, state, text)
            s[RUN_AT] = 0
            save(id, s, state)
            if isListed then call('ZADD', FINISHED, now, id) end
            if state == 'D' then
                if text ~= '' then call('HSET', RESULT, id, text); note('result', text) end
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

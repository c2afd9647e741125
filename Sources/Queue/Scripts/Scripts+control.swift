import HawserRedis

extension Scripts {
    /// Renews leases.
    ///
    /// ARGV: lease (ms), then per lease two: id, fence.
    /// Returns: {id, what} of those that are not simply renewed: 1 the lease is lost, 2 renewed, but the job is to
    /// be cancelled.
    /// Cost: a share of an HMGET and a ZADD per lease; at most `JobQueues.batchLimit` leases.
    static let beat = RedisScript(
        name: "beat",
        source: prelude + """
            local till = string.format('%d', now + tonumber(ARGV[1]))
            local news, ids = {}, {}
            for i = 2, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
            fetch(ids)
            for i = 2, #ARGV, 2 do
                local id = ARGV[i]
                local s = load(id)
                if s and s[ST] == 'R' and s[FENCE] == tonumber(ARGV[i + 1]) then
                    add(leased, till, id)
                    if has(s, CANCEL) then news[#news + 1] = id; news[#news + 1] = 2 end
                else
                    news[#news + 1] = id
                    news[#news + 1] = 1
                end
            end
            write()
            return news
            """
    )

    /// Appends an entry to the journal of a running job.
    ///
    /// ARGV: id, fence, entry, 1 when the entry begins a step that can be undone.
    /// Returns: 1 written, 0 the fence is not the current one: nothing was written.
    static let append = RedisScript(
        name: "append",
        source: prelude + """
            local id = ARGV[1]
            local s = load(id)
            if not (s and s[ST] == 'R' and s[FENCE] == tonumber(ARGV[2])) then return 0 end
            call('HSET', JOURNAL, id, (call('HGET', JOURNAL, id) or '') .. ARGV[3] .. '\\n')
            if ARGV[4] == '1' and not has(s, UNDO) then
                raise(s, UNDO)
                call('HSET', STATE, id, pack(s))
            end
            return 1
            """
    )

    /// Tells how far a running job is.
    ///
    /// ARGV: id, fence, progress.
    /// Returns: 1 written, 0 the fence is not the current one: nothing was written.
    static let progress = RedisScript(
        name: "progress",
        source: prelude + """
            local id = ARGV[1]
            local s = load(id)
            if not (s and s[ST] == 'R' and s[FENCE] == tonumber(ARGV[2])) then return 0 end
            call('HSET', PROGRESS, id, ARGV[3])
            save(id, s, 'R')
            note('progress', ARGV[3])
            flush()
            return 1
            """
    )

    /// Cancels a job.
    ///
    /// A job that is not running ends at once, unless it has steps to undo: then a worker gets it to undo them. A
    /// running one is marked; its worker learns of it with the next heartbeat.
    ///
    /// ARGV: id, text of the error, 1 when finished jobs are to be listed.
    /// Returns: the state record before, or nil when the queue does not know the job.
    static let cancel = RedisScript(
        name: "cancel",
        source: prelude + """
            local id = ARGV[1]
            isListed = ARGV[3] == '1'
            local blob = call('HGET', STATE, id)
            if not blob then return false end
            local s = unpackrecord(blob)
            if s[ST] == 'R' then
                if not has(s, CANCEL) then
                    raise(s, CANCEL)
                    save(id, s, 'R')
                end
            elseif not isover(s) then
                call('ZREM', DUE, id)
                if has(s, UNDO) then
                    raise(s, CANCEL)
                    if s[ST] ~= 'Q' then queue(id, s, true) else save(id, s, 'Q') end
                    waken()
                else
                    finish(id, s, 'C', ARGV[2])
                end
            end
            flush()
            return blob
            """
    )

    /// Runs a failed or cancelled job again, with all its attempts and its whole time before it.
    ///
    /// ARGV: id; when the job has left Redis also its record: body, state record, journal. The deadline is moved by
    /// the time that passed since the job was made.
    /// Returns: the state record before, or nil when there is none and none was given.
    static let retry = RedisScript(
        name: "retry",
        source: prelude + """
            local id = ARGV[1]
            local blob = call('HGET', STATE, id)
            if not blob and #ARGV > 1 then
                blob = ARGV[3]
                call('HSET', BODY, id, ARGV[2])
                if ARGV[4] ~= '' then call('HSET', JOURNAL, id, ARGV[4]) end
            end
            if not blob then return false end
            local s = unpackrecord(blob)
            if s[ST] ~= 'F' and s[ST] ~= 'C' then return blob end
            if s[DEADLINE] > 0 then s[DEADLINE] = now + s[DEADLINE] - s[CREATED] end
            s[ATTEMPT], s[LOST], s[FLAGS] = 0, 0, has(s, LOCKS) and LOCKS or 0
            call('HDEL', ERROR, id)
            call('HDEL', PROGRESS, id)
            queue(id, s, false)
            waken()
            flush()
            return blob
            """
    )

    /// Reads jobs.
    ///
    /// ARGV: ids.
    /// Returns: per job seven: id, state record, body, result, error, progress, journal; unknown ids are left out.
    static let look = RedisScript(
        name: "look",
        source: prelude + """
            local found = {}
            for _, id in ipairs(ARGV) do
                local blob = call('HGET', STATE, id)
                if blob then
                    local n = #found
                    found[n + 1], found[n + 2], found[n + 3] = id, blob, call('HGET', BODY, id)
                    found[n + 4], found[n + 5] = call('HGET', RESULT, id), call('HGET', ERROR, id)
                    found[n + 6], found[n + 7] = call('HGET', PROGRESS, id), call('HGET', JOURNAL, id)
                end
            end
            return found
            """
    )
}

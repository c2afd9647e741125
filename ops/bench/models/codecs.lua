--- cmsgpack
local function pack(...) return cmsgpack.pack({...}) end
local function unpack_state(text)
    local t = cmsgpack.unpack(text)
    return t[1], t[2], t[3], t[4], t[5], t[6]
end
--- text
local function pack(state, fence, attempt, created, due, priority)
    return state .. '|' .. fence .. '|' .. attempt .. '|' .. string.format('%.0f', created) .. '|'
        .. string.format('%.0f', due) .. '|' .. priority
end
local function unpack_state(text)
    local state, fence, attempt, created, due, priority =
        string.match(text, '^(%a+)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)$')
    return state, tonumber(fence), tonumber(attempt), tonumber(created), tonumber(due), tonumber(priority)
end
--- struct
local names = {'queued', 'running'}
local numbers = {queued = 1, running = 2}
local function pack(state, fence, attempt, created, due, priority)
    return struct.pack('>BI4I2I6I6B', numbers[state], fence, attempt, created, due, priority)
end
local function unpack_state(text)
    local state, fence, attempt, created, due, priority = struct.unpack('>BI4I2I6I6B', text)
    return names[state], fence, attempt, created, due, priority
end

-- What all scripts about a topic begin with. Everything about one topic has one slot.
-- KEYS: what is known of it; its entries; its idempotency keys; these by the offset of their use; the nodes that have it open
-- ARGV: time now, age of entries, count, bytes, count of keys, age of keys, how long it is kept at most; times in ms
local meta, log, uses, order, holders = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now, age, count, bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local max_uses, use_age, ttl = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local use_bytes = 384

local function number(text)
  return tonumber(text or 0) or 0
end

-- An entry has the fields t, time; s, size; p, what its publisher calls it; d, what was published.
local function oldest_entry()
  return redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
end

local function forget_entries(may_stay)
  local kept = redis.call('XLEN', log)
  local size = kept == 0 and 0 or number(redis.call('HGET', meta, 'bytes'))
  local first = false
  while kept > 0 do
    first = oldest_entry()
    if may_stay(kept, size, number(first[2][2])) then
      break
    end
    redis.call('XDEL', log, first[1])
    kept = kept - 1
    size = size - number(first[2][4])
    first = false
  end
  redis.call('HSET', meta, 'bytes', size, 'oldest', first and first[2][2] or now)
end

local function trim()
  local stored = redis.call('HMGET', meta, 'bytes', 'oldest')
  local length = redis.call('XLEN', log)
  if length <= count and (number(stored[1]) <= bytes or length <= 1) and (length == 0 or now - number(stored[2]) <= age) then
    return
  end
  forget_entries(function(kept, size, at)
    return kept <= count and (size <= bytes or kept == 1) and now - at <= age
  end)
end

-- A use is content, offset and time.
local function forget_uses(may_stay)
  local kept = redis.call('ZCARD', order)
  while kept > 0 do
    local key = redis.call('ZRANGE', order, 0, 0)[1]
    local use = redis.call('HGET', uses, key)
    if use and may_stay(kept, number(string.match(use, ' (%d+)$'))) then
      break
    end
    redis.call('HDEL', uses, key)
    redis.call('ZREM', order, key)
    kept = kept - 1
  end
end

local function trim_uses()
  forget_uses(function(kept, at)
    return kept <= max_uses and now - at <= use_age
  end)
end

local function total()
  return number(redis.call('HGET', meta, 'bytes')) + use_bytes * redis.call('HLEN', uses)
end

-- The epoch of the topic, and whether it has just come into being.
local function be_there(epoch)
  local present = redis.call('HGET', meta, 'epoch')
  if present then
    return present, 0
  end
  redis.call('DEL', log, uses, order)
  redis.call('HSET', meta, 'epoch', epoch, 'offset', 0, 'base', 0, 'bytes', 0, 'oldest', now)
  return epoch, 1
end

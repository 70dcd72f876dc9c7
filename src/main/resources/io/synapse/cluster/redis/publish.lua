-- Appends to a topic, and tells all nodes that have it open.
-- ARGV, from 8: epoch if it has none, size, what its publisher calls it, what is published, idempotency key or nothing, its
-- content, 1 if it may have been appended before, channel
-- Gives: 0 appended, 1 a duplicate, 2 the key is in use; epoch; offset; whether the topic has just come into being; its memory;
-- the time of its oldest entry
local size, id, data, key, content = ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local epoch, created = be_there(ARGV[8])

local function answer(what, offset)
  return { what, epoch, offset, created, total(), number(redis.call('HGET', meta, 'oldest')) }
end

if ARGV[14] == '1' then
  for _, entry in ipairs(redis.call('XREVRANGE', log, '+', '-')) do
    if entry[2][6] == id then
      return answer(0, number(string.match(entry[1], '^%d+')))
    end
  end
end
if key ~= '' then
  trim_uses()
  local use = redis.call('HGET', uses, key)
  if use then
    local said, offset = string.match(use, '^(.*) (%d+) %d+$')
    if said ~= content then
      return answer(2, 0)
    end
    return answer(1, number(offset))
  end
end
local offset = redis.call('HINCRBY', meta, 'offset', 1)
if redis.call('XLEN', log) == 0 then
  redis.call('HSET', meta, 'bytes', 0, 'oldest', ARGV[1])
end
redis.call('XADD', log, string.format('%.0f-0', offset), 't', ARGV[1], 's', size, 'p', id, 'd', data)
redis.call('HINCRBY', meta, 'bytes', size)
trim()
redis.call('PEXPIRE', meta, ttl)
redis.call('PEXPIRE', log, ttl)
if key ~= '' and max_uses > 0 then
  redis.call('HSET', uses, key, string.format('%s %.0f %s', content, offset, ARGV[1]))
  redis.call('ZADD', order, offset, key)
  trim_uses()
  redis.call('PEXPIRE', uses, ttl)
  redis.call('PEXPIRE', order, ttl)
end
redis.call('PUBLISH', ARGV[15], string.format('%s %.0f %s %s\n', epoch, offset, ARGV[1], id) .. data)
return answer(0, offset)

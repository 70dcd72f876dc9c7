-- Notes what topics take, and tells whose turn it is to give something up.
-- KEYS: memory by topic; topics by the time of their oldest entry; memory of all
-- ARGV: how much all may take; what is older than this is gone; how long this is kept; then name, memory, time of each
-- Gives: memory of all; the topic with the oldest entry; the time of the oldest entry of the next one
local sizes, oldest, total = KEYS[1], KEYS[2], KEYS[3]
local function set(name, size, at)
  local before = tonumber(redis.call('HGET', sizes, name) or 0)
  redis.call('INCRBY', total, size - before)
  if size == 0 then
    redis.call('HDEL', sizes, name)
    redis.call('ZREM', oldest, name)
  else
    redis.call('HSET', sizes, name, size)
    redis.call('ZADD', oldest, at, name)
  end
end
for i = 4, #ARGV, 3 do
  set(ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', oldest, '-inf', ARGV[2], 'LIMIT', 0, 100)) do
  set(name, 0, 0)
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[3])
end
local sum = tonumber(redis.call('GET', total) or 0)
if sum <= tonumber(ARGV[1]) then
  return { sum, '', 0 }
end
local first = redis.call('ZRANGE', oldest, 0, 1, 'WITHSCORES')
return { sum, first[1] or '', first[4] and math.floor(tonumber(first[4])) or tonumber(first[2] or 0) }

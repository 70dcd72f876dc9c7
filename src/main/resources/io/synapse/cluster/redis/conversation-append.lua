-- ARGV: now, keep, key, subject, bytes of an empty conversation, turn, bytes of the turn, when it ended in ms,
--   most turns, most bytes, most conversations, most of a subject, most bytes of all
-- Gives how many turns were dropped, conversations evicted, conversations expired.
local key = ARGV[3]
local most_bytes = tonumber(ARGV[10])
local dropped = 0

local function evict(set)
  remove(oldest(set))
  evicted = evicted + 1
end

if not exists(key) then
  local own = base .. ':of:' .. ARGV[4]
  if redis.call('ZCARD', own) >= tonumber(ARGV[12]) then evict(own) end
  if redis.call('ZCARD', used) >= tonumber(ARGV[11]) then evict(used) end
  redis.call('HSET', meta_of(key), 'bytes', ARGV[5], 'gone', 0)
  redis.call('HINCRBY', totals, 'bytes', ARGV[5])
  local subject, agent, id = parts(key)
  redis.call('ZADD', base .. ':ids:' .. agent, 0, id)
end
redis.call('RPUSH', turns_of(key), ARGV[6])
redis.call('HSET', meta_of(key), 'last', ARGV[8])
local bytes = redis.call('HINCRBY', meta_of(key), 'bytes', ARGV[7])
local change = tonumber(ARGV[7])
local count = redis.call('LLEN', turns_of(key))
while count > 0 and (count > tonumber(ARGV[9]) or bytes > most_bytes) do
  local gone = redis.call('LPOP', turns_of(key))
  local size = tonumber(string.match(gone, '^%d+'))
  bytes = redis.call('HINCRBY', meta_of(key), 'bytes', -size)
  change = change - size
  count = count - 1
  dropped = dropped + 1
end
redis.call('HINCRBY', meta_of(key), 'gone', dropped)
redis.call('HINCRBY', totals, 'bytes', change)
redis.call('HINCRBY', totals, 'turns', 1 - dropped)
use(key)
while tonumber(redis.call('HGET', totals, 'bytes')) > tonumber(ARGV[13]) do evict(used) end
return {dropped, evicted, expired}

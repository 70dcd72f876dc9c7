-- Enters a topic in the index of all, if there is room.
-- KEYS: names of topics by last use. ARGV: name, time now, how many at most, how long one is kept, channel for news of new ones
-- Gives: 0 it was there; 1 it is new; 2 and some names that were not used for longest: there is no room
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2] - ARGV[4])
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
    return { 2, redis.call('ZRANGE', KEYS[1], 0, 15) }
  end
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if not known then
  redis.call('PUBLISH', ARGV[5], ARGV[1])
  return { 1, {} }
end
return { 0, {} }

-- Reads a query and some of its entries.
-- KEYS: the query, its entries; ARGV: offset of the last entry that is known, how many at most
-- Gives: nothing if there is none; otherwise its node, its facts, whether it has ended, how many entries there are, entries.
local known = redis.call('HMGET', KEYS[1], 'owner', 'facts', 'ended')
if not known[1] then
  return {}
end
local after = tonumber(ARGV[1])
return {
  known[1], known[2], known[3] and '1' or '0', tostring(redis.call('LLEN', KEYS[2])),
  redis.call('LRANGE', KEYS[2], after, after + tonumber(ARGV[2]) - 1)
}

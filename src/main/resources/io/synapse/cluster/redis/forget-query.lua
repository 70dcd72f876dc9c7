-- Forgets a query of a node. Who follows one that had not ended is told.
-- KEYS: the query, its entries; ARGV: node, channel
local known = redis.call('HMGET', KEYS[1], 'owner', 'ended')
if known[1] ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1], KEYS[2])
if not known[2] then
  redis.call('PUBLISH', ARGV[2], #ARGV[1] .. ':' .. ARGV[1] .. '1:0')
end
return 1

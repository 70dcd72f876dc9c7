-- Claims a query for a node, so that no other runs it.
-- KEYS: the query, its entries; ARGV: node, digest of what is asked, facts, whether the node may run it, ms to live
-- Gives: 0 it is the node's, 1 the same is another's or has ended, 2 another question has the name, 3 there is none.
local known = redis.call('HMGET', KEYS[1], 'owner', 'digest', 'ended')
if not known[1] then
  if ARGV[4] ~= '1' then
    return 3
  end
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'digest', ARGV[2], 'facts', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  return 0
end
if known[2] ~= ARGV[2] then
  return 2
end
if known[1] == ARGV[1] and not known[3] and ARGV[4] == '1' then
  return 0
end
return 1

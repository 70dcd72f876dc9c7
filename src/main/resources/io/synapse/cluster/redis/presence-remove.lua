-- Removes a member of a topic, unless it has changed meanwhile, and tells all nodes.
-- KEYS[1] members of the topic by id, with '#' the number of changes
-- ARGV: channel, id, the version at which it is gone, how long all is kept in ms
-- Gives: 1 if it was removed.
local old = redis.call('HGET', KEYS[1], ARGV[2])
if not old or tonumber(string.match(old, '^(%d+) ')) > tonumber(ARGV[3]) then
  return 0
end
local change = redis.call('HINCRBY', KEYS[1], '#', 1)
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[1], change .. ' del ' .. ARGV[2] .. ' ' .. ARGV[3])
return 1

-- Writes a member of a topic, unless Redis has one that is newer, and tells all nodes.
-- KEYS[1] members of the topic by id, with '#' the number of changes
-- ARGV: channel, id, version, node, the member as JSON, how long all is kept in ms
-- Gives: 1 if it was written or is there already, 0 if what is there is newer.
local old = redis.call('HGET', KEYS[1], ARGV[2])
if old then
  local version, node = string.match(old, '^(%d+) (%S+) ')
  version = tonumber(version)
  local mine = tonumber(ARGV[3])
  if version == mine and node == ARGV[4] then
    return 1
  end
  if version > mine or (version == mine and node > ARGV[4]) then
    return 0
  end
end
local value = ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5]
local change = redis.call('HINCRBY', KEYS[1], '#', 1)
redis.call('HSET', KEYS[1], ARGV[2], value)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PUBLISH', ARGV[1], change .. ' put ' .. ARGV[2] .. ' ' .. value)
return 1

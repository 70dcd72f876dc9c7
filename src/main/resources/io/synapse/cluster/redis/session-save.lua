-- Writes what is known of a session, unless it was claimed by somebody else meanwhile.
-- KEYS[1] the session; ARGV: node, claim, how long it is remembered in ms, its state ('' forgets it)
-- Gives: 1 if it is still this node's, 0 if it is another's.
local now = redis.call('HMGET', KEYS[1], 'claim', 'node')
if now[1] and now[1] ~= ARGV[2] then
  -- A later claim of the same node has what this one had.
  return now[2] == ARGV[1] and 1 or 0
end
if ARGV[4] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'node', ARGV[1], 'claim', ARGV[2], 'state', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1

-- Makes a node the one that has a session, and tells which one had it and what was last known of it.
-- KEYS[1] the session; ARGV: node, claim, how long it is remembered in ms
local before = redis.call('HMGET', KEYS[1], 'node', 'state')
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'claim', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { before[1] or '', before[2] or '' }

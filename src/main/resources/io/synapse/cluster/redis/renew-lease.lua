-- Renews the lease of a node and tells which others there are.
-- KEYS[1] nodes by the end of their lease, in ms; ARGV: node, lease in ms, how long a lost node is remembered in ms
-- Gives: 0 if the lease ran, 1 if it had run out, 2 if there was none; the nodes that live; those that are lost; in how many
-- ms the first of the leases ends.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mine = redis.call('ZSCORE', KEYS[1], ARGV[1])
local state = 0
if not mine then
  state = 2
elseif tonumber(mine) < now then
  state = 1
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
local first = redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return {
  state,
  redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf'),
  redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now),
  tonumber(first[2]) - now
}

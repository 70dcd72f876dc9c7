-- ARGV: now, keep. Gives expired, how many conversations, turns, bytes.
local sums = redis.call('HMGET', totals, 'turns', 'bytes')
return {expired, redis.call('ZCARD', used), tonumber(sums[1] or '0'), tonumber(sums[2] or '0')}

-- Renews places of one holder, those too that Redis has forgotten.
-- KEYS[1] places by the end of their lease, in ms; ARGV: lease in ms, places
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

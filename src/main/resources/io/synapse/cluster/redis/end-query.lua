-- Ends a query whose node is lost, once.
-- KEYS: the query, its entries; ARGV: the lost node, the result up to the time it took, the rest of it after the last seq, when
-- it was accepted in epoch ms, ms to live, channel
-- Gives: 1 if this has ended it, 0 if it had ended, is another node's or is not there.
local known = redis.call('HMGET', KEYS[1], 'owner', 'ended')
if known[1] ~= ARGV[1] or known[2] then
  return 0
end
local time = redis.call('TIME')
local took = math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[4]))
local len = redis.call('LLEN', KEYS[2])
local seq = len
-- The news of an interrupt is no thought.
local last = redis.call('LINDEX', KEYS[2], -1)
if last and string.sub(last, 1, 1) == 'I' then
  seq = len - 1
end
local result = ARGV[2] .. string.format('%.0f', took) .. '\t' .. seq .. '\t' .. ARGV[3]
redis.call('RPUSH', KEYS[2], result)
redis.call('HSET', KEYS[1], 'ended', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local first = tostring(len + 1)
redis.call('PUBLISH', ARGV[6],
  #ARGV[1] .. ':' .. ARGV[1] .. #first .. ':' .. first .. #result .. ':' .. result)
return 1

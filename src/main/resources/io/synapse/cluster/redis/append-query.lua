-- Writes entries of a query, publishes them, and ends it if the last one is a result.
-- KEYS: the query, its entries; ARGV: node, offset of the first entry, whether the last is a result, ms to live, ms to live
-- after the end, channel, entries
-- Gives: -1 there is no such query, -2 it is another node's, -3 it has ended; otherwise how many entries there are.
local known = redis.call('HMGET', KEYS[1], 'owner', 'ended')
if not known[1] then
  return -1
end
if known[1] ~= ARGV[1] then
  return -2
end
if known[2] then
  return -3
end
local len = redis.call('LLEN', KEYS[2])
local first = tonumber(ARGV[2])
-- What was lost comes again from there on.
if first > len + 1 or #ARGV == 6 then
  return len
end
local entries = {}
local news = { #ARGV[1] .. ':' .. ARGV[1], #tostring(len + 1) .. ':' .. (len + 1) }
for i = 7 + len + 1 - first, #ARGV do
  entries[#entries + 1] = ARGV[i]
  news[#news + 1] = #ARGV[i] .. ':' .. ARGV[i]
end
if #entries == 0 then
  return len
end
len = redis.call('RPUSH', KEYS[2], unpack(entries))
local live = ARGV[4]
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[1], 'ended', 1)
  live = ARGV[5]
  redis.call('PEXPIRE', KEYS[1], live)
end
redis.call('PEXPIRE', KEYS[2], live)
redis.call('PUBLISH', ARGV[6], table.concat(news))
return len

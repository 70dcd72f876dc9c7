-- ARGV: now, keep, what keys of this subject and agent begin with, the id that the page comes after, how many at most
-- Gives expired, whether there are more, and for each: id, turns, bytes, when the last one ended.
local agent = ARGV[3]
local min = '-'
if ARGV[4] ~= '' then min = '(' .. ARGV[4] end
local limit = tonumber(ARGV[5])
local ids = redis.call('ZRANGEBYLEX', base .. ':ids:' .. agent, min, '+', 'LIMIT', 0, limit + 1)
local more = 0
local found = {}
for i, id in ipairs(ids) do
  if i > limit then
    more = 1
    break
  end
  local key = agent .. '\0' .. id
  local meta = redis.call('HMGET', meta_of(key), 'bytes', 'last')
  found[#found + 1] = id
  found[#found + 1] = redis.call('LLEN', turns_of(key))
  found[#found + 1] = tonumber(meta[1])
  found[#found + 1] = tonumber(meta[2])
end
return {expired, more, found}

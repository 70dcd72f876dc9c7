-- Reads a part of a topic; for one who has it open the topic comes into being, and stays.
-- ARGV, from 8: epoch if it is to have one, or nothing; a node that has it open, or nothing; until when; the epoch of the place to
-- read from, * for any; its offset; what the entry there is called, or nothing; how many; 1 for backwards
-- Gives: epoch, nothing if there is no such topic; end; base, what was there when this life began; whether the topic has just come
-- into being; entries: offset, time, what its publisher calls it, what was published
local new_epoch, node, until_when = ARGV[8], ARGV[9], ARGV[10]
local had_epoch, had, had_id, limit = ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local epoch, created = redis.call('HGET', meta, 'epoch'), 0
if not epoch then
  if new_epoch == '' then
    return { '', 0, 0, 0, {} }
  end
  epoch, created = be_there(new_epoch)
  redis.call('PEXPIRE', meta, ttl)
end
if node ~= '' then
  redis.call('ZADD', holders, until_when, node)
  redis.call('PEXPIRE', holders, ttl)
  redis.call('PEXPIRE', meta, ttl)
end
trim()
local stop = number(redis.call('HGET', meta, 'offset'))
-- A server that took over may not have had all there was, and has given the same offsets to something else since.
if had_epoch == epoch and had_id ~= '' and new_epoch ~= '' then
  local there = redis.call('XRANGE', log, had .. '-0', had .. '-0')[1]
  if stop < number(had) or there and there[2][6] ~= had_id then
    epoch = new_epoch
    redis.call('HSET', meta, 'epoch', epoch, 'base', stop)
    redis.call('DEL', uses, order)
  end
end
local found = {}
if had_epoch == '*' or had_epoch == epoch then
  if ARGV[15] == '1' then
    if number(had) > 1 then
      found = redis.call('XREVRANGE', log, string.format('%.0f-0', number(had) - 1), '-', 'COUNT', limit)
    end
  else
    found = redis.call('XRANGE', log, string.format('%.0f-0', number(had) + 1), '+', 'COUNT', limit)
  end
end
local entries = {}
for _, entry in ipairs(found) do
  entries[#entries + 1] = string.match(entry[1], '^%d+')
  entries[#entries + 1] = entry[2][2]
  entries[#entries + 1] = entry[2][6]
  entries[#entries + 1] = entry[2][8]
end
return { epoch, stop, number(redis.call('HGET', meta, 'base')), created, entries }

-- Gives up what is oldest in a topic.
-- ARGV, from 8: up to which time; how many bytes
-- Gives: what it takes now; the time of its oldest entry
local before, wanted = number(ARGV[8]), number(ARGV[9])
local began = total()
if redis.call('EXISTS', meta) == 1 then
  forget_entries(function(_, size, at)
    return at > before or began - size - use_bytes * redis.call('HLEN', uses) >= wanted
  end)
  forget_uses(function(_, at)
    return at > before or began - total() >= wanted
  end)
end
local rest = total()
local oldest = number(redis.call('HGET', meta, 'oldest'))
if redis.call('XLEN', log) == 0 then
  oldest = before + 1
end
return { rest, oldest }

-- A node has a topic open no more; if no other has, and nothing is kept of it, it goes.
-- ARGV, from 8: the node, or nothing
-- Gives: whether it is gone
if ARGV[8] ~= '' then
  redis.call('ZREM', holders, ARGV[8])
end
if redis.call('EXISTS', meta) == 1 then
  trim()
  trim_uses()
  redis.call('ZREMRANGEBYSCORE', holders, '-inf', '(' .. ARGV[1])
  if redis.call('XLEN', log) > 0 or redis.call('HLEN', uses) > 0 or redis.call('ZCARD', holders) > 0 then
    return 0
  end
end
redis.call('DEL', meta, log, uses, order, holders)
return 1

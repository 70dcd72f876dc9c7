-- Writes the managed keys, if nobody else has done so meanwhile.
-- KEYS[1] the keys; ARGV: the number they must have, their text
-- Gives: 1 if they were written.
if tonumber(redis.call('HGET', KEYS[1], 'number') or '0') ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'number', ARGV[1] + 1, 'text', ARGV[2])
return 1

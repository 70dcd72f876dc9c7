-- Keeps the members of a topic for longer.
-- KEYS[1] members of the topic by id, with '#' the number of changes; ARGV: how long all is kept in ms
-- Gives: the number of changes; 0 if there is nothing.
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return tonumber(redis.call('HGET', KEYS[1], '#') or '0')

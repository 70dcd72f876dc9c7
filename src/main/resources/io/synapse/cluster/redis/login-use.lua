-- Notes that a login was used, if it is there.
-- KEYS[1] the login; ARGV: when it ends without another use, in ms
-- Gives: the login and that time; nothing if there is none.
local login = redis.call('HGET', KEYS[1], 'login')
if not login then
  return {}
end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'idle', ARGV[1])
end
return { login, redis.call('HGET', KEYS[1], 'idle') }

-- ARGV: now, keep, key, number of the last turn that the reader has, how many at most, 1 if it counts as used
-- Gives expired, whether there is such a conversation, how many turns are gone of it, how many are kept, the turns.
local key = ARGV[3]
if not exists(key) then return {expired, 0, 0, 0, {}} end
if ARGV[6] == '1' then use(key) end
local gone = tonumber(redis.call('HGET', meta_of(key), 'gone'))
local count = redis.call('LLEN', turns_of(key))
local from = math.min(count, math.max(0, tonumber(ARGV[4]) - gone))
local to = math.min(count, from + tonumber(ARGV[5]))
local turns = {}
if to > from then turns = redis.call('LRANGE', turns_of(key), from, to - 1) end
return {expired, 1, gone, count, turns}

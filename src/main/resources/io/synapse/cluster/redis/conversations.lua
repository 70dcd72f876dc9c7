-- What all scripts of conversations begin with.
-- KEYS[1] what all keys of conversations begin with; ARGV[1] now in ms; ARGV[2] how long one is kept, in ms
local base = KEYS[1]
local now = tonumber(ARGV[1])
local keep = tonumber(ARGV[2])
local used = base .. ':used'
local totals = base .. ':totals'
local expired = 0
local evicted = 0

local function turns_of(key) return base .. ':turns:' .. key end
local function meta_of(key) return base .. ':meta:' .. key end

local function parts(key)
  local first = string.find(key, '\0', 1, true)
  local second = string.find(key, '\0', first + 1, true)
  return string.sub(key, 1, first - 1), string.sub(key, 1, second - 1), string.sub(key, second + 1)
end

local function remove(key)
  local subject, agent, id = parts(key)
  local count = redis.call('LLEN', turns_of(key))
  local bytes = redis.call('HGET', meta_of(key), 'bytes') or '0'
  redis.call('DEL', turns_of(key), meta_of(key))
  redis.call('ZREM', used, key)
  redis.call('ZREM', base .. ':of:' .. subject, key)
  redis.call('ZREM', base .. ':ids:' .. agent, id)
  redis.call('HINCRBY', totals, 'bytes', -tonumber(bytes))
  redis.call('HINCRBY', totals, 'turns', -count)
end

local function exists(key) return redis.call('EXISTS', meta_of(key)) == 1 end

-- The order of use is that of a count: many things happen in one millisecond.
local function use(key)
  local subject, agent = parts(key)
  local turn = redis.call('HINCRBY', totals, 'uses', 1)
  redis.call('HSET', meta_of(key), 'at', now)
  redis.call('ZADD', used, turn, key)
  redis.call('ZADD', base .. ':of:' .. subject, turn, key)
  -- Only where nobody asks for anything any more does what follows matter; otherwise the next call forgets what is old.
  for _, shared in ipairs({used, totals, base .. ':of:' .. subject, base .. ':ids:' .. agent}) do
    redis.call('PEXPIRE', shared, 2 * keep)
  end
  redis.call('PEXPIRE', turns_of(key), 4 * keep)
  redis.call('PEXPIRE', meta_of(key), 4 * keep)
end

local function oldest(set) return redis.call('ZRANGE', set, 0, 0)[1] end

while true do
  local key = oldest(used)
  if not key then break end
  local at = redis.call('HGET', meta_of(key), 'at')
  if at and now - tonumber(at) < keep then break end
  remove(key)
  expired = expired + 1
end

-- ARGV: now, keep, key. Gives expired, whether there was one.
if not exists(ARGV[3]) then return {expired, 0} end
remove(ARGV[3])
return {expired, 1}

-- What wrk sends to Isso: the same ordinary comment, as that expects it, on one page of the host.
local n = 0
function request()
  n = n + 1
  local body = string.format('{"author":"Reader %d","email":"reader%d@example.org","website":"","title":"A page","text":"The mayor said that the bridge ' ..
    'will open in spring and people hope so but nobody believes it until cars drive over the water again %d."}', n % 5000, n % 5000, n)
  wrk.headers["Content-Type"] = "application/json"
  return wrk.format("POST", "/new?uri=%2Fpage-1", wrk.headers, body)
end
dofile(string.gsub(debug.getinfo(1).source:sub(2), "peer_post", "get"))

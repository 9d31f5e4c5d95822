-- What wrk sends to a peer: the address and the JSON body of `bench.peers`, with a number of its own, on one of a hundred pages.
local n, path, body = 0
function init(given) path, body = given[1], given[2] end
function request()
  n = n + 1
  wrk.headers["Content-Type"] = "application/json"
  local page = "page-" .. n % 100
  return wrk.format("POST", (path:gsub("PAGE", page)), wrk.headers, (body:gsub("NUMBER", n):gsub("PAGE", page)))
end
dofile(string.gsub(debug.getinfo(1).source:sub(2), "peer_post", "get"))

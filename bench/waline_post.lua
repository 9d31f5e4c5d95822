-- What wrk sends to Waline: the same ordinary comment, as that expects it, on one page of the host.
local n = 0
function request()
  n = n + 1
  local body = string.format('{"nick":"Reader %d","mail":"reader%d@example.org","link":"","ua":"wrk","url":"/page-1","comment":"The mayor said that the bridge ' ..
    'will open in spring and people hope so but nobody believes it until cars drive over the water again %d."}', n % 5000, n % 5000, n)
  wrk.headers["Content-Type"] = "application/json"
  return wrk.format("POST", "/api/comment", wrk.headers, body)
end
dofile(string.gsub(debug.getinfo(1).source:sub(2), "waline_post", "get"))

-- What wrk sends: a comment of ordinary length, each a little different, on one of a hundred threads.
local n = 0
local id = 0
function setup(thread) thread:set("id", id); id = id + 1 end
function init() math.randomseed(id * 7919 + os.time()) end
local words = {"the", "mayor", "said", "that", "bridge", "will", "open", "in", "spring", "and", "people", "hope", "so", "but",
  "nobody", "believes", "it", "until", "cars", "drive", "over", "water", "again", "city", "council", "voted", "twice"}
function request()
  n = n + 1
  local text = {}
  for i = 1, 30 do text[i] = words[math.random(#words)] end
  local body = string.format('{"thread":{"id":"page-%d","url":"https://bench.example/%d"},"text":"%s %d-%d.","author":{"name":"Reader %d",' ..
    '"email":"reader%d@example.org"},"context":{"ip":"203.0.113.%d","user_agent":"Mozilla/5.0","seconds_to_submit":42.5}}',
    n % 100, n % 100, table.concat(text, " "), id, n, n % 5000, n % 5000, n % 250)
  wrk.headers["Content-Type"] = "application/json"
  return wrk.format("POST", "/v1/comments", wrk.headers, body)
end
function done(summary, latency)
  io.write(string.format('\nRESULT {"requests": %d, "seconds": %.3f, "p50_ms": %.2f, "p99_ms": %.2f, "errors": %d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end

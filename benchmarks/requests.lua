-- wrk: sends the requests of a file (method, path, token, body; a line each, tabs between) round and round.
local requests, place = {}, 0

function init(arguments)
   for line in io.lines(arguments[1]) do
      local method, path, token, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
      local headers = { ["Host"] = wrk.headers["Host"], ["Content-Type"] = "application/json" }
      if token ~= "" then headers["Authorization"] = "Bearer " .. token end
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
   end
end

function request()
   place = place % #requests + 1
   return requests[place]
end

function done(summary, latency, requests)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format("\n%d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                          latency:percentile(99), failed))
end

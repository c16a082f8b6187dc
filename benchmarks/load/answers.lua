-- Counts what is not the answer of a site in maintenance, for wrk: a 503 with the Content-Type given.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   wanted = args[1]
   wrong = 0
   example = ""
end

function response(status, headers, body)
   local kind = headers["Content-Type"] or headers["content-type"] or ""
   if status ~= 503 or kind:sub(1, #wanted) ~= wanted or #body == 0 then
      wrong = wrong + 1
      example = status .. " " .. kind
   end
end

function done(summary, latency, requests)
   local amiss, shown = 0, ""
   for _, thread in ipairs(threads) do
      amiss = amiss + thread:get("wrong")
      if thread:get("example") ~= "" then shown = thread:get("example") end
   end
   local errors = summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %f, "wrong": %d, "example": "%s", "failed": %d, ' ..
      '"p50": %f, "p90": %f, "p99": %f, "max": %f}\n',
      summary.requests, summary.duration / 1e6, amiss, shown,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
      latency:percentile(99) / 1e3, latency.max / 1e3))
end

-- What wrk does: each request is one of the paths in a file, chosen at random, with a key. The outcome is one JSON line.
-- wrk … URL -- FILE KEY

local requests = {}

function init(args)
  math.randomseed(1)
  local headers = { Authorization = "Bearer " .. args[2] }
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"seconds": %f, "requests": %d, "bytes": %d, "failed": %d, "refused": %d, "p50": %d, "p99": %d}\n',
    summary.duration / 1e6, summary.requests, summary.bytes, failed, summary.errors.status,
    latency:percentile(50), latency:percentile(99)))
end

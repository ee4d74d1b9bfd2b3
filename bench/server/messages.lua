-- What wrk does: each request posts a message to one of the paths in a file, chosen at random, under an idempotency key
-- that no other has. The outcome is one JSON line.
-- wrk … URL -- FILE KEY PREFIX

local paths, headers, prefix, count = {}, {}, "", 0

function init(args)
  math.randomseed(1)
  headers["Authorization"] = "Bearer " .. args[2]
  headers["Content-Type"] = "application/json"
  prefix = args[3]
  for path in io.lines(args[1]) do
    paths[#paths + 1] = path
  end
end

function request()
  count = count + 1
  local text = "Hello! Your order number " .. count .. " is on its way, and will be with you before long."
  local body = '{"message":{"parts":[{"type":"text","value":"' .. text .. '"}],"idempotency_key":"' .. prefix .. count .. '"}}'
  return wrk.format("POST", paths[math.random(#paths)], headers, body)
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"seconds": %f, "requests": %d, "bytes": %d, "failed": %d, "refused": %d, "p50": %d, "p99": %d}\n',
    summary.duration / 1e6, summary.requests, summary.bytes, failed, summary.errors.status,
    latency:percentile(50), latency:percentile(99)))
end

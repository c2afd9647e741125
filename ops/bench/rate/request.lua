-- One request, again and again, as HAWSER_BENCH_REQUEST says in four lines or more: method, path, key, body.
local method, path, key, body = os.getenv("HAWSER_BENCH_REQUEST"):match("^(%S+)\n(%S+)\n(%S*)\n(.*)$")
wrk.method = method
wrk.path = path
if key ~= "" then wrk.headers["Authorization"] = "Bearer " .. key end
if body ~= "" then
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
end

-- Latency and what was answered, as one line for the script around.
function done(summary, latency, requests)
    io.write(string.format(
        "RESULT %d %d %.1f %.1f %d %d\n",
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end

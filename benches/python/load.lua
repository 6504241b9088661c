-- wrk's requests: calls of a tool, with one token after the other of a file.
--
--     wrk ... -s load.lua URL -- TOKENS FIRST COUNT
--
-- The tokens are lines FIRST to FIRST + COUNT - 1 of TOKENS, counted from 0, around its end.

local requests, at, count = {}, 0, 0

local BODY = [[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add",]]
  .. [["arguments":{"a":2,"b":3},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",]]
  .. [["io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"4"},]]
  .. [["io.modelcontextprotocol/clientCapabilities":{}}}}]]

function init(arguments)
  local tokens = {}
  for line in io.lines(arguments[1]) do
    tokens[#tokens + 1] = line
  end
  local first
  first, count = tonumber(arguments[2]), tonumber(arguments[3])
  for number = 0, count - 1 do
    local headers = {
      ["Accept"] = "application/json, text/event-stream",
      ["Content-Type"] = "application/json",
      ["MCP-Protocol-Version"] = "2026-07-28",
      ["Mcp-Method"] = "tools/call",
      ["Mcp-Name"] = "add",
      ["Authorization"] = "Bearer " .. tokens[(first + number) % #tokens + 1],
    }
    requests[number] = wrk.format("POST", nil, headers, BODY)
  end
end

function request()
  local made = requests[at]
  at = (at + 1) % count
  return made
end

-- Tells what `load.py` reads: microseconds, and what went wrong.
function done(summary, latency, _)
  local errors = summary.errors
  print(string.format(
    'measured {"requests": %d, "duration": %d, "p99": %d, "failed": %d}',
    summary.requests,
    summary.duration,
    latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end

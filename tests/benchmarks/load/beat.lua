-- wrk: tells beats of one view, each with an ordinal of its own.
-- Arguments: the view's token, and the ordinal after which to go on.
local ordinal, token = 0, ""

function init(args)
  token, ordinal = args[1], tonumber(args[2])
end

function request()
  ordinal = ordinal + 1
  local told = '{"token": "%s", "ordinal": %d, "pages": {"1": 1000}, "input": true}'
  return wrk.format("POST", nil, nil, told:format(token, ordinal))
end

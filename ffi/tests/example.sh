#!/bin/sh
# example.sh PROGRAM PYTHON FOLDER: what the example says about some tokens of testdata/cases.json.
set -eu
program=$1 python=$2 folder=$3

# NAME: writes jwks, and sets issuer, audience, now and token to what the case has.
load() {
    "$python" - "$1" "$folder" >"$folder/case.sh" <<'PYTHON'
import json, pathlib, shlex, sys
name, folder = sys.argv[1:]
cases = json.loads(pathlib.Path("testdata/cases.json").read_text())
case = next(case for case in cases["cases"] if case["name"] == name)
policy = cases["policies"][case["policy"]]
jwks = cases["key_sets"][case["key_set"]]["jwks"]
pathlib.Path(folder, "jwks.json").write_text(json.dumps(jwks))
for key, value in {
    "issuer": policy["issuer"],
    "audience": policy["audience"][0],
    "now": case["now"],
    "token": case["token"],
}.items():
    print(f"{key}={shlex.quote(str(value))}")
PYTHON
    . "$folder/case.sh"
}

# CODE PATTERN ARGUMENT...: the program must end with CODE and say PATTERN.
expect() {
    code=$1 pattern=$2
    shift 2
    status=0
    "$program" "$@" >"$folder/said" || status=$?
    if [ $status -ne "$code" ] || ! grep -qx "$pattern" "$folder/said"; then
        echo "example: expected '$pattern' and code $code, got $status and:" >&2
        cat "$folder/said" >&2
        exit 1
    fi
}

load rs256_accepted
jwks=$folder/jwks.json
expect 0 accepted "$jwks" "$issuer" "$audience" "$now" "$token"
grep -qx 'subject: user-1' "$folder/said"
grep -qx 'scope: mcp:write' "$folder/said"
# Long after the tokens of the cases have expired.
expect 1 'refused: 501 expired (the token has expired)' "$jwks" "$issuer" "$audience" - "$token"
expect 1 'refused: 505 audience_mismatch .*' "$jwks" "$issuer" https://elsewhere.example "$now" "$token"
expect 1 'refused: 504 issuer_mismatch .*' "$jwks" https://elsewhere.example "$audience" "$now" "$token"
expect 1 'refused: 101 malformed .*' "$jwks" "$issuer" "$audience" "$now" "${token%.*}"
for now_wrong in '' -5 abc 1x 99999999999999999999; do
    status=0
    "$program" "$jwks" "$issuer" "$audience" "$now_wrong" "$token" >"$folder/said" 2>&1 || status=$?
    [ $status -eq 2 ] || { echo "example: NOW of '$now_wrong' ends with $status" >&2; exit 1; }
done
expect 2 'the keys cannot be used: 801 keys_unavailable .*' "$folder" "$issuer" "$audience" "$now" "$token"
expect 2 'the policy makes no sense: 902 misuse .*' "$jwks" '' "$audience" "$now" "$token"
expect 2 'the keys cannot be used: 801 keys_unavailable .*' "$folder/none" "$issuer" "$audience" "$now" "$token"
echo '{"keys":[' >"$folder/broken.json"
expect 2 'the keys cannot be used: 104 invalid_json .*' "$folder/broken.json" "$issuer" "$audience" "$now" "$token"
echo "the example says what it should"

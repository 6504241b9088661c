#!/usr/bin/env bash
# test.sh: every check, one after the other, then a summary. Exit code 0 if all passed.
#
# A step says `missing: TOOL (how to get it)` for what it had to leave out for want of a tool, and
# `left out: WHAT` for what it was not asked to do. Both are repeated at the end; where CI=true a
# missing tool is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."

steps=(lint features test-rust docs generated instructions no-std firmware lanes msrv test-c test-python wheels conformance readme demo fuzz)
# Long enough for the seeds and some mutations, the same ones each time: what they find is of the
# change. `make fuzz` takes longer, and looks elsewhere each time.
fuzz_seconds=5
export FUZZ_SEED=1

logs=${CARGO_TARGET_DIR:-target}/test-logs
rm -rf "$logs"
mkdir -p "$logs"

passed=0 failed=0 summary=""
for step in "${steps[@]}"; do
    printf '\n=== %s\n' "$step"
    started=$SECONDS
    if make --no-print-directory "$step" SECONDS_EACH=$fuzz_seconds 2>&1 </dev/null | tee "$logs/$step.log"; then
        result=ok passed=$((passed + 1))
    else
        result=FAILED failed=$((failed + 1))
    fi
    summary+=$(printf '%-12s %-6s %5d s' "$step" $result $((SECONDS - started)))$'\n'
done

printf '\n=== summary\n%s' "$summary"
grep -hE '^left out: ' "$logs"/*.log | sort -u
if missing=$(grep -hE '^missing: ' "$logs"/*.log | sed 's/^missing: //' | sort -u | paste -sd ';' | sed 's/;/; /g') && [ -n "$missing" ]; then
    echo "missing, and so not tested: $missing"
    if [ "${CI:-}" = true ]; then
        echo "CI=true: what is missing counts as one more failure"
        failed=$((failed + 1))
    fi
fi
echo "steps: $passed passed, $failed failed"
[ $failed -eq 0 ]

#!/usr/bin/env python3
"""Runs what README.md shows: its shell commands and its C, and compares its table of reasons.

The Rust blocks run as documentation tests of the core, the Python blocks and the calls of the
command line with the Python tests. Called by `make readme`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Lines that run elsewhere, and where.
ELSEWHERE = {
    "make demo": "the step `demo` of make test",
    "make test": "this is part of it",
}

PROGRAM = """
#include <stdio.h>
#include "gatepost.h"
%s
static gatepost_slice read_body(void) {
    return GATEPOST_LITERAL("{}");
}

int main(void) {
    static const char jwks[] = "{\\"keys\\":[{\\"kty\\":\\"OKP\\",\\"crv\\":\\"Ed25519\\","
        "\\"x\\":\\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\\"}]}";
    gatepost_slice set = { (const uint8_t *)jwks, sizeof jwks - 1 };
    gatepost_access_token out;
    gatepost_guard *guard;
    gatepost_slice audience = GATEPOST_LITERAL("https://mcp.example.com/mcp");
    gatepost_policy_config config;
    gatepost_policy policy;
    gatepost_issuer issuer = { &policy, NULL };
    gatepost_request_head head = { { NULL, 0 }, { NULL, 0 }, NULL, 0, NULL };
    gatepost_principal who;
    gatepost_operation what;
    gatepost_response answer;
    head.method = GATEPOST_LITERAL("POST");
    head.target = GATEPOST_LITERAL("/mcp");
    gatepost_policy_config_init(&config, sizeof config);
    config.issuer = GATEPOST_LITERAL("https://tenant.auth0.com/");
    config.audiences = &audience;
    config.audience_count = 1;
    gatepost_policy_init(&policy, sizeof policy, &config);
    printf("%%u\\n", decide(set, GATEPOST_LITERAL("eyJhbGciOiJub25lIn0.e30."), 0, &out));
    if (make_guard(&guard) != GATEPOST_OK) return 1;
    printf("%%u\\n", ask(guard, &issuer, 0, &head, read_body, &who, &what, &answer));
    printf("%%u\\n", answer.status);
    gatepost_guard_free(guard);
    return 0;
}
"""


def main() -> None:
    reasons()
    shell()
    c()


def shell() -> None:
    for block in blocks("sh"):
        commands = re.sub(r"\\\n", " ", block)
        lines = [re.sub(r"\s+#.*", "", line).strip() for line in commands.splitlines()]
        rest = [line for line in lines if line and line not in ELSEWHERE]
        if rest:
            subprocess.run(["bash", "-euc", "\n".join(rest)], cwd=ROOT, check=True)
            print("readme: ran", "; ".join(re.sub(r"\s+", " ", line) for line in rest))


def c() -> None:
    block = "\n".join(blocks("c"))
    # As the README says how to compile, with its own source in place of the example's.
    (compile_line,) = re.findall(r"^cc .*?(?<!\\)$", README, re.MULTILINE | re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "readme.c"), Path(folder, "readme")
        source.write_text(PROGRAM % block, encoding="utf-8")
        command = compile_line.replace("ffi/examples/validate.c", str(source))
        command = command.replace("-o target/validate", f"-Wall -Wextra -Werror -o {program}")
        subprocess.run(["bash", "-euc", command], cwd=ROOT, check=True)
        said = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout
    # A token with alg none, and a request without a token.
    if said != "202\n111\n401\n":
        sys.exit(f"readme: the C blocks answer {said!r}")
    print("readme: the C blocks compile and answer")


def reasons() -> None:
    header = (ROOT / "ffi/include/gatepost.h").read_text(encoding="utf-8")
    # The header is made from the core's table, and a test holds it to that.
    known = [
        (int(number), name.lower())
        for name, number in re.findall(r"GATEPOST_(\w+) = (\d{3})", header)
    ]
    (table,) = re.findall(r"<!-- reasons:.*?-->\n(.*?)<!-- end", README, re.DOTALL)
    shown = [
        (int(number), name)
        for number, name in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", table, re.MULTILINE)
    ]
    if shown != known:
        sys.exit(f"readme: the table of reasons differs: {sorted(set(shown) ^ set(known))}")
    print(f"readme: {len(shown)} reasons are those of the core")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    main()

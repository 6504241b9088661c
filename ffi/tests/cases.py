"""Holds the C library to testdata/{cases,decisions}.json: `python3 cases.py PROGRAM [EVERY]`.

PROGRAM (a command, split at spaces) is cases.c, compiled: it knows no JSON, so each case is sent
to it as one line, and answered with one line. EVERY n takes only every nth case, for slow
programs. Needs nothing but Python.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "ffi/include/gatepost.h").read_text()

ALGORITHMS = {
    name: int(bit) for name, bit in re.findall(r"#define GATEPOST_ALGORITHM_(\w+) (\d+)", HEADER)
}
REASONS = {
    name.lower(): int(number)
    for name, number in re.findall(r"^    GATEPOST_(\w+) = (\d+),?$", HEADER, re.MULTILINE)
}
RFC9068, NO_REQUIRED_CLAIMS = 1, 2
CONSTANTS = {
    name: int(number) for name, number in re.findall(r"#define GATEPOST_(\w+) (\d+)", HEADER)
}
# The place for key sets that are needed once.
SCRATCH = 63
# The place of keys that are not to be had.
NOWHERE = 64


def text(value: str | bytes | None) -> str:
    if value is None:
        return "-"
    return "x" + (value.encode() if isinstance(value, str) else value).hex()


def bits(names: list[str]) -> int:
    return sum(ALGORITHMS[name.upper()] for name in names)


def from_base64url(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def keys_command(place: int, key_set: dict) -> str:
    algorithm = bits([key_set["algorithm"]]) if "algorithm" in key_set else 0
    if "secret" in key_set:
        secret = from_base64url(key_set["secret"])
        return f"keys {place} secret {algorithm} {text(key_set.get('kid'))} {text(secret)}"
    if "pem" in key_set:
        pem = key_set["pem"]
        return f"keys {place} pem {algorithm} {text(key_set.get('kid'))} {text(pem)}"
    jwks = key_set["jwks_text"] if "jwks_text" in key_set else json.dumps(key_set["jwks"])
    return f"keys {place} jwks {int(key_set.get('symmetric', False))} {text(jwks)}"


def policy_command(place: int, policy: dict) -> str:
    known = {"algorithms", "audience", "issuer", "leeway", "profile", "require", "typ"}
    assert policy.keys() <= known | {"required_scopes"}, policy
    fields = [f"issuer={text(policy['issuer'])}"]
    fields += [f"audience={text(audience)}" for audience in policy["audience"]]
    fields += [f"scope={text(scope)}" for scope in policy.get("required_scopes", [])]
    if "algorithms" in policy:
        fields.append(f"algorithms={bits(policy['algorithms'])}")
    if "leeway" in policy:
        fields.append(f"leeway={policy['leeway']}")
    if "typ" in policy:
        fields.append(f"typ={text(policy['typ'])}")
    if policy.get("require") == []:
        fields.append(f"flags={NO_REQUIRED_CLAIMS}")
    fields += [f"claim={text(claim)}" for claim in policy.get("require", [])]
    if "profile" in policy:
        assert policy["profile"] == "rfc9068"
        fields.append(f"flags={RFC9068}")
    return f"policy {place} {' '.join(fields)}"


def check_key_set(case: dict, answer: list[str]) -> None:
    skipped = [f"{index}:{REASONS[reason]}" for index, reason in case["skipped"]]
    assert answer[0] == str(case["number"]), answer
    assert answer[1] == str(case["keys"]), answer
    # Of a set that is refused C says what it left out until then; the cases do not.
    assert case["number"] != 0 or answer[2:] == skipped, (answer, skipped)


def check_token(case: dict, answer: list[str]) -> None:
    assert answer[0] == str(case["number"]), answer
    if case["number"] != 0:
        assert len(answer) == 1
        return
    expires_at, issuer, subject, client_id, audience, claims = answer[1:7]
    scopes = answer[answer.index("scopes") + 1 : answer.index("audiences")]
    audiences = answer[answer.index("audiences") + 1 :]
    claims = json.loads(bytes.fromhex(claims[1:]))
    assert expires_at == ("-0" if case["expires_at"] is None else str(case["expires_at"]))
    assert issuer == text(claims["iss"])
    assert subject == text(case["subject"])
    assert client_id == text(case["client_id"])
    assert set(scopes) == {text(scope) for scope in case["scopes"]}
    assert set(audiences) == {text(audience) for audience in case["audience"]}
    assert audience in audiences


def check_payload(case: dict, answer: list[str]) -> None:
    expected = [str(case["number"])]
    if case["number"] == 0:
        expected.append(text(from_base64url(case["payload_b64u"])))
    assert answer == expected, answer


def check_ok(_: dict, answer: list[str]) -> None:
    assert answer[0] == "0", answer


def commands(cases: dict, every: int):
    """Each command, with the case it is for and what checks its answer."""
    key_sets = {name: place for place, name in enumerate(cases["key_sets"])}
    policies = {name: place for place, name in enumerate(cases["policies"])}
    for name, place in key_sets.items():
        yield {"name": name}, keys_command(place, cases["key_sets"][name]), check_ok
    for name, place in policies.items():
        yield {"name": name}, policy_command(place, cases["policies"][name]), check_ok
    for case in cases["key_set_cases"][::every]:
        yield case, keys_command(SCRATCH, case["key_set"]), check_key_set
    for case in cases["cases"][::every]:
        now, token = case["now"], text(case["token"])
        if "issuers" in case:
            pairs = " ".join(
                f"{policies[p]}:{key_sets[k]}" for p, k in cases["issuers"][case["issuers"]]
            )
            yield case, f"any {now} {token} {pairs}", check_token
        else:
            pair = f"{policies[case['policy']]} {key_sets[case['key_set']]}"
            yield case, f"validate {pair} {now} {token}", check_token
            # What is accepted is also accepted where its issuer is the only one of several.
            if case["number"] == 0:
                yield case, f"any {now} {token} {pair.replace(' ', ':')}", check_token
    for case in cases["signature_cases"][::every]:
        algorithms = bits(case["algorithms"])
        line = f"verify {key_sets[case['key_set']]} {algorithms} {text(case['token'])}"
        yield case, line, check_payload


def rule_fields(rule: dict) -> list[str]:
    kind = CONSTANTS[f"OPERATION_{rule['kind'].upper()}"]
    flags = sum(
        CONSTANTS[f"RULE_{name.upper()}"] for name in ("prefix", "public", "refused") if rule[name]
    )
    issuer, subject = rule["user"] or [None, None]
    issuer, client = rule["client"] or [issuer, None]
    who = ":".join(map(text, [rule["pattern"], issuer, subject, client]))
    fields = [f"rule={kind}:{flags}:{who}"]
    fields += [f"need={text(words)}" for words in rule["needs"] or []]
    for claim in rule["claims"]:
        values = claim.get("one_of") or claim["includes"]
        flags = CONSTANTS["CLAIM_ARRAY"] if "includes" in claim else 0
        fields.append(f"claim={flags}:{text(claim['name'])}")
        fields += [f"value={text(value)}" for value in values]
    return fields


def guard_command(place: int, guard: dict) -> str:
    fields = [f"resource={text(guard['resource'])}"]
    fields += [f"server={text(server)}" for server in guard["authorization_servers"]]
    fields += [f"scope={text(scope)}" for scope in guard["scopes_supported"]]
    fields += [f"base={text(words)}" for words in guard["base"]]
    fields += [f"implies={text(broad)}:{text(narrow)}" for broad, narrow in guard["hierarchy"]]
    for rule in guard["rules"]:
        fields += rule_fields(rule)
    flags = 0
    if guard["origins"] == "any":
        flags |= CONSTANTS["GUARD_ANY_ORIGIN"]
    else:
        fields += [f"origin={text(origin)}" for origin in guard["origins"]]
    if guard["dpop"] is not None:
        fields.append(f"dpop={bits(guard['dpop']['algorithms'])}")
        flags |= CONSTANTS["GUARD_DPOP_REQUIRED"] * guard["dpop"]["required"]
        if guard["dpop"]["nonces"] is not None:
            for number, secret in guard["dpop"]["nonces"]["secrets"]:
                fields.append(f"nonce={number}:{text(from_base64url(secret))}")
            fields.append(f"nonce_lifetime={guard['dpop']['nonces']['lifetime']}")
    if guard["legacy"] is False:
        flags |= CONSTANTS["GUARD_NO_LEGACY_METADATA"]
    fields.append(f"flags={flags}")
    fields.append(f"provider={CONSTANTS['PROVIDER_' + guard['provider'].upper()]}")
    if guard["max_message_len"] is not None:
        fields.append(f"max={guard['max_message_len']}")
    if guard["legacy"]:
        names = ("issuer", "authorization_endpoint", "token_endpoint", "audience")
        fields.append("legacy=" + ":".join(text(guard["legacy"][name]) for name in names))
    return f"guard {place} {' '.join(fields)}"


def check_decision(case: dict, answer: list[str]) -> None:
    if case["outcome"] == "proceed":
        asked = case["operation"]
        kind = CONSTANTS[f"OPERATION_{asked['kind'].upper()}"]
        expected = ["0", text(case["subject"]), text(case["client"])]
        expected += [str(kind), text(asked["method"]), text(asked["name"])]
        expected += map(text, case["scopes"])
    else:
        headers = [text(part) for header in case["headers"] for part in header]
        body = text(case["body"] or None)
        number = case["number"] or CONSTANTS["RESPOND"]
        expected = [str(number), str(case["status"]), body, *headers]
    assert answer == expected, (answer, expected)


def request_words(case: dict) -> str:
    request = case["request"]
    parts = [request["method"], request["target"]]
    for name in ("certificate_b64u", "body_b64u", "introspection_b64u"):
        parts.append(None if request[name] is None else from_base64url(request[name]))
    parts += [part for header in request["headers"] for part in header]
    return " ".join([str(case["now"]), *map(text, parts)])


def decisions(document: dict, every: int):
    """Each command, with the decision it is for and what checks its answer."""
    guards = document["guards"]
    places = {name: place for place, name in enumerate(guards)}
    for name, place in places.items():
        guard = guards[name]
        assert guard["key_set"] is None or guard["key_set"].keys() == {"jwks"}
        if guard["key_set"] is not None:
            yield {"name": name}, keys_command(place, guard["key_set"]), check_ok
        yield {"name": name}, policy_command(place, guard["policy"]), check_ok
        yield {"name": name}, guard_command(place, guard), check_ok
    for case in document["decisions"][::every]:
        place, command = places[case["guard"]], "decide"
        keys = NOWHERE if guards[case["guard"]]["key_set"] is None else place
        asks = guards[case["guard"]]["introspection"] or "none"
        where = f"{place} {place} {keys} {asks}"
        for earlier in case["before"]:
            yield case, f"{command} {where} {request_words(earlier)}", check_ok
            command = "then"
        yield case, f"{command} {where} {request_words(case)}", check_decision


def main() -> int:
    program = sys.argv[1].split()
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    failed = 0
    for name, plan in (("cases", commands), ("decisions", decisions)):
        document = json.loads((ROOT / f"testdata/{name}.json").read_text())
        failed += run(program, name, list(plan(document, every)))
    return int(failed > 0)


def run(program: list[str], name: str, planned: list) -> int:
    """How many of the planned commands are not answered as they should be."""
    # A case that cannot be said on one line would shift all answers.
    assert not any("\n" in line for _, line, _ in planned)
    ended = subprocess.run(
        program,
        input="".join(line + "\n" for _, line, _ in planned),
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stderr.write(ended.stderr)
    if ended.returncode != 0:
        print(f"{program[-1]} ended with {ended.returncode}")
        return 1
    answers = ended.stdout.splitlines()
    assert len(answers) == len(planned), (len(answers), len(planned))

    # What prepares the ground, key sets, policies and guards, is no case.
    count = len({id(case) for case, _, _ in planned if "number" in case})
    failed = 0
    for (case, _, check), answer in zip(planned, answers, strict=True):
        try:
            check(case, answer.split())
        except AssertionError as error:
            failed += 1
            expected = case.get("reason", "ok")
            print(f"{case['name']}: expected {expected}, answer {answer[:80]}: {error}")
    print(f"{count} {name}, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())

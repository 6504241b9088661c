"""The decisions that every language takes alike: the same request, the same answer."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import gatepost

FILE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "testdata/decisions.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("decision", FILE["decisions"], ids=lambda decision: decision["name"])
def test_decisions(decision: dict[str, Any]) -> None:
    guard = guard_of(decision["guard"])
    for earlier in decision["before"]:
        head = head_of(earlier["request"])
        principal = guard.authenticate(head, earlier["now"])
        assert isinstance(principal, gatepost.Principal)
        body = base64url(earlier["request"]["body_b64u"])
        assert isinstance(guard.authorize(principal, head, body), gatepost.Operation)
    request, now = decision["request"], decision["now"]
    head = head_of(request)
    outcome: gatepost.Operation | gatepost.Response
    options = FILE["guards"][decision["guard"]]
    if options["key_set"] is None and options["introspection"] is None:
        # Whoever has no keys has no validator to ask.
        outcome = guard.refuse(head, "keys_unavailable")
    else:
        said = base64url(request["introspection_b64u"])
        principal = guard.authenticate(head, now, introspection=said)
        if isinstance(principal, gatepost.Principal):
            outcome = guard.authorize(principal, head, base64url(request["body_b64u"]))
            if isinstance(outcome, gatepost.Operation):
                assert decision["outcome"] == "proceed"
                assert principal.subject == decision["subject"]
                assert principal.client_id == decision["client"]
                assert principal.scopes == decision["scopes"]
                assert {
                    name: getattr(outcome, name) for name in ("kind", "method", "name")
                } == decision["operation"]
                return
        else:
            outcome = principal
    assert isinstance(outcome, gatepost.Response)
    assert decision["outcome"] == "respond"
    assert (outcome.reason or "ok", outcome.number or 0) == (decision["reason"], decision["number"])
    assert outcome.status == decision["status"]
    assert [list(header) for header in outcome.headers] == decision["headers"]
    assert outcome.body == decision["body"].encode()


def head_of(request: dict[str, Any]) -> gatepost.RequestHead:
    return gatepost.RequestHead(
        request["method"],
        request["target"],
        request["headers"],
        certificate=base64url(request["certificate_b64u"]),
    )


def guard_of(name: str) -> gatepost.Guard:
    """A new one each time, which has seen no proof."""
    options = FILE["guards"][name]
    keys = options["key_set"] or FILE["guards"]["plain"]["key_set"]
    policy = gatepost.Policy(options["policy"]["issuer"], options["policy"]["audience"])
    validator = gatepost.Validator.of(
        []
        if options["introspection"] == "all"
        else [(policy, gatepost.KeySet.from_jwks(keys["jwks"]))],
        introspection=policy if options["introspection"] else None,
    )
    others: dict[str, Any] = {}
    if options["max_message_len"] is not None:
        others["max_message_length"] = options["max_message_len"]
    if options["origins"] == "any":
        others["any_origin"] = True
    else:
        others["origins"] = options["origins"]
    if options["legacy"] is False:
        others["legacy_metadata"] = False
    elif options["legacy"] is not None:
        others["legacy_metadata"] = gatepost.LegacyServerMetadata(**options["legacy"])
    if options["dpop"] is not None:
        others["dpop"] = gatepost.Dpop(
            required=options["dpop"]["required"],
            algorithms=options["dpop"]["algorithms"],
            nonces=nonces_of(options["dpop"]["nonces"]),
        )
    return gatepost.Guard(
        options["resource"],
        validator,
        authorization_servers=options["authorization_servers"],
        scopes_supported=options["scopes_supported"],
        rules=[rule_of(rule) for rule in options["rules"]],
        hierarchy=[(broad, narrow) for broad, narrow in options["hierarchy"]],
        base_scopes=options["base"],
        provider=options["provider"],
        **others,
    )


def nonces_of(nonces: dict[str, Any] | None) -> gatepost.DpopNonces | None:
    if nonces is None:
        return None
    secrets = {number: base64url(secret) or b"" for number, secret in nonces["secrets"]}
    return gatepost.DpopNonces(gatepost.SealKeys(secrets), nonces["lifetime"])


def rule_of(rule: dict[str, Any]) -> gatepost.Rule:
    kind = f"{rule['kind']}s_beginning_with" if rule["prefix"] else rule["kind"]
    made: gatepost.Rule = getattr(gatepost.Rule, kind)(rule["pattern"])
    if rule["needs"] is not None:
        made = made.needs(*rule["needs"])
    if rule["public"]:
        made = made.public()
    if rule["refused"]:
        made = made.refused()
    if rule["user"]:
        made = made.for_user(*rule["user"])
    if rule["client"]:
        made = made.for_client(*rule["client"])
    return made.with_claims(*map(claim_rule, rule["claims"]))


def claim_rule(claim: dict[str, Any]) -> gatepost.ClaimRule:
    if "one_of" in claim:
        return gatepost.ClaimRule.one_of(claim["name"], claim["one_of"])
    return gatepost.ClaimRule.includes(claim["name"], claim["includes"])


def base64url(text: str | None) -> bytes | None:
    return None if text is None else base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

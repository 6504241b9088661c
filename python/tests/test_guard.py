"""Guards, rules and requests as a Python user meets them."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import ClaimRule, Guard, LegacyServerMetadata, RequestHead, Rule
from issuer import Issuer

VERSION = ("MCP-Protocol-Version", "2026-07-28")


def head_of(token: str | None, *headers: tuple[str, str]) -> RequestHead:
    credentials = [] if token is None else [("Authorization", f"Bearer {token}")]
    return RequestHead("POST", "/mcp", [*credentials, *headers])


def call(tool: str) -> str:
    return f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}'


def let_in(guard: Guard, head: RequestHead) -> gatepost.Principal:
    principal = guard.authenticate(head)
    assert isinstance(principal, gatepost.Principal)
    return principal


@pytest.fixture(scope="module")
def token(issuer: Issuer) -> str:
    return issuer.sign(issuer.claims(AUDIENCE, scope="read write", org_id="org_a", groups=["g"]))


def outcome(guard: Guard, token: str, tool: str) -> str | None:
    """The reason why the bearer may not call this tool, or None."""
    head = head_of(token)
    decided = guard.authorize(let_in(guard, head), head, call(tool))
    return decided.reason if isinstance(decided, gatepost.Response) else None


class TestGuard:
    def test_a_token_outlives_its_request_without_holding_on_to_it(
        self, validator: gatepost.Validator, token: str
    ) -> None:
        guard = Guard(AUDIENCE, validator)
        head = head_of(token)
        references = sys.getrefcount(head)
        principal = let_in(guard, head)
        assert sys.getrefcount(head) == references + 1
        kept = principal.token
        del principal
        assert sys.getrefcount(head) == references
        assert kept is not None
        assert kept.subject == "alice"

    def test_metadata_are_asked_for_at_targets_of_their_own(
        self, validator: gatepost.Validator
    ) -> None:
        root = "/.well-known/oauth-protected-resource"
        legacy = "/.well-known/oauth-authorization-server"
        document = LegacyServerMetadata(
            "https://as.example.com", "https://as.example.com/a", "https://as.example.com/t"
        )
        for guard, published in (
            (Guard(AUDIENCE, validator), [root, f"{root}/mcp"]),
            (Guard(AUDIENCE, validator, legacy_metadata=document), [root, f"{root}/mcp", legacy]),
        ):
            for target in (root, f"{root}/mcp", f"{root}/mcp?a=b", legacy, "/mcp", "/health"):
                head = RequestHead("GET", target, [])
                decided = guard.authenticate(head)
                assert isinstance(decided, gatepost.Response)
                assert guard.is_metadata_target(head) is (decided.status == 200)
            for target in published:
                assert guard.is_metadata_target(RequestHead("OPTIONS", target, []))

    def test_a_principal_tells_who_asks(
        self, validator: gatepost.Validator, issuer: Issuer, token: str
    ) -> None:
        guard = Guard(AUDIENCE, validator)
        assert (guard.resource, guard.max_message_length) == (AUDIENCE, 4 << 20)
        head = head_of(token)
        principal = let_in(guard, head)
        assert (principal.issuer, principal.subject) == (issuer.url, "alice")
        assert principal.client_id == "demo-client"
        assert principal.scopes == ["read", "write"]
        assert principal.token is not None
        assert principal.token is principal.token
        assert principal.token.claims["org_id"] == "org_a"
        for body in (call("x"), call("x").encode()):
            operation = guard.authorize(principal, head, body)
            assert isinstance(operation, gatepost.Operation)
            assert operation.kind == "tool"
            assert (operation.method, operation.name) == ("tools/call", "x")
        operation = guard.authorize(principal, head)
        assert isinstance(operation, gatepost.Operation)
        assert (operation.kind, operation.method, operation.name) == ("response", None, None)

    def test_time_is_an_argument(
        self, validator: gatepost.Validator, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guard = Guard(AUDIENCE, validator)
        head = head_of(issuer.sign(issuer.claims(AUDIENCE, iat=1000, exp=2000)))
        assert isinstance(guard.authenticate(head, now=1500), gatepost.Principal)
        refused = guard.authenticate(head)
        assert isinstance(refused, gatepost.Response)
        assert (refused.status, refused.reason, refused.number) == (401, "expired", 501)
        monkeypatch.setattr("time.time", lambda: 1500.0)
        assert isinstance(guard.authenticate(head), gatepost.Principal)

    def test_keys_are_those_of_the_validator_now(self, issuer: Issuer, token: str) -> None:
        keys = gatepost.KeySet.from_jwks(issuer.jwks())
        validator = gatepost.Validator(gatepost.Policy(issuer.url, AUDIENCE), keys)
        guard, head = Guard(AUDIENCE, validator), head_of(token)
        let_in(guard, head)
        validator.replace_keys(gatepost.KeySet.from_jwks(Issuer(issuer.url).jwks()))
        refused = guard.authenticate(head)
        assert isinstance(refused, gatepost.Response)
        assert refused.reason == "invalid_signature"

    def test_several_issuers(self, issuer: Issuer, keys: gatepost.KeySet, token: str) -> None:
        other = Issuer("https://other.example.com")
        validator = gatepost.Validator.of(
            [
                (gatepost.Policy(issuer.url, AUDIENCE), keys),
                (
                    gatepost.Policy(other.url, AUDIENCE),
                    gatepost.KeySet.from_jwks(other.jwks()),
                ),
            ]
        )
        guard = Guard(AUDIENCE, validator)
        assert let_in(guard, head_of(token)).issuer == issuer.url
        assert let_in(guard, head_of(other.sign(other.claims(AUDIENCE)))).issuer == other.url
        document = guard.authenticate(
            RequestHead("GET", "/.well-known/oauth-protected-resource/mcp", [])
        )
        assert isinstance(document, gatepost.Response)
        assert (document.status, document.reason, document.number) == (200, None, None)
        assert f'["{issuer.url}","{other.url}"]'.encode() in document.body
        third = Issuer("https://third.example.com")
        refused = guard.authenticate(head_of(third.sign(third.claims(AUDIENCE))))
        assert isinstance(refused, gatepost.Response)
        assert refused.reason == "issuer_mismatch"

    def test_each_option_counts(self, validator: gatepost.Validator) -> None:
        guard = Guard(
            AUDIENCE,
            validator,
            authorization_servers="https://login.example.com",
            scopes_supported=["read"],
            name="Files",
            documentation="https://docs.example.com",
            policy_uri="https://example.com/privacy",
            tos_uri="https://example.com/terms",
            certificate_binding=True,
            any_origin=True,
            legacy_metadata=LegacyServerMetadata(
                "https://login.example.com",
                "https://login.example.com/authorize",
                "https://login.example.com/token",
                audience=AUDIENCE,
            ),
        )
        document = guard.authenticate(
            RequestHead("GET", "/.well-known/oauth-protected-resource", [])
        )
        assert isinstance(document, gatepost.Response)
        for part in ('"https://login.example.com"', '"read"', '"Files"', "docs.example.com"):
            assert part in document.body.decode()
        published = json.loads(document.body)
        assert published["resource_policy_uri"] == "https://example.com/privacy"
        assert published["resource_tos_uri"] == "https://example.com/terms"
        assert published["tls_client_certificate_bound_access_tokens"] is True
        legacy = guard.authenticate(
            RequestHead("GET", "/.well-known/oauth-authorization-server", [])
        )
        assert isinstance(legacy, gatepost.Response)
        assert "authorize?audience=" in legacy.body.decode()
        anywhere = head_of(None, ("Origin", "https://anywhere.example.com"))
        assert ("Access-Control-Allow-Origin", "*") in guard.response_headers(anywhere)

    def test_provider_explains_tokens(self, validator: gatepost.Validator) -> None:
        for provider, reason in (("auth0", "audience_not_requested"), ("generic", "malformed")):
            refused = Guard(AUDIENCE, validator, provider=provider).authenticate(head_of("opaque"))
            assert isinstance(refused, gatepost.Response)
            assert refused.reason == reason

    def test_refuses_for_whoever_knows_better(self, validator: gatepost.Validator) -> None:
        guard = Guard(AUDIENCE, validator)
        refused = guard.refuse(head_of(None), "keys_unavailable")
        assert (refused.status, refused.number) == (503, 801)
        assert ("Retry-After", "5") in refused.headers
        times: list[tuple[float | None, str]] = [
            (None, "5"),
            (130, "30"),
            (130.5, "30"),
            (2**63, "3600"),
            (0, "5"),
        ]
        for until, seconds in times:
            refused = guard.refuse(head_of(None), "keys_unavailable", until=until, now=100)
            assert ("Retry-After", seconds) in refused.headers
        with pytest.raises(gatepost.PolicyError, match="nonsense"):
            guard.refuse(head_of(None), "nonsense")

    @pytest.mark.parametrize(
        ("changes", "detail"),
        [
            ({"resource": "http://mcp.example.com"}, "resource"),
            ({"authorization_servers": []}, "resource or authorization_servers"),
            ({"scopes_supported": ["offline_access"]}, "scopes_supported"),
            ({"name": ""}, "name"),
            ({"name": "n" * 10_000}, "metadata is too long"),
            ({"documentation": "docs"}, "documentation"),
            ({"policy_uri": "privacy"}, "policy_uri"),
            ({"tos_uri": "ftp://example.com"}, "tos_uri"),
            ({"rules": [Rule.tool("")]}, "rules"),
            ({"rules": [Rule.tool("a"), Rule.tool("a")]}, "rules"),
            ({"rules": [Rule.tool("a").needs("b  c")]}, "rules"),
            ({"rules": [Rule.tool(str(number)) for number in range(513)]}, "rules"),
            ({"base_scopes": [f"s{number}" for number in range(129)]}, "base_scopes"),
            ({"hierarchy": [("a b", "c")]}, "hierarchy"),
            ({"origins": ["null"]}, "origins"),
            ({"origins": ["https://a.example.com"], "any_origin": True}, "any_origin"),
            ({"provider": "nobody"}, "nobody"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, validator: gatepost.Validator, changes: dict[str, Any], detail: str
    ) -> None:
        usual: dict[str, Any] = {"resource": AUDIENCE, "validator": validator}
        with pytest.raises(gatepost.PolicyError, match=detail):
            Guard(**usual | changes)

    def test_takes_as_many_rules_as_there_may_be(
        self, validator: gatepost.Validator, token: str
    ) -> None:
        rules = [Rule.tool(str(number)).refused() for number in range(512)]
        guard = Guard(AUDIENCE, validator, rules=rules)
        assert outcome(guard, token, "511") == "operation_refused"
        assert outcome(guard, token, "512") is None

    def test_a_principal_is_for_its_guard_and_request(
        self, validator: gatepost.Validator, token: str
    ) -> None:
        guard, other = Guard(AUDIENCE, validator), Guard(AUDIENCE, validator)
        head = head_of(token)
        principal = let_in(guard, head)
        with pytest.raises(gatepost.PolicyError, match="another guard"):
            other.authorize(principal, head, call("x"))
        with pytest.raises(gatepost.PolicyError, match="another guard"):
            other.permits(principal, tool="x")
        with pytest.raises(gatepost.PolicyError, match="request"):
            guard.authorize(principal, head_of(token), call("x"))

    def test_threads_share_a_guard(self, validator: gatepost.Validator, issuer: Issuer) -> None:
        guard = Guard(AUDIENCE, validator, rules=[Rule.tool("x").needs("x")])
        tokens = [issuer.sign(issuer.claims(AUDIENCE, sub=str(number))) for number in range(8)]

        def ask(number: int) -> None:
            for _ in range(200):
                head = head_of(tokens[number])
                principal = let_in(guard, head)
                assert principal.subject == str(number)
                refused = guard.authorize(principal, head, call("x"))
                assert isinstance(refused, gatepost.Response)
                assert refused.reason == "insufficient_scope"

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == [None] * 8


class TestRule:
    def test_the_most_specific_one_decides(
        self, validator: gatepost.Validator, issuer: Issuer, token: str
    ) -> None:
        guard = Guard(
            AUDIENCE,
            validator,
            rules=[
                Rule.tools_beginning_with("admin_").needs("admin"),
                Rule.tool("admin_ping").needs("admin", "read write"),
                Rule.tool("closed").refused(),
                Rule.tool("closed").for_user(issuer.url, "alice"),
                Rule.tool("own").needs("other"),
                Rule.tool("own").for_client(issuer.url, "demo-client").needs("read"),
                Rule.method("tools/list").needs("list"),
                Rule.methods_beginning_with("logging/").refused(),
            ],
            base_scopes="read",
            hierarchy=[("write", "list edit")],
        )
        assert outcome(guard, token, "admin_x") == "insufficient_scope"
        for tool in ("admin_ping", "closed", "own", "other"):
            assert outcome(guard, token, tool) is None
        stranger = issuer.sign(issuer.claims(AUDIENCE, sub="bob", client_id="c", scope="read"))
        assert outcome(guard, stranger, "closed") == "operation_refused"
        assert outcome(guard, stranger, "own") == "insufficient_scope"
        head = head_of(token)
        for method, status in (("tools/list", None), ("logging/setLevel", 403)):
            body = f'{{"jsonrpc":"2.0","id":1,"method":"{method}"}}'
            decided = guard.authorize(let_in(guard, head), head, body)
            assert getattr(decided, "status", None) == status

    def test_prompts_and_resources_have_rules(
        self, validator: gatepost.Validator, token: str
    ) -> None:
        guard = Guard(
            AUDIENCE,
            validator,
            rules=[
                Rule.tool("closed").refused(),
                Rule.prompt("closed").refused(),
                Rule.prompts_beginning_with("draft_").refused(),
                Rule.resource("file:///closed").refused(),
                Rule.resources_beginning_with("file:///closed/").refused(),
            ],
        )
        principal = let_in(guard, head_of(token))
        assert guard.permits(principal, tool="open")
        assert not guard.permits(principal, tool="closed")
        assert guard.permits(principal, prompt="open")
        assert not guard.permits(principal, prompt="closed")
        assert not guard.permits(principal, prompt="draft_1")
        assert guard.permits(principal, resource="file:///open")
        assert not guard.permits(principal, resource="file:///closed")
        assert not guard.permits(principal, resource="file:///closed/x")
        assert not guard.permits(principal, resource="file:///open/../closed/x")
        assert guard.permits(principal, resource_template="file:///{+path}")
        assert not guard.permits(principal, resource_template="file:///closed/{+path}")
        assert not guard.permits(principal, resource_template="https://{host}/")
        assert not guard.permits(principal, resource="file:///{+path}")
        for wrong in (
            {},
            {"tool": "a", "prompt": "b"},
            {"resource": "file:///a", "resource_template": "file:///{a}"},
        ):
            with pytest.raises(TypeError, match="one of tool, prompt, resource and"):
                guard.permits(principal, **wrong)

    def test_public_operations_need_nobody(self, validator: gatepost.Validator) -> None:
        guard = Guard(AUDIENCE, validator, rules=[Rule.tool("ping").public()])
        head = head_of(None, VERSION, ("Mcp-Method", "tools/call"), ("Mcp-Name", "ping"))
        principal = let_in(guard, head)
        assert (principal.token, principal.issuer, principal.subject) == (None, None, None)
        assert (principal.client_id, principal.scopes) == (None, [])
        assert repr(principal) == "Principal(issuer=None)"
        assert guard.permits(principal, tool="ping")
        assert not guard.permits(principal, tool="other")
        # The body asks for something else than the headers have promised.
        refused = guard.authorize(principal, head, call("other"))
        assert isinstance(refused, gatepost.Response)
        assert refused.reason == "header_mismatch"

    def test_claims_must_be_so(
        self, validator: gatepost.Validator, issuer: Issuer, keys: gatepost.KeySet, token: str
    ) -> None:
        good = [ClaimRule.one_of("org_id", ["org_a", "org_b"]), ClaimRule.includes("groups", "g")]
        bad = ClaimRule.one_of("org_id", "org_b")
        guard = Guard(
            AUDIENCE,
            validator,
            rules=[Rule.tool("a").with_claims(*good), Rule.tool("b").with_claims(*good, bad)],
        )
        assert outcome(guard, token, "a") is None
        assert outcome(guard, token, "b") == "operation_refused"
        policy = gatepost.Policy(issuer.url, AUDIENCE, claims=good)
        assert gatepost.Validator(policy, keys).validate(token).subject == "alice"
        policy = gatepost.Policy(issuer.url, AUDIENCE, claims=[*good, bad])
        with pytest.raises(gatepost.ClaimRefusedError):
            gatepost.Validator(policy, keys).validate(token)
        for name, values in (("", "a"), ("a", []), ("a", ["b", ""])):
            with pytest.raises(gatepost.PolicyError, match="name or values"):
                ClaimRule.one_of(name, values)

    def test_a_rule_never_changes(self) -> None:
        rule = Rule.tool("a")
        assert rule.needs("b") is not rule
        assert repr(rule.refused()) == "Rule.tool('a')"
        assert repr(Rule.resources_beginning_with("file:")) == (
            "Rule.resources_beginning_with('file:')"
        )
        assert repr(ClaimRule.includes("a", "b")) == "ClaimRule.includes('a', ['b'])"


class TestRequestHead:
    def test_takes_text_of_any_form(self, validator: gatepost.Validator, token: str) -> None:
        guard = Guard(AUDIENCE, validator)
        pairs: Any = [[b"authorization", f"Bearer {token}"]]
        for headers in (pairs, tuple(pairs), iter(pairs), (pair for pair in pairs)):
            head = RequestHead(b"POST", b"/mcp", headers)
            assert (head.method, head.target) == ("POST", "/mcp")
            let_in(guard, head)
        assert RequestHead("GET", b"/\xff", []).target == "/\ufffd"

    @pytest.mark.parametrize(
        "headers", [1, [1], ["ab"], [("a",)], [("a", "b", "c")], [("a", None)], [b"ab"]]
    )
    def test_refuses_other_types(self, headers: Any) -> None:
        with pytest.raises(TypeError):
            RequestHead("GET", "/", headers)
        with pytest.raises(TypeError, match="method must be"):
            RequestHead(headers, "/", [])
        with pytest.raises(TypeError, match="target must be"):
            RequestHead("GET", headers, [])

    def test_a_certificate_binds(self, validator: gatepost.Validator, issuer: Issuer) -> None:
        guard = Guard(AUDIENCE, validator)
        sevens = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
        bound = issuer.sign(issuer.claims(AUDIENCE, cnf={"x5t#S256": sevens}))
        headers = [("Authorization", f"Bearer {bound}")]

        def reason(certificate: bytes | None) -> str | None:
            decided = guard.authenticate(RequestHead("POST", "/mcp", headers, certificate))
            return decided.reason if isinstance(decided, gatepost.Response) else None

        assert reason(bytes([7]) * 32) is None
        assert reason(bytes([8]) * 32) == "invalid_proof"
        assert reason(None) == "proof_required"
        with pytest.raises(gatepost.PolicyError, match="certificate"):
            RequestHead("POST", "/mcp", headers, b"short")


def test_what_is_shown_holds_no_secret(validator: gatepost.Validator, token: str) -> None:
    guard, head = Guard(AUDIENCE, validator), head_of(token)
    assert repr(guard) == f"Guard(resource='{AUDIENCE}')"
    assert repr(head) == "RequestHead(...)"
    principal = let_in(guard, head)
    assert repr(principal) == "Principal(issuer='https://as.example.com')"
    operation = guard.authorize(principal, head, call("x"))
    assert repr(operation) == "Operation(kind='tool', method='tools/call', name='x')"
    assert repr(guard.authenticate(head_of("x"))) == "Response(status=401, reason='malformed')"
    legacy = LegacyServerMetadata("https://a.example", "https://a.example/a", "https://a.example/t")
    assert repr(legacy) == "LegacyServerMetadata(issuer='https://a.example')"
    with pytest.raises(gatepost.PolicyError):
        LegacyServerMetadata("a", "b", "c")
    things: list[Any] = [guard, head, principal, operation, legacy, Rule.tool("x")]
    for thing in things:
        with pytest.raises(AttributeError):
            thing.resource = "https://evil.example.com"
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.copy(thing)

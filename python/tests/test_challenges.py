"""What a server writes into `WWW-Authenticate`, and a client reads there."""

from __future__ import annotations

from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import Challenge, parse_challenges

METADATA = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"


def test_what_a_guard_writes_is_read(validator: gatepost.Validator) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, base_scopes="files:read")
    refused = guard.authenticate(gatepost.RequestHead("POST", "/mcp", []))
    assert isinstance(refused, gatepost.Response)
    [challenge] = parse_challenges(dict(refused.headers)["WWW-Authenticate"])
    assert challenge.scheme == "Bearer"
    assert challenge.error is None
    assert challenge.scope == "files:read"
    root = "https://mcp.example.com/.well-known/oauth-protected-resource"
    assert challenge.resource_metadata == f"{root}/mcp"
    assert repr(challenge) == "ParsedChallenge(scheme='Bearer')"


def test_one_is_found_among_others() -> None:
    header = 'Negotiate YQ==, Basic realm="a, \\"b\\"",bearer ERROR=invalid_token , Scope=""'
    negotiate, basic, bearer = parse_challenges(header)
    assert (negotiate.scheme, negotiate.token68, negotiate.parameters) == ("Negotiate", "YQ==", {})
    assert (basic.scheme, basic.token68, basic.parameters) == ("Basic", None, {"realm": 'a, "b"'})
    # The scheme of a token is written in one way, whatever the server's.
    assert (bearer.scheme, bearer.error, bearer.scope) == ("Bearer", "invalid_token", None)
    assert bearer.parameters == {"error": "invalid_token", "scope": ""}
    [dpop] = parse_challenges('dpop algs="ES256"')
    assert (dpop.scheme, dpop.resource_metadata) == ("DPoP", None)
    assert parse_challenges("") == []


@pytest.mark.parametrize(
    "header", ["=", 'Bearer scope="a', 'Bearer scope="a", SCOPE="b"', "Bearer a=b c=d", b"\xff"]
)
def test_what_is_no_list_of_challenges_is_refused(header: str | bytes) -> None:
    with pytest.raises(gatepost.InvalidChallengeError):
        parse_challenges(header)


def test_a_header_has_at_most_8192_bytes() -> None:
    assert len(parse_challenges('Bearer a="' + "b" * (8192 - 11) + '"')) == 1
    with pytest.raises(gatepost.OAuthError) as caught:
        parse_challenges('Bearer a="' + "b" * (8192 - 10) + '"')
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    "url", ["http://evil.example/a", "/relative", "javascript:alert(1)", "file:///etc/passwd", ""]
)
def test_metadata_are_not_fetched_from_anywhere(url: str) -> None:
    [challenge] = parse_challenges(f'Bearer resource_metadata="{url}", scope="a"')
    assert challenge.scope == "a"
    with pytest.raises(gatepost.InvalidChallengeError):
        _ = challenge.resource_metadata
    [challenge] = parse_challenges('Bearer resource_metadata="http://127.0.0.1:8000/a\\b"')
    assert challenge.resource_metadata == "http://127.0.0.1:8000/ab"


def test_what_is_not_utf8_becomes_no_scope_and_no_url() -> None:
    [challenge] = parse_challenges(b'Bearer scope="a\xff", resource_metadata="https://a/\xff"')
    assert challenge.scope == "a\ufffd"
    with pytest.raises(gatepost.InvalidChallengeError):
        _ = challenge.resource_metadata


@pytest.mark.parametrize("header", [None, 1, ["Bearer"], bytearray(b"Bearer")])
def test_other_types_are_refused(header: Any) -> None:
    with pytest.raises(TypeError, match="header must be str or bytes"):
        parse_challenges(header)


@pytest.mark.parametrize(
    ("reason", "scheme", "error"),
    [
        (None, "Bearer", None),
        ("credentials_missing", "Bearer", None),
        ("keys_unavailable", "Bearer", None),
        ("expired", "Bearer", "invalid_token"),
        ("insufficient_scope", "Bearer", "insufficient_scope"),
        ("several_credentials", "Bearer", "invalid_request"),
        ("invalid_proof", "Bearer", "invalid_token"),
        ("invalid_proof", "DPoP", "invalid_dpop_proof"),
        ("nonce_required", "DPoP", "use_dpop_nonce"),
    ],
)
def test_what_is_written_is_read(reason: str | None, scheme: Any, error: str | None) -> None:
    scope = "files:read files:write"
    written = Challenge(scheme, METADATA, reason=reason, scope=scope, realm="files").write()
    [challenge] = parse_challenges(written)
    assert (challenge.scheme, challenge.error, challenge.scope) == (scheme, error, scope)
    assert challenge.resource_metadata == METADATA
    assert challenge.parameters["realm"] == "files"
    assert ("error_description" in challenge.parameters) is (error is not None)


def test_the_challenge_is_that_of_a_guard(validator: gatepost.Validator) -> None:
    dpop = gatepost.Dpop(required=True, algorithms=["ES256"])
    guard = gatepost.Guard(AUDIENCE, validator, base_scopes="files:read", dpop=dpop)
    refused = guard.authenticate(gatepost.RequestHead("POST", "/mcp", []))
    assert isinstance(refused, gatepost.Response)
    algorithms = gatepost.DpopVerifier(AUDIENCE, dpop).algorithms
    challenge = Challenge(
        "DPoP", METADATA, reason=refused.reason, scope="files:read", algorithms=algorithms
    )
    assert dict(refused.headers)["WWW-Authenticate"] == challenge.write()
    assert repr(challenge) == "Challenge(scheme='DPoP')"


def test_a_reason_of_an_error_is_one_of_a_challenge(validator: gatepost.Validator) -> None:
    with pytest.raises(gatepost.MalformedError) as caught:
        validator.validate("a")
    written = Challenge("Bearer", METADATA, reason=caught.value.reason).write()
    [challenge] = parse_challenges(written)
    assert challenge.error == caught.value.oauth_error
    assert challenge.parameters["error_description"] == str(caught.value)


@pytest.mark.parametrize(
    ("part", "arguments"),
    [
        ("unknown scheme", {"scheme": "Basic"}),
        ("unknown scheme", {"scheme": "bearer"}),
        ("unknown reason", {"reason": "unheard_of"}),
        ("resource_metadata", {"resource_metadata": "http://mcp.example.com/a"}),
        ("resource_metadata", {"resource_metadata": 'https://a/"'}),
        ("resource_metadata", {"resource_metadata": "https://a/" + "a" * 2048}),
        ("scope", {"scope": ""}),
        ("scope", {"scope": "a  b"}),
        ("scope", {"scope": 'a"b'}),
        ("scope", {"scope": "offline_access"}),
        ("realm", {"realm": "scope=a"}),
        ("realm", {"realm": "a\r\nb"}),
        ("algorithms", {"algorithms": ["ES256"]}),
        ("algorithms", {"scheme": "DPoP", "algorithms": []}),
        ("algorithms", {"scheme": "DPoP", "algorithms": ["HS256"]}),
        ("unknown algorithm", {"scheme": "DPoP", "algorithms": ["none"]}),
    ],
)
def test_what_could_break_out_is_not_written(part: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(gatepost.PolicyError, match=part):
        Challenge(**{"scheme": "Bearer", "resource_metadata": METADATA} | arguments)

"""`gatepost check`: each check fails for what it is there for, alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checked import (
    MADE_UP,
    OTHER,
    PLACE,
    REAL,
    Answer,
    Breaks,
    Check,
    Request,
    brings,
    has_query,
    is_answered,
    of_page,
    says,
    served,
)


def lets_in_everybody(request: Request, answer: Answer) -> None:
    if request.is_bare:
        answer.status = 200


def redirects(request: Request, answer: Answer) -> None:
    if request.is_bare:
        answer.status = 307
        answer.headers["location"] = "/elsewhere"
    assert request.path != "/elsewhere"


def is_bare(request: Request) -> bool:
    return request.is_bare


def is_none_of_a_page(request: Request) -> bool:
    return request.method == "POST" and "origin" not in request.headers


def challenges(text: str | None, of: Callable[[Request], bool] = is_bare) -> Breaks:
    def breaks(request: Request, answer: Answer) -> None:
        if of(request) and answer.status == 401:
            del answer.headers["www-authenticate"]
            if text is not None:
                here = f"http://{request.headers['host']}"
                answer.headers["www-authenticate"] = text.replace("HERE", here)

    return breaks


def is_only_at(place: str) -> Breaks:
    """The metadata are nowhere else, and the challenge leads there."""

    def breaks(request: Request, answer: Answer) -> None:
        challenges(f'Bearer resource_metadata="HERE{place}"')(request, answer)
        if request.path.startswith(PLACE) and request.path != place:
            answer.status = 404

    return breaks


def other_issuer(request: Request, answer: Answer) -> None:
    if "openid-configuration" in request.path:
        answer.edit(issuer=json.loads(answer.body)["issuer"] + "/")


@pytest.mark.parametrize(
    ("name", "of_resource", "found"),
    [
        ("unauthorized", lets_in_everybody, "status 200"),
        ("unauthorized", redirects, "status 307"),
        ("challenge", challenges(None), "no WWW-Authenticate"),
        ("challenge", challenges('Basic realm="x"'), "neither a challenge of Bearer"),
        ("challenge", challenges("Bearer a=1, a=2"), "WWW-Authenticate cannot be read"),
        (
            "challenge_error",
            challenges(f'Bearer error="invalid_token", resource_metadata="HERE{PLACE}"'),
            'error="invalid_token"',
        ),
        # As the official SDK by itself says it to everybody.
        (
            "challenge_error",
            challenges(
                f'Bearer error="invalid_token", resource_metadata="HERE{PLACE}"', is_none_of_a_page
            ),
            'error="invalid_token"',
        ),
        ("challenge_metadata", challenges('Bearer realm="x"'), "no resource_metadata"),
        (
            "challenge_metadata",
            challenges('Bearer resource_metadata="http://example.com/x"'),
            '"http://example.com/x" is not https',
        ),
        (
            "challenge_metadata",
            challenges('Bearer resource_metadata="HERE/nowhere"'),
            "status 401: ",
        ),
        ("metadata_path", is_only_at(PLACE), "status 404: "),
        ("metadata_root", is_only_at(f"{PLACE}/mcp"), "status 404: "),
        ("resource", says(resource="https://mcp.example.com"), '"https://mcp.example.com" at'),
        ("resource", says(resource="a\x1b[2J\x7f\u202e"), '"a\\u001b[2J\\u007f\\u202e" at'),
        ("authorization_servers", says(authorization_servers=[]), "none is named at"),
        (
            "authorization_servers",
            says(authorization_servers=["http://as.example.com"]),
            "the metadata document is not valid: ",
        ),
        (
            "server_metadata",
            says(authorization_servers=["http://127.0.0.1:1"]),
            'at none of 2 places of "http://127.0.0.1:1"; at the last: no answer: ConnectError',
        ),
        (
            "cors_metadata",
            is_answered("GET", access_control_allow_origin=None),
            "Access-Control-Allow-Origin does not name",
        ),
        ("cors_preflight", is_answered("OPTIONS", 401), "status 401 for pages of"),
        (
            "cors_preflight",
            is_answered("OPTIONS", access_control_allow_headers="*"),
            "Authorization is not in Access-Control-Allow-Headers",
        ),
        (
            "cors_preflight",
            is_answered("OPTIONS", access_control_allow_headers="authorization, content-type"),
            "MCP-Protocol-Version is not in Access-Control-Allow-Headers",
        ),
        (
            "cors_preflight",
            is_answered("OPTIONS", access_control_allow_origin="https://app.example.com"),
            "Access-Control-Allow-Origin does not name",
        ),
        (
            "cors_challenge",
            is_answered("POST", asking=of_page, access_control_expose_headers="etag"),
            "WWW-Authenticate is not in Access-Control-Expose-Headers",
        ),
        (
            "cors_challenge",
            is_answered("POST", asking=of_page, access_control_allow_origin=None),
            "Access-Control-Allow-Origin does not name",
        ),
        ("cors_challenge", is_answered("POST", 403, of_page), "status 403 for pages of"),
        ("bad_token", is_answered("POST", 500, brings(MADE_UP)), "status 500"),
        (
            "bad_token",
            is_answered("POST", asking=brings(MADE_UP), www_authenticate="Bearer"),
            "the challenge does not say invalid_token",
        ),
        ("query_token", is_answered("POST", 200, has_query), "status 200"),
        ("query_token", is_answered("POST", 400, has_query), "status 400"),
        (
            "query_token",
            is_answered("POST", asking=has_query, www_authenticate='Bearer error="invalid_token"'),
            "the challenge has another error",
        ),
        ("token", is_answered("POST", 401, brings(REAL)), "status 401"),
    ],
)
def test_what_a_server_lacks_fails_one_check(
    check: Check, name: str, of_resource: Breaks, found: str
) -> None:
    with served(of_resource) as servers:
        status, results, said = check.whole(servers)
    failed = [name for name, result in results.items() if result == "failed"]
    assert (status, failed) == (1, [name]), said
    assert (said[name] or "").startswith(found)


@pytest.mark.parametrize(
    ("name", "of_issuer", "found"),
    [
        ("server_metadata", is_answered("GET", 404), "at none of 3 places"),
        ("server_metadata", says(token_endpoint="http://example.com/"), "the metadata document is"),
        ("server_issuer", other_issuer, '"http://127.0.0.1:'),
        (
            "pkce",
            says(code_challenge_methods_supported=["plain"]),
            'code_challenge_methods_supported is ["plain"]',
        ),
        (
            "pkce",
            says(code_challenge_methods_supported=None),
            "code_challenge_methods_supported is missing",
        ),
    ],
)
def test_what_an_authorization_server_lacks_fails_one_check(
    check: Check, name: str, of_issuer: Breaks, found: str
) -> None:
    with served(of_issuer=of_issuer) as servers:
        status, results, said = check.whole(servers)
    failed = [name for name, result in results.items() if result == "failed"]
    assert (status, failed) == (1, [name]), said
    assert (said[name] or "").startswith(found)


def test_a_server_that_takes_tokens_for_another_fails(check: Check) -> None:
    with served(audiences=(OTHER,)) as servers:
        status, results, said = check.whole(servers)
    assert (status, said["foreign_token"]) == (1, "status 200")
    assert [name for name, it in results.items() if it == "failed"] == ["foreign_token"]


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_token_that_is_not_let_in_fails(check: Check, status: int) -> None:
    with served(is_answered("POST", status, brings(REAL))) as servers:
        ended, _, said = check(servers.url, "--token", servers.token)
    assert (ended, said["token"]) == (1, f"status {status}")


def test_a_token_that_lacks_a_scope_is_let_in(check: Check) -> None:
    challenge = 'Bearer error="insufficient_scope", scope="a"'
    lacks = is_answered("POST", 403, brings(REAL), www_authenticate=challenge)
    with served(lacks) as servers:
        status, results, said = check(servers.url, "--token", servers.token)
    assert (status, results["token"]) == (0, "passed")
    assert said["token"] == "it lacks a scope for initialize"


def test_a_page_of_another_origin_can_be_named(check: Check) -> None:
    with served() as servers:
        status, results, said = check(servers.url, "--origin", "https://app.example.com:443/x")
    assert (status, results["cors_metadata"]) == (1, "passed")
    assert said["cors_preflight"] == "status 403 for pages of https://app.example.com"

"""The pages in docs/migration: their code runs, and each row of their tables holds for both sides.

Nothing leaves this machine: whatever asks the tenant by HTTP is answered here.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import OpenerDirector

import httpx
import httpx2
import jwt
import pytest
from refused import GOOD, REFUSED, Case, Signer

import gatepost

PAGES = Path(__file__).parents[1] / "docs/migration"
TENANT = "https://tenant.auth0.com/"
RESOURCE = "https://mcp.example.com/mcp"
SIGNER = Signer(TENANT)
CASES = {case.name: case for case in [GOOD, *REFUSED]}
JWKS_URI = f"{TENANT}.well-known/jwks.json"
Judge = Callable[[str], Any]


def answer(url: str) -> bytes:
    if url == JWKS_URI:
        return json.dumps(SIGNER.jwks()).encode()
    assert url == f"{TENANT}.well-known/openid-configuration"
    return json.dumps({"issuer": TENANT, "jwks_uri": JWKS_URI}).encode()


@pytest.fixture(autouse=True)
def tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the clients of the libraries are answered."""

    async def by_httpx(_: Any, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(answer(str(request.url))))

    async def by_httpx2(_: Any, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=httpx2.ByteStream(answer(str(request.url))))

    def by_urllib(_: Any, request: Any, *__: Any, **___: Any) -> io.BytesIO:
        return io.BytesIO(answer(request.full_url))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", by_httpx)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", by_httpx2)
    monkeypatch.setattr(OpenerDirector, "open", by_urllib)


def blocks(page: str) -> list[str]:
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def rows(page: str) -> Iterator[tuple[str, str, str]]:
    """Of the last table: the token, and what becomes of it on both sides."""
    text = (PAGES / page).read_text(encoding="utf-8").partition("## What is refused")[2]
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| A token"):
            token, theirs, ours = (cell.strip() for cell in line.strip("|").split(" | "))
            yield token, theirs, ours


def run(page: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the code before and the code after define."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    old, new = blocks(page)
    # auth0-api-python imports what Authlib calls deprecated, whatever the filters say.
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        exec(compile(old, page, "exec"), before)
    exec(compile(new, page, "exec"), after)
    return before, after


def waited(ask: Callable[[str], Awaitable[Any]]) -> Judge:
    async def wait(token: str) -> Any:
        return await ask(token)

    return lambda token: asyncio.run(wait(token))


def of_pyjwt() -> tuple[Judge, Judge]:
    before, after = run("pyjwt.md")
    return before["subject_of"], after["subject_of"]


def of_fastmcp() -> tuple[Judge, Judge]:
    def by(auth: Any) -> Judge:
        def subject(token: str) -> Any:
            seen = waited(auth.verify_token)(token)
            if seen is None:
                raise PermissionError
            return seen.subject or seen.claims["sub"]

        return subject

    before, after = run("fastmcp_jwt_verifier.md")
    assert before["mcp"].auth is before["auth"]
    assert after["mcp"].auth is after["auth"]
    return by(before["auth"]), by(after["auth"])


def of_auth0() -> tuple[Judge, Judge]:
    before, after = run("auth0_api_python.md")
    theirs = waited(lambda token: before["subject_of"](f"Bearer {token}"))
    return theirs, waited(lambda token: after["subject_of"](f"Bearer {token}"))


SIDES = {
    "pyjwt.md": of_pyjwt,
    "fastmcp_jwt_verifier.md": of_fastmcp,
    "auth0_api_python.md": of_auth0,
}
ROWS = [pytest.param(page, *row, id=f"{page} {row[0]}") for page in SIDES for row in rows(page)]


def by_theirs(judge: Judge, token: str) -> str:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            judge(token)
        except TypeError as error:
            # Neither accepted nor refused: a server answers it with 500.
            return f"`{type(error).__name__}`"
        except Exception:
            return "refused"
    said = any(issubclass(it.category, jwt.warnings.InsecureKeyLengthWarning) for it in warned)
    return "accepted, with a warning" if said else "accepted"


def by_ours(judge: Judge, token: str, caplog: pytest.LogCaptureFixture) -> str:
    caplog.clear()
    try:
        judge(token)
    except gatepost.TokenError as error:
        return f"`{error.reason}`"
    except PermissionError as error:
        logged = [vars(it)["reason"] for it in caplog.records if it.name == "gatepost"]
        return f"`{error or logged[-1]}`" if str(error) else f"`{logged[-1]}`"
    return "accepted"


@pytest.mark.parametrize(("page", "token", "theirs", "ours"), ROWS)
def test_each_row_holds_for_both(
    page: str, token: str, theirs: str, ours: str, caplog: pytest.LogCaptureFixture
) -> None:
    case: Case = CASES[token]
    their_side, our_side = SIDES[page]()
    compact = case.make(SIGNER, RESOURCE)
    assert by_theirs(their_side, compact) == theirs
    assert by_ours(our_side, compact, caplog) == ours
    assert ours == ("accepted" if case.reason is None else f"`{case.reason}`")


@pytest.mark.parametrize("page", SIDES)
def test_no_row_is_missing(page: str) -> None:
    assert [token for token, _, _ in rows(page)] == list(CASES)


@pytest.mark.parametrize("page", SIDES)
def test_both_sides_name_the_same_subject(page: str) -> None:
    theirs, ours = SIDES[page]()
    token = GOOD.make(SIGNER, RESOURCE)
    assert ours(token) == "alice"
    # Some warn of a weak key in the set, whichever it is that has signed.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert theirs(token) == "alice"


def test_every_page_is_run_and_linked() -> None:
    assert {it.name for it in PAGES.glob("*.md")} == set(SIDES)
    readme = (PAGES.parents[1] / "README.md").read_text(encoding="utf-8")
    for page in SIDES:
        assert f"docs/migration/{page}" in readme

"""`gatepost check`: guarded servers pass, and each check fails for what it is there for alone."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from authorization_server import AuthorizationServer
from guarded import guarded
from refused import Signer
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from test_dropins import NAMES, started

import gatepost
from gatepost.__main__ import main
from gatepost._examination import Examination, Failed, NotChecked
from loopback import listener, serving

OTHER = "https://other.example.com/mcp"
PLACE = "/.well-known/oauth-protected-resource"


@dataclass
class Request:
    method: str
    path: str
    query: bytes
    headers: dict[str, str]

    @property
    def is_bare(self) -> bool:
        """A message without credentials, not of a page."""
        names = {"authorization", "origin"}
        return self.method == "POST" and not self.query and not names & self.headers.keys()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def edit(self, **members: Any) -> None:
        """Changes a JSON document."""
        self.body = json.dumps(json.loads(self.body) | members).encode()
        self.headers["content-length"] = str(len(self.body))


Breaks = Callable[[Request, Answer], None]


def broken(app: ASGIApp, breaks: Breaks) -> ASGIApp:
    """`app`, whose answers are changed on their way."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        answer = Answer(0, {}, b"")

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {
                    name.decode().lower(): value.decode() for name, value in message["headers"]
                }
                return
            answer.body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            breaks(Request(scope["method"], scope["path"], scope["query_string"], headers), answer)
            encoded = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": encoded,
                }
            )
            await send({"type": "http.response.body", "body": answer.body})

        await app(scope, receive, collect)

    return run


@dataclass
class Servers:
    """A guarded server, and the authorization server of its tokens."""

    url: str
    token: str
    foreign_token: str


def nothing(_: Request, __: Answer) -> None:
    pass


@contextmanager
def served(
    of_resource: Breaks = nothing,
    of_issuer: Breaks = nothing,
    path: str = "/mcp",
    audiences: tuple[str, ...] = (),
) -> Iterator[Servers]:
    of_mcp, mcp_url = listener()
    at_issuer, issuer_url = listener()
    resource = mcp_url + path
    authorization = AuthorizationServer(issuer_url, resource)
    issuer = authorization.issuer
    validator = gatepost.Validator(
        gatepost.Policy(issuer.url, [resource, *audiences]),
        gatepost.KeySet.from_jwks(issuer.jwks()),
    )
    app = guarded(gatepost.Guard(resource, validator, base_scopes="tools:call"))
    foreign_token = issuer.sign(issuer.claims(OTHER))
    servers = Servers(resource, issuer.sign(issuer.claims(resource)), foreign_token)
    with (
        serving(broken(app, of_resource), of_mcp),
        serving(broken(authorization.app(), of_issuer), at_issuer),
    ):
        yield servers


class Check:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, dict[str, str], dict[str, str | None]]:
        """The exit status, and the result and what was found by check."""
        status = main(["check", *arguments])
        out, err = self._capsys.readouterr()
        assert (err, out.count("\n")) == ("", 1)
        answer = json.loads(out)
        assert (answer["ok"], answer["url"]) == (status == 0, arguments[0])
        results = {}
        for check in answer["checks"]:
            results[check["check"]] = check["result"]
            assert check["rule"]
            assert (check["mend"] is None) is (check["result"] != "failed")
        return status, results, {check["check"]: check["found"] for check in answer["checks"]}

    def whole(self, servers: Servers) -> tuple[int, dict[str, str], dict[str, str | None]]:
        tokens = ["--token", servers.token, "--foreign-token", servers.foreign_token]
        return self(servers.url, *tokens)


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    return Check(capsys)


def test_a_guarded_server_passes_all_checks(check: Check) -> None:
    with served() as servers:
        status, results, found = check.whole(servers)
        assert (status, set(results.values())) == (0, {"passed"})
        assert len(results) == 18
        assert set(found.values()) == {None}
        # What needs a token is said to be left out.
        status, results, found = check(servers.url)
    assert status == 0
    left_out = {name for name, result in results.items() if result != "passed"}
    assert left_out == {"token", "foreign_token"}
    assert found["foreign_token"] == "--foreign-token was not given"


def test_a_url_without_a_path_has_one_place(check: Check) -> None:
    with served(path="/") as servers:
        status, results, _ = check.whole(servers)
    assert (status, results.pop("metadata_root")) == (0, "not_checked")
    assert set(results.values()) == {"passed"}


class CodeFlow(Signer):
    """An issuer to which clients can go."""

    def _answer(self, method: str, url: str, body: str) -> tuple[int, dict[str, str], bytes]:
        status, headers, answer = super()._answer(method, url, body)
        if url in gatepost.server_metadata_urls(self.url):
            more = {
                "authorization_endpoint": f"{self.url}/authorize",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
            answer = json.dumps(json.loads(answer) | more).encode()
        return status, headers, answer


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_each_drop_in_passes(check: Check, name: str) -> None:
    at_issuer, issuer_url = listener()
    issuer = CodeFlow(issuer_url)
    with serving(issuer.app(), at_issuer), started(name, issuer_url) as resource:
        token = issuer.sign(issuer.claims(resource))
        servers = Servers(resource, token, issuer.sign(issuer.claims(OTHER)))
        status, results, found = check.whole(servers)
    assert (status, set(results.values())) == (0, {"passed"}), found


def lets_in_everybody(request: Request, answer: Answer) -> None:
    if request.is_bare:
        answer.status = 200


def redirects(request: Request, answer: Answer) -> None:
    if request.is_bare:
        answer.status = 307
        answer.headers["location"] = "/elsewhere"
    assert request.path != "/elsewhere"


def challenges(text: str | None) -> Breaks:
    def breaks(request: Request, answer: Answer) -> None:
        if request.is_bare:
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


def says(**members: Any) -> Breaks:
    """Documents say something else."""

    def breaks(request: Request, answer: Answer) -> None:
        if request.path.startswith("/.well-known/") and answer.status == 200:
            answer.edit(**members)

    return breaks


def is_answered(
    method: str,
    status: int | None = None,
    asking: Callable[[Request], bool] = lambda _: True,
    **headers: str | None,
) -> Breaks:
    """Some requests get another status, or other headers."""

    def breaks(request: Request, answer: Answer) -> None:
        if request.method == method and asking(request):
            answer.status = status or answer.status
            for name, value in headers.items():
                answer.headers.pop(name.replace("_", "-"), None)
                if value is not None:
                    answer.headers[name.replace("_", "-")] = value

    return breaks


def brings(credentials: str) -> Callable[[Request], bool]:
    return lambda request: request.headers.get("authorization", "").startswith(credentials)


def has_query(request: Request) -> bool:
    return bool(request.query)


def of_page(request: Request) -> bool:
    return "origin" in request.headers


def other_issuer(request: Request, answer: Answer) -> None:
    if "openid-configuration" in request.path:
        answer.edit(issuer=json.loads(answer.body)["issuer"] + "/")


MADE_UP = "Bearer made-up"
REAL = "Bearer ey"


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
            "the challenge has an error",
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


def test_a_server_out_there_leads_nobody_to_this_machine() -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        if "authorization" in request.headers or request.url.path == "/mcp":
            led = 'Bearer resource_metadata="http://127.0.0.1/"'
            return httpx2.Response(401, headers={"www-authenticate": led})
        servers = ["http://[::1]:9000"]
        document = {"resource": "https://mcp.example.com/mcp", "authorization_servers": servers}
        return httpx2.Response(200, json=document)

    async def run() -> dict[str, str]:
        failed = {}
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            url = "https://mcp.example.com/mcp"
            deadline = asyncio.get_running_loop().time() + 60
            examination = Examination(client, url, "https://a.example.com", None, None, deadline)
            for check, examine in examination.checks:
                try:
                    await examine()
                except Failed as why:
                    failed[check.name] = str(why)
                except NotChecked:
                    pass
        return failed

    failed = asyncio.run(run())
    assert failed["challenge_metadata"] == '"http://127.0.0.1/" is not https'
    assert failed["server_metadata"].endswith(" is not https")
    assert set(asked) == {"mcp.example.com"}


def test_who_does_not_answer_is_asked_once(check: Check) -> None:
    listening, url = listener()
    listening.close()
    status, results, said = check(f"{url}/mcp")
    assert (status, said.pop("unauthorized")) == (1, "no answer: ConnectError")
    del results["unauthorized"], said["token"], said["foreign_token"]
    assert set(results.values()) == {"not_checked"}
    assert set(said.values()) == {"the server did not answer"}


def test_a_stream_that_never_ends_holds_nobody(check: Check) -> None:
    ended = []

    async def streams(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(b"mcp-session-id", b"1"), (b"content-type", b"text/event-stream")]
            if scope["method"] == "DELETE":
                ended.append(dict(scope["headers"])[b"mcp-session-id"])
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while (await receive())["type"] != "http.disconnect":
                await send({"type": "http.response.body", "body": b"x" * 99, "more_body": True})

    listening, url = listener()
    with serving(streams, listening):
        status, _, said = check(f"{url}/mcp")
    assert (status, said["unauthorized"]) == (1, "status 200")
    assert set(ended) == {b"1"}


def test_no_more_is_read_than_a_document_has(check: Check) -> None:
    def is_huge(request: Request, answer: Answer) -> None:
        if request.path.startswith(PLACE):
            answer.edit(filler="x" * (1 << 20))

    with served(is_huge) as servers:
        _, results, said = check(servers.url)
    assert said["metadata_path"] == f'more than 1 MiB: "{servers.url[:-4]}{PLACE}/mcp"'
    assert results["resource"] == "not_checked"


def test_an_answer_that_drips_is_not_waited_for(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drips(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # It says nothing for as long as the client stays.
            while (await receive())["type"] != "http.disconnect":
                pass

    monkeypatch.setattr("gatepost._examination._SECONDS", 0.3)
    listening, url = listener()
    with serving(drips, listening):
        status, _, said = check(f"{url}/mcp")
    assert (status, said["unauthorized"]) == (1, "no whole answer in time")


def test_no_token_is_printed_whatever_the_server_says(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    def echoes(request: Request, answer: Answer) -> None:
        brought = request.headers.get("authorization", "") + request.query.decode()
        if "made-up" not in brought and (token := brought.rpartition("=")[2].split(" ")[-1]):
            answer.status = 401
            answer.headers["www-authenticate"] = f'Bearer error="{token}"'
            answer.headers["location"] = f"/{token}"

    with served(echoes) as servers:
        assert main(["check", servers.url, "--token", servers.token]) == 1
        out, err = capsys.readouterr()
    assert '"found": "status 401"' in out
    for part in servers.token.split("."):
        assert part not in out + err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "URL"),
        (["http://mcp.example.com/mcp"], "URL"),
        (["https://user:secret@mcp.example.com/mcp"], "URL"),
        (["https://mcp.example.com/mcp#x"], "URL"),
        (["mcp.example.com"], "URL"),
        (["https://mcp.example.com/mcp", "--token", "a b"], "--token: no access token"),
        (["https://mcp.example.com/mcp", "--token", ""], "--token: no access token"),
        (["https://mcp.example.com/mcp", "--token", "a\nb: c"], "--token: no access token"),
        (["https://mcp.example.com/mcp", "--foreign-token", "é"], "--foreign-token: no access"),
        (["https://mcp.example.com/mcp", "--token=-", "--foreign-token=-"], "standard input"),
        (["https://mcp.example.com/mcp", "--origin", "null"], "--origin"),
        (["https://mcp.example.com/mcp", "--origin", "https://a:b"], "--origin"),
    ],
)
def test_called_wrongly(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", *arguments])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert message in err
    assert "secret" not in err


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    for command in ("check", "keys"):
        with pytest.raises(SystemExit) as caught:
            main([command, "https://mcp.example.com/mcp"])
        assert caught.value.code == 2
        assert "pip install 'gatepost[http]'" in capsys.readouterr().err


RUN = "import sys; from gatepost.__main__ import main; sys.exit(main())"
WITHOUT_RICH = "import sys; sys.modules['rich'] = None; "


def at_a_terminal(code: str, arguments: list[str], stdin: str = "") -> tuple[int, str]:
    """The exit status of a command, and what it printed on a terminal of 100 columns."""
    terminal, its_end = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=its_end,
        env=environment,
        text=True,
    ) as process:
        os.close(its_end)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        printed = b""
        # Linux says so once nobody has the other end any more.
        try:
            while part := os.read(terminal, 4096):
                printed += part
        except OSError:
            pass
    os.close(terminal)
    return process.returncode, printed.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("code", [RUN, WITHOUT_RICH + RUN], ids=["rich", "plain"])
def test_a_terminal_is_told_in_words(code: str) -> None:
    with served(says(resource="[red]\x1b[2J\u202e")) as servers:
        arguments = ["check", servers.url, "--token", "-"]
        status, printed = at_a_terminal(code, arguments, servers.token + "\n")
    assert status == 1
    assert servers.token not in printed
    # Colours are our own.
    assert ("\x1b[1;31mfailed" in printed) is (code == RUN)
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed
    for word in (
        servers.url,
        "a request without credentials is answered with 401",
        'found: "[red]\\u001b[2J\\u202e" at',
        "rule:  RFC 9728, section 3.3; MCP S5",
        "mend:  Publish the URL that clients are given",
        "--foreign-token was not given",
        "1 failed",
    ):
        assert word in printed

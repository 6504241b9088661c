"""`gatepost check`: guarded servers pass, and no server harms who looks at it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import httpx2
import pytest
from checked import (
    OTHER,
    PLACE,
    RUN,
    WITHOUT_RICH,
    Answer,
    Check,
    Request,
    Servers,
    at_a_terminal,
    says,
    served,
)
from refused import Signer
from starlette.types import Receive, Scope, Send
from test_dropins import NAMES, started

import gatepost
from gatepost.__main__ import main
from gatepost._examination import Examination, Failed, NotChecked
from loopback import listener, serving

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


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


def test_all_of_it_has_a_deadline(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatepost._check._SECONDS", 0)
    with served() as servers:
        _, results, said = check(servers.url)
    assert said["unauthorized"] == "no whole answer in time"
    assert "passed" not in results.values()


def test_each_request_stands_for_itself(check: Check) -> None:
    def remembers(request: Request, answer: Answer) -> None:
        assert "cookie" not in request.headers
        answer.headers["set-cookie"] = "session=1; Path=/"

    with served(remembers) as servers:
        status, results, _ = check.whole(servers)
    assert (status, set(results.values())) == (0, {"passed"})


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


def test_the_readme_shows_what_is_printed() -> None:
    [shown] = re.findall(r"^```\n\$ gatepost check (.*?)^```$", README, re.MULTILINE | re.DOTALL)
    command, failed, summary = shown.split("...\n")
    with served(says(resource="https://mcp.example.com")) as servers:
        _, printed = at_a_terminal(WITHOUT_RICH + RUN, ["check", servers.url])
    # The server of the README is at https://mcp.example.com, and its terminal has 100 columns.
    printed = printed.replace(servers.url.removesuffix("/mcp"), "https://mcp.example.com")
    words = printed.split()
    assert words[0] == command.strip()
    assert " ".join(failed.split()) in " ".join(words)
    assert printed.endswith(summary)

"""`python -m gatepost`: one JSON object on standard output, and an exit status."""

from __future__ import annotations

import base64
import importlib.metadata
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checked import RUN, WITHOUT_RICH, at_a_terminal

import gatepost
from conftest import AUDIENCE
from gatepost.__main__ import main
from gatepost.testing import LocalIssuer
from issuer import Issuer


@pytest.fixture
def arguments(issuer: Issuer, tmp_path: Path) -> list[str]:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(issuer.jwks()))
    return ["validate", "--jwks", str(file), "--issuer", issuer.url, "--audience", AUDIENCE]


class Cli:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        status = main(arguments)
        out, err = self._capsys.readouterr()
        assert out.count("\n") == 1
        return status, json.loads(out), err


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


def test_accepts(cli: Cli, arguments: list[str], issuer: Issuer) -> None:
    claims = issuer.claims(AUDIENCE)
    assert cli(*arguments, issuer.sign(claims)) == (0, {"ok": True, "claims": claims}, "")


def test_refuses(cli: Cli, arguments: list[str], issuer: Issuer) -> None:
    token = issuer.sign(issuer.claims(AUDIENCE, iat=1000, exp=2000))
    expired = {"ok": False, "reason": "expired", "number": 501}
    assert cli(*arguments, token) == (1, expired, "gatepost: the token has expired\n")
    assert cli(*arguments, "--now", "2029.5", token)[0] == 0
    assert cli(*arguments, "--now", "2030", token)[1] == expired
    assert cli(*arguments, "--now", "2030", "--leeway", "31", token)[0] == 0
    assert cli(*arguments, "--algorithm", "RS256", token)[1]["reason"] == "algorithm_not_allowed"
    assert cli(*arguments, "--audience", "b", "--now", "1500", token)[0] == 0


def test_reads_standard_input(
    cli: Cli, arguments: list[str], issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.sign(issuer.claims(AUDIENCE)).encode() + b"\r\n"
    for end in ([], ["-"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(token)))
        assert cli(*arguments, *end)[0] == 0
    for command in (arguments, ["inspect"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a" * 10_000_000)))
        assert cli(*command)[1]["reason"] == "too_large"


def test_keys_come_from_a_url_as_well(cli: Cli, arguments: list[str]) -> None:
    with LocalIssuer.served(AUDIENCE) as served:
        url = f"{served.url.removesuffix('/')}/.well-known/jwks.json"
        fetched = ["--jwks", url, "--issuer", served.url]
        assert cli(*arguments, *fetched, served.token())[0] == 0
        refused = cli(*arguments, *fetched, served.bad("foreign_key"))[1]
        assert refused["reason"] == "invalid_signature"


def test_unreadable_keys_have_a_reason(
    cli: Cli, arguments: list[str], issuer: Issuer, tmp_path: Path
) -> None:
    token = issuer.sign(issuer.claims(AUDIENCE))
    missing = str(tmp_path / "missing.json")
    status, answer, err = cli(*arguments, "--jwks", missing, token)
    assert (status, answer) == (1, {"ok": False, "reason": "keys_unavailable", "number": 801})
    assert err == (
        f"gatepost: the keys are not available now: {missing}: No such file or directory\n"
    )
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    status, answer, err = cli(*arguments, "--jwks", str(bad), token)
    assert (status, answer) == (1, {"ok": False, "reason": "invalid_json", "number": 104})
    assert err == f"gatepost: the input is not one valid JSON object: {bad}\n"
    endless = cli(*arguments, "--jwks", "/dev/zero", token)[1]
    assert endless == {"ok": False, "reason": "too_large", "number": 102}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--leeway", "301"], "leeway"),
        (["--leeway", "-1"], "leeway"),
        (["--leeway", "x"], "leeway"),
        (["--issuer", ""], "issuer"),
        (["--algorithm", "ES257"], "ES257"),
        (["--now", "-1"], "now"),
        (["--now", "nan"], "now"),
        (["--unknown"], "--unknown"),
    ],
)
def test_called_wrongly(
    arguments: list[str], capsys: pytest.CaptureFixture[str], change: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*arguments, *change, "token"])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert message in err


def test_inspect_says_that_nothing_is_verified(cli: Cli, issuer: Issuer) -> None:
    claims = issuer.claims(AUDIENCE, exp=1)
    status, answer, err = cli("inspect", issuer.sign(claims)[:-1])
    assert (status, err) == (0, "")
    assert answer["verified"] is False
    assert "verified" in answer["warning"]
    assert answer["header"]["alg"] == "ES256"
    assert answer["claims"] == claims


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "malformed"),
        ("a.b", "malformed"),
        ("a.b.c.d.e", "encrypted"),
        ("!.e30.", "invalid_base64"),
        ("e30.A.", "invalid_base64"),
        ("e30.e30x.", "invalid_json"),
        ("e30.W10.", "invalid_json"),
        ("e30.TmFO.", "invalid_json"),
        ("e30." + "W1tb" * 3000 + ".", "invalid_json"),
        ("a" * 16_385, "too_large"),
        ("\udcff.e30.", "invalid_base64"),
    ],
)
def test_inspect_refuses_what_is_no_token(cli: Cli, token: str, reason: str) -> None:
    status, answer, _ = cli("inspect", token)
    assert (status, answer["ok"], answer["reason"]) == (1, False, reason)


def test_runs_as_a_module(arguments: list[str], issuer: Issuer) -> None:
    claims = issuer.claims(AUDIENCE)
    result = subprocess.run(
        [sys.executable, "-m", "gatepost", *arguments],
        input=issuer.sign(claims),
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {"ok": True, "claims": claims}
    result = subprocess.run([sys.executable, "-m", "gatepost"], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("closed", ["<&-", ">&-", ">/dev/full"])
def test_what_is_closed_or_full_is_no_traceback(closed: str) -> None:
    command = f"{sys.executable} -m gatepost inspect - {closed}"
    given = None if closed == "<&-" else "e30.e30."
    result = subprocess.run(command, shell=True, input=given, capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    assert (result.returncode, result.stderr) == {
        "<&-": (1, "gatepost: the token is not a compact JWS\n"),
        ">&-": (0, ""),
        ">/dev/full": (1, "gatepost: No space left on device\n"),
    }[closed]


def test_the_version_and_each_command_s_own_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"gatepost {importlib.metadata.version('gatepost')}\n"
    with pytest.raises(SystemExit) as caught:
        main(["keys", "http://issuer.example.com/jwks"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: gatepost keys ")


@pytest.mark.parametrize("token", ["a.b.c", "e30.e30."])
def test_where_nobody_reads_nothing_is_said(token: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "gatepost", "inspect", token]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


def test_every_number_is_the_core_s(cli: Cli) -> None:
    assert cli("inspect", "a.b")[1]["number"] == gatepost.MalformedError.number


def test_numbers_stay_as_they_were_written(cli: Cli, arguments: list[str], issuer: Issuer) -> None:
    numbers = '{"huge":1e999,"id":9007199254740993,"long":' + "9" * 5000 + ',"é":"é",'
    claims = json.dumps(issuer.claims(AUDIENCE)).replace("{", numbers, 1)
    token = issuer.sign(claims)
    for command in (arguments, ["inspect"]):
        result = subprocess.run(
            [sys.executable, "-m", "gatepost", *command],
            input=token.encode(),
            capture_output=True,
        )
        assert result.returncode == 0
        said = result.stdout.decode("ascii")
        assert '{"huge":1e999,"id":9007199254740993,"long":9999' in said
        assert "Infinity" not in said
        assert json.loads(said, parse_int=len)["claims"]["é"] == "é"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_inspect_shows_json_alone(cli: Cli, number: str) -> None:
    claims = base64.urlsafe_b64encode(f'{{"x":{number}}}'.encode()).decode().rstrip("=")
    status, answer, _ = cli("inspect", f"e30.{claims}.")
    assert (status, answer["reason"]) == (1, "invalid_json")


with_and_without_rich = pytest.mark.parametrize(
    "code", [RUN, WITHOUT_RICH + RUN], ids=["rich", "plain"]
)


@with_and_without_rich
def test_a_terminal_is_told_the_claims(code: str, arguments: list[str], issuer: Issuer) -> None:
    scope = " ".join(f"files:read{n}" for n in range(40))
    claims = issuer.claims(AUDIENCE, scope=scope, exp=4102444800, note="[red]\x1b[2J\u202e")
    status, printed = at_a_terminal(code, arguments, issuer.sign(claims))
    assert status == 0
    assert ("\x1b[32maccepted" in printed) is (code == RUN)
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed
    assert "4102444800  2100-01-01 00:00:00 UTC" in printed
    assert '"[red]\\u001b[2J\\u202e"' in printed
    assert scope in " ".join(printed.split())


@with_and_without_rich
def test_a_terminal_is_told_the_reason(code: str, arguments: list[str], issuer: Issuer) -> None:
    token = issuer.sign(issuer.claims(AUDIENCE, exp=1000))
    status, printed = at_a_terminal(code, arguments, token)
    assert status == 1
    assert ("\x1b[1;31mrefused" in printed) is (code == RUN)
    assert printed.endswith("  expired (501): the token has expired\n")
    assert printed.count("\n") == 1
    # Its own text is for any terminal, too.
    status, printed = at_a_terminal(code, ["keys", "n\u00e9"])
    assert status == 1
    assert "n\\u00e9: No such file or directory\n" in printed


@with_and_without_rich
def test_a_terminal_is_shown_all_that_a_token_says(code: str) -> None:
    header = b'{"alg":"ES256","alg":"none"}'
    claims = b'{"exp":1e999,"iat":-5e12,"nbf":true,"id":9007199254740993}'
    parts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, claims)]
    status, printed = at_a_terminal(code, ["inspect"], ".".join([*parts, ""]))
    assert status == 0
    words = printed.replace("\x1b[36m", "").replace("\x1b[0m", "").replace("\x1b[1m", "").split()
    assert " ".join(words) == (
        'header alg "ES256" alg "none" claims exp Infinity iat -5000000000000.0 nbf true '
        "id 9007199254740993 nothing of this was verified: anybody can write it"
    )

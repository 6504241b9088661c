"""`gatepost keys`: what a key set holds, from a file or a URL."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from checked import RUN, WITHOUT_RICH, at_a_terminal
from key_server import KEYS, KeyServer, document, endless

from gatepost.__main__ import main
from issuer import Issuer


class Keys:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, source: str) -> tuple[int, dict[str, Any], str]:
        status = main(["keys", source])
        out, err = self._capsys.readouterr()
        assert out.count("\n") == 1
        return status, json.loads(out), err


@pytest.fixture
def keys(capsys: pytest.CaptureFixture[str]) -> Keys:
    return Keys(capsys)


def held(issuer: Issuer) -> dict[str, Any]:
    jwks = issuer.jwks()
    secret = {"kty": "unknown", "kid": "x\x1b[2J", "d": "secret", "alg": 1}
    return jwks | {"keys": [*jwks["keys"], secret]}


def test_shows_what_a_set_holds_and_what_is_refused(
    keys: Keys, issuer: Issuer, tmp_path: Path
) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(held(issuer)))
    status, answer, err = keys(str(file))
    assert (status, err, answer["ok"], answer["accepted"]) == (0, "", True, 3)
    assert [key["index"] for key in answer["keys"]] == [0, 1, 2, 3, 4]
    assert answer["keys"][0] == {
        "index": 0,
        "kid": "es256-1",
        "kty": "EC",
        "alg": "ES256",
        "use": "sig",
        "crv": "P-256",
    }
    reasons = {key["index"]: (key["reason"], key["number"]) for key in answer["keys"][3:]}
    assert reasons[3] == ("key_not_for_verification", 312)
    assert reasons[4][0] == "unsupported_key"
    assert "secret" not in json.dumps(answer)


def test_fetches_it(keys: Keys, issuer: Issuer, server: KeyServer) -> None:
    server.answers[KEYS] = document(held(issuer))
    assert keys(server.url + KEYS)[1]["accepted"] == 3


def test_fetches_with_care(
    keys: Keys, issuer: Issuer, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"ok": False, "reason": "keys_unavailable", "number": 801}
    url = server.url + KEYS
    said = f"gatepost: the keys are not available now: {url}: "
    server.answers["/other"] = document(issuer.jwks())
    server.answers[KEYS] = document({}, 302, location="/other")
    assert keys(url) == (1, refused, f"{said}status 302\n")
    assert server.asked["/other"] == 0
    server.answers[KEYS] = document(issuer.jwks(), content_encoding="gzip")
    assert keys(url) == (1, refused, f"{said}compressed, which was not asked for\n")
    server.answers[KEYS] = endless(b" " * 65536)
    assert keys(url) == (1, refused, f"{said}more than 1 MiB\n")
    server.answers[KEYS] = document(b"\x1b[2J")
    assert keys(url)[1]["reason"] == "invalid_json"
    monkeypatch.setattr("gatepost._keys._SECONDS", 0.3)
    end = Event()
    server.answers[KEYS] = endless(b" ", end, 0.05)
    assert keys(url) == (1, refused, f"{said}no whole answer within 0.3 seconds\n")
    end.set()
    server.down()
    assert keys(url) == (1, refused, f"{said}ConnectError\n")
    server.up()


@pytest.mark.parametrize("url", ["http://as.example.com/keys", "http://localhost/keys", "http://["])
def test_fetches_nothing_over_a_network_without_tls(
    capsys: pytest.CaptureFixture[str], url: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["keys", url])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert "keys are fetched over https" in err


def test_a_set_without_a_key_that_can_be_used_has_a_reason(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text('{"keys": [{"kty": "oct", "k": "AAAA"}]}')
    status, answer, err = keys(str(file))
    assert (status, answer["ok"], answer["reason"]) == (1, False, "key_not_for_verification")
    assert err.endswith(f": {file}\n")
    missing = keys(str(tmp_path / "missing"))
    assert (missing[0], missing[1]["reason"]) == (1, "keys_unavailable")


@pytest.mark.parametrize("code", [RUN, WITHOUT_RICH + RUN], ids=["rich", "plain"])
def test_a_terminal_is_told_in_words(code: str, issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(held(issuer)))
    status, printed = at_a_terminal(code, ["keys", str(file)])
    assert status == 0
    assert ("\x1b[32maccepted" in printed) is (code == RUN)
    assert "\x1b[2J" not in printed
    assert "secret" not in printed
    for word in (
        '0: kid "es256-1", kty "EC", alg "ES256", use "sig", crv "P-256"',
        "key_not_for_verification (312): the key is not meant for verification here",
        '4: kid "x\\u001b[2J", kty "unknown"',
        "3 accepted, 2 refused",
    ):
        assert word in printed

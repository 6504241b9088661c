"""What a request presents, read from its headers without a guard."""

from __future__ import annotations

from typing import Any

import pytest

import gatepost
from gatepost import Credentials


@pytest.mark.parametrize(
    ("values", "scheme", "token"),
    [
        (["Bearer eyJ.e30.c2ln"], "Bearer", "eyJ.e30.c2ln"),
        ([b" bEARER  eyJ.e30.c2ln\t"], "Bearer", "eyJ.e30.c2ln"),
        (["dpop a=="], "DPoP", "a=="),
        ([], None, None),
        ([""], None, None),
        (["Basic dTpw"], None, None),
        (('Digest a="b, c"' for _ in range(1)), None, None),
    ],
)
def test_a_token_is_read_with_its_scheme(
    values: Any, scheme: str | None, token: str | None
) -> None:
    credentials = Credentials.from_values(values)
    assert (credentials.scheme, credentials.token) == (scheme, token)
    # Nothing of the token.
    assert repr(credentials) == f"Credentials(scheme={scheme!r})"


def test_there_may_be_one_token_alone() -> None:
    for values in (["Bearer a", "Bearer a"], ["Bearer a", "Basic b"], ["Bearer a, DPoP b"]):
        with pytest.raises(gatepost.SeveralCredentialsError):
            Credentials.from_values(values)
    for value in ("Bearer", "Bearer a b", 'Bearer token="a"', b"\xff", "\udc80", "Bearer \udc80"):
        with pytest.raises(gatepost.InvalidCredentialsError) as caught:
            Credentials.from_values([value])
        assert caught.value.http_status == 400


@pytest.mark.parametrize("values", ["Bearer a", b"Bearer a", None, 1, [1], [None], [["Bearer a"]]])
def test_other_types_are_refused(values: Any) -> None:
    with pytest.raises(TypeError, match="values must be an iterable of str or bytes"):
        Credentials.from_values(values)


def test_a_head_gives_the_values_of_a_header() -> None:
    headers = [("Authorization", " Bearer a "), ("x", "y"), ("AUTHORIZATION", "DPoP \u00e9")]
    head = gatepost.RequestHead("POST", "/mcp", headers, b"7" * 32)
    assert head.values("authorization") == [b"Bearer a", "DPoP \u00e9".encode()]
    assert head.values("cookie") == []
    assert head.certificate == b"7" * 32
    assert gatepost.RequestHead("POST", "/mcp", []).certificate is None

"""Access tokens that look good and must not be taken, one for each mistake that verifiers make.

All are signed by the issuer's own keys with RS256, which every library takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepost._signing import SigningKey
from gatepost.testing import BAD_TOKENS, LocalIssuer


class Signer(LocalIssuer):
    """An issuer that publishes keys too that are not for its tokens, and signs with them."""

    def __init__(self, url: str) -> None:
        super().__init__(url, algorithms=["RS256"], scope="tools:call")
        self.others = {
            "enc": SigningKey("RS256", "enc", use="enc"),
            "rs512": SigningKey("RS256", "rs512"),
            "weak": SigningKey("RS256", "weak"),
        }
        self.others["weak"]._private = rsa.generate_private_key(65537, 1024)

    def jwks(self) -> dict[str, Any]:
        says: Mapping[str, dict[str, str]] = {"rs512": {"alg": "RS512"}}
        others = [key.jwk | says.get(kid, {}) for kid, key in self.others.items()]
        return {"keys": [*super().jwks()["keys"], *others]}

    def app(self) -> Starlette:
        """Its metadata and its keys, over HTTP."""

        async def answer(request: Request) -> Response:
            status, headers, body = self._answer("GET", str(request.url), "")
            return Response(body, status, headers)

        return Starlette(routes=[Route("/{path:path}", answer)])


@dataclass(frozen=True)
class Case:
    """A token for the audience that `make` is given, and the reason for which it is refused."""

    name: str
    reason: str | None
    make: Callable[[Signer, str], str]


def _bad(name: str, kind: str) -> Case:
    return Case(name, BAD_TOKENS[kind], lambda it, audience: it.bad(kind, aud=audience))


def _by(kid: str) -> Callable[[Signer, str], str]:
    return lambda it, audience: it._signed(it.others[kid], it.claims(audience))


def _of_40_kb(it: Signer, audience: str) -> str:
    # Less than what servers take in a header.
    return it.sign(it.claims(audience, filler="." * 30_000))


def _in_other_letters(it: Signer, audience: str) -> str:
    """The same bytes in another spelling: whoever has blocked the token has not blocked this."""
    token = it.sign(it.claims(audience))
    # 256 bytes leave four bits of the last character without a meaning, which are zero.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


GOOD = Case("a good token", None, lambda it, audience: it.sign(it.claims(audience)))
REFUSED = [
    _bad("without `exp`", "no_exp"),
    _bad("`nbf` an hour ahead", "not_yet_valid"),
    _bad("`iat` an hour ahead", "issued_in_future"),
    _bad("`typ` of a DPoP proof", "wrong_typ"),
    _bad("bound to a key (`cnf`), as Bearer", "bound_to_a_key"),
    _bad("for another audience", "wrong_audience"),
    _bad("without `aud`", "no_audience"),
    _bad("of another issuer", "wrong_issuer"),
    Case("signed with a key for encryption (`use: enc`)", "key_not_found", _by("enc")),
    _bad("an extension that must be understood (`crit`)", "unknown_crit"),
    Case("signed with a key for RS512", "key_algorithm_mismatch", _by("rs512")),
    Case("signed with an RSA key of 1024 bits", "key_not_found", _by("weak")),
    _bad("`exp` as text", "exp_as_text"),
    Case("in another spelling of base64url", "invalid_base64", _in_other_letters),
    Case("of 40 kB", "too_large", _of_40_kb),
    _bad("two `sub` members", "duplicate_claim"),
]

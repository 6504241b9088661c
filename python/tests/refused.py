"""Access tokens that look good and must not be taken, one for each mistake that verifiers make.

All are signed by the issuer's own keys with RS256, which every library takes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from conftest import base64url
from issuer import Issuer

_HOUR = 3600


class Signer:
    """An issuer that signs whatever it is given, also with keys that are not for that."""

    def __init__(self, url: str) -> None:
        self.issuer = Issuer(url)
        self._keys = {
            kid: rsa.generate_private_key(public_exponent=65537, key_size=size)
            for kid, size in [("good", 2048), ("enc", 2048), ("rs512", 2048), ("weak", 1024)]
        }

    def jwks(self) -> dict[str, Any]:
        says: dict[str, dict[str, str]] = {"enc": {"use": "enc"}, "rs512": {"alg": "RS512"}}
        keys = []
        for kid, key in self._keys.items():
            jwk = jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key(), as_dict=True)
            public = {name: jwk[name] for name in ("kty", "n", "e")}
            keys.append(public | {"kid": kid, "use": "sig", "alg": "RS256"} | says.get(kid, {}))
        return {"keys": [*self.issuer.jwks()["keys"], *keys]}

    def sign(self, payload: dict[str, Any] | bytes, *, kid: str = "good", **header: Any) -> str:
        """A compact token; None removes a member of the header."""
        usual = {"alg": "RS256", "typ": "JWT", "kid": kid} | header
        said = {name: value for name, value in usual.items() if value is not None}
        if isinstance(payload, dict):
            payload = json.dumps(payload).encode()
        signed = f"{base64url(json.dumps(said).encode())}.{base64url(payload)}"
        signature = self._keys[kid].sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def app(self) -> Starlette:
        """Its metadata and its keys, over HTTP."""
        url = self.issuer.url

        async def jwks(_: Request) -> JSONResponse:
            return JSONResponse(self.jwks())

        async def metadata(_: Request) -> JSONResponse:
            return JSONResponse(
                {
                    "issuer": url,
                    "jwks_uri": f"{url.removesuffix('/')}/.well-known/jwks.json",
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "response_types_supported": ["code"],
                }
            )

        return Starlette(
            routes=[
                Route("/.well-known/jwks.json", jwks),
                Route("/.well-known/oauth-authorization-server", metadata),
                Route("/.well-known/openid-configuration", metadata),
            ]
        )


@dataclass(frozen=True)
class Case:
    """A token for the audience that `make` is given, and the reason for which it is refused."""

    name: str
    reason: str | None
    make: Callable[[Signer, str], str]


def _claims(**changes: Any) -> Callable[[Signer, str], str]:
    """With these claims; times count from now."""

    def make(signer: Signer, audience: str) -> str:
        now = int(time.time())
        times = {name: now + value for name, value in changes.items() if type(value) is int}
        return signer.sign(signer.issuer.claims(audience, **changes | times))

    return make


def _header(**changes: Any) -> Callable[[Signer, str], str]:
    return lambda signer, audience: signer.sign(signer.issuer.claims(audience), **changes)


def _twice(signer: Signer, audience: str) -> str:
    """Two subjects: which one it is depends on who reads it."""
    text = json.dumps(signer.issuer.claims(audience))
    return signer.sign(f'{text[:-1]}, "sub": "mallory"}}'.encode())


def _of_other_text(signer: Signer, audience: str) -> str:
    """The same bytes in another spelling: whoever has blocked the token has not blocked this."""
    token = signer.sign(signer.issuer.claims(audience))
    # 256 bytes leave four bits of the last character without a meaning, which are zero.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


GOOD = Case("a good token", None, _claims())
REFUSED = [
    Case("without `exp`", "missing_claim", _claims(exp=None)),
    Case("`nbf` an hour ahead", "not_yet_valid", _claims(nbf=_HOUR)),
    Case("`iat` an hour ahead", "issued_in_future", _claims(iat=_HOUR, exp=2 * _HOUR)),
    Case("`typ` of a DPoP proof", "type_mismatch", _header(typ="dpop+jwt")),
    Case("bound to a key (`cnf`), as Bearer", "proof_required", _claims(cnf={"jkt": "A" * 43})),
    Case("for another audience", "audience_mismatch", _claims(aud="https://other.example.com")),
    Case("without `aud`", "missing_claim", _claims(aud=None)),
    Case("of another issuer", "issuer_mismatch", _claims(iss="https://other.example.com")),
    Case("signed with a key for encryption (`use: enc`)", "key_not_found", _header(kid="enc")),
    Case(
        "an extension that must be understood (`crit`)",
        "critical_not_understood",
        _header(crit=["https://example.com/ext"], **{"https://example.com/ext": True}),
    ),
    Case("signed with a key for RS512", "key_algorithm_mismatch", _header(kid="rs512")),
    Case("signed with an RSA key of 1024 bits", "key_not_found", _header(kid="weak")),
    Case("`exp` as text", "invalid_claim", _claims(exp=str(int(time.time()) + _HOUR))),
    Case("in another spelling of base64url", "invalid_base64", _of_other_text),
    Case("of 40 kB", "too_large", _claims(padding="." * 30_000)),
    Case("two `sub` members", "duplicate_member", _twice),
]

"""A development issuer: keys of three kinds, a JWK Set, and tokens for whoever asks.

It proves nobody's identity: never run it anywhere but on a machine of your own.

    python issuer.py --port 9000
    curl -d grant_type=client_credentials -d resource=http://127.0.0.1:8000/mcp \
        http://127.0.0.1:9000/token
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

LIFETIME = 300  # seconds


class Issuer:
    """Signs tokens with keys of its own; `url` is its issuer identifier."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._generation = 0
        self._keys: dict[str, PrivateKey] = {}
        self.rotate()

    def rotate(self) -> None:
        """Replaces every key by a new one under a new `kid`; the old ones are gone at once."""
        self._generation += 1
        self._keys = {
            "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }

    def jwks(self) -> dict[str, Any]:
        """The public keys, as a JWK Set."""
        return {
            "keys": [
                {
                    **jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True),
                    "kid": self._kid(algorithm),
                    "alg": algorithm,
                    "use": "sig",
                }
                for algorithm, key in self._keys.items()
            ]
        }

    def claims(self, audience: str, **changes: Any) -> dict[str, Any]:
        """What a good access token for `audience` says, with changes; None removes a claim."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": audience,
            "sub": "alice",
            "client_id": "demo-client",
            "scope": "tools:call",
            "iat": now,
            "exp": now + LIFETIME,
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def sign(self, claims: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
        """A compact token, signed by this issuer's key for `algorithm`."""
        usual = {"kid": self._kid(algorithm), "typ": "at+jwt"}
        return jwt.encode(claims, self._keys[algorithm], algorithm, headers=usual | header)

    def app(self) -> Starlette:
        """The HTTP side: the JWK Set, and a token endpoint that asks no questions."""

        async def jwks(_: Request) -> JSONResponse:
            return JSONResponse(self.jwks(), media_type="application/jwk-set+json")

        async def token(request: Request) -> JSONResponse:
            async with request.form() as form:
                asked = {name: str(value) for name, value in form.items()}
            if asked.get("grant_type") != "client_credentials":
                return JSONResponse({"error": "unsupported_grant_type"}, 400)
            algorithm = asked.get("algorithm", "ES256")
            if "resource" not in asked or algorithm not in self._keys:
                return JSONResponse({"error": "invalid_request"}, 400)
            return JSONResponse(
                {
                    "access_token": self.sign(self.claims(asked["resource"]), algorithm),
                    "token_type": "Bearer",
                    "expires_in": LIFETIME,
                },
                headers={"cache-control": "no-store"},
            )

        return Starlette(
            routes=[
                Route("/.well-known/jwks.json", jwks),
                Route("/token", token, methods=["POST"]),
            ]
        )

    def _kid(self, algorithm: str) -> str:
        return f"{algorithm.lower()}-{self._generation}"


def main() -> None:
    parser = argparse.ArgumentParser(description="A development issuer on loopback.")
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    uvicorn.run(Issuer(f"http://127.0.0.1:{port}").app(), port=port)


if __name__ == "__main__":
    main()

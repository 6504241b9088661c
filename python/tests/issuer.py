"""The issuer of most tests: keys of every kind, and tokens that grant ``tools:call``."""

from __future__ import annotations

from gatepost.testing import LocalIssuer


class Issuer(LocalIssuer):
    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            algorithms=("ES256", "RS256", "EdDSA"),
            client_id="demo-client",
            scope="tools:call",
        )

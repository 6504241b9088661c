"""An issuer for tests (extra ``gatepost[testing]``): `LocalIssuer` mints tokens, good and bad.

It proves nobody's identity and its keys are gone with the process: never trust it anywhere but in
tests and on a machine of your own. ``python -m gatepost.testing --port 9000`` runs one.
"""

from __future__ import annotations

import argparse
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from gatepost._native import KeySet, server_metadata_urls
from gatepost._signing import SigningKey, compact, part
from gatepost.issuers import Issuer, issuer

if TYPE_CHECKING:
    import httpx2

__all__ = ["BAD_TOKENS", "LocalIssuer"]

LIFETIME = 300
"""Seconds that a token is good for, unless its claims say otherwise."""


class LocalIssuer:
    """An issuer in the test process: it has keys, and signs whatever it is told to.

    `url` is what it writes into ``iss``, and `audience` into ``aud``; `claims` stand in each of its
    tokens beside the usual ones: ``sub``, ``client_id``, ``iat`` and ``exp``, 300 seconds later. It
    has a key for each of `algorithms`, of ``"ES256"``, ``"RS256"`` and ``"EdDSA"``, of which it
    takes the first unless told otherwise, and publishes a key for encryption that nothing may be
    verified with. `clock` tells the seconds since 1970: ``time.time()`` unless given.

    `trusted` is the `gatepost.Issuer` that a `LiveGuard` accepts its tokens with. Where the server
    under test has an issuer of its own configuration, give this one its URL, and the guard
    `client`, with which whatever it fetches comes from here.

    Raises ValueError for another algorithm.

    >>> import gatepost
    >>> from gatepost.testing import BAD_TOKENS, LocalIssuer
    >>> tests = LocalIssuer(audience="https://mcp.example.com/mcp", scope="files:read")
    >>> live = gatepost.LiveGuard(tests.trusted())
    >>> live.validate(tests.token(sub="bob")).subject
    'bob'
    >>> live.validate(tests.bad("expired"))
    Traceback (most recent call last):
        ...
    gatepost.exceptions.ExpiredError: the token has expired
    """

    def __init__(
        self,
        url: str = "https://issuer.example.com",
        audience: str = "https://mcp.example.com/mcp",
        *,
        algorithms: Sequence[str] = ("ES256",),
        clock: Callable[[], float] | None = None,
        **claims: Any,
    ) -> None:
        self.url = url
        self.audience = audience
        self._algorithms = list(algorithms)
        self._clock = clock
        self._claims = claims
        self._is_served = False
        self._generation = 0
        self._keys: dict[str, SigningKey] = {}
        self._for_encryption = SigningKey("ES256", "encryption", use="enc")
        self.rotate()

    @classmethod
    @contextmanager
    def served(
        cls,
        audience: str = "https://mcp.example.com/mcp",
        *,
        port: int = 0,
        algorithms: Sequence[str] = ("ES256",),
        clock: Callable[[], float] | None = None,
        **claims: Any,
    ) -> Iterator[LocalIssuer]:
        """An issuer whose metadata, keys and token endpoint are served on 127.0.0.1, on a free port
        unless `port` says which, for as long as the ``with`` block lasts.

        The token endpoint (``/token``) asks no questions: it takes the grant type
        ``client_credentials`` with a ``resource``, which becomes the audience, and perhaps a
        ``scope`` and an ``algorithm``.
        """
        with _Server(("127.0.0.1", port), _Handler) as server:
            url = f"http://127.0.0.1:{server.server_port}"
            served = cls(url, audience, algorithms=algorithms, clock=clock, **claims)
            server.issuer, served._is_served = served, True
            # It looks this often whether it is to end.
            thread = Thread(target=server.serve_forever, args=(0.01,), name="gatepost-issuer")
            thread.start()
            try:
                yield served
            finally:
                server.shutdown()
                thread.join()

    def trusted(self, audience: str | Sequence[str] | None = None, **options: Any) -> Issuer:
        """What a `LiveGuard` accepts the tokens of this issuer with: `gatepost.issuer`, with these
        `options`.

        The keys there are now are handed in; those of a served issuer are fetched from it.
        """
        if self._is_served:
            options = {"loopback_for_development": True} | options
        else:
            options = {"keys": self.keys} | options
        return issuer(self.url, self.audience if audience is None else audience, **options)

    @property
    def keys(self) -> KeySet:
        """The public keys there are now, loaded."""
        return KeySet.from_jwks(self.jwks())

    def jwks(self) -> dict[str, Any]:
        """The public keys there are now, as a JWK Set: what is published."""
        keys = [*self._keys.values(), self._for_encryption]
        return {"keys": [key.jwk for key in keys]}

    def rotate(self) -> None:
        """Replaces every key by a new one under a new ``kid``; the old ones are gone at once."""
        self._generation += 1
        self._keys = {
            name: SigningKey(name, f"{name.lower()}-{self._generation}")
            for name in self._algorithms
        }

    def claims(self, audience: str | Sequence[str] | None = None, **changes: Any) -> dict[str, Any]:
        """What a good token says, with `changes`; None leaves a claim out."""
        now = int(self._now())
        usual = {
            "iss": self.url,
            "aud": self.audience if audience is None else audience,
            "sub": "alice",
            "client_id": "test-client",
            "iat": now,
            "exp": now + LIFETIME,
        }
        merged = usual | self._claims | changes
        return {name: value for name, value in merged.items() if value is not None}

    def sign(
        self,
        claims: Mapping[str, Any] | str | bytes,
        algorithm: str | None = None,
        **header: Any,
    ) -> str:
        """A compact token that says `claims`, or the text that is given in place of them, signed by
        this issuer's key for `algorithm`; None leaves a parameter of the header out."""
        return self._signed(self._key(algorithm), claims, **header)

    def token(self, **changes: Any) -> str:
        """A good token, but for `changes` of its claims: ``token(scope="files:read")``."""
        return self.sign(self.claims(**changes))

    def bad(self, kind: str, **changes: Any) -> str:
        """A token that has to be refused: one of `BAD_TOKENS`, with `changes` of its claims.

        Raises KeyError for another kind.
        """
        return _BAD[kind][1](self, self.claims(**changes))

    def client(self) -> httpx2.AsyncClient:
        """A client that finds this issuer at its URL, without a network, and nothing else: for
        ``LiveGuard(..., client=issuer.client)``. Needs ``httpx2``."""
        import httpx2

        def answer(request: httpx2.Request) -> httpx2.Response:
            status, headers, body = self._answer(
                request.method, str(request.url), request.content.decode()
            )
            return httpx2.Response(status, headers=headers, content=body)

        return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))

    def _answer(self, method: str, url: str, body: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to an HTTP request."""
        here = self.url.removesuffix("/")
        status = 404
        answer: dict[str, Any] = {"error": "not_found"}
        if (method, url) == ("GET", f"{here}/.well-known/jwks.json"):
            status, answer = 200, self.jwks()
        elif method == "GET" and url in server_metadata_urls(self.url):
            status, answer = (
                200,
                {
                    "issuer": self.url,
                    "jwks_uri": f"{here}/.well-known/jwks.json",
                    "token_endpoint": f"{here}/token",
                    "grant_types_supported": ["client_credentials"],
                    "response_types_supported": [],
                },
            )
        elif (method, url) == ("POST", f"{here}/token"):
            status, answer = self._issue(dict(parse_qsl(body)))
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        return status, headers, json.dumps(answer).encode()

    def _issue(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        algorithm = form.get("algorithm", self._algorithms[0])
        if "resource" not in form or algorithm not in self._keys:
            return 400, {"error": "invalid_request"}
        scope = {"scope": form["scope"]} if "scope" in form else {}
        token = self.sign(self.claims(form["resource"], **scope), algorithm)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME}

    def _key(self, algorithm: str | None = None) -> SigningKey:
        return self._keys[algorithm or self._algorithms[0]]

    def _signed(
        self, key: SigningKey, claims: Mapping[str, Any] | str | bytes, **header: Any
    ) -> str:
        usual = {"alg": key.algorithm, "kid": key.kid, "typ": "at+jwt"}
        return compact(usual | header, claims, key.sign)

    def _now(self) -> float:
        return time.time() if self._clock is None else self._clock()


Claims = dict[str, Any]


def _tampered(issuer: LocalIssuer, claims: Claims) -> str:
    header, _, signature = issuer.sign(claims).split(".")
    return f"{header}.{part(claims | {'sub': 'mallory'})}.{signature}"


def _twice(name: str, of: Mapping[str, Any]) -> str:
    """The object with its member `name` once more in front, with a value of an attacker's."""
    return f'{{"{name}":"mallory",{json.dumps(of)[1:]}'


def _of_two_headers(issuer: LocalIssuer, claims: Claims) -> str:
    key = issuer._key()
    header = _twice("kid", {"alg": key.algorithm, "kid": key.kid})
    return compact(header, claims, key.sign)


def _unsigned(issuer: LocalIssuer, claims: Claims) -> str:
    return compact({"alg": "none"}, claims, lambda _: b"")


def _confused(issuer: LocalIssuer, claims: Claims) -> str:
    key = issuer._key()
    header = {"alg": "HS256", "kid": key.kid}
    return compact(header, claims, lambda signed: hmac.digest(key.pem, signed, "sha256"))


def _embedded(issuer: LocalIssuer, claims: Claims) -> str:
    own, known = SigningKey(issuer._key().algorithm, "attacker"), issuer._key()
    return issuer._signed(own, claims, kid=known.kid, jwk=own.jwk)


def _encrypted(issuer: LocalIssuer, claims: Claims) -> str:
    header = part({"alg": "dir", "enc": "A256GCM"})
    return ".".join([header, "", *map(part, (bytes(12), bytes(64), bytes(16)))])


_HOUR = 3600
_BAD: dict[str, tuple[str, Callable[[LocalIssuer, Claims], str]]] = {
    # What it says.
    "expired": ("expired", lambda it, claims: it.sign(claims | {"exp": int(it._now()) - _HOUR})),
    "no_exp": ("missing_claim", lambda it, claims: it.sign(claims | {"exp": None})),
    "exp_as_text": (
        "invalid_claim",
        lambda it, claims: it.sign(claims | {"exp": str(int(it._now()) + _HOUR)}),
    ),
    "not_yet_valid": (
        "not_yet_valid",
        lambda it, claims: it.sign(claims | {"nbf": int(it._now()) + _HOUR}),
    ),
    "issued_in_future": (
        "issued_in_future",
        lambda it, claims: it.sign(claims | {"iat": int(it._now()) + _HOUR}),
    ),
    "wrong_audience": (
        "audience_mismatch",
        lambda it, claims: it.sign(claims | {"aud": "https://other.example.com/mcp"}),
    ),
    "no_audience": ("missing_claim", lambda it, claims: it.sign(claims | {"aud": None})),
    "wrong_issuer": (
        "issuer_mismatch",
        lambda it, claims: it.sign(claims | {"iss": "https://other.example.com/"}),
    ),
    "issuer_but_for_a_slash": (
        "issuer_mismatch",
        lambda it, claims: it.sign(
            claims | {"iss": it.url[:-1] if it.url.endswith("/") else f"{it.url}/"}
        ),
    ),
    "bound_to_a_key": (
        "proof_required",
        lambda it, claims: it.sign(claims | {"cnf": {"jkt": part(bytes(32))}}),
    ),
    # What it is.
    "wrong_typ": ("type_mismatch", lambda it, claims: it.sign(claims, typ="dpop+jwt")),
    "unknown_crit": (
        "critical_not_understood",
        lambda it, claims: it.sign(claims, crit=["b64"], b64=False),
    ),
    "duplicate_claim": ("duplicate_member", lambda it, claims: it.sign(_twice("sub", claims))),
    "duplicate_header": ("duplicate_member", _of_two_headers),
    "padded": ("invalid_base64", lambda it, claims: it.sign(claims) + "=="),
    "too_large": ("too_large", lambda it, claims: it.sign(claims | {"filler": "x" * (1 << 16)})),
    "opaque": ("malformed", lambda it, claims: "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH"),
    "encrypted": ("encrypted", _encrypted),
    # Who signed it.
    "unknown_key": (
        "key_not_found",
        lambda it, claims: it._signed(SigningKey(it._key().algorithm, "attacker"), claims),
    ),
    "foreign_key": (
        "invalid_signature",
        lambda it, claims: it._signed(SigningKey(it._key().algorithm, it._key().kid), claims),
    ),
    "embedded_key": ("invalid_signature", _embedded),
    "encryption_key": (
        "key_not_found",
        lambda it, claims: it._signed(it._for_encryption, claims),
    ),
    "public_key_as_secret": ("algorithm_not_allowed", _confused),
    "alg_none": ("algorithm_not_allowed", _unsigned),
    "no_signature": (
        "invalid_signature",
        lambda it, claims: it.sign(claims).rpartition(".")[0] + ".",
    ),
    "zero_signature": (
        "invalid_signature",
        lambda it, claims: compact(
            {"alg": it._key().algorithm, "kid": it._key().kid},
            claims,
            lambda signed: bytes(len(it._key().sign(signed))),
        ),
    ),
    "tampered": ("invalid_signature", _tampered),
}

BAD_TOKENS: Mapping[str, str] = {kind: reason for kind, (reason, _) in _BAD.items()}
"""The kinds of token that `LocalIssuer.bad` makes, each with the reason for which a policy without
options refuses it. A guard answers all of them with 401."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # Nobody holds a thread by saying nothing.
    timeout: ClassVar[float] = 60

    def do_GET(self) -> None:
        self._respond("GET", "")

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _MAX_FORM:
            self.close_connection = True
            self.send_error(400)
            return
        self._respond("POST", self.rfile.read(int(length)).decode(errors="replace"))

    def log_message(self, *_: Any) -> None:
        pass

    def _respond(self, method: str, body: str) -> None:
        url = self.server.issuer.url + urlsplit(self.path).path
        status, headers, content = self.server.issuer._answer(method, url, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


_MAX_FORM = 1 << 16


class _Server(ThreadingHTTPServer):
    issuer: LocalIssuer
    request_queue_size = 128


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gatepost.testing", description="An issuer for tests, on loopback."
    )
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--scope", help="what its tokens grant unless a request names scopes")
    arguments = parser.parse_args()
    algorithms = ("ES256", "RS256", "EdDSA")
    served = LocalIssuer.served(port=arguments.port, algorithms=algorithms, scope=arguments.scope)
    with ExitStack() as stack:
        try:
            issuer = stack.enter_context(served)
        except (OSError, OverflowError) as error:
            parser.error(f"--port {arguments.port}: {error}")
        print(f"issuer {issuer.url}, tokens from {issuer.url}/token; Ctrl-C ends it", flush=True)
        with suppress(KeyboardInterrupt):
            Event().wait()


if __name__ == "__main__":
    main()

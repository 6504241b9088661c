"""The requests of ``gatepost check``, and what is made of the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

from gatepost import _check_rules as rules
from gatepost._check_rules import Check
from gatepost._http import Refused, get, may_fetch
from gatepost._json import integer
from gatepost._native import (
    ParsedChallenge,
    ResourceMetadataDocument,
    ServerMetadata,
    parse_challenges,
    resource_metadata_urls,
    server_metadata_urls,
)
from gatepost._terminal import shown
from gatepost.exceptions import GatepostError, MetadataMismatchError, PkceNotSupportedError

if TYPE_CHECKING:
    import httpx2

_Answer = TypeVar("_Answer")

# For one exchange.
_SECONDS = 10
# Of the authorization servers that a resource names, the first ones are asked.
_MOST_SERVERS = 4
_MADE_UP = "made-up-by-gatepost-check"
# With which clients of every revision begin, or did.
_MESSAGE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "gatepost-check", "version": "1"},
        },
    }
).encode()


class Failed(Exception):
    """What was found in place of what a check asks for."""


class NotChecked(Exception):
    """Why there was nothing to look at."""


class Examination:
    """Asks one server. `checks` are to be run in their order, each once. They return what is to be
    said although they have passed, and raise Failed, NotChecked, or GatepostError for what cannot
    be read.

    The order keeps tokens to oneself: what a server has said is shown only from answers that it
    gave before it was sent one, and of the others the status alone.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        url: str,
        origin: str,
        token: str | None,
        foreign_token: str | None,
        deadline: float,
    ) -> None:
        self._client = client
        self._url = url
        self._origin = origin
        self._token = token
        self._foreign_token = foreign_token
        self._deadline = deadline
        # A server out there leads nobody to services of this machine.
        self._loopback = url.startswith("http:")
        self._places = resource_metadata_urls(url)
        self._answer: httpx2.Response | None = None
        self._challenge: ParsedChallenge | None = None
        self._bodies: dict[str, bytes] = {}
        self._metadata: dict[str, bytes] = {}
        self._servers: list[str] = []
        self._of_servers: dict[str, bytes] = {}
        self.checks: list[tuple[Check, Callable[[], Awaitable[str | None]]]] = [
            (rules.UNAUTHORIZED, self._unauthorized),
            (rules.CHALLENGE, self._has_challenge),
            (rules.CHALLENGE_ERROR, self._challenge_error),
            (rules.CHALLENGE_METADATA, self._challenge_metadata),
            (rules.METADATA_PATH, self._metadata_path),
            (rules.METADATA_ROOT, self._metadata_root),
            (rules.RESOURCE, self._resource),
            (rules.AUTHORIZATION_SERVERS, self._authorization_servers),
            (rules.SERVER_METADATA, self._server_metadata),
            (rules.SERVER_ISSUER, self._server_issuer),
            (rules.PKCE, self._pkce),
            (rules.CORS_METADATA, self._cors_metadata),
            (rules.CORS_PREFLIGHT, self._cors_preflight),
            (rules.CORS_CHALLENGE, self._cors_challenge),
            (rules.BAD_TOKEN, self._bad_token),
            (rules.QUERY_TOKEN, self._query_token),
            (rules.TOKEN, self._good_token),
            (rules.FOREIGN_TOKEN, self._foreign),
        ]

    async def _unauthorized(self) -> None:
        self._answer = await self._post()
        _expect(self._answer, 401)

    async def _has_challenge(self) -> None:
        self._challenge = _challenge_of(self._refusal())

    async def _challenge_error(self) -> None:
        error = self._the_challenge().error
        if error is not None:
            raise Failed(f"error={shown(error)}")

    async def _challenge_metadata(self) -> None:
        challenge = self._the_challenge()
        try:
            url = challenge.resource_metadata
        except GatepostError:
            said = shown(challenge.parameters.get("resource_metadata"))
            raise Failed(f"{said} is not https") from None
        if url is None:
            raise Failed("no resource_metadata")
        await self._keep_metadata(url)

    async def _metadata_path(self) -> None:
        self._the_answer()
        await self._keep_metadata(self._places[0])

    async def _metadata_root(self) -> None:
        self._the_answer()
        if len(self._places) == 1:
            raise NotChecked("the URL has no path: both places are one")
        await self._keep_metadata(self._places[1])

    async def _resource(self) -> None:
        for place, body in self._the_metadata().items():
            resource = _members(body).get("resource")
            if resource != self._url:
                raise Failed(f"{shown(resource)} at {shown(place)}")

    async def _authorization_servers(self) -> None:
        if not (own := self._own_metadata()):
            raise NotChecked("no metadata of this resource")
        for place, body in own.items():
            try:
                document = ResourceMetadataDocument.parse(body, self._url)
            except GatepostError as error:
                if not _members(body).get("authorization_servers"):
                    raise Failed(f"none is named at {shown(place)}") from None
                raise Failed(f"{error}: {shown(place)}") from None
            # The first document is the one that a client would take.
            self._servers = self._servers or document.authorization_servers

    async def _server_metadata(self) -> str | None:
        self._the_answer()
        if not self._servers:
            raise NotChecked("no authorization server is known")
        for issuer in self._servers[:_MOST_SERVERS]:
            body = await self._metadata_of(issuer)
            try:
                ServerMetadata.parse(body, issuer)
            except MetadataMismatchError:
                # The next check's.
                pass
            except GatepostError as error:
                raise Failed(f"{error}: {shown(issuer)}") from None
            self._of_servers[issuer] = body
        return _unasked(len(self._servers))

    async def _server_issuer(self) -> None:
        for issuer, body in self._known_servers().items():
            named = _members(body).get("issuer")
            if named != issuer:
                raise Failed(f"{shown(named)} in place of {shown(issuer)}")

    async def _pkce(self) -> None:
        examined = 0
        for issuer, body in self._known_servers().items():
            try:
                ServerMetadata.parse(body, issuer).require_pkce()
            except PkceNotSupportedError:
                methods = _members(body).get("code_challenge_methods_supported")
                said = "is missing" if methods is None else f"is {shown(methods)}"
                raise Failed(f"code_challenge_methods_supported {said}: {shown(issuer)}") from None
            except MetadataMismatchError:
                continue
            examined += 1
        if not examined:
            raise NotChecked("the metadata are another's")

    async def _cors_metadata(self) -> None:
        place = next(iter(self._the_metadata()))
        self._expect_allowed(await self._ask("GET", place, {"origin": self._origin}))

    async def _cors_preflight(self) -> None:
        self._the_answer()
        headers = {
            "origin": self._origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,mcp-protocol-version",
        }
        answer = await self._ask("OPTIONS", self._url, headers)
        if not answer.is_success:
            raise Failed(f"status {answer.status_code} for pages of {self._origin}")
        self._expect_allowed(answer)
        allowed = _listed(answer, "access-control-allow-headers")
        # Which stands for any header but Authorization.
        any_other = "*" in allowed
        for name in ("Authorization", "Content-Type", "MCP-Protocol-Version"):
            if name.lower() not in allowed and (name == "Authorization" or not any_other):
                raise Failed(f"{name} is not in Access-Control-Allow-Headers")

    async def _cors_challenge(self) -> None:
        self._refusal()
        answer = await self._post({"origin": self._origin})
        if answer.status_code != 401:
            raise Failed(f"status {answer.status_code} for pages of {self._origin}")
        self._expect_allowed(answer)
        if not _listed(answer, "access-control-expose-headers") & {"www-authenticate", "*"}:
            raise Failed("WWW-Authenticate is not in Access-Control-Expose-Headers")

    async def _bad_token(self) -> None:
        self._the_answer()
        answer = await self._post({"authorization": f"Bearer {_MADE_UP}"})
        _expect(answer, 401)
        if _challenge_of(answer).error != "invalid_token":
            raise Failed("the challenge does not say invalid_token")

    async def _query_token(self) -> str | None:
        without = self._refusal()
        token = self._token or _MADE_UP
        query = f"{'&' if '?' in self._url else '?'}access_token={quote(token)}"
        answer = await self._post(query=query)
        _expect(answer, 401)
        # Some servers say to everybody that the token was wrong, which is another check's.
        if _error_of(answer) not in (None, _error_of(without)):
            raise Failed("the challenge has another error: the token was looked at")
        return None if self._token else "with a made-up token: --token was not given"

    async def _good_token(self) -> str | None:
        answer = await self._post_with(self._token, "--token")
        status = answer.status_code
        if status == 403 and _error_of(answer) == "insufficient_scope":
            return "it lacks a scope for initialize"
        # What else a server says to the message is its own, after it let the token in.
        if status in (401, 403) or status >= 500 or answer.is_redirect:
            raise Failed(f"status {status}")
        return None

    async def _foreign(self) -> None:
        _expect(await self._post_with(self._foreign_token, "--foreign-token"), 401)

    def _the_answer(self) -> httpx2.Response:
        if self._answer is None:
            raise NotChecked("the server did not answer")
        return self._answer

    def _refusal(self) -> httpx2.Response:
        if (answer := self._the_answer()).status_code != 401:
            raise NotChecked("a request without credentials is not answered with 401")
        return answer

    def _the_challenge(self) -> ParsedChallenge:
        self._refusal()
        if self._challenge is None:
            raise NotChecked("no challenge that can be read")
        return self._challenge

    def _the_metadata(self) -> Mapping[str, bytes]:
        self._the_answer()
        if not self._metadata:
            raise NotChecked("no metadata")
        return self._metadata

    def _own_metadata(self) -> Mapping[str, bytes]:
        """Those that say that they are of this resource."""
        return {
            place: body
            for place, body in self._the_metadata().items()
            if _members(body).get("resource") == self._url
        }

    def _known_servers(self) -> Mapping[str, bytes]:
        self._the_answer()
        if not self._of_servers:
            raise NotChecked("no metadata of an authorization server")
        return self._of_servers

    async def _keep_metadata(self, url: str) -> None:
        body = await self._get(url)
        _members(body)
        self._metadata[url] = body

    async def _metadata_of(self, issuer: str) -> bytes:
        """The document that a client would find: the first there is decides."""
        try:
            places = server_metadata_urls(issuer)
        except GatepostError:
            raise Failed(f"no issuer: {shown(issuer)}") from None
        found = ""
        for place in places:
            try:
                return await self._get(place)
            except Failed as failed:
                found = str(failed)
        raise Failed(f"at none of {len(places)} places of {shown(issuer)}; at the last: {found}")

    def _expect_allowed(self, answer: httpx2.Response) -> None:
        allowed = answer.headers.get_list("access-control-allow-origin")
        if allowed not in (["*"], [self._origin]):
            raise Failed(f"Access-Control-Allow-Origin does not name {self._origin}")

    async def _post_with(self, token: str | None, option: str) -> httpx2.Response:
        self._the_answer()
        if token is None:
            raise NotChecked(f"{option} was not given")
        return await self._post({"authorization": f"Bearer {token}"})

    async def _post(
        self, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> httpx2.Response:
        """The answer to a message, without its body, which may be a stream that never ends."""
        usual = {
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
        }
        sent = usual | dict(headers or {})
        answer = await self._ask("POST", self._url + query, sent, _MESSAGE)
        session = answer.headers.get("mcp-session-id")
        if answer.is_success and session is not None:
            # Who was let in leaves nothing behind, where the server lets it be ended.
            with suppress(Failed):
                await self._ask("DELETE", self._url + query, sent | {"mcp-session-id": session})
        return answer

    async def _get(self, url: str) -> bytes:
        """What is there, fetched once. Raises Failed."""
        if not (may_fetch(url, self._loopback) or self._is_here(url)):
            raise Failed(f"{shown(url)} is not https")
        if url not in self._bodies:
            fetched = get(self._client, url, {"accept": "application/json"})
            try:
                _, self._bodies[url] = await self._in_time(fetched)
            except Refused as refused:
                raise Failed(f"{refused}: {shown(url)}") from None
        return self._bodies[url]

    def _is_here(self, url: str) -> bool:
        """Whether it is on the machine that the caller named, where that is one for http."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        own = urlsplit(self._url)
        return (parts.scheme, parts.hostname) == (own.scheme, own.hostname)

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx2.Response:
        """The head of the answer, from this URL and no other."""

        async def exchange() -> httpx2.Response:
            request = self._client.stream(
                method,
                url,
                headers=headers,
                content=content,
                follow_redirects=False,
                timeout=None,
            )
            async with request as answer:
                return answer

        return await self._in_time(exchange())

    async def _in_time(self, exchange: Awaitable[_Answer]) -> _Answer:
        import httpx2

        # What an answer has set stands for nothing in the next request.
        self._client.cookies.clear()
        left = self._deadline - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(exchange, max(0, min(_SECONDS, left)))
        except asyncio.TimeoutError:
            raise Failed("no whole answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            # Its text may hold what the server wrote.
            raise Failed(f"no answer: {type(error).__name__}") from None


def _expect(answer: httpx2.Response, status: int) -> None:
    if answer.status_code != status:
        raise Failed(f"status {answer.status_code}")


def _challenge_of(answer: httpx2.Response) -> ParsedChallenge:
    values = answer.headers.get_list("www-authenticate")
    if not values:
        raise Failed("no WWW-Authenticate")
    try:
        parsed = parse_challenges(", ".join(values))
    except GatepostError:
        raise Failed("WWW-Authenticate cannot be read, or says a thing twice") from None
    for challenge in parsed:
        # What binds its tokens to keys challenges with DPoP (RFC 9449, section 7.1).
        if challenge.scheme.lower() in ("bearer", "dpop"):
            return challenge
    raise Failed("neither a challenge of Bearer nor one of DPoP")


def _error_of(answer: httpx2.Response) -> str | None:
    """The error that the challenge says. Never shown."""
    try:
        return _challenge_of(answer).error
    except Failed:
        return None


def _listed(answer: httpx2.Response, name: str) -> set[str]:
    values = answer.headers.get_list(name, split_commas=True)
    return {value.strip().lower() for value in values}


def _members(body: bytes) -> dict[str, Any]:
    """A JSON object, read with Python's tolerant reader: for looking only."""
    try:
        members = json.loads(body, parse_int=integer)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise Failed("no JSON object")
    return members


def _unasked(servers: int) -> str | None:
    return f"the first {_MOST_SERVERS} of {servers}" if servers > _MOST_SERVERS else None

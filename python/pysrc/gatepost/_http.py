"""What is fetched, by whomever: from the URL that was meant, and no more of it than is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gatepost._native import MAX_JWK_SET_LEN, ServerMetadata
from gatepost.exceptions import OAuthError

if TYPE_CHECKING:
    import httpx2


class Refused(Exception):
    """An answer that is not taken, for what the text says: nothing of it is the answer's."""


def may_fetch(url: str, loopback: bool) -> bool:
    """Whether something is fetched from `url`, which the core takes for one of OAuth's: over https,
    and with `loopback` over http from a literal address of this machine."""
    server = "https://issuer.invalid"
    try:
        ServerMetadata.parse(json.dumps({"issuer": server, "jwks_uri": url}), server)
        parts = urlsplit(url)
        if parts.scheme == "https":
            return True
        return loopback and parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except (OAuthError, ValueError):
        # No URL of that kind; or a name, and what that resolves to is not up to us.
        return False


def client_for(what: str, loopback: bool) -> Callable[[], httpx2.AsyncClient]:
    """What makes a client. With `loopback` it uses no proxy: what comes by http stays here.

    Raises ImportError, which says that `what` happens with ``httpx2``.
    """
    try:
        import httpx2
    except ImportError as error:
        raise ImportError(f"{what} with httpx2: pip install 'gatepost[http]'") from error
    return lambda: httpx2.AsyncClient(trust_env=not loopback)


async def get(
    client: httpx2.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    statuses: Container[int] = (200,),
) -> tuple[httpx2.Response, bytes]:
    """The answer from this URL and no other, with a body as it came, of at most 1 MiB.

    Raises Refused for one of another status, too long, or compressed. The deadline is the caller's,
    for everything together.
    """
    fresh = {"cache-control": "no-cache", **headers}
    answer, body = await _ask(client, "GET", url, fresh, statuses, MAX_JWK_SET_LEN)
    if len(body) > MAX_JWK_SET_LEN:
        raise Refused("more than 1 MiB")
    return answer, body


async def post(
    client: httpx2.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    form: Mapping[str, str],
    most: int,
) -> bytes:
    """What a form is answered with: the first `most` bytes of it, and one more where there is.

    Raises Refused, as `get` does, for another status than 200, and for what is compressed.
    """
    _, body = await _ask(client, "POST", url, headers, (200,), most, form)
    return body


async def _ask(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    statuses: Container[int],
    most: int,
    form: Mapping[str, str] | None = None,
) -> tuple[httpx2.Response, bytes]:
    request = client.stream(
        method,
        url,
        headers={"accept-encoding": "identity", **headers},
        data=form,
        follow_redirects=False,
        timeout=None,
    )
    async with request as answer:
        if answer.status_code not in statuses:
            raise Refused(f"status {answer.status_code}")
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused("compressed, which was not asked for")
        if answer.is_stream_consumed:
            # A transport of the caller's has read it, such as one that tests have.
            return answer, answer.content[: most + 1]
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > most:
                break
        return answer, bytes(body[: most + 1])

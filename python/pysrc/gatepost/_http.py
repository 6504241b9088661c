"""What is fetched, by whomever: from the URL that was meant, and no more of it than is read."""

from __future__ import annotations

from collections.abc import Container
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gatepost._native import MAX_JWK_SET_LEN

if TYPE_CHECKING:
    import httpx2


class Refused(Exception):
    """An answer that is not taken, for what the text says: nothing of it is the answer's."""


def may_fetch(url: str, loopback: bool) -> bool:
    """Whether something is fetched from `url`: over https, and with `loopback` over http from a
    literal address of this machine."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "https":
            return True
        return loopback and parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        # A name: what it resolves to is not up to us.
        return False


async def get(
    client: httpx2.AsyncClient,
    url: str,
    headers: dict[str, str],
    statuses: Container[int] = (200,),
) -> tuple[httpx2.Response, bytes]:
    """The answer from this URL and no other, with a body as it came, of at most 1 MiB.

    Raises Refused for one of another status, too long, or compressed. The deadline is the caller's,
    for everything together.
    """
    usual = {"cache-control": "no-cache", "accept-encoding": "identity"}
    request = client.stream(
        "GET", url, headers=usual | headers, follow_redirects=False, timeout=None
    )
    async with request as answer:
        if answer.status_code not in statuses:
            raise Refused(f"status {answer.status_code}")
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused("compressed, which was not asked for")
        if answer.is_stream_consumed:
            # A transport of the caller's has read it, such as one that tests have.
            body = bytearray(answer.content)
        else:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MAX_JWK_SET_LEN:
                    break
        if len(body) > MAX_JWK_SET_LEN:
            raise Refused("more than 1 MiB")
        return answer, bytes(body)

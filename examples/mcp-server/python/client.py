"""Calls one tool of an MCP server through the official SDK's client, with a bearer token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent


@dataclass
class Outcome:
    """What came back: the tool's text if it was called, and each HTTP answer on the way."""

    text: str | None
    answers: list[httpx2.Response]

    @property
    def statuses(self) -> set[int]:
        """The SDK sends several requests for one call, and the server judges every one."""
        return {answer.status_code for answer in self.answers}

    @property
    def challenge(self) -> str | None:
        """The `WWW-Authenticate` with which the server refused."""
        challenges = [answer.headers.get("www-authenticate") for answer in self.answers]
        return next(filter(None, reversed(challenges)), None)

    @property
    def oauth_error(self) -> str | None:
        """The `error` of that challenge."""
        return (self.challenge or "").partition('error="')[2].partition('"')[0] or None


async def call_tool(resource: str, token: str | None, tool: str, **arguments: Any) -> Outcome:
    """Calls `tool` of the MCP server at the URL `resource`; None stands for no token at all."""
    outcome = Outcome(None, [])

    async def note(answer: httpx2.Response) -> None:
        outcome.answers.append(answer)

    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, event_hooks={"response": [note]}) as http:
        try:
            async with Client(streamable_http_client(resource, http_client=http)) as client:
                result = await client.call_tool(tool, arguments)
        except Exception:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # Interrupted; what the SDK raises on its way out is of no interest.
                raise asyncio.CancelledError from None
            # How the SDK says that it was not let in, too; the answers tell the two apart.
            if not outcome.answers or outcome.statuses == {200}:
                raise
            return outcome
    content = result.content[0]
    outcome.text = content.text if isinstance(content, TextContent) else None
    return outcome

"""A server of the official SDK that has all that the conformance suite asks for.

Run alone it is not guarded:

    python fixture_server.py --port 8000
"""

from __future__ import annotations

import argparse
import secrets
from typing import Any, get_args

import mcp_types as types
import uvicorn
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.streamable_http import EventCallback, EventId, EventMessage, EventStore, StreamId
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError
from mcp_types import JSONRPCMessage

import fixtures
import gatepost
from fixture_tools import TOOLS, Request, ToolResult, bus
from gatepost.asgi import App
from gatepost.mcp import protect, transport_security

NAME = "conformance"


class Events(EventStore):
    """Keeps what was sent, for clients whose stream was closed in the middle."""

    def __init__(self) -> None:
        self._sent: list[tuple[StreamId, JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: StreamId, message: JSONRPCMessage | None) -> EventId:
        self._sent.append((stream_id, message))
        return str(len(self._sent))

    async def replay_events_after(
        self, last_event_id: EventId, send_callback: EventCallback
    ) -> StreamId | None:
        last = int(last_event_id)
        if not 0 < last <= len(self._sent):
            return None
        stream, _ = self._sent[last - 1]
        for number, (of, message) in enumerate(self._sent[last:], last + 1):
            if of == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


def application(guard: gatepost.LiveGuard | None = None) -> App:
    """The server as an ASGI application, behind `guard` if there is one."""
    security = None if guard is None else transport_security(guard)
    app = server().streamable_http_app(
        # A client that is told to come back does so in these milliseconds.
        event_store=Events(),
        retry_interval=100,
        transport_security=security,
    )
    return app if guard is None else protect(app, guard)


def server() -> Server[dict[str, Any]]:
    subscribed: set[str] = set()

    async def list_tools(_: Request, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tool.declared for tool in TOOLS.values()])

    async def call_tool(ctx: Request, params: types.CallToolRequestParams) -> ToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, "there is no such tool")
        return await tool.handler(ctx, params)

    async def list_prompts(_: Request, __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=fixtures.PROMPTS)

    async def get_prompt(
        _: Request, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult | types.InputRequiredResult:
        said = fixtures.prompt(params)
        return types.GetPromptResult(messages=said) if isinstance(said, list) else said

    async def list_resources(_: Request, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=fixtures.RESOURCES)

    async def list_templates(_: Request, __: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=fixtures.TEMPLATES)

    async def read(_: Request, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return types.ReadResourceResult(contents=[fixtures.resource(str(params.uri))])

    async def subscribe(_: Request, params: types.SubscribeRequestParams) -> types.EmptyResult:
        subscribed.add(str(params.uri))
        return types.EmptyResult()

    async def unsubscribe(_: Request, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        subscribed.discard(str(params.uri))
        return types.EmptyResult()

    async def complete(_: Request, __: types.CompleteRequestParams) -> types.CompleteResult:
        return types.CompleteResult(completion=types.Completion(values=[], total=0, has_more=False))

    async def set_level(_: Request, __: types.SetLevelRequestParams) -> types.EmptyResult:
        return types.EmptyResult()

    def input_schema(name: str) -> dict[str, Any] | None:
        tool = TOOLS.get(name)
        return None if tool is None else tool.declared.input_schema

    made = Server[dict[str, Any]](
        NAME,
        version="1",
        cache_hints=dict.fromkeys(get_args(CacheableMethod), CacheHint()),
        get_tool_input_schema=input_schema,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        on_subscribe_resource=subscribe,
        on_unsubscribe_resource=unsubscribe,
        on_subscriptions_listen=ListenHandler(bus),
        on_completion=complete,
    )
    # As an argument it warns: the method is deprecated, but asked for until 2025-11-25.
    made.add_request_handler("logging/setLevel", types.SetLevelRequestParams, set_level)
    keys = RequestStateSecurity(keys=[secrets.token_bytes(32)])
    made.middleware.append(RequestStateBoundary(keys, default_audience=NAME))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="The suite's fixtures, unguarded, on loopback.")
    parser.add_argument("--port", type=int, default=8000)
    uvicorn.run(application(), port=parser.parse_args().port)


if __name__ == "__main__":
    main()

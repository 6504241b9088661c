"""The tools that the official conformance suite asks a server for.

Each answers what the suite's description of its scenario says, word for word where words are
compared. They are written for the SDK's low-level server, which takes schemas as they are.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    PromptsListChanged,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata

from fixtures import WAV, elicited, embedded, image, model_request, required, text, user_request

Request = ServerRequestContext[Any, Any]
ToolResult = types.CallToolResult | types.InputRequiredResult
Handler = Callable[[Request, types.CallToolRequestParams], Awaitable[ToolResult]]

# Who listens hears of what the two tools `test_trigger_…` change.
bus = InMemorySubscriptionBus()

# Between steps of which a client is to see each.
PAUSE = 0.05  # seconds


@dataclass
class Tool:
    """A tool of the suite's."""

    declared: types.Tool
    handler: Handler


TOOLS: dict[str, Tool] = {}


def tool(
    schema: dict[str, Any] | None = None, name: str | None = None
) -> Callable[[Handler], Handler]:
    """Registers a tool, which the suite calls `test_` and then what the function is called."""

    def register(handler: Handler) -> Handler:
        declared = types.Tool(
            name=name or f"test_{handler.__name__}",
            description=handler.__doc__,
            input_schema=schema or {"type": "object"},
        )
        TOOLS[declared.name] = Tool(declared, handler)
        return handler

    return register


def answer(*content: types.ContentBlock | str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[text(part) if isinstance(part, str) else part for part in content]
    )


# Content


@tool()
async def simple_text(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Answers with a text."""
    return answer("This is a simple text response for testing.")


@tool()
async def image_content(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Answers with an image."""
    return answer(image())


@tool()
async def audio_content(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Answers with a sound."""
    return answer(types.AudioContent(data=WAV, mime_type="audio/wav"))


@tool()
async def embedded_resource(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Answers with a resource."""
    return answer(embedded("test://embedded-resource", "This is an embedded resource content."))


@tool()
async def multiple_content_types(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Answers with a text, an image and a resource."""
    document = json.dumps({"test": "data", "value": 123}, separators=(",", ":"))
    resource = embedded("test://mixed-content-resource", document, "application/json")
    return answer("Multiple content types test:", image(), resource)


@tool()
async def error_handling(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Always fails."""
    said = text("This tool intentionally returns an error for testing")
    return types.CallToolResult(content=[said], is_error=True)


# Notifications on the way


async def log(ctx: Request, said: str) -> None:
    # Since 2026-07-28 a client hears only what it asked to hear; before, all of it.
    if ctx.protocol_version >= "2026-07-28" and types.LOG_LEVEL_META_KEY not in (ctx.meta or {}):
        return
    params = types.LoggingMessageNotificationParams(level="info", data=said)
    await ctx.session.send_notification(
        types.LoggingMessageNotification(params=params), ctx.request_id
    )


@tool()
async def tool_with_logging(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Logs three times."""
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await log(ctx, said)
        await asyncio.sleep(PAUSE)
    return answer("logged three times")


@tool()
async def logging_tool(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Logs once."""
    await log(ctx, "called")
    return answer("logged, for who wants to know")


@tool()
async def tool_with_progress(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Reports its progress three times."""
    for done in (0, 50, 100):
        await ctx.session.report_progress(done, 100, f"{done} of 100")
        await asyncio.sleep(PAUSE)
    return answer("done")


@tool()
async def reconnection(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Closes the stream in the middle, and answers when the client has come back."""
    if ctx.close_sse_stream is not None:
        await ctx.close_sse_stream()
    await asyncio.sleep(4 * PAUSE)
    return answer("the client came back")


@tool()
async def trigger_tool_change(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Says that the list of tools has changed."""
    return await changed(ToolsListChanged())


@tool()
async def trigger_prompt_change(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Says that the list of prompts has changed."""
    return await changed(PromptsListChanged())


async def changed(event: ServerEvent) -> types.CallToolResult:
    await bus.publish(event)
    return answer("said so")


# Requests to the client, on a stream of 2025-11-25


@tool({"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]})
async def sampling(ctx: Request, params: types.CallToolRequestParams) -> ToolResult:
    """Asks the client's model."""
    sampled = await ctx.session.send_request(
        model_request(str((params.arguments or {})["prompt"]), 100),
        types.CreateMessageResult,
        metadata=ServerMessageMetadata(related_request_id=ctx.request_id),
    )
    said = sampled.content.text if isinstance(sampled.content, types.TextContent) else "no text"
    return answer(f"LLM response: {said}")


@tool({"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]})
async def elicitation(ctx: Request, params: types.CallToolRequestParams) -> ToolResult:
    """Asks the user for a name and an address."""
    schema = {
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"},
        },
        "required": ["username", "email"],
    }
    return await ask(ctx, str((params.arguments or {})["message"]), schema, "User response")


@tool()
async def elicitation_sep1034_defaults(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Asks the user, with a default for each kind of value."""
    states = ["active", "inactive", "pending"]
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": states, "default": "active"},
            "verified": {"type": "boolean", "default": True},
        },
    }
    return await ask(ctx, "Who are you?", schema)


@tool()
async def elicitation_sep1330_enums(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Asks the user to choose, in each form that a choice may have."""
    options = ["option1", "option2", "option3"]
    titled = [
        {"const": f"value{n}", "title": f"{place} Option"}
        for n, place in enumerate(("First", "Second", "Third"), 1)
    ]
    names = ["Option One", "Option Two", "Option Three"]
    schema = {
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": options},
            "titledSingle": {"type": "string", "oneOf": titled},
            "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": names},
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": options}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled}},
        },
    }
    return await ask(ctx, "Choose", schema)


async def ask(
    ctx: Request, message: str, schema: dict[str, Any], said: str = "Elicitation completed"
) -> types.CallToolResult:
    result = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    content = json.dumps(result.content or {})
    return answer(f"{said}: action={result.action}, content={content}")


# Requests to the client in the answer, since 2026-07-28


async def ask_for_name(_: Request, params: types.CallToolRequestParams) -> ToolResult:
    """Asks for the user's name."""
    name = elicited(params, "user_name")
    if name is None:
        return required(user_name=user_request("What is your name?", "name"))
    return answer(f"Hello, {name}!")


tool(name="test_input_required_result_elicitation")(ask_for_name)
tool(name="test_streaming_elicitation")(ask_for_name)


@tool()
async def input_required_result_sampling(
    _: Request, params: types.CallToolRequestParams
) -> ToolResult:
    """Asks the client's model."""
    response = (params.input_responses or {}).get("capital_question")
    if not isinstance(response, types.CreateMessageResult):
        return required(capital_question=model_request("What is the capital of France?", 100))
    content = response.content
    return answer(content.text if isinstance(content, types.TextContent) else "no text")


@tool()
async def input_required_result_list_roots(
    _: Request, params: types.CallToolRequestParams
) -> ToolResult:
    """Asks for the client's roots."""
    response = (params.input_responses or {}).get("client_roots")
    if not isinstance(response, types.ListRootsResult):
        return required(client_roots=types.ListRootsRequest())
    return answer(", ".join(str(root.uri) for root in response.roots))


async def ask_to_confirm(_: Request, params: types.CallToolRequestParams) -> ToolResult:
    """Asks for a confirmation, and has a state of its own brought back."""
    # The SDK has sealed it, and has refused what is not as it was.
    if params.request_state != "asked" or elicited(params, "confirm") is None:
        return required("asked", confirm=user_request("Please confirm", "ok", "boolean"))
    return answer("state-ok")


tool(name="test_input_required_result_request_state")(ask_to_confirm)
tool(name="test_input_required_result_tampered_state")(ask_to_confirm)


@tool()
async def input_required_result_multiple_inputs(
    _: Request, params: types.CallToolRequestParams
) -> ToolResult:
    """Asks for three things at once."""
    requests: dict[str, types.InputRequest] = {
        "user_name": user_request("What is your name?", "name"),
        "greeting": model_request("Generate a greeting", 50),
        "client_roots": types.ListRootsRequest(),
    }
    if requests.keys() <= (params.input_responses or {}).keys():
        return answer("all there")
    return required("asked", **requests)


@tool()
async def input_required_result_multi_round(
    _: Request, params: types.CallToolRequestParams
) -> ToolResult:
    """Asks for two things, one after the other."""
    color = elicited(params, "step2")
    if params.request_state is not None and params.request_state.startswith("name ") and color:
        return answer(f"{params.request_state.removeprefix('name ')} likes {color}")
    name = elicited(params, "step1")
    if params.request_state == "begun" and name:
        question = user_request("Step 2: What is your favorite color?", "color")
        return required(f"name {name}", step2=question)
    return required("begun", step1=user_request("Step 1: What is your name?", "name"))


@tool()
async def input_required_result_capabilities(
    ctx: Request, _: types.CallToolRequestParams
) -> ToolResult:
    """Asks for nothing that the client did not declare."""
    declared = ctx.session.client_capabilities or types.ClientCapabilities()
    requests: dict[str, types.InputRequest] = {}
    if declared.sampling is not None:
        requests["sample"] = model_request("Say hello", 50)
    if declared.elicitation is not None:
        requests["ask"] = user_request("What is your name?", "name")
    return required("asked", **requests)


@tool()
async def missing_capability(ctx: Request, _: types.CallToolRequestParams) -> ToolResult:
    """Needs a client that has a model."""
    wanted = types.ClientCapabilities(sampling=types.SamplingCapability())
    if not ctx.session.check_client_capability(wanted):
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY,
            "a client with sampling is needed",
            {"requiredCapabilities": {"sampling": {}}},
        )
    return answer("the client has a model")


# Schemas


@tool(
    {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    }
)
async def x_mcp_header(_: Request, params: types.CallToolRequestParams) -> ToolResult:
    """Has an argument that stands in a header as well."""
    return answer(f"region={(params.arguments or {}).get('region')}")


ADDRESS = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
}


@tool(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": ADDRESS},
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {
            "properties": {"contactMethod": {"const": "phone"}},
            "required": ["contactMethod"],
        },
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    },
    name="json_schema_2020_12_tool",
)
async def json_schema_2020_12_tool(_: Request, __: types.CallToolRequestParams) -> ToolResult:
    """Has a schema of many keywords, none of which may be lost."""
    return answer("here to be listed")

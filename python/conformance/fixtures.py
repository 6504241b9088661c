"""The content, prompts and resources that the official conformance suite asks a server for.

Each is what the suite's description of its scenario says, word for word where words are compared.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError


def chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def red_pixel() -> bytes:
    """A PNG of one red pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def silence() -> bytes:
    """A WAV of two silent samples, 8000 a second."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    chunks = struct.pack("<4sI16s4sI4x", b"fmt ", len(form), form, b"data", 4)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


PNG = base64.b64encode(red_pixel()).decode()
WAV = base64.b64encode(silence()).decode()


def text(said: str) -> types.TextContent:
    return types.TextContent(text=said)


def image() -> types.ImageContent:
    return types.ImageContent(data=PNG, mime_type="image/png")


def embedded(uri: str, said: str, mime_type: str = "text/plain") -> types.EmbeddedResource:
    contents = types.TextResourceContents(uri=uri, mime_type=mime_type, text=said)
    return types.EmbeddedResource(resource=contents)


# What is asked of the client


def model_request(prompt: str, max_tokens: int) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=text(prompt))
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=max_tokens)
    )


def user_request(message: str, name: str, kind: str = "string") -> types.ElicitRequest:
    """Asks the user for one value."""
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=message, requested_schema=schema)
    )


def required(state: str | None = None, **requests: types.InputRequest) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=requests, request_state=state)


def elicited(params: types.InputResponseRequestParams, key: str) -> Any:
    """The one value that the user has given, or None."""
    response = (params.input_responses or {}).get(key)
    if not isinstance(response, types.ElicitResult) or not response.content:
        return None
    return next(iter(response.content.values()))


# Prompts


Messages = list[types.PromptMessage]


def user(content: types.ContentBlock | str) -> types.PromptMessage:
    return types.PromptMessage(
        role="user", content=text(content) if isinstance(content, str) else content
    )


def argument(name: str) -> types.PromptArgument:
    return types.PromptArgument(name=name, description=f"the {name}", required=True)


PROMPTS = [
    types.Prompt(name="test_simple_prompt", description="A text."),
    types.Prompt(
        name="test_prompt_with_arguments",
        description="A text with its arguments.",
        arguments=[argument("arg1"), argument("arg2")],
    ),
    types.Prompt(
        name="test_prompt_with_embedded_resource",
        description="A resource.",
        arguments=[argument("resourceUri")],
    ),
    types.Prompt(name="test_prompt_with_image", description="An image."),
    types.Prompt(
        name="test_input_required_result_prompt", description="Asks before it says anything."
    ),
]


def prompt(params: types.GetPromptRequestParams) -> Messages | types.InputRequiredResult:
    """What the prompt says, or what it asks for first."""
    arguments = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return [user("This is a simple prompt for testing.")]
        case "test_prompt_with_arguments":
            first, second = arguments["arg1"], arguments["arg2"]
            return [user(f"Prompt with arguments: arg1='{first}', arg2='{second}'")]
        case "test_prompt_with_embedded_resource":
            said = "Embedded resource content for testing."
            return [
                user(embedded(arguments["resourceUri"], said)),
                user("Please process the embedded resource above."),
            ]
        case "test_prompt_with_image":
            return [user(image()), user("Please analyze the image above.")]
        case "test_input_required_result_prompt":
            context = elicited(params, "user_context")
            if context is None:
                question = user_request("What context should the prompt use?", "context")
                return required(user_context=question)
            return [user(f"Mind this: {context}")]
    raise MCPError(types.INVALID_PARAMS, "there is no such prompt")


# Resources


RESOURCES = [
    types.Resource(uri=f"test://{name}", name=name, description=described, mime_type=mime_type)
    for name, described, mime_type in (
        ("static-text", "A text.", "text/plain"),
        ("static-binary", "An image.", "image/png"),
        ("watched-resource", "Can be subscribed to.", "text/plain"),
    )
]

TEMPLATES = [
    types.ResourceTemplate(
        uri_template="test://template/{id}/data",
        name="template",
        description="A document about an id.",
        mime_type="application/json",
    )
]


def resource(uri: str) -> types.TextResourceContents | types.BlobResourceContents:
    match uri.removeprefix("test://").split("/"):
        case ["static-text"]:
            said = "This is the content of the static text resource."
            return types.TextResourceContents(uri=uri, mime_type="text/plain", text=said)
        case ["static-binary"]:
            return types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        case ["watched-resource"]:
            return types.TextResourceContents(uri=uri, mime_type="text/plain", text="as before")
        case ["template", number, "data"]:
            document = {"id": number, "templateTest": True, "data": f"Data for ID: {number}"}
            return types.TextResourceContents(
                uri=uri, mime_type="application/json", text=json.dumps(document)
            )
    raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})

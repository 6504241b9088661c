"""What ``gatepost check`` asks of a server: in which words, by which rule, and how it is mended.

Rows such as S7 are those of gatepost's table of what the MCP specification asks of authorization.
"""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    name: str
    asks: str
    rule: str
    mend: str


UNAUTHORIZED = Check(
    "unauthorized",
    "a request without credentials is answered with 401",
    "RFC 6750, section 3; MCP S7, S19",
    "Put the guard in front of the endpoint, at exactly this URL: whatever comes without a token, "
    "a first `initialize` too, is answered with 401, and with no redirect.",
)
CHALLENGE = Check(
    "challenge",
    "the 401 has a challenge of the scheme Bearer that can be read",
    "RFC 6750, section 3; RFC 9110, section 11.6.1; MCP S7, S9",
    'Send one header as `WWW-Authenticate: Bearer resource_metadata="..."`, each parameter once, '
    "values in quotes.",
)
CHALLENGE_ERROR = Check(
    "challenge_error",
    "the challenge accuses nobody who has sent no credentials",
    "RFC 6750, section 3.1; MCP S9",
    "Leave `error` and `error_description` out where the request had no token.",
)
CHALLENGE_METADATA = Check(
    "challenge_metadata",
    "the challenge leads to the metadata of the resource",
    "RFC 9728, section 5.1; MCP S3",
    "Name the URL of the metadata document as `resource_metadata` of the challenge, and serve it "
    "there over https, without a token.",
)
METADATA_PATH = Check(
    "metadata_path",
    "the metadata are where the path of the resource is inserted",
    "RFC 9728, section 3.1; MCP S4",
    "Serve the document as JSON with status 200, without a token, at the well-known place followed "
    "by the path of the endpoint.",
)
METADATA_ROOT = Check(
    "metadata_root",
    "the metadata are at the root as well",
    "MCP authorization, protected resource metadata discovery; MCP S4",
    "Serve the same document at /.well-known/oauth-protected-resource: clients that do not insert "
    "the path look there.",
)
RESOURCE = Check(
    "resource",
    "the metadata are of this resource, to the byte",
    "RFC 9728, section 3.3; MCP S5",
    "Publish the URL that clients are given as `resource`: scheme, host, port, path and a final "
    "slash as they are. Behind a proxy that is the public URL, not the server's own.",
)
AUTHORIZATION_SERVERS = Check(
    "authorization_servers",
    "the metadata are valid and name an authorization server",
    "RFC 9728, section 2; MCP S2, S20",
    "List the issuer of the tokens under `authorization_servers`, as an https URL, and each member "
    "of the document once.",
)
SERVER_METADATA = Check(
    "server_metadata",
    "the authorization server's metadata are found and valid",
    "RFC 8414, sections 2 and 3.1; MCP A1, C2",
    "Let the authorization server publish them at a place where clients look, or correct its URL "
    "under `authorization_servers`.",
)
SERVER_ISSUER = Check(
    "server_issuer",
    "the authorization server's metadata are those of the issuer that is named",
    "RFC 8414, section 3.3; MCP C3",
    "Name the issuer under `authorization_servers` exactly as its metadata do, a final slash "
    "included.",
)
PKCE = Check(
    "pkce",
    "the authorization server says that it supports PKCE with S256",
    "RFC 8414, section 2; RFC 7636, section 4.2; MCP A1, C4",
    "Let its metadata say `code_challenge_methods_supported` with S256; clients refuse it "
    "otherwise.",
)
CORS_METADATA = Check(
    "cors_metadata",
    "a page in a browser can read the metadata",
    "Fetch standard, CORS protocol; RFC 9728, section 3; MCP C1",
    "Answer with `Access-Control-Allow-Origin: *`: the document is public.",
)
CORS_PREFLIGHT = Check(
    "cors_preflight",
    "a browser's preflight is answered without a token",
    "Fetch standard, CORS-preflight fetch; MCP S27",
    "Answer OPTIONS with a status of 200 to 299, the origin of the page, and "
    "`Access-Control-Allow-Headers` that names Authorization (which `*` does not mean), "
    "Content-Type and MCP-Protocol-Version. Only the page's origin decides: allow it, or name "
    "another one with --origin.",
)
CORS_CHALLENGE = Check(
    "cors_challenge",
    "a page in a browser can read the challenge",
    "Fetch standard, CORS protocol; MCP S3, S27",
    "Send `Access-Control-Allow-Origin`, and `Access-Control-Expose-Headers: WWW-Authenticate`, "
    "with refusals too.",
)
BAD_TOKEN = Check(
    "bad_token",
    "a made-up token is answered with 401 and invalid_token",
    "RFC 6750, section 3.1; MCP S7, S16",
    'Validate the token before anything is done, and say `error="invalid_token"` in the challenge '
    "of the 401.",
)
QUERY_TOKEN = Check(
    "query_token",
    "a token in the query is none",
    "OAuth 2.1, section 5.1; MCP S19",
    "Take tokens from the header Authorization alone: URLs stand in logs and histories. Such a "
    "request is one without credentials.",
)
TOKEN = Check(
    "token",
    "the token is let in",
    "RFC 6750, section 3.1; MCP S16",
    "Look into the token with `gatepost inspect`: has it expired, is `iss` what the guard trusts "
    "and `aud` what it accepts? A token bound to a key cannot be tried here.",
)
FOREIGN_TOKEN = Check(
    "foreign_token",
    "a token for another server is refused with 401",
    "RFC 9700, section 2.3; RFC 8707, section 2; MCP S17, S18",
    "Demand that `aud` names this server, and no other value: who runs the other server could use "
    "its users' tokens here.",
)

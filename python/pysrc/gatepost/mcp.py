"""A token verifier for the official MCP SDK (package ``mcp``, extra ``gatepost[mcp]``)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gatepost import (
    AccessToken,
    GatepostError,
    MissingClaimError,
    Validator,
)

if TYPE_CHECKING:
    from mcp.server.auth.provider import AccessToken as SdkAccessToken

logger = logging.getLogger("gatepost")


class TokenVerifier:
    """What ``MCPServer(token_verifier=...)`` wants: decides over the token of every request.

    A refusal is logged as a warning of the logger ``gatepost``, with the attributes ``reason`` and
    ``number`` and never a part of the token; the SDK then answers 401. It has no way to tell the
    client more.

    Scopes that every request needs belong into the SDK's ``AuthSettings(required_scopes=...)``,
    which answers 403. A policy's ``required_scopes`` hold as well, but whatever a verifier refuses
    becomes 401, with which no client asks for more scope: a warning is logged at construction.

    ::

        verifier = gatepost.mcp.TokenVerifier(gatepost.Validator(policy, keys))
        server = MCPServer("files", token_verifier=verifier, auth=AuthSettings(...))
    """

    def __init__(self, validator: Validator) -> None:
        # Only here, so that everything else works without the extra.
        from mcp.server.auth.provider import AccessToken as SdkAccessToken

        self._sdk_access_token = SdkAccessToken
        self._validator = validator
        self._policies = {policy.issuer: policy for policy in validator.policies}
        if any(policy.required_scopes for policy in self._policies.values()):
            logger.warning(
                "a policy's required_scopes are answered with 401; "
                "those of the SDK's AuthSettings with 403"
            )

    async def verify_token(self, token: str) -> SdkAccessToken | None:
        """The SDK's view of the token, or None if it is refused."""
        try:
            return self._sdk_view(token, self._validator.validate(token))
        except GatepostError as error:
            # Not raised: the SDK answers an exception with 500.
            logger.warning(
                "access token refused: %s (%d)",
                error.reason,
                error.number,
                extra={"reason": error.reason, "number": error.number},
            )
            return None

    def _sdk_view(self, token: str, valid: AccessToken) -> SdkAccessToken:
        policy = self._policies[valid.issuer]
        client_id = valid.client_id or valid.subject
        if client_id is None:
            # The SDK's type demands one, and binds sessions to it.
            raise MissingClaimError
        expires_at = valid.expires_at
        return self._sdk_access_token(
            token=token,
            client_id=client_id,
            scopes=valid.scopes,
            # The SDK compares once more, without a leeway.
            expires_at=None if expires_at is None else expires_at + policy.leeway,
            # One string, which `validate_token_resource=True` compares with the server's URL.
            resource=valid.accepted_audience,
            # With `iss` in the claims, what the SDK binds a session to.
            subject=valid.subject,
            claims=valid.claims,
        )

"""Who issues the access tokens, and where its keys are: `Issuer`, made by `auth0` or `issuer`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from gatepost._http import may_fetch
from gatepost._native import ClaimRule, KeySet, Policy, server_metadata_urls
from gatepost.exceptions import PolicyError

if TYPE_CHECKING:
    from typing_extensions import Unpack

# As the tenant writes itself into `iss`.
_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class PolicyOptions(TypedDict, total=False):
    """The keywords of `Policy` that `auth0` and `issuer` pass on to it."""

    algorithms: Sequence[str] | None
    leeway: int
    typ: str | None
    required_scopes: Sequence[str]
    require: Sequence[str]
    scope_claims: Sequence[str] | None
    claims: Sequence[ClaimRule]
    client_as_audience: bool


@dataclass(frozen=True)
class Issuer:
    """An issuer whose tokens are accepted: what they must say, and where its keys come from.

    `policy` judges the tokens. `resource` is the public URL of the MCP endpoint that they are for,
    where the issuer's owner has said so. The keys are `keys` where they are handed in, and are
    never fetched then; else they are fetched from `jwks_uri`, and where that is not given either,
    from where the issuer's own metadata say (RFC 8414, OpenID Connect Discovery).

    Whatever is fetched is fetched over https. With `loopback_for_development`, http to a literal
    loopback address (127.0.0.1, [::1]) is let through as well: for a developer's machine, never for
    a server that others reach.

    `auth0` and `issuer` make one of fewer words. Nothing is fetched before it is needed.

    Raises PolicyError.

    >>> import gatepost
    >>> policy = gatepost.Policy.rfc9068("https://as.example.com", "https://mcp.example.com/mcp")
    >>> gatepost.Issuer(policy, jwks_uri="https://as.example.com/jwks").resource is None
    True
    """

    policy: Policy
    resource: str | None = None
    jwks_uri: str | None = None
    keys: KeySet | None = None
    loopback_for_development: bool = False

    def __post_init__(self) -> None:
        if self.keys is not None:
            if self.jwks_uri is not None:
                raise PolicyError(detail="jwks_uri beside keys")
        elif self.jwks_uri is not None:
            if not self.may_fetch(self.jwks_uri):
                raise PolicyError(detail="jwks_uri: must be an https URL")
        elif not all(map(self.may_fetch, server_metadata_urls(self.policy.issuer))):
            raise PolicyError(detail="issuer: its metadata must have an https URL")

    def may_fetch(self, url: str) -> bool:
        """Whether something is fetched from `url`: over https, or as the issuer allows."""
        return may_fetch(url, self.loopback_for_development)


def auth0(
    domain: str, audience: str, resource: str | None = None, **options: Unpack[PolicyOptions]
) -> Issuer:
    """The issuer that an Auth0 tenant is, for the API whose identifier is `audience`.

    `domain` is the tenant's, or its custom domain: a host name alone, in lower case, such as
    ``tenant.eu.auth0.com``. `resource`, the public URL of the MCP endpoint, is `audience` unless
    given, if that is an https URL. `options` are those of `Policy`.

    Raises PolicyError.

    >>> import gatepost
    >>> tenant = gatepost.auth0("tenant.auth0.com", "https://mcp.example.com/mcp")
    >>> tenant.policy.issuer, tenant.jwks_uri
    ('https://tenant.auth0.com/', 'https://tenant.auth0.com/.well-known/jwks.json')
    """
    if not _HOST_NAME.fullmatch(domain):
        raise PolicyError(detail="domain: a host name alone, such as tenant.auth0.com")
    return issuer(
        f"https://{domain}/",
        audience,
        resource=resource,
        jwks_uri=f"https://{domain}/.well-known/jwks.json",
        provider="auth0",
        **options,
    )


def issuer(
    url: str,
    audience: str | Sequence[str],
    *,
    resource: str | None = None,
    jwks_uri: str | None = None,
    keys: KeySet | None = None,
    provider: str = "generic",
    loopback_for_development: bool = False,
    **options: Unpack[PolicyOptions],
) -> Issuer:
    """The issuer that writes `url` into ``iss``, exactly so, and `audience` into ``aud``.

    `resource`, the public URL of the MCP endpoint, is `audience` unless given, if that is one https
    URL. `jwks_uri`, `keys` and `loopback_for_development` are as `Issuer` has them, `provider` and
    `options` as `Policy` has.

    Raises PolicyError.

    >>> import gatepost
    >>> okta = "https://dev-1.okta.com/oauth2/default"
    >>> mine = gatepost.issuer(okta, "api://default", resource="https://mcp.example.com/mcp")
    >>> mine.resource, mine.jwks_uri
    ('https://mcp.example.com/mcp', None)
    """
    policy = Policy(url, audience, provider=provider, **options)
    if resource is None and isinstance(audience, str):
        schemes = ("https://", "http://") if loopback_for_development else ("https://",)
        resource = audience if audience.startswith(schemes) else None
    return Issuer(policy, resource, jwks_uri, keys, loopback_for_development)

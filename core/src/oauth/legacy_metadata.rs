//! The document with which a server of the MCP revision 2025-03-26 names its authorization
//! endpoints.

use core::fmt;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::ServerMetadata;
use super::document::{List, is_scope};
use super::well_known::{AUTHORIZATION_SERVER, is_target, issuer_uri};
use crate::text::form::Encoded;
use crate::text::uri::Uri;
use crate::text::writer;
use crate::{Reason, StringList, Strings};

/// The metadata of the authorization server, served by the MCP server itself, at the root of its
/// origin, for clients of the MCP revision 2025-03-26.
///
/// Such a client takes the MCP server for its own authorization server. It asks that server's
/// `/.well-known/oauth-authorization-server`, whatever the path of the endpoint, and finds here
/// the endpoints of the tenant. Newer clients are led by the
/// [`ResourceMetadata`](super::ResourceMetadata) to the tenant itself and never ask, unless these
/// cannot be had. With Auth0 it is there from the start, see
/// [`Provider::legacy_metadata`](super::Provider::legacy_metadata); elsewhere, it is for whoever
/// still has such clients.
///
/// **Who refuses it.** The document's issuer is the tenant, whose name the tokens bear, and not the
/// server that it was fetched from. A client that compares the two, as
/// [RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3) demands, must not
/// use it: that of the official Go SDK does, as does [`ServerMetadata::parse`], and whatever
/// follows the revision 2026-07-28. To name the server as the issuer would please them, and be
/// untrue.
///
/// ```
/// use gatepost::oauth::LegacyServerMetadata;
///
/// let legacy = LegacyServerMetadata::new(
///     "https://id.example.com/realms/mcp",
///     "https://id.example.com/realms/mcp/authorize",
///     "https://id.example.com/realms/mcp/token",
/// )?
/// .with_audience("https://mcp.example.com/mcp")?;
/// assert!(LegacyServerMetadata::is_target("/.well-known/oauth-authorization-server"));
///
/// let mut memory = [0; 1024];
/// assert!(legacy.write(&mut memory)?.contains(concat!(
///     r#""authorization_endpoint":"https://id.example.com/realms/mcp/authorize"#,
///     r#"?audience=https%3A%2F%2Fmcp.example.com%2Fmcp""#,
/// )));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Debug)]
pub struct LegacyServerMetadata<'m> {
    issuer: &'m str,
    authorization_endpoint: Endpoint<'m>,
    token_endpoint: Endpoint<'m>,
    registration_endpoint: Option<Endpoint<'m>>,
    jwks_uri: Option<Endpoint<'m>>,
    auth_methods: Option<StringList<'m>>,
    scopes_supported: Strings<'m>,
    audience: Option<&'m str>,
}

impl<'m> LegacyServerMetadata<'m> {
    /// A document that names the endpoints of `issuer`, which has to support PKCE with S256.
    ///
    /// All are `https` URLs, or `http` on this machine, without a fragment; the issuer has no
    /// query either.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for other URLs.
    pub fn new(
        issuer: &'m str,
        authorization_endpoint: &'m str,
        token_endpoint: &'m str,
    ) -> Result<Self, Reason> {
        issuer_uri(issuer).ok_or(Reason::Misuse)?;
        Ok(Self {
            issuer,
            authorization_endpoint: Endpoint::new(authorization_endpoint)?,
            token_endpoint: Endpoint::new(token_endpoint)?,
            registration_endpoint: None,
            jwks_uri: None,
            auth_methods: None,
            scopes_supported: Strings::NONE,
            audience: None,
        })
    }

    /// A document that names the endpoints that the authorization server's own metadata name.
    ///
    /// # Errors
    ///
    /// Those of [`ServerMetadata::require_code_flow`]: the document is for clients.
    pub fn of_server(server: &ServerMetadata<'m>) -> Result<Self, Reason> {
        let flow = server.require_code_flow()?;
        let whole = |base| Endpoint { base, path: "" };
        Ok(Self {
            registration_endpoint: server.registration_endpoint().map(whole),
            jwks_uri: server.jwks_uri().map(whole),
            auth_methods: server.token_endpoint_auth_methods_supported(),
            ..Self::new(server.issuer(), flow.authorization_endpoint, flow.token_endpoint)?
        })
    }

    /// A document that names the endpoints of an Auth0 tenant, whose issuer ends with a slash.
    pub(super) const fn of_auth0(issuer: &'m str) -> Self {
        Self {
            issuer,
            authorization_endpoint: Endpoint { base: issuer, path: "authorize" },
            token_endpoint: Endpoint { base: issuer, path: "oauth/token" },
            registration_endpoint: Some(Endpoint { base: issuer, path: "oidc/register" }),
            jwks_uri: Some(Endpoint { base: issuer, path: ".well-known/jwks.json" }),
            auth_methods: None,
            scopes_supported: Strings::NONE,
            audience: None,
        }
    }

    /// Lets the authorization endpoint carry `audience`, so that the tokens are meant for this
    /// server: clients of that revision send no `resource`, and would be given a token for
    /// something else.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty one.
    pub const fn with_audience(self, audience: &'m str) -> Result<Self, Reason> {
        if audience.is_empty() {
            return Err(Reason::Misuse);
        }
        let mut with = self;
        with.audience = Some(audience);
        Ok(with)
    }

    /// Names the endpoint where clients register themselves.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no `https` URL, or `http` on this machine.
    pub fn with_registration_endpoint(self, url: &'m str) -> Result<Self, Reason> {
        Ok(Self { registration_endpoint: Some(Endpoint::new(url)?), ..self })
    }

    /// Lists scopes, as [`ResourceMetadata::with_scopes_supported`] does.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no scope.
    ///
    /// [`ResourceMetadata::with_scopes_supported`]: super::ResourceMetadata::with_scopes_supported
    pub fn with_scopes_supported(self, scopes: impl Into<Strings<'m>>) -> Result<Self, Reason> {
        let scopes_supported = scopes.into();
        if !scopes_supported.iter().all(is_scope) {
            return Err(Reason::Misuse);
        }
        Ok(Self { scopes_supported, ..self })
    }

    /// Whether a `GET` of `target` asks for the document: it stands at the root alone.
    ///
    /// `target` is the target of a request in the origin-form or the absolute-form, as it arrived.
    #[must_use]
    pub fn is_target(target: &str) -> bool {
        is_target(target, AUTHORIZATION_SERVER)
    }

    /// Writes the document, of the type `application/json`, into the front of `memory`.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write<'w>(&self, memory: &'w mut [u8]) -> Result<&'w str, Reason> {
        let document = Document {
            issuer: self.issuer,
            authorization_endpoint: WithAudience(self.authorization_endpoint, self.audience),
            token_endpoint: self.token_endpoint,
            registration_endpoint: self.registration_endpoint,
            jwks_uri: self.jwks_uri,
            scopes_supported: List(self.scopes_supported),
            response_types_supported: ["code"],
            grant_types_supported: ["authorization_code", "refresh_token"],
            token_endpoint_auth_methods_supported: self.auth_methods.clone().map(Methods),
            code_challenge_methods_supported: ["S256"],
        };
        writer::json(&document, memory).map(|(text, _)| text)
    }
}

/// The URL of an endpoint: the whole of it, or an issuer and what stands behind it.
#[derive(Clone, Copy, Debug)]
struct Endpoint<'m> {
    base: &'m str,
    path: &'static str,
}

impl<'m> Endpoint<'m> {
    fn new(url: &'m str) -> Result<Self, Reason> {
        let is_good = Uri::parse(url).is_some_and(|u| u.is_secure() && u.fragment.is_none());
        if is_good { Ok(Self { base: url, path: "" }) } else { Err(Reason::Misuse) }
    }
}

impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.base, self.path)
    }
}

impl Serialize for Endpoint<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct WithAudience<'m>(Endpoint<'m>, Option<&'m str>);

impl fmt::Display for WithAudience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(endpoint, audience) = self;
        let Some(audience) = audience else { return endpoint.fmt(f) };
        // A query that the endpoint has is kept (RFC 6749, section 3.1).
        let separator = if endpoint.base.contains('?') { '&' } else { '?' };
        write!(f, "{endpoint}{separator}audience={}", Encoded(audience))
    }
}

impl Serialize for WithAudience<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Methods<'m>(StringList<'m>);

impl Serialize for Methods<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for method in self.0.clone() {
            sequence.serialize_element(method)?;
        }
        sequence.end()
    }
}

#[derive(Serialize)]
struct Document<'m> {
    issuer: &'m str,
    authorization_endpoint: WithAudience<'m>,
    token_endpoint: Endpoint<'m>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<Endpoint<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<Endpoint<'m>>,
    #[serde(skip_serializing_if = "List::is_empty")]
    scopes_supported: List<'m>,
    response_types_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_methods_supported: Option<Methods<'m>>,
    code_challenge_methods_supported: [&'static str; 1],
}

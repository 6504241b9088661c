//! What a protected resource says of itself
//! ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)).

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::document::{List, is_false, is_scope};
use super::well_known::{PROTECTED_RESOURCE, WellKnownUrl, is_target, issuer_uri};
use crate::text::uri::Uri;
use crate::text::writer;
use crate::{Algorithms, Reason, Strings};

/// The metadata that an MCP server publishes: its identifier, and whose tokens it accepts.
///
/// The identifier `resource` is the public URL of the MCP endpoint, as it is configured: it is
/// never taken from a request, and published byte for byte, because clients compare it with the
/// URL that they asked for
/// ([RFC 9728, section 3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3)). The document is
/// served at two places, [`is_target`](Self::is_target), and is the same at both.
///
/// What the server advertises is apart from what it enforces:
/// [`with_scopes_supported`](Self::with_scopes_supported) takes the few scopes to begin with.
/// Members about signed responses (`jwks_uri`, `resource_signing_alg_values_supported`,
/// `signed_metadata`) are not written: an MCP server signs none.
///
/// ```
/// use gatepost::oauth::ResourceMetadata;
///
/// let resource = "https://mcp.example.com/mcp";
/// let metadata = ResourceMetadata::new(resource, "https://tenant.auth0.com/")?
///     .with_scopes_supported(&["mcp:tools"])?;
///
/// let mut memory = [0; 1024];
/// assert_eq!(
///     metadata.write(&mut memory)?,
///     r#"{"resource":"https://mcp.example.com/mcp","#.to_owned()
///         + r#""authorization_servers":["https://tenant.auth0.com/"],"#
///         + r#""scopes_supported":["mcp:tools"],"bearer_methods_supported":["header"]}"#,
/// );
/// // For the `resource_metadata` of challenges.
/// assert_eq!(
///     metadata.url().write(&mut memory)?,
///     "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
/// );
/// assert!(metadata.is_target("/.well-known/oauth-protected-resource/mcp"));
/// assert!(metadata.is_target("/.well-known/oauth-protected-resource"));
/// assert!(!metadata.is_target("/mcp"));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResourceMetadata<'m> {
    resource: &'m str,
    url: WellKnownUrl<'m>,
    authorization_servers: Strings<'m>,
    scopes_supported: Strings<'m>,
    name: Option<&'m str>,
    documentation: Option<&'m str>,
    policy: Option<&'m str>,
    terms_of_service: Option<&'m str>,
    dpop_algorithms: Algorithms,
    requires_dpop: bool,
    binds_to_certificates: bool,
}

impl<'m> ResourceMetadata<'m> {
    /// The metadata of the MCP server whose endpoint is `resource`, and which accepts the tokens
    /// of `authorization_servers`, one or several.
    ///
    /// `resource` is an `https` URL without user, fragment and dot segments; `http` will do on
    /// this machine. The canonical form is in lower case and has no slash at its end that means
    /// nothing (MCP 2026-07-28, "Canonical Server URI"); other forms are taken, and never changed.
    /// The issuers are URLs of the same kind, without a query. Both are compared by others byte
    /// for byte: a slash at the end counts.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for other URLs, and for no issuer.
    pub fn new(
        resource: &'m str,
        authorization_servers: impl Into<Strings<'m>>,
    ) -> Result<Self, Reason> {
        let authorization_servers = authorization_servers.into();
        let are_issuers = authorization_servers.iter().all(|issuer| issuer_uri(issuer).is_some());
        if List(authorization_servers).is_empty() || !are_issuers {
            return Err(Reason::Misuse);
        }
        Ok(Self {
            resource,
            url: WellKnownUrl::of_resource(resource)?,
            authorization_servers,
            scopes_supported: Strings::NONE,
            name: None,
            documentation: None,
            policy: None,
            terms_of_service: None,
            dpop_algorithms: Algorithms::NONE,
            requires_dpop: false,
            binds_to_certificates: false,
        })
    }

    /// Advertises these scopes: the few that basic use needs, and that clients ask for when no
    /// challenge tells them better. Others are asked for when they are needed (MCP 2026-07-28,
    /// "Scope Selection Strategy"). What is enforced is not touched.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no scope
    /// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)), for
    /// `offline_access`, which is a matter between client and authorization server, and for `*`,
    /// which asks for everything.
    pub fn with_scopes_supported(self, scopes: impl Into<Strings<'m>>) -> Result<Self, Reason> {
        let scopes_supported = scopes.into();
        let is_advertised = |scope| is_scope(scope) && !matches!(scope, "offline_access" | "*");
        if !scopes_supported.iter().all(is_advertised) {
            return Err(Reason::Misuse);
        }
        Ok(Self { scopes_supported, ..self })
    }

    /// Names the server for people (`resource_name`).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty name.
    pub const fn with_name(self, name: &'m str) -> Result<Self, Reason> {
        if name.is_empty() { Err(Reason::Misuse) } else { Ok(Self { name: Some(name), ..self }) }
    }

    /// Says where the documentation for developers is (`resource_documentation`).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no `https` or `http` URL.
    pub fn with_documentation(self, url: &'m str) -> Result<Self, Reason> {
        Ok(Self { documentation: Some(page(url)?), ..self })
    }

    /// Says where it stands how data may be used (`resource_policy_uri`).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no `https` or `http` URL.
    pub fn with_policy(self, url: &'m str) -> Result<Self, Reason> {
        Ok(Self { policy: Some(page(url)?), ..self })
    }

    /// Says where the terms of service are (`resource_tos_uri`).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no `https` or `http` URL.
    pub fn with_terms_of_service(self, url: &'m str) -> Result<Self, Reason> {
        Ok(Self { terms_of_service: Some(page(url)?), ..self })
    }

    /// Says that proofs of possession ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)) of
    /// these algorithms are understood, and whether every token must be bound to one.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for no algorithm, and for one with a shared secret.
    pub fn with_dpop(
        self,
        algorithms: impl Into<Algorithms>,
        is_required: bool,
    ) -> Result<Self, Reason> {
        let dpop_algorithms = algorithms.into();
        if dpop_algorithms.is_empty() || dpop_algorithms.iter().any(|a| a.is_symmetric()) {
            return Err(Reason::Misuse);
        }
        Ok(Self { dpop_algorithms, requires_dpop: is_required, ..self })
    }

    /// Says that tokens bound to a client's certificate are understood
    /// ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).
    #[must_use]
    pub const fn with_certificate_binding(self) -> Self {
        Self { binds_to_certificates: true, ..self }
    }

    /// The identifier, as it is configured.
    #[must_use]
    pub const fn resource(&self) -> &'m str {
        self.resource
    }

    /// The issuers.
    #[must_use]
    pub const fn authorization_servers(&self) -> Strings<'m> {
        self.authorization_servers
    }

    /// The scopes that are advertised.
    #[must_use]
    pub const fn scopes_supported(&self) -> Strings<'m> {
        self.scopes_supported
    }

    /// The URL of the document, for the `resource_metadata` of challenges: the well-known name is
    /// inserted between the host and the path with its query
    /// ([RFC 9728, section 3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)).
    #[must_use]
    pub const fn url(&self) -> WellKnownUrl<'m> {
        self.url
    }

    /// Whether a `GET` of `target` asks for the document: at its [`url`](Self::url), or at the
    /// root of the server, where clients look next.
    ///
    /// `target` is the target of a request in the origin-form or the absolute-form
    /// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)), as it
    /// arrived; its host is not looked at. One slash more or less at its end does not count.
    #[must_use]
    pub fn is_target(&self, target: &str) -> bool {
        self.url.is_asked_for_by(target) || is_target(target, PROTECTED_RESOURCE)
    }

    /// Writes the document, of the type `application/json`, into the front of `memory`.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write<'w>(&self, memory: &'w mut [u8]) -> Result<&'w str, Reason> {
        let document = Document {
            resource: self.resource,
            authorization_servers: List(self.authorization_servers),
            scopes_supported: List(self.scopes_supported),
            // Never in the query, where it would be logged (OAuth 2.1, section 5.1).
            bearer_methods_supported: ["header"],
            resource_name: self.name,
            resource_documentation: self.documentation,
            resource_policy_uri: self.policy,
            resource_tos_uri: self.terms_of_service,
            tls_client_certificate_bound_access_tokens: self.binds_to_certificates,
            dpop_signing_alg_values_supported: Names(self.dpop_algorithms),
            dpop_bound_access_tokens_required: self.requires_dpop,
        };
        writer::json(&document, memory).map(|(text, _)| text)
    }
}

/// A page for people: `https` or `http`, since nothing but a browser opens it.
fn page(url: &str) -> Result<&str, Reason> {
    let is_page = Uri::parse(url).is_some_and(|uri| {
        (uri.is_https() || uri.is_http()) && uri.authority.is_some_and(|a| !a.host.is_empty())
    });
    if is_page { Ok(url) } else { Err(Reason::Misuse) }
}

/// [RFC 9728, section 2](https://www.rfc-editor.org/rfc/rfc9728#section-2); members without a
/// value are left out (section 3.2).
#[derive(Serialize)]
struct Document<'m> {
    resource: &'m str,
    authorization_servers: List<'m>,
    #[serde(skip_serializing_if = "List::is_empty")]
    scopes_supported: List<'m>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy_uri: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_tos_uri: Option<&'m str>,
    #[serde(skip_serializing_if = "is_false")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Names::is_empty")]
    dpop_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "is_false")]
    dpop_bound_access_tokens_required: bool,
}

struct Names(Algorithms);

impl Names {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for algorithm in self.0.iter() {
            sequence.serialize_element(algorithm.name())?;
        }
        sequence.end()
    }
}

//! The requests with which a client obtains a token, and what it checks of the answer.

use core::fmt::{self, Write};

use super::ServerMetadata;
use crate::Reason;
use crate::text::form::Encoded;
use crate::text::uri::Uri;
use crate::text::writer::Writer;

/// An authorization request: where the client sends whoever uses it
/// ([RFC 6749, section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1)).
///
/// It always has a code challenge and the `resource`, whether or not the server heeds it
/// ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707); MCP 2026-07-28, "Resource Parameter
/// Implementation"). Before the client sends anybody away, it keeps, under `state`, the code
/// verifier and the server's [`issuer`](ServerMetadata::issuer), which
/// [`verify_authorization_response_issuer`] asks for.
///
/// ```
/// use gatepost::oauth::{AuthorizationRequest, ServerMetadata};
///
/// let fetched = r#"{"issuer":"https://id.example",
///     "authorization_endpoint":"https://id.example/go",
///     "token_endpoint":"https://id.example/token","response_types_supported":["code"],
///     "code_challenge_methods_supported":["S256"]}"#;
/// let (mut memory, mut url) = ([0; 4096], [0; 1024]);
/// let server = ServerMetadata::parse(fetched, "https://id.example", &mut memory)?;
/// let request = AuthorizationRequest {
///     client_id: "https://app.example/client.json",
///     redirect_uri: "http://127.0.0.1:3000/callback",
///     resource: "https://mcp.example.com/mcp",
///     audience: None,
///     scope: Some("mcp:tools"),
///     state: "af0ifjsldkj",
///     code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
/// };
/// assert_eq!(
///     request.write_url(&server, &mut url)?,
///     "https://id.example/go?response_type=code\
///      &client_id=https%3A%2F%2Fapp.example%2Fclient.json\
///      &redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback\
///      &state=af0ifjsldkj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
///      &code_challenge_method=S256&resource=https%3A%2F%2Fmcp.example.com%2Fmcp\
///      &scope=mcp%3Atools",
/// );
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationRequest<'r> {
    /// As the server knows the client.
    pub client_id: &'r str,
    /// Where the answer goes; registered.
    pub redirect_uri: &'r str,
    /// The identifier of the MCP server, as
    /// [`ResourceMetadataDocument::resource`](super::ResourceMetadataDocument::resource) has it:
    /// an absolute URI without a fragment.
    pub resource: &'r str,
    /// The `audience`, for a server that heeds it and perhaps not the `resource`; see
    /// [`Provider::heeds_audience`](super::Provider::heeds_audience).
    pub audience: Option<&'r str>,
    /// Words separated by spaces; see [`initial_scope`](super::initial_scope).
    pub scope: Option<&'r str>,
    /// Random and used once, to find the request that an answer belongs to.
    pub state: &'r str,
    /// The SHA-256 of the code verifier in base64url, 43 characters
    /// ([RFC 7636, section 4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
    pub code_challenge: &'r str,
}

impl AuthorizationRequest<'_> {
    /// Writes the URL into the front of `memory`.
    ///
    /// # Errors
    ///
    /// Those of [`ServerMetadata::require_code_flow`], [`Reason::PkceNotSupported`] among them;
    /// [`Reason::InvalidCodeChallenge`]; [`Reason::Misuse`] for an empty value, and for a
    /// `resource` that is no absolute URI or has a fragment; [`Reason::MemoryTooSmall`].
    pub fn write_url<'m>(
        &self,
        server: &ServerMetadata<'_>,
        memory: &'m mut [u8],
    ) -> Result<&'m str, Reason> {
        let endpoint = server.require_code_flow()?.authorization_endpoint;
        let is_base64url = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        if self.code_challenge.len() != 43 || !self.code_challenge.bytes().all(is_base64url) {
            return Err(Reason::InvalidCodeChallenge);
        }
        require_resource(self.resource)?;
        let mut query = Parameters::behind(endpoint, memory);
        query.push("response_type", "code")?;
        query.push("client_id", self.client_id)?;
        query.push("redirect_uri", self.redirect_uri)?;
        query.push("state", self.state)?;
        query.push("code_challenge", self.code_challenge)?;
        query.push("code_challenge_method", "S256")?;
        query.push("resource", self.resource)?;
        for (name, value) in [("audience", self.audience), ("scope", self.scope)] {
            if let Some(value) = value {
                query.push(name, value)?;
            }
        }
        query.finish()
    }
}

/// A token request of a client without a secret
/// ([RFC 6749, sections 4.1.3 and 6](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)).
///
/// It always has the `resource`, the same as the authorization request.
///
/// ```
/// use gatepost::oauth::{Grant, TokenRequest};
///
/// let request = TokenRequest {
///     grant: Grant::RefreshToken { refresh_token: "tGzv3JOkF0XG5Qx2TlKWIA" },
///     client_id: "s6BhdRkqt3",
///     resource: "https://mcp.example.com/mcp",
/// };
/// assert_eq!(
///     request.write_body(&mut [0; 256])?,
///     "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA\
///      &client_id=s6BhdRkqt3&resource=https%3A%2F%2Fmcp.example.com%2Fmcp",
/// );
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'r> {
    /// What is redeemed.
    pub grant: Grant<'r>,
    /// As the server knows the client.
    pub client_id: &'r str,
    /// The identifier of the MCP server.
    pub resource: &'r str,
}

/// What a client redeems for a token.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Grant<'r> {
    /// The code of an authorization response.
    AuthorizationCode {
        /// The code.
        code: &'r str,
        /// The one of the authorization request.
        redirect_uri: &'r str,
        /// The one that the code challenge was made of.
        code_verifier: &'r str,
    },
    /// A refresh token.
    RefreshToken {
        /// The refresh token.
        refresh_token: &'r str,
    },
}

impl TokenRequest<'_> {
    /// Writes the body, of the type `application/x-www-form-urlencoded`, into the front of
    /// `memory`. It holds secrets: whoever sent it wipes it.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty value, and for a `resource` that is no absolute URI or has
    /// a fragment; [`Reason::MemoryTooSmall`].
    pub fn write_body<'m>(&self, memory: &'m mut [u8]) -> Result<&'m str, Reason> {
        require_resource(self.resource)?;
        let mut body = Parameters::new(memory);
        match self.grant {
            Grant::AuthorizationCode { code, redirect_uri, code_verifier } => {
                body.push("grant_type", "authorization_code")?;
                body.push("code", code)?;
                body.push("redirect_uri", redirect_uri)?;
                body.push("code_verifier", code_verifier)?;
            }
            Grant::RefreshToken { refresh_token } => {
                body.push("grant_type", "refresh_token")?;
                body.push("refresh_token", refresh_token)?;
            }
        }
        body.push("client_id", self.client_id)?;
        body.push("resource", self.resource)?;
        body.finish()
    }
}

/// No secret is shown.
impl fmt::Debug for Grant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthorizationCode { .. } => "AuthorizationCode",
            Self::RefreshToken { .. } => "RefreshToken",
        })
    }
}

/// Demands that an authorization response, of success or of failure, comes from the server that
/// the client sent somebody to
/// ([RFC 9207, section 2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4); MCP 2026-07-28,
/// "Authorization Response Validation").
///
/// `recorded` is the [`ServerMetadata::issuer`] that was kept with the request, `sends_issuer` what
/// that server's [`ServerMetadata::sends_issuer`] said, and `iss` the parameter of the response,
/// its form encoding decoded and nothing else: it is compared byte for byte. On a mismatch nothing
/// of the response is to be used or shown, its error text neither.
///
/// # Errors
///
/// [`Reason::IssuerMismatch`] for another issuer, and for none where one was promised.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::verify_authorization_response_issuer as verify;
///
/// assert_eq!(verify("https://id.example", true, Some("https://id.example")), Ok(()));
/// assert_eq!(verify("https://id.example", false, None), Ok(()));
/// for (sends_issuer, iss) in [(true, None), (false, Some("https://id.example/"))] {
///     assert_eq!(verify("https://id.example", sends_issuer, iss), Err(Reason::IssuerMismatch));
/// }
/// ```
pub fn verify_authorization_response_issuer(
    recorded: &str,
    sends_issuer: bool,
    iss: Option<&str>,
) -> Result<(), Reason> {
    match iss {
        Some(iss) if iss == recorded => Ok(()),
        None if !sends_issuer => Ok(()),
        _ => Err(Reason::IssuerMismatch),
    }
}

/// [RFC 8707, section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2).
fn require_resource(resource: &str) -> Result<(), Reason> {
    match Uri::parse(resource) {
        Some(uri) if uri.fragment.is_none() => Ok(()),
        _ => Err(Reason::Misuse),
    }
}

/// Names and values of a query or a form.
struct Parameters<'m> {
    writer: Writer<'m>,
    /// What goes before the next name.
    separator: &'static str,
}

impl<'m> Parameters<'m> {
    const fn new(memory: &'m mut [u8]) -> Self {
        Self { writer: Writer::new(memory), separator: "" }
    }

    /// Those of the query of `url`, behind the ones that it has.
    fn behind(url: &str, memory: &'m mut [u8]) -> Self {
        let mut writer = Writer::new(memory);
        writer.push(url);
        Self { writer, separator: if url.contains('?') { "&" } else { "?" } }
    }

    fn push(&mut self, name: &str, value: &str) -> Result<(), Reason> {
        if value.is_empty() {
            return Err(Reason::Misuse);
        }
        write!(self.writer, "{}{name}={}", self.separator, Encoded(value))
            .map_err(|_| Reason::MemoryTooSmall)?;
        self.separator = "&";
        Ok(())
    }

    fn finish(self) -> Result<&'m str, Reason> {
        self.writer.finish().map(|(text, _)| text)
    }
}

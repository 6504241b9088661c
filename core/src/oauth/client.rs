//! What a client decides: how it is known, and which scopes it asks for.

use super::document::is_scope;
use super::{ResourceMetadataDocument, ServerMetadata};
use crate::Reason;
use crate::limits::MAX_REQUESTED_SCOPES;
use crate::text::writer::Writer;

/// How a client comes to a `client_id` at an authorization server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration<'d> {
    /// It has one that was given to it for this issuer.
    Preregistered,
    /// It is the URL of the client's metadata document.
    MetadataDocument,
    /// It registers itself at this endpoint
    /// ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)).
    Dynamic {
        /// `https`, or `http` on this machine.
        endpoint: &'d str,
    },
    /// Whoever uses the client has to enter one.
    AskUser,
}

impl<'d> Registration<'d> {
    /// The first of the ways that is open, in the order of MCP 2026-07-28 ("Client Registration"):
    /// a `client_id` that the client has for this very issuer, its metadata document where the
    /// server reads such, registration where the server has an endpoint for it.
    ///
    /// What a client has from one issuer is never used at another: credentials are kept under the
    /// issuer's name.
    ///
    /// ```
    /// use gatepost::oauth::{Registration, ServerMetadata};
    ///
    /// let fetched = r#"{"issuer":"https://id.example",
    ///     "client_id_metadata_document_supported":true,
    ///     "registration_endpoint":"https://id.example/register"}"#;
    /// let mut memory = [0; 4096];
    /// let server = ServerMetadata::parse(fetched, "https://id.example", &mut memory)?;
    /// let choose = |is_registered, has_document| {
    ///     Registration::choose(&server, is_registered, has_document)
    /// };
    /// assert_eq!(choose(true, true), Registration::Preregistered);
    /// assert_eq!(choose(false, true), Registration::MetadataDocument);
    /// let endpoint = "https://id.example/register";
    /// assert_eq!(choose(false, false), Registration::Dynamic { endpoint });
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    #[must_use]
    pub fn choose(
        server: &ServerMetadata<'d>,
        is_preregistered: bool,
        has_metadata_document: bool,
    ) -> Self {
        match server.registration_endpoint() {
            _ if is_preregistered => Self::Preregistered,
            _ if has_metadata_document && server.reads_client_metadata_documents() => {
                Self::MetadataDocument
            }
            Some(endpoint) => Self::Dynamic { endpoint },
            None => Self::AskUser,
        }
    }
}

/// Writes the `scope` of a client's first authorization request into the front of `memory`: the
/// `challenged` one, if the 401 named some; else all that `resource` advertises; else none, and
/// the parameter is left out (MCP 2026-07-28, "Scope Selection Strategy").
///
/// Each scope is written once, in the order in which it came; an empty `challenged` counts as
/// none. `challenged` is the `scope` of the challenge, words separated by spaces.
///
/// # Errors
///
/// [`Reason::InvalidMetadata`] for what is no scope
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)),
/// [`Reason::TooLarge`] for more than [`MAX_REQUESTED_SCOPES`], [`Reason::MemoryTooSmall`].
///
/// ```
/// use gatepost::oauth::{ResourceMetadataDocument, initial_scope};
///
/// let fetched = r#"{"resource":"https://mcp.example.com/mcp",
///     "authorization_servers":["https://id.example"],
///     "scopes_supported":["mcp:tools","mcp:read"]}"#;
/// let (mut memory, mut scope) = ([0; 4096], [0; 64]);
/// let resource =
///     ResourceMetadataDocument::parse(fetched, "https://mcp.example.com/mcp", &mut memory)?;
/// assert_eq!(initial_scope(Some("files:read"), &resource, &mut scope)?, Some("files:read"));
/// assert_eq!(initial_scope(None, &resource, &mut scope)?, Some("mcp:tools mcp:read"));
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub fn initial_scope<'m>(
    challenged: Option<&str>,
    resource: &ResourceMetadataDocument<'_>,
    memory: &'m mut [u8],
) -> Result<Option<&'m str>, Reason> {
    let challenged = challenged.unwrap_or("");
    let scope = if words(challenged).next().is_some() {
        write_scopes(words(challenged), memory)?
    } else {
        write_scopes(resource.scopes_supported().into_iter().flatten(), memory)?
    };
    Ok((!scope.is_empty()).then_some(scope))
}

/// Writes the `scope` with which a client asks for more into the front of `memory`: what it
/// `requested` before and what the challenge names now, each once, so that nothing that was
/// granted is lost (MCP 2026-07-28, "Step-Up Authorization Flow").
///
/// None where all that is `challenged` was requested already: the authorization server did not
/// grant it, and to ask again is how clients come to loop. A client remembers that for the
/// operation.
///
/// Both are words separated by spaces.
///
/// # Errors
///
/// Those of [`initial_scope`].
///
/// ```
/// use gatepost::oauth::step_up_scope;
///
/// let mut memory = [0; 64];
/// assert_eq!(step_up_scope("a:read", "b:write", &mut memory)?, Some("a:read b:write"));
/// assert_eq!(step_up_scope("a:read b:write", "b:write", &mut memory)?, None);
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub fn step_up_scope<'m>(
    requested: &str,
    challenged: &str,
    memory: &'m mut [u8],
) -> Result<Option<&'m str>, Reason> {
    let scope = write_scopes(words(requested).chain(words(challenged)), memory)?;
    let is_more = words(challenged).any(|new| !words(requested).any(|old| old == new));
    Ok(is_more.then_some(scope))
}

fn words(scope: &str) -> impl Iterator<Item = &str> + Clone {
    scope.split(' ').filter(|word| !word.is_empty())
}

/// Writes `scopes`, each once, separated by spaces.
fn write_scopes<'s, 'm>(
    scopes: impl Iterator<Item = &'s str> + Clone,
    memory: &'m mut [u8],
) -> Result<&'m str, Reason> {
    let mut writer = Writer::new(memory);
    for (i, scope) in scopes.clone().enumerate() {
        if i >= MAX_REQUESTED_SCOPES {
            return Err(Reason::TooLarge);
        }
        if !is_scope(scope) {
            return Err(Reason::InvalidMetadata);
        }
        if scopes.clone().take(i).all(|earlier| earlier != scope) {
            writer.push(if i == 0 { "" } else { " " });
            writer.push(scope);
        }
    }
    writer.finish().map(|(text, _)| text)
}

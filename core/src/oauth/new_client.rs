//! A client that introduces itself: by registration or with a document of its own.

use super::client_document::{ClientDocument, Configured, grant_types};
use super::client_id::ClientIdUrl;
use super::client_reader::is_scope;
use super::redirect_uri::{ApplicationType, RedirectRules};
use crate::text::uri::Uri;
use crate::{Reason, Strings};

/// A public client that introduces itself to an authorization server.
///
/// Its `application_type`, which MCP clients must send, follows from its redirect URIs: `native`
/// as soon as one is of the user's machine (MCP 2026-07-28, "Application Type and Redirect URI
/// Constraints").
///
/// ```
/// use gatepost::oauth::{ApplicationType, ClientIdUrl, NewClient, RedirectRules};
///
/// let uris = &["http://127.0.0.1/callback"];
/// let client = NewClient::new("Example", uris, &RedirectRules::new())?
///     .with_client_uri("https://app.example.com")?
///     .with_refresh_tokens();
/// assert_eq!(client.application_type(), ApplicationType::Native);
///
/// // The body of the registration request ...
/// let mut memory = [0; 512];
/// let request = client.write_registration_request(&mut memory)?;
/// assert!(request.contains(r#""application_type":"native""#));
///
/// // ... or the document to publish, which needs no registration.
/// let url = ClientIdUrl::parse("https://app.example.com/client.json")?;
/// let document = client.write_metadata_document(&url, &mut memory)?;
/// assert!(document.contains(r#""client_id":"https://app.example.com/client.json""#));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NewClient<'c> {
    name: &'c str,
    redirect_uris: Strings<'c>,
    application_type: ApplicationType,
    client_uri: Option<&'c str>,
    scope: Option<&'c str>,
    may_refresh: bool,
}

impl<'c> NewClient<'c> {
    /// Names the client and where it wants to be called back; `redirects` are the rules for the
    /// latter.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty name, and for a redirect URI that is not acceptable, or none
    /// at all.
    pub fn new(
        name: &'c str,
        redirect_uris: impl Into<Strings<'c>>,
        redirects: &RedirectRules<'_>,
    ) -> Result<Self, Reason> {
        let redirect_uris = redirect_uris.into();
        let mut application_type = ApplicationType::Web;
        for uri in redirect_uris.iter() {
            let uri = redirects.parse(uri).map_err(|_| Reason::Misuse)?;
            if !application_type.allows(&uri) {
                application_type = ApplicationType::Native;
            }
        }
        if name.is_empty() || redirect_uris.iter().next().is_none() {
            return Err(Reason::Misuse);
        }
        Ok(Self {
            name,
            redirect_uris,
            application_type,
            client_uri: None,
            scope: None,
            may_refresh: false,
        })
    }

    /// The client's page, an `https` URL.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for another.
    pub fn with_client_uri(self, client_uri: &'c str) -> Result<Self, Reason> {
        if Uri::parse(client_uri).is_some_and(|uri| uri.is_secure()) {
            Ok(Self { client_uri: Some(client_uri), ..self })
        } else {
            Err(Reason::Misuse)
        }
    }

    /// The scopes that it may ask for, separated by single spaces
    /// ([RFC 7591, section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for another form.
    pub fn with_scope(self, scope: &'c str) -> Result<Self, Reason> {
        if is_scope(scope) { Ok(Self { scope: Some(scope), ..self }) } else { Err(Reason::Misuse) }
    }

    /// Asks for refresh tokens as well (MCP 2026-07-28, "Refresh Tokens").
    #[must_use]
    pub const fn with_refresh_tokens(self) -> Self {
        Self { may_refresh: true, ..self }
    }

    /// What kind of client it is.
    #[must_use]
    pub const fn application_type(&self) -> ApplicationType {
        self.application_type
    }

    /// Writes the body of a registration request into the front of `memory`; it is to be sent as
    /// `application/json` ([RFC 7591, section 3.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write_registration_request<'m>(&self, memory: &'m mut [u8]) -> Result<&'m str, Reason> {
        self.document(None).write(None, memory)
    }

    /// Writes the document to publish at `client_id` into the front of `memory`; it is to be served
    /// with the status 200 and as `application/json`
    /// ([CIMD draft -01, section 4.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-4.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write_metadata_document<'m>(
        &self,
        client_id: &ClientIdUrl<'_>,
        memory: &'m mut [u8],
    ) -> Result<&'m str, Reason> {
        self.document(Some(client_id.as_str())).write(None, memory)
    }

    fn document<'d>(&'d self, client_id: Option<&'d str>) -> ClientDocument<'d, Configured<'d>> {
        ClientDocument {
            client_id,
            client_id_issued_at: None,
            client_secret: None,
            client_secret_expires_at: None,
            redirect_uris: Configured(self.redirect_uris),
            application_type: self.application_type.name(),
            token_endpoint_auth_method: "none",
            grant_types: grant_types(self.may_refresh),
            response_types: ["code"],
            client_name: Some(self.name),
            client_uri: self.client_uri,
            logo_uri: None,
            scope: self.scope,
            contacts: None,
            tos_uri: None,
            policy_uri: None,
            jwks_uri: None,
            software_id: None,
            software_version: None,
        }
    }
}

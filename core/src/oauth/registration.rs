//! The answers to a registration request
//! ([RFC 7591, section 3.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2)), written and read.

use core::fmt;

use serde::Serialize;

use super::client_document::{ClientDocument, Read, grant_types};
use super::client_metadata::ClientMetadata;
use super::client_rules::AuthMethod;
use crate::limits::{MAX_CLIENT_ID_LEN, MAX_REGISTRATION_LEN, MAX_TIME};
use crate::text::json::{self, Known, Members, Text, Value};
use crate::text::writer;
use crate::{Reason, UnixTime};

/// What a server gives a client that it registers.
///
/// The secret is not printed.
#[derive(Clone, Copy)]
pub struct ClientCredentials<'c> {
    id: &'c str,
    issued_at: UnixTime,
    secret: Option<(&'c str, Option<UnixTime>)>,
}

impl<'c> ClientCredentials<'c> {
    /// An identifier of 1 to [`MAX_CLIENT_ID_LEN`] visible ASCII characters, for a client that
    /// needs no secret
    /// ([RFC 7591, section 3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for another form, and for an identifier that could be the URL of a
    /// metadata document
    /// ([CIMD draft -01, section 6.9](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-6.9)).
    pub fn new(client_id: &'c str, issued_at: UnixTime) -> Result<Self, Reason> {
        let is_url = client_id.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        if !is_visible(client_id) || client_id.len() > MAX_CLIENT_ID_LEN || is_url {
            return Err(Reason::Misuse);
        }
        Ok(Self { id: client_id, issued_at, secret: None })
    }

    /// Adds a secret of visible ASCII characters, which must be random, and when it expires; `None`
    /// is never.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for another form, and for a time that is 0, which would be never.
    pub fn with_secret(
        self,
        secret: &'c str,
        expires_at: Option<UnixTime>,
    ) -> Result<Self, Reason> {
        if !is_visible(secret) || expires_at.is_some_and(|time| time.as_secs() == 0) {
            return Err(Reason::Misuse);
        }
        Ok(Self { secret: Some((secret, expires_at)), ..self })
    }
}

impl fmt::Debug for ClientCredentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials").field("id", &self.id).finish_non_exhaustive()
    }
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl ClientMetadata<'_> {
    /// Writes the answer to the registration request into the front of `memory`: all that is
    /// registered, with what was replaced. Send it with the status 201, as `application/json` and
    /// with `Cache-Control: no-store`
    /// ([RFC 7591, section 3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`]; [`Reason::Misuse`] where the client needs a secret and gets
    /// none, or gets one that it does not need.
    ///
    /// ```
    /// use gatepost::oauth::{ClientCredentials, ClientMetadata, ClientRules};
    /// use gatepost::UnixTime;
    ///
    /// let request = br#"{"redirect_uris": ["https://app.example.com/callback"]}"#;
    /// let (mut memory, mut answer) = ([0; 256], [0; 512]);
    /// let client = ClientMetadata::from_registration(request, &ClientRules::new(), &mut memory)?;
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let credentials = ClientCredentials::new("s6BhdRkqt3", now)?;
    /// assert_eq!(
    ///     client.write_registration(&credentials, &mut answer)?,
    ///     concat!(
    ///         r#"{"client_id":"s6BhdRkqt3","client_id_issued_at":1700000000,"#,
    ///         r#""redirect_uris":["https://app.example.com/callback"],"application_type":"web","#,
    ///         r#""token_endpoint_auth_method":"none","grant_types":["authorization_code"],"#,
    ///         r#""response_types":["code"]}"#,
    ///     ),
    /// );
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    pub fn write_registration<'m>(
        &self,
        credentials: &ClientCredentials<'_>,
        memory: &'m mut [u8],
    ) -> Result<&'m str, Reason> {
        if self.auth_method.needs_secret() != credentials.secret.is_some() {
            return Err(Reason::Misuse);
        }
        let expires_at = credentials.secret.map(|(_, time)| time.map_or(0, |time| time.as_secs()));
        let has_contacts = self.contacts.clone().next().is_some();
        let document = ClientDocument {
            client_id: Some(credentials.id),
            client_id_issued_at: Some(credentials.issued_at.as_secs()),
            client_secret: credentials.secret.map(|(secret, _)| secret),
            client_secret_expires_at: expires_at,
            redirect_uris: Read(self.redirect_uris.clone()),
            application_type: self.application_type.name(),
            token_endpoint_auth_method: self.auth_method.name(),
            grant_types: grant_types(self.may_refresh),
            response_types: ["code"],
            client_name: self.name,
            client_uri: self.client_uri,
            logo_uri: self.logo_uri,
            scope: self.scope,
            contacts: has_contacts.then(|| Read(self.contacts.clone())),
            tos_uri: self.tos_uri,
            policy_uri: self.policy_uri,
            jwks_uri: self.jwks_uri,
            software_id: self.software_id,
            software_version: self.software_version,
        };
        document.write(self.jwks, memory)
    }
}

/// Writes the refusal of a registration request into the front of `memory`: `error` and
/// `error_description`, as JSON. Send it with the status 400, as `application/json` and with
/// `Cache-Control: no-store`
/// ([RFC 7591, section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).
///
/// # Errors
///
/// [`Reason::Misuse`] for a reason that is not the client's fault (8xx, 9xx): that is a status of
/// 500 or 503. [`Reason::MemoryTooSmall`].
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::write_registration_error;
///
/// let mut memory = [0; 256];
/// let body = write_registration_error(Reason::InvalidRedirectUri, &mut memory)?;
/// assert!(body.starts_with(r#"{"error":"invalid_redirect_uri","error_description":""#));
/// # Ok::<(), Reason>(())
/// ```
pub fn write_registration_error(reason: Reason, memory: &mut [u8]) -> Result<&str, Reason> {
    #[derive(Serialize)]
    struct Refusal {
        error: &'static str,
        error_description: &'static str,
    }
    if reason.number() >= 800 {
        return Err(Reason::Misuse);
    }
    let error = match reason {
        Reason::InvalidRedirectUri => INVALID_REDIRECT_URI,
        _ => "invalid_client_metadata",
    };
    let refusal = Refusal { error, error_description: reason.description() };
    writer::json(&refusal, memory).map(|(body, _)| body)
}

const INVALID_REDIRECT_URI: &str = "invalid_redirect_uri";

/// What a client has been given at its registration. Keep it for this authorization server alone,
/// by its issuer (MCP 2026-07-28, "Authorization Server Binding").
///
/// The secret is not printed.
#[derive(Clone, Copy)]
pub struct RegisteredClient<'d> {
    id: &'d str,
    secret: Option<&'d str>,
    secret_expires_at: Option<UnixTime>,
    auth_method: AuthMethod,
}

const CLIENT_ID: usize = 0;
const CLIENT_SECRET: usize = 1;
const EXPIRES_AT: usize = 2;
const AUTH_METHOD: usize = 3;
const ERROR: usize = 4;
static NAMES: Known<5> = Known::new([
    "client_id",
    "client_secret",
    "client_secret_expires_at",
    "token_endpoint_auth_method",
    "error",
]);

impl<'d> RegisteredClient<'d> {
    /// Reads the answer to a registration request, a JSON object of at most
    /// [`MAX_REGISTRATION_LEN`] bytes, accepted (status 201) or refused (status 400).
    ///
    /// `memory` is for member names, 8 bytes each, and then for the strings that hold escapes:
    /// twice the length of `body` is always enough.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidRedirectUri`] and [`Reason::InvalidClientMetadata`] where the server says
    /// so, the latter for its other errors too; [`Reason::InvalidMetadata`] for what is no answer,
    /// or one that demands an authentication that is not supported; [`Reason::TooLarge`]; those of
    /// the JSON reader; [`Reason::MemoryTooSmall`].
    ///
    /// ```
    /// use gatepost::Reason;
    /// use gatepost::oauth::RegisteredClient;
    ///
    /// let memory = &mut [0; 256];
    /// let body = br#"{"client_id": "s6BhdRkqt3", "token_endpoint_auth_method": "none"}"#;
    /// assert_eq!(RegisteredClient::parse(body, memory)?.client_id(), "s6BhdRkqt3");
    ///
    /// let body = br#"{"error": "invalid_redirect_uri", "error_description": "not https"}"#;
    /// let refused = RegisteredClient::parse(body, memory).map(drop);
    /// assert_eq!(refused, Err(Reason::InvalidRedirectUri));
    /// # Ok::<(), Reason>(())
    /// ```
    pub fn parse(body: &'d [u8], memory: &'d mut [u8]) -> Result<Self, Reason> {
        if body.len() > MAX_REGISTRATION_LEN {
            return Err(Reason::TooLarge);
        }
        let members = json::object(body, &NAMES, memory)?;
        if let Some(error) = text(&members, ERROR)? {
            return Err(if error == INVALID_REDIRECT_URI {
                Reason::InvalidRedirectUri
            } else {
                Reason::InvalidClientMetadata
            });
        }
        let (id, memory) =
            text(&members, CLIENT_ID)?.ok_or(Reason::InvalidMetadata)?.decode_or_borrow(memory)?;
        let (secret, memory) = match text(&members, CLIENT_SECRET)? {
            Some(secret) => {
                let (secret, memory) = secret.decode_or_borrow(memory)?;
                (Some(secret), memory)
            }
            None => (None, memory),
        };
        let auth_method = match text(&members, AUTH_METHOD)? {
            Some(method) => AuthMethod::from_name(method.decode(memory)?),
            // RFC 7591, section 2; a server that gives no secret cannot mean that.
            None if secret.is_some() => Some(AuthMethod::ClientSecretBasic),
            None => Some(AuthMethod::None),
        };
        let auth_method = auth_method.ok_or(Reason::InvalidMetadata)?;
        // RFC 6749, appendix A.1.
        let is_id = !id.is_empty() && id.bytes().all(|b| matches!(b, b' '..=b'~'));
        if !is_id || auth_method.needs_secret() && secret.is_none_or(str::is_empty) {
            return Err(Reason::InvalidMetadata);
        }
        let secret_expires_at = match members.value(EXPIRES_AT) {
            None | Some(Value::Null) => None,
            Some(Value::Number(number)) => {
                let seconds = number.ceiling(MAX_TIME).ok_or(Reason::InvalidMetadata)?;
                (seconds > 0).then_some(UnixTime::from_secs(seconds))
            }
            Some(_) => return Err(Reason::InvalidMetadata),
        };
        Ok(Self { id, secret, secret_expires_at, auth_method })
    }

    /// The client's identifier.
    #[must_use]
    pub const fn client_id(&self) -> &'d str {
        self.id
    }

    /// The client's secret.
    #[must_use]
    pub const fn client_secret(&self) -> Option<&'d str> {
        self.secret
    }

    /// When the secret expires; `None` is never.
    #[must_use]
    pub const fn client_secret_expires_at(&self) -> Option<UnixTime> {
        self.secret_expires_at
    }

    /// How to authenticate to the token endpoint.
    #[must_use]
    pub const fn auth_method(&self) -> AuthMethod {
        self.auth_method
    }
}

impl fmt::Debug for RegisteredClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClient").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A member that is a string; `null` is none.
fn text<'d>(members: &Members<'d, 5>, member: usize) -> Result<Option<Text<'d>>, Reason> {
    match members.value(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::InvalidMetadata),
    }
}

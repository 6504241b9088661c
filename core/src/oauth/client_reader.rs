//! How the metadata of a client are read.

use core::mem;

use super::client_id::ClientIdUrl;
use super::client_metadata::ClientMetadata;
use super::client_rules::{AuthMethod, ClientRules};
use super::plain_text::is_plain;
use super::redirect_uri::ApplicationType;
use crate::Reason;
use crate::access::StringList;
use crate::jose::{ImportOptions, Jwk};
use crate::limits::MAX_REDIRECT_URIS;
use crate::text::json::{self, Known, Members, Value};
use crate::text::uri::Uri;

const REDIRECT_URIS: usize = 0;
const AUTH_METHOD: usize = 1;
const GRANT_TYPES: usize = 2;
const RESPONSE_TYPES: usize = 3;
const CLIENT_NAME: usize = 4;
const CLIENT_URI: usize = 5;
const LOGO_URI: usize = 6;
const SCOPE: usize = 7;
const CONTACTS: usize = 8;
const TOS_URI: usize = 9;
const POLICY_URI: usize = 10;
const JWKS_URI: usize = 11;
const JWKS: usize = 12;
const SOFTWARE_ID: usize = 13;
const SOFTWARE_VERSION: usize = 14;
const APPLICATION_TYPE: usize = 15;
const CLIENT_ID: usize = 16;
const CLIENT_SECRET: usize = 17;
const CLIENT_SECRET_EXPIRES_AT: usize = 18;
const MEMBERS: usize = 19;
static NAMES: Known<MEMBERS> = Known::new([
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "client_uri",
    "logo_uri",
    "scope",
    "contacts",
    "tos_uri",
    "policy_uri",
    "jwks_uri",
    "jwks",
    "software_id",
    "software_version",
    "application_type",
    "client_id",
    "client_secret",
    "client_secret_expires_at",
]);

/// Reads the members of a document; strings with escapes take of the memory.
pub(super) struct Reader<'d> {
    members: Members<'d, MEMBERS>,
    memory: &'d mut [u8],
}

impl<'d> Reader<'d> {
    pub(super) fn new(text: &'d [u8], most: usize, memory: &'d mut [u8]) -> Result<Self, Reason> {
        if text.len() > most {
            return Err(Reason::TooLarge);
        }
        let members = json::object(text, &NAMES, memory)?;
        Ok(Self { members, memory })
    }

    pub(super) fn metadata(
        &mut self,
        rules: &ClientRules<'_>,
        default: AuthMethod,
    ) -> Result<ClientMetadata<'d>, Reason> {
        let redirect_uris = self.list(REDIRECT_URIS)?;
        let application_type = self.application_type(&redirect_uris, rules)?;
        let auth_method = self.auth_method(rules, default)?;
        let may_refresh = self.grant_types()?;
        let metadata = ClientMetadata {
            redirect_uris,
            application_type,
            auth_method,
            may_refresh,
            name: self.text(CLIENT_NAME)?,
            client_uri: self.uri(CLIENT_URI)?,
            logo_uri: self.uri(LOGO_URI)?,
            tos_uri: self.uri(TOS_URI)?,
            policy_uri: self.uri(POLICY_URI)?,
            scope: self.scope()?,
            contacts: self.list(CONTACTS)?,
            jwks_uri: self.uri(JWKS_URI)?,
            jwks: self.jwks()?,
            software_id: self.text(SOFTWARE_ID)?,
            software_version: self.text(SOFTWARE_VERSION)?,
        };
        // RFC 7591, section 2: never both.
        match (metadata.jwks_uri, metadata.jwks) {
            (Some(_), Some(_)) => Err(Reason::InvalidClientMetadata),
            (None, None) if auth_method == AuthMethod::PrivateKeyJwt => {
                Err(Reason::InvalidClientMetadata)
            }
            _ => Ok(metadata),
        }
    }

    /// Whether the document says that it is the one of this identifier, by simple string comparison.
    pub(super) fn require_client_id(&self, client_id: &ClientIdUrl<'_>) -> Result<(), Reason> {
        match self.members.value(CLIENT_ID) {
            Some(Value::String(named)) if named == client_id.as_str() => Ok(()),
            Some(Value::String(_)) => Err(Reason::InvalidClientId),
            _ => Err(Reason::InvalidClientMetadata),
        }
    }

    /// Refuses a secret, and what goes with one, whatever its value.
    pub(super) fn refuse_secrets(&self) -> Result<(), Reason> {
        let is_there = |member| self.members.contains(member);
        if is_there(CLIENT_SECRET) || is_there(CLIENT_SECRET_EXPIRES_AT) {
            return Err(Reason::InvalidClientMetadata);
        }
        Ok(())
    }

    fn application_type(
        &mut self,
        redirect_uris: &StringList<'d>,
        rules: &ClientRules<'_>,
    ) -> Result<ApplicationType, Reason> {
        let said = match self.text(APPLICATION_TYPE)? {
            None => None,
            Some("web") => Some(ApplicationType::Web),
            Some("native") => Some(ApplicationType::Native),
            Some(_) => return Err(Reason::InvalidClientMetadata),
        };
        let (mut count, mut fitting) = (0_usize, ApplicationType::Web);
        for uri in redirect_uris.clone() {
            count = count.saturating_add(1);
            let uri = rules.redirects.parse(uri)?;
            if said.is_some_and(|said| !said.allows(&uri)) {
                return Err(Reason::InvalidRedirectUri);
            }
            if !fitting.allows(&uri) {
                fitting = ApplicationType::Native;
            }
        }
        if count == 0 || count > MAX_REDIRECT_URIS {
            return Err(Reason::InvalidRedirectUri);
        }
        Ok(said.unwrap_or(fitting))
    }

    fn auth_method(
        &mut self,
        rules: &ClientRules<'_>,
        default: AuthMethod,
    ) -> Result<AuthMethod, Reason> {
        let is_accepted = |method: &AuthMethod| rules.auth_methods.contains(method);
        let method = match self.text(AUTH_METHOD)? {
            Some(name) => AuthMethod::from_name(name).filter(is_accepted),
            None => Some(default).filter(is_accepted).or(rules.auth_methods.first().copied()),
        };
        method.ok_or(Reason::InvalidClientMetadata)
    }

    /// Whether refresh tokens are among the grants. Authorization codes have to be, and their
    /// response type.
    fn grant_types(&mut self) -> Result<bool, Reason> {
        let mut grant_types = self.list(GRANT_TYPES)?;
        let is_default = !self.has(GRANT_TYPES);
        let has_code = is_default || grant_types.clone().any(|grant| grant == "authorization_code");
        let may_refresh = grant_types.any(|grant| grant == "refresh_token");
        let has_code_response = !self.has(RESPONSE_TYPES)
            || self.list(RESPONSE_TYPES)?.any(|response| response == "code");
        if has_code && has_code_response {
            Ok(may_refresh)
        } else {
            Err(Reason::InvalidClientMetadata)
        }
    }

    fn scope(&mut self) -> Result<Option<&'d str>, Reason> {
        let scope = self.text(SCOPE)?;
        if scope.is_some_and(|scope| !is_scope(scope)) {
            return Err(Reason::InvalidClientMetadata);
        }
        Ok(scope)
    }

    fn uri(&mut self, member: usize) -> Result<Option<&'d str>, Reason> {
        let uri = self.text(member)?;
        // A page that links `javascript:` or `data:` on a client's word runs the client's script.
        let is_page = |uri| Uri::parse(uri).is_some_and(|uri: Uri<'_>| uri.is_secure());
        if uri.is_some_and(|uri| !is_page(uri)) {
            return Err(Reason::InvalidClientMetadata);
        }
        Ok(uri)
    }

    /// The set of keys, which has to be one of public keys.
    fn jwks(&self) -> Result<Option<&'d str>, Reason> {
        let jwks = match self.members.value(JWKS) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(jwks)) => jwks.as_json(),
            Some(_) => return Err(Reason::InvalidClientMetadata),
        };
        // A key of a kind that is not supported hurts nobody; one that is no public key does.
        Jwk::read_set(jwks.as_bytes(), |key| {
            match key.parse(ImportOptions::default(), |_| Ok(())) {
                Err(Reason::PrivateKey) => Err(Reason::PrivateKey),
                _ if key.is_symmetric() => Err(Reason::PrivateKey),
                _ => Ok(()),
            }
        })
        .map_err(|_| Reason::InvalidClientMetadata)?;
        Ok(Some(jwks))
    }

    /// A member that is a string; `null` and an empty one are none.
    fn text(&mut self, member: usize) -> Result<Option<&'d str>, Reason> {
        let text = match self.members.value(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text,
            Some(_) => return Err(Reason::InvalidClientMetadata),
        };
        let (text, memory) = text.decode_or_borrow(mem::take(&mut self.memory))?;
        self.memory = memory;
        require_plain(text)?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// A member that is an array of strings.
    fn list(&mut self, member: usize) -> Result<StringList<'d>, Reason> {
        if !self.has(member) {
            return Ok(StringList::EMPTY);
        }
        let memory = mem::take(&mut self.memory);
        let (list, memory) =
            StringList::of_array(&self.members, member, memory).map_err(|reason| match reason {
                Reason::MemoryTooSmall => Reason::MemoryTooSmall,
                _ => Reason::InvalidClientMetadata,
            })?;
        self.memory = memory;
        list.clone().try_for_each(require_plain)?;
        Ok(list)
    }

    fn has(&self, member: usize) -> bool {
        !matches!(self.members.value(member), None | Some(Value::Null))
    }
}

/// Whether `text` is one scope or several, separated by single spaces
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
pub(super) fn is_scope(text: &str) -> bool {
    let is_token = |token: &str| {
        !token.is_empty()
            && token.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'))
    };
    text.split(' ').all(is_token)
}

fn require_plain(text: &str) -> Result<(), Reason> {
    if is_plain(text) { Ok(()) } else { Err(Reason::InvalidClientMetadata) }
}

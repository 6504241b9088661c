//! The answer to a request that is not let in: the value of `WWW-Authenticate`.

use super::Scheme;
use crate::limits::MAX_CHALLENGE_VALUE_LEN;
use crate::text::uri::Uri;
use crate::text::writer::Writer;
use crate::{Algorithms, Reason};

/// The value of a header `WWW-Authenticate`, as
/// [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3),
/// [RFC 9728, section 5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1) and
/// [RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1) have it.
///
/// It holds at the most, in this order and each once: `realm`, `error`, `error_description`,
/// `scope`, `resource_metadata`, `algs`. Each value is a quoted string without `"`, `\` and
/// control characters, so nothing can break out of it. None holds the name of a parameter and `=`:
/// some clients take the first `scope=` that they find, wherever it stands.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::{Challenge, Scheme};
///
/// let metadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
/// let challenge = Challenge::new(Scheme::Bearer, metadata)?.with_scope("files:read files:write")?;
///
/// let mut memory = [0; 1024];
/// assert_eq!(
///     challenge.with_reason(Reason::InsufficientScope).write(&mut memory)?,
///     "Bearer error=\"insufficient_scope\", \
///      error_description=\"the token lacks a required scope\", \
///      scope=\"files:read files:write\", \
///      resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
/// );
///
/// // Who brings no credentials did nothing wrong.
/// assert_eq!(
///     challenge.with_reason(Reason::CredentialsMissing).write(&mut memory)?,
///     "Bearer scope=\"files:read files:write\", \
///      resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
/// );
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'c> {
    scheme: Scheme,
    realm: Option<&'c str>,
    reason: Option<Reason>,
    is_about_token: bool,
    scope: Option<&'c str>,
    resource_metadata: &'c str,
    algorithms: Algorithms,
}

impl<'c> Challenge<'c> {
    /// A challenge to present a token by `scheme`, with the URL of the resource's metadata.
    ///
    /// The URL has at most [`MAX_CHALLENGE_VALUE_LEN`] characters. It is `https`, or `http` on this
    /// machine, and has no fragment; it is written byte for byte.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for any other URL.
    pub fn new(scheme: Scheme, resource_metadata: &'c str) -> Result<Self, Reason> {
        let is_url = Uri::parse(resource_metadata)
            .is_some_and(|uri| uri.is_secure() && uri.fragment.is_none());
        if !is_url || !is_value(resource_metadata) {
            return Err(Reason::Misuse);
        }
        Ok(Self {
            scheme,
            realm: None,
            reason: None,
            is_about_token: false,
            scope: None,
            resource_metadata,
            algorithms: Algorithms::NONE,
        })
    }

    /// Says why the request was refused: the `error` and the `error_description` of `reason`.
    ///
    /// The error is `invalid_request`, `invalid_token` or `insufficient_scope`
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)), for
    /// [`Scheme::Dpop`] also `invalid_dpop_proof` or `use_dpop_nonce`
    /// ([RFC 9449, sections 7.1 and 9](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    /// [`Reason::CredentialsMissing`], and reasons that concern no credentials, set neither.
    #[must_use]
    pub const fn with_reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Says that the token is at fault, where a reason could be about a DPoP proof too
    /// ([RFC 8705, section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    pub(crate) const fn about_token(mut self) -> Self {
        self.is_about_token = true;
        self
    }

    /// Names the scopes that are needed, all of them: words separated by single spaces, of at most
    /// [`MAX_CHALLENGE_VALUE_LEN`] characters together
    /// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for no words, characters that no scope has, and `offline_access`, which a
    /// client asks for on its own account and no resource needs.
    pub fn with_scope(mut self, scope: &'c str) -> Result<Self, Reason> {
        Self::require_scope(scope)?;
        self.scope = Some(scope);
        Ok(self)
    }

    /// Demands what [`with_scope`](Self::with_scope) does.
    pub(crate) fn require_scope(scope: &str) -> Result<(), Reason> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word != "offline_access"
                && word.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'))
        };
        if is_value(scope) && scope.split(' ').all(is_word) { Ok(()) } else { Err(Reason::Misuse) }
    }

    /// Names the part of the server that is protected, in 1 to [`MAX_CHALLENGE_VALUE_LEN`]
    /// characters of ASCII: letters, digits, spaces and marks other than `"`, `\` and `=`
    /// ([RFC 9110, section 11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for any other.
    pub fn with_realm(mut self, realm: &'c str) -> Result<Self, Reason> {
        let is_realm = realm.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'=');
        if !is_realm || !is_value(realm) {
            return Err(Reason::Misuse);
        }
        self.realm = Some(realm);
        Ok(self)
    }

    /// Names the algorithms that proofs of possession may be signed with, for [`Scheme::Dpop`].
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for [`Scheme::Bearer`], for no algorithm, and for symmetric ones.
    pub fn with_algorithms(mut self, algorithms: Algorithms) -> Result<Self, Reason> {
        let is_symmetric = algorithms.iter().any(|algorithm| algorithm.is_symmetric());
        if self.scheme != Scheme::Dpop || algorithms.is_empty() || is_symmetric {
            return Err(Reason::Misuse);
        }
        self.algorithms = algorithms;
        Ok(self)
    }

    /// Writes the header's value into the front of `memory`: visible ASCII and spaces, at most
    /// [`MAX_CHALLENGES_LEN`](crate::limits::MAX_CHALLENGES_LEN) characters.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write<'m>(&self, memory: &'m mut [u8]) -> Result<&'m str, Reason> {
        let mut writer = Writer::new(memory);
        self.write_to(&mut writer);
        writer.finish().map(|(text, _)| text)
    }

    pub(crate) fn write_to(&self, writer: &mut Writer<'_>) {
        let error = self.error();
        let description = error.and(self.reason).map(Reason::description);
        let values =
            [self.realm, error, description, self.scope, Some(self.resource_metadata), None];
        writer.push(self.scheme.name());
        let mut separator = " ";
        for (name, value) in NAMES.into_iter().zip(values) {
            if let Some(value) = value {
                for text in [separator, name, "=\"", value, "\""] {
                    writer.push(text);
                }
                separator = ", ";
            }
        }
        if !self.algorithms.is_empty() {
            let mut separator = ", algs=\"";
            for algorithm in self.algorithms.iter() {
                writer.push(separator);
                writer.push(algorithm.name());
                separator = " ";
            }
            writer.push("\"");
        }
    }

    /// The `error`, where the reason has one that belongs into a challenge.
    fn error(&self) -> Option<&'static str> {
        match (self.scheme, self.reason?) {
            (Scheme::Dpop, Reason::InvalidProof | Reason::ProofReplayed)
                if !self.is_about_token =>
            {
                Some("invalid_dpop_proof")
            }
            (Scheme::Dpop, Reason::NonceRequired) => Some("use_dpop_nonce"),
            // Others are answers of an authorization server.
            (_, reason) => reason.oauth_error().filter(|error| {
                matches!(*error, "invalid_request" | "invalid_token" | "insufficient_scope")
            }),
        }
    }
}

/// Every parameter, in its order.
const NAMES: [&str; 6] =
    ["realm", "error", "error_description", "scope", "resource_metadata", "algs"];

/// Whether it can stand between the quotes of a parameter: neither the quotes can be broken out
/// of, nor can somebody who searches for a parameter by its name find it there.
fn is_value(text: &str) -> bool {
    let is_plain = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    let ends_with_name = |text: &str| {
        NAMES.iter().any(|name| {
            let end = text.len().checked_sub(name.len()).and_then(|start| text.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(name))
        })
    };
    (1..=MAX_CHALLENGE_VALUE_LEN).contains(&text.len())
        && text.bytes().all(is_plain)
        && !text.rsplit('=').skip(1).any(ends_with_name)
}

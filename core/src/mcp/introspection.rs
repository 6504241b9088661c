//! Tokens that the authorization server is asked about.

use core::fmt;

use super::Authority;
use crate::limits::{MAX_INTROSPECTION_LEN, MAX_TOKEN_LEN};
use crate::text::bytes;
use crate::{Policy, PresentedToken, Reason, UnixTime};

/// An [`Authority`] for opaque tokens, of which their issuer alone can say what they are
/// ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).
///
/// It asks nobody itself. Without a response it answers to each such token with
/// [`Reason::IntrospectionUnavailable`], and so does a [`Guard`](super::Guard), with a 503 to send
/// where nobody can be asked. The caller then sends the token, which
/// [`Credentials`](crate::oauth::Credentials) reads from the request, to the introspection
/// endpoint, and has the same request judged again, by this authority
/// [with the response](Self::with_response). Each time the guard makes all of its checks.
///
/// All tokens are asked about, or with [`with_jwts`](Self::with_jwts) those alone that are no JSON
/// Web Tokens.
///
/// ```
/// use gatepost::mcp::{Guard, Introspection, Step};
/// use gatepost::oauth::{Credentials, Header, RequestHead, ResourceMetadata};
/// use gatepost::{Policy, Reason, UnixTime};
///
/// let (resource, issuer) = ("https://mcp.example.com/mcp", "https://issuer.example");
/// let metadata = ResourceMetadata::new(resource, issuer)?;
/// let guard = Guard::new(&metadata)?;
/// let introspection = Introspection::new(Policy::new(issuer, resource)?);
///
/// let headers = [Header::new("Authorization", "Bearer 2YotnFZFEjr1zCsicMWpAA")];
/// let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
/// let now = UnixTime::from_secs(1_999_999_999);
/// let mut memory = [0; 16_384];
/// match guard.authenticate(&head, &introspection, now, &mut memory) {
///     Step::Respond(response) => {
///         assert_eq!(response.reason(), Some(Reason::IntrospectionUnavailable));
///     }
///     Step::Proceed(_) => panic!("nobody has said yet what the token is"),
/// }
///
/// let Credentials::Bearer(token) = Credentials::from_values(head.values("Authorization"))? else {
///     panic!("only tokens are asked about");
/// };
/// assert_eq!(token, "2YotnFZFEjr1zCsicMWpAA");
/// // What the endpoint has answered to `token=2YotnFZFEjr1zCsicMWpAA`.
/// let answer = br#"{"active":true,"sub":"alice","aud":"https://mcp.example.com/mcp",
///     "exp":2000000000}"#;
/// let introspection = introspection.with_response(answer);
/// let Step::Proceed(principal) = guard.authenticate(&head, &introspection, now, &mut memory)
/// else {
///     panic!("it is a good one");
/// };
/// assert_eq!(principal.subject(), Some("alice"));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy)]
pub struct Introspection<'p> {
    policy: Policy<'p>,
    jwts: Option<&'p dyn Authority>,
    response: Option<&'p [u8]>,
}

impl<'p> Introspection<'p> {
    /// An authority that asks about all tokens, and judges by `policy` what is said of them.
    #[must_use]
    pub const fn new(policy: Policy<'p>) -> Self {
        Self { policy, jwts: None, response: None }
    }

    /// Leaves JSON Web Tokens to `jwts`, and asks about the others alone.
    ///
    /// A token of three parts, the first of which begins with `ey` as every JSON object that is
    /// written in base64url does, is taken for one.
    #[must_use]
    pub const fn with_jwts(self, jwts: &'p dyn Authority) -> Self {
        Self { jwts: Some(jwts), ..self }
    }

    /// Judges by this response, as
    /// [`Policy::validate_introspected`](crate::Policy::validate_introspected) does: the one about
    /// the token of the request that is judged. It is copied into the memory for the token;
    /// [`limits::MEMORY`](crate::limits::MEMORY) bytes are still always enough for it.
    #[must_use]
    pub const fn with_response(self, response: &'p [u8]) -> Self {
        Self { response: Some(response), ..self }
    }
}

impl Authority for Introspection<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        match self.jwts {
            Some(jwts) if is_jwt(compact) => return jwts.validate(compact, now, memory),
            _ => {}
        }
        // Nobody is asked about what could not be accepted.
        if compact.is_empty() {
            return Err(Reason::Malformed);
        }
        if compact.len() > MAX_TOKEN_LEN {
            return Err(Reason::TooLarge);
        }
        let response = self.response.ok_or(Reason::IntrospectionUnavailable)?;
        if response.len() > MAX_INTROSPECTION_LEN {
            return Err(Reason::InvalidIntrospection);
        }
        let (response, memory) = bytes::copy(response, memory)?;
        self.policy.validate_introspected(compact, response, now, memory)
    }
}

impl fmt::Debug for Introspection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is said of a token stays out of logs.
        f.debug_struct("Introspection").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// Whether a token has the form of a JSON Web Token.
fn is_jwt(token: &str) -> bool {
    token.starts_with("ey") && token.bytes().filter(|byte| *byte == b'.').count() == 2
}

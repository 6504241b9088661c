//! Why something was refused.

use core::{error, fmt};

/// Why a token, a key or a policy was refused.
///
/// A reason is a stable number with a stable name and nothing else: it holds no part of a token,
/// a key or a claim, so it can be logged and sent to clients as it is. Numbers are never changed
/// or used again. The hundreds tell the stage: 1xx form (of a token, from 111 of a request, from
/// 131 of the documents and parameters of OAuth), 2xx header, 3xx keys, 4xx signature,
/// 5xx claims, 6xx scope, 7xx possession, 8xx cannot tell now, 9xx the caller's own mistake.
///
/// ```
/// use gatepost::Reason;
///
/// assert_eq!(Reason::Expired.number(), 501);
/// assert_eq!(Reason::Expired.name(), "expired");
/// assert_eq!(Reason::Expired.http_status(), 401);
/// assert_eq!(Reason::Expired.oauth_error(), Some("invalid_token"));
/// assert_eq!(Reason::from_number(501), Some(Reason::Expired));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u16)]
pub enum Reason {
    /// The text is not a compact JWS: three parts, two dots
    /// ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    Malformed = 101,
    /// A part is longer, or holds more members, than [`limits`](crate::limits) allow.
    TooLarge = 102,
    /// A part is not canonical base64url without padding
    /// ([RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2)).
    InvalidBase64 = 103,
    /// A part is not one JSON object in UTF-8
    /// ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).
    InvalidJson = 104,
    /// A JSON object names a member twice
    /// ([RFC 7519, section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
    DuplicateMember = 105,
    /// JSON is nested deeper than [`limits::MAX_DEPTH`](crate::limits::MAX_DEPTH).
    TooDeep = 106,
    /// The token is encrypted (a compact JWE,
    /// [RFC 7516, section 7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)).
    Encrypted = 107,
    /// The token is none of the issuer's JSON Web Tokens, because the client asked for no
    /// `audience`: some providers then issue opaque or encrypted ones.
    AudienceNotRequested = 108,

    /// The request brings no credentials of a kind that is understood
    /// ([RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    CredentialsMissing = 111,
    /// The `Authorization` header is not a scheme and one token
    /// ([RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    InvalidCredentials = 112,
    /// The request brings credentials more than once
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    SeveralCredentials = 113,
    /// The `Origin` is none that may ask
    /// ([RFC 6454, section 7](https://www.rfc-editor.org/rfc/rfc6454#section-7)).
    OriginRefused = 114,
    /// The body is not JSON in UTF-8.
    InvalidMessage = 115,
    /// The body is a batch of JSON-RPC messages.
    BatchRefused = 116,
    /// The body is longer than [`limits::MAX_MESSAGE_LEN`](crate::limits::MAX_MESSAGE_LEN), or
    /// what a server has set.
    MessageTooLarge = 117,
    /// The headers do not say of the request what its body says.
    HeaderMismatch = 118,
    /// The body is not one JSON-RPC message, lacks what its method has to name, or says it in a way
    /// that servers read differently, such as a deciding member twice.
    InvalidRequest = 119,

    /// A metadata document lacks what it must hold, or holds what it must not.
    InvalidMetadata = 131,
    /// A metadata document is that of another issuer or resource than the one asked for
    /// ([RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
    MetadataMismatch = 132,
    /// The authorization server does not say that it supports PKCE with S256.
    PkceNotSupported = 133,
    /// The code challenge is missing, malformed or of another method than S256
    /// ([RFC 7636, section 4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1)).
    InvalidCodeChallenge = 134,
    /// The code verifier is malformed, or not the one of the challenge
    /// ([RFC 7636, section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).
    InvalidCodeVerifier = 135,
    /// A redirect URI is one that must not be registered or redirected to
    /// ([RFC 7591, section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).
    InvalidRedirectUri = 136,
    /// A client's metadata do not make a client
    /// ([RFC 7591, section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).
    InvalidClientMetadata = 137,
    /// A client identifier is not a URL of a metadata document.
    InvalidClientId = 138,
    /// The address is one that nothing must be fetched from on a stranger's word.
    AddressRefused = 139,
    /// A `WWW-Authenticate` header is no list of challenges, or names what is no URL
    /// ([RFC 9110, section 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
    InvalidChallenge = 140,
    /// An authorization server's answer to what a token is says nothing that can be relied on
    /// ([RFC 7662, section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
    InvalidIntrospection = 141,

    /// The header has no `alg`
    /// ([RFC 7515, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1)).
    AlgorithmMissing = 201,
    /// The header's `alg` is `none`, unknown, or not one that the policy allows.
    AlgorithmNotAllowed = 202,
    /// The header's `typ` names another kind of token
    /// ([RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    TypeMismatch = 203,
    /// The header demands an extension that is not understood
    /// ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)).
    CriticalNotUnderstood = 204,
    /// A header parameter has the wrong type or form.
    InvalidHeader = 205,

    /// No key of the set is the one that the header names.
    KeyNotFound = 301,
    /// More than one key could be meant.
    KeyAmbiguous = 302,
    /// The named key is for another algorithm.
    KeyAlgorithmMismatch = 303,
    /// The key is malformed, or no key at all: a point off its curve, a number out of range.
    InvalidKey = 310,
    /// The key is too short, or of a kind known to be weak.
    KeyTooWeak = 311,
    /// The key's `use`, `key_ops` or kind rules out what it is loaded for.
    KeyNotForVerification = 312,
    /// The key holds private members, which have no place in what is published.
    PrivateKey = 313,
    /// The set mixes symmetric keys with public ones.
    MixedKeySet = 314,
    /// The set holds more keys than there is room for.
    TooManyKeys = 315,
    /// The key is of a kind, a curve or an algorithm that is not supported.
    UnsupportedKey = 316,

    /// The signature is not the named key's. Nothing more is ever said.
    InvalidSignature = 401,

    /// `exp` has passed
    /// ([RFC 7519, section 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)).
    Expired = 501,
    /// `nbf` has not come yet
    /// ([RFC 7519, section 4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5)).
    NotYetValid = 502,
    /// `iat` lies in the future
    /// ([RFC 7519, section 4.1.6](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.6)).
    IssuedInFuture = 503,
    /// `iss` is not the policy's issuer
    /// ([RFC 7519, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)).
    IssuerMismatch = 504,
    /// `aud` names none of the policy's audiences
    /// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    AudienceMismatch = 505,
    /// A claim that the policy requires is absent.
    MissingClaim = 506,
    /// A claim has the wrong type, or a value that no such claim can have.
    InvalidClaim = 507,
    /// A claim has a value that the policy refuses.
    ClaimRefused = 508,
    /// The authorization server says that the token is not active: it has expired, was revoked, or
    /// never was one ([RFC 7662, section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
    TokenInactive = 509,

    /// The token lacks a required scope
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    InsufficientScope = 601,
    /// The server's rules keep this operation from this principal, whatever its scopes.
    OperationRefused = 602,

    /// The token is bound to a key, and no proof of possession came with it
    /// ([RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    ProofRequired = 701,
    /// The proof of possession does not hold.
    InvalidProof = 702,
    /// The proof of possession was seen before.
    ProofReplayed = 703,
    /// The proof of possession lacks the server's nonce.
    NonceRequired = 704,
    /// A sealed state or handle is not one that was sealed here, for this principal and purpose.
    InvalidState = 705,
    /// A sealed state or handle has expired.
    StateExpired = 706,

    /// The keys that would decide are not to be had now: try again later.
    KeysUnavailable = 801,
    /// There is no room to remember another proof of possession: try again later.
    ReplayStoreFull = 802,
    /// The authorization server has to be asked about the token, and no answer is to be had now:
    /// try again later ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).
    IntrospectionUnavailable = 803,

    /// The memory that the caller passed is too small.
    MemoryTooSmall = 901,
    /// The caller asked for something that makes no sense, such as an empty audience.
    Misuse = 902,
}

/// Variant, name, description. The order is that of the numbers.
const TABLE: &[(Reason, &str, &str)] = &[
    (Reason::Malformed, "malformed", "the token is not a compact JWS"),
    (Reason::TooLarge, "too_large", "the input exceeds a size limit"),
    (Reason::InvalidBase64, "invalid_base64", "a part is not canonical base64url"),
    (Reason::InvalidJson, "invalid_json", "the input is not one valid JSON object"),
    (Reason::DuplicateMember, "duplicate_member", "a JSON object names a member twice"),
    (Reason::TooDeep, "too_deep", "the JSON is nested too deep"),
    (Reason::Encrypted, "encrypted", "the token is encrypted"),
    (
        Reason::AudienceNotRequested,
        "audience_not_requested",
        "the token is no JWT because the client did not ask for an audience",
    ),
    (Reason::CredentialsMissing, "credentials_missing", "an access token is required"),
    (
        Reason::InvalidCredentials,
        "invalid_credentials",
        "the authorization header is not a scheme and one token",
    ),
    (Reason::SeveralCredentials, "several_credentials", "there are several credentials"),
    (Reason::OriginRefused, "origin_refused", "the origin is not allowed"),
    (Reason::InvalidMessage, "invalid_message", "the body is not JSON in UTF-8"),
    (Reason::BatchRefused, "batch_refused", "batches of messages are not supported"),
    (Reason::MessageTooLarge, "message_too_large", "the body exceeds a size limit"),
    (Reason::HeaderMismatch, "header_mismatch", "the headers do not agree with the body"),
    (
        Reason::InvalidRequest,
        "invalid_request",
        "the body is not one JSON-RPC message that all servers read alike",
    ),
    (Reason::InvalidMetadata, "invalid_metadata", "the metadata document is not valid"),
    (Reason::MetadataMismatch, "metadata_mismatch", "the metadata document is of another"),
    (
        Reason::PkceNotSupported,
        "pkce_not_supported",
        "the authorization server does not support PKCE with S256",
    ),
    (Reason::InvalidCodeChallenge, "invalid_code_challenge", "the code challenge is not valid"),
    (Reason::InvalidCodeVerifier, "invalid_code_verifier", "the code verifier is not valid"),
    (Reason::InvalidRedirectUri, "invalid_redirect_uri", "a redirect URI is not acceptable"),
    (
        Reason::InvalidClientMetadata,
        "invalid_client_metadata",
        "the metadata of the client are not acceptable",
    ),
    (Reason::InvalidClientId, "invalid_client_id", "the client identifier is not acceptable"),
    (Reason::AddressRefused, "address_refused", "the address is not one to fetch from"),
    (Reason::InvalidChallenge, "invalid_challenge", "the challenges are not valid"),
    (
        Reason::InvalidIntrospection,
        "invalid_introspection",
        "what the authorization server says of the token is not valid",
    ),
    (Reason::AlgorithmMissing, "algorithm_missing", "the header names no algorithm"),
    (Reason::AlgorithmNotAllowed, "algorithm_not_allowed", "the algorithm is not allowed"),
    (Reason::TypeMismatch, "type_mismatch", "the token is of another type"),
    (
        Reason::CriticalNotUnderstood,
        "critical_not_understood",
        "the header demands an extension that is not understood",
    ),
    (Reason::InvalidHeader, "invalid_header", "a header parameter has the wrong form"),
    (Reason::KeyNotFound, "key_not_found", "no key is the one that the token names"),
    (Reason::KeyAmbiguous, "key_ambiguous", "more than one key could be meant"),
    (Reason::KeyAlgorithmMismatch, "key_algorithm_mismatch", "the key is for another algorithm"),
    (Reason::InvalidKey, "invalid_key", "the key is not valid"),
    (Reason::KeyTooWeak, "key_too_weak", "the key is too weak"),
    (
        Reason::KeyNotForVerification,
        "key_not_for_verification",
        "the key is not meant for verification here",
    ),
    (Reason::PrivateKey, "private_key", "the key holds private members"),
    (Reason::MixedKeySet, "mixed_key_set", "the set mixes symmetric and public keys"),
    (Reason::TooManyKeys, "too_many_keys", "the set holds more keys than there is room for"),
    (Reason::UnsupportedKey, "unsupported_key", "the key is of a kind that is not supported"),
    (Reason::InvalidSignature, "invalid_signature", "the signature does not match"),
    (Reason::Expired, "expired", "the token has expired"),
    (Reason::NotYetValid, "not_yet_valid", "the token is not valid yet"),
    (Reason::IssuedInFuture, "issued_in_future", "the token was issued in the future"),
    (Reason::IssuerMismatch, "issuer_mismatch", "the token is from another issuer"),
    (Reason::AudienceMismatch, "audience_mismatch", "the token is meant for another audience"),
    (Reason::MissingClaim, "missing_claim", "a required claim is missing"),
    (Reason::InvalidClaim, "invalid_claim", "a claim has the wrong type or form"),
    (Reason::ClaimRefused, "claim_refused", "a claim has a value that is not accepted"),
    (
        Reason::TokenInactive,
        "token_inactive",
        "the authorization server says that the token is not active",
    ),
    (Reason::InsufficientScope, "insufficient_scope", "the token lacks a required scope"),
    (Reason::OperationRefused, "operation_refused", "the operation is not permitted"),
    (Reason::ProofRequired, "proof_required", "a proof of possession is required"),
    (Reason::InvalidProof, "invalid_proof", "the proof of possession is not valid"),
    (Reason::ProofReplayed, "proof_replayed", "the proof of possession was used before"),
    (Reason::NonceRequired, "nonce_required", "the proof of possession needs a nonce"),
    (Reason::InvalidState, "invalid_state", "the state is not valid"),
    (Reason::StateExpired, "state_expired", "the state has expired"),
    (Reason::KeysUnavailable, "keys_unavailable", "the keys are not available now"),
    (Reason::ReplayStoreFull, "replay_store_full", "too many proofs of possession for now"),
    (
        Reason::IntrospectionUnavailable,
        "introspection_unavailable",
        "the authorization server does not say whether the token is good",
    ),
    (Reason::MemoryTooSmall, "memory_too_small", "the caller's memory is too small"),
    (Reason::Misuse, "misuse", "the caller asked for something that makes no sense"),
];

impl Reason {
    /// Every reason there is, in the order of the numbers.
    #[expect(clippy::indexing_slicing, reason = "run by the compiler alone")]
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Misuse; TABLE.len()];
        let mut i = 0;
        while i < TABLE.len() {
            all[i] = TABLE[i].0;
            i += 1;
        }
        all
    };

    /// The reason with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }

    /// The stable number, 101 to 999.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "the discriminants are the numbers")]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The stable name, in `snake_case`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// One clause in plain English, without a full stop; safe in a `WWW-Authenticate` header.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().2
    }

    /// The HTTP status that a protected resource answers with: 400, 401, 403, 413 or 503
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)); where an
    /// authorization server refuses a registration or a code, 400
    /// ([RFC 7591, section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).
    ///
    /// 503 stands for what is no fault of the request: keys and documents that cannot be used or
    /// had, and mistakes of the server itself.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self.number() {
            112 | 113 | 115 | 116 | 118 | 119 | 134..=138 | 705 | 706 => 400,
            114 | 601 | 602 => 403,
            117 => 413,
            131..=141 | 310..=399 | 801.. => 503,
            _ => 401,
        }
    }

    /// The `error` of the challenge, `invalid_request`, `invalid_token` or `insufficient_scope`
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)), or of an
    /// authorization server's answer, `invalid_request`, `invalid_grant`, `invalid_client`,
    /// `invalid_redirect_uri` or `invalid_client_metadata`
    /// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)). None where
    /// there are no credentials, or what there is is not at fault.
    #[must_use]
    pub const fn oauth_error(self) -> Option<&'static str> {
        match self {
            Self::CredentialsMissing => None,
            Self::InvalidCredentials | Self::SeveralCredentials | Self::InvalidCodeChallenge => {
                Some("invalid_request")
            }
            Self::InvalidCodeVerifier => Some("invalid_grant"),
            Self::InvalidRedirectUri => Some("invalid_redirect_uri"),
            Self::InvalidClientMetadata => Some("invalid_client_metadata"),
            Self::InvalidClientId => Some("invalid_client"),
            Self::InsufficientScope => Some("insufficient_scope"),
            _ if self.http_status() == 401 => Some("invalid_token"),
            _ => None,
        }
    }

    /// The `code` of a JSON-RPC error, where the message is at fault: -32700 for what is no JSON,
    /// -32600 for what is no request, -32020 where the headers disagree (MCP 2026-07-28,
    /// Streamable HTTP, "Server Validation").
    #[must_use]
    pub const fn json_rpc_code(self) -> Option<i32> {
        match self {
            Self::InvalidMessage => Some(-32700),
            Self::BatchRefused | Self::MessageTooLarge | Self::InvalidRequest => Some(-32600),
            Self::HeaderMismatch => Some(-32020),
            _ => None,
        }
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // A test holds that every reason has its row.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&(Self::Misuse, "misuse", ""))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_in_order() {
        assert!(TABLE.is_sorted_by_key(|row| row.0.number()));
        // The source is the list of variants: each `Name = number,` must have its row.
        let listed = include_str!("reason.rs")
            .lines()
            .filter_map(|line| line.strip_suffix(',')?.split_once(" = ")?.1.parse::<u16>().ok());
        assert!(listed.eq(Reason::ALL.map(Reason::number)));
    }

    #[test]
    fn numbers_find_their_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
        }
        assert_eq!(Reason::from_number(0), None);
    }

    #[test]
    fn a_reason_is_small_and_safe_to_print() {
        assert!(size_of::<Reason>() <= 4);
        for reason in Reason::ALL {
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            assert!(reason.name().bytes().all(is_plain));
            assert!(!reason.description().contains(['"', '\\', '=']));
            assert!(!reason.description().is_empty());
        }
    }

    #[test]
    fn status_and_error_follow_the_stage() {
        let of = |reason: Reason| (reason.http_status(), reason.oauth_error());
        assert_eq!(of(Reason::Malformed), (401, Some("invalid_token")));
        assert_eq!(of(Reason::CredentialsMissing), (401, None));
        assert_eq!(of(Reason::SeveralCredentials), (400, Some("invalid_request")));
        assert_eq!(of(Reason::OriginRefused), (403, None));
        assert_eq!(of(Reason::MessageTooLarge), (413, None));
        assert_eq!(of(Reason::HeaderMismatch), (400, None));
        assert_eq!(of(Reason::InvalidMetadata), (503, None));
        assert_eq!(of(Reason::InvalidCodeVerifier), (400, Some("invalid_grant")));
        assert_eq!(of(Reason::AddressRefused), (503, None));
        assert_eq!(of(Reason::OperationRefused), (403, None));
        assert_eq!(of(Reason::InvalidState), (400, None));
        assert_eq!(of(Reason::KeyNotFound), (401, Some("invalid_token")));
        assert_eq!(of(Reason::InvalidKey), (503, None));
        assert_eq!(of(Reason::InsufficientScope), (403, Some("insufficient_scope")));
        assert_eq!(of(Reason::ProofRequired), (401, Some("invalid_token")));
        assert_eq!(of(Reason::InvalidIntrospection), (503, None));
        assert_eq!(of(Reason::TokenInactive), (401, Some("invalid_token")));
        assert_eq!(of(Reason::KeysUnavailable), (503, None));
        assert_eq!(of(Reason::IntrospectionUnavailable), (503, None));
        assert_eq!(of(Reason::MemoryTooSmall), (503, None));
    }
}

//! Why something was refused.

use core::{error, fmt};

/// Why a token, a key or a policy was refused.
///
/// A reason is a stable number with a stable name and nothing else: it holds no part of a token,
/// a key or a claim, so it can be logged and sent to clients as it is. Numbers are never changed
/// or used again. The hundreds tell the stage: 1xx form, 2xx header, 3xx keys, 4xx signature,
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

    /// The token lacks a required scope
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    InsufficientScope = 601,

    /// The token is bound to a key, and no proof of possession came with it
    /// ([RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    ProofRequired = 701,
    /// The proof of possession does not hold.
    InvalidProof = 702,
    /// The proof of possession was seen before.
    ProofReplayed = 703,
    /// The proof of possession lacks the server's nonce.
    NonceRequired = 704,

    /// The keys that would decide are not to be had now: try again later.
    KeysUnavailable = 801,

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
    (Reason::InsufficientScope, "insufficient_scope", "the token lacks a required scope"),
    (Reason::ProofRequired, "proof_required", "a proof of possession is required"),
    (Reason::InvalidProof, "invalid_proof", "the proof of possession is not valid"),
    (Reason::ProofReplayed, "proof_replayed", "the proof of possession was used before"),
    (Reason::NonceRequired, "nonce_required", "the proof of possession needs a nonce"),
    (Reason::KeysUnavailable, "keys_unavailable", "the keys are not available now"),
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

    /// The HTTP status that a protected resource answers with: 401, 403 or 503
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    ///
    /// 503 stands for what is no fault of the token: keys that cannot be used or had, and mistakes
    /// of the server itself.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self.number() {
            601 => 403,
            310..=399 | 801.. => 503,
            _ => 401,
        }
    }

    /// The `error` of the challenge: `invalid_token`, `insufficient_scope`, or none where the
    /// token is not at fault
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    #[must_use]
    pub const fn oauth_error(self) -> Option<&'static str> {
        match self.http_status() {
            401 => Some("invalid_token"),
            403 => Some("insufficient_scope"),
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
        assert_eq!(of(Reason::KeyNotFound), (401, Some("invalid_token")));
        assert_eq!(of(Reason::InvalidKey), (503, None));
        assert_eq!(of(Reason::InsufficientScope), (403, Some("insufficient_scope")));
        assert_eq!(of(Reason::ProofRequired), (401, Some("invalid_token")));
        assert_eq!(of(Reason::KeysUnavailable), (503, None));
        assert_eq!(of(Reason::MemoryTooSmall), (503, None));
    }
}

//! What has been done to token validators, and where it stops here.
//!
//! The names are of published weaknesses of other libraries; each has a test of that name in
//! `tests/advisories`.
//!
//! # The sender chooses the algorithm
//!
//! `alg: none`, or an RSA public key used as an HMAC secret (CVE-2015-9235, CVE-2016-10555 and
//! their many returns). There is no `none` in [`Algorithm`](crate::Algorithm). A key is loaded for
//! one algorithm, and the header has to name that one; it never selects how a key is used. Shared
//! secrets enter by [`KeySet::from_secret`](crate::KeySet::from_secret), or from a set that is
//! marked as holding nothing else; one that mixes both kinds is refused; and what looks like a
//! public key is not taken for a secret, in whatever dress it comes (CVE-2026-48526).
//!
//! # The sender brings the key
//!
//! `jwk`, `jku`, `x5u`, `x5c` in the header (CVE-2018-0114, CVE-2026-27962). They are not read.
//! The crate has no network.
//!
//! # Another's key, another's token
//!
//! The key of one issuer accepts a token of another, or a token for one server opens a second
//! (CVE-2025-59936, CVE-2025-69196). A policy has one issuer; [`Issuers`](crate::Issuers) looks up
//! the policy by the exact `iss`, and only its keys are tried. An audience is part of every policy
//! and of every token.
//!
//! # One token, two readings
//!
//! Duplicate members, of which one reader takes the first and another the last; strings that
//! differ once escapes are decoded; invalid UTF-8; a byte order mark; base64 with padding, white
//! space or stray bits, which gives one token several spellings. All are refused while the form is
//! checked ([`Reason::DuplicateMember`](crate::Reason::DuplicateMember) and its neighbours).
//!
//! # A claim of the wrong type is taken for absent
//!
//! `"exp": "tomorrow"`, `"aud": {}`, `"iss": ["a", "b"]` (CVE-2026-25537, CVE-2025-30144). A claim
//! that is read and has the wrong type is
//! [`InvalidClaim`](crate::Reason::InvalidClaim), never absent. Times are computed exactly from
//! the decimal text: 1e999 is out of range, not infinity.
//!
//! # Extensions that are not understood
//!
//! `crit` names extensions without which a token must not be accepted (CVE-2025-59420 and others).
//! None is understood, so every token with `crit` is refused; so is `b64: false`, with which the
//! signature would cover something else than it seems to.
//!
//! # Signatures that are no signatures
//!
//! Zeros for r and s (CVE-2022-21449); points that are not on the curve; RSA exponents of 1, even
//! ones and huge ones; moduli of the ROCA family (CVE-2017-15361); lenient readers of PKCS#1
//! padding. Keys are checked when they are loaded; of the encoded message of an RSA signature every
//! byte is compared, and none is parsed; the length of a signature is checked before
//! anything is done with it.
//!
//! # Costly input
//!
//! A million dots, megabytes of header, JSON nested a hundred thousand deep, names made to collide
//! (CVE-2025-30204, CVE-2025-61920, CVE-2025-53864). Every size has a [limit](crate::limits) that
//! is asked before the work is done; the reader is not recursive; memory is the caller's.
//!
//! # Learning from the refusal
//!
//! A bad signature is [`InvalidSignature`](crate::Reason::InvalidSignature) and nothing more.
//! Reasons about claims are given for tokens with a good signature alone, with the one exception
//! of `iss`, which must be read to know whose keys to try. No reason, `Debug` output or message
//! holds a part of a token. Tags are compared in constant time.

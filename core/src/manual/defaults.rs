//! What is strict, what is not, and why.
//!
//! # Always checked
//!
//! Signature, issuer and audience: there is no policy without them. Both names are compared byte
//! for byte. Auth0's issuers end in a slash and Okta's do not; whoever normalises URLs before
//! comparing them accepts what was never issued. Where two spellings of an audience are in use, a
//! policy takes both.
//!
//! # `exp` is required
//!
//! A token without an end is valid for ever once it leaks.
//! [`Policy::with_required_claims`](crate::Policy::with_required_claims) with a list that leaves
//! `exp` out is the opt-out; an `exp` that is there is judged all the same.
//!
//! # Leeway: 30 seconds
//!
//! Clocks that are kept by NTP differ by much less, those of small devices by a few seconds. It
//! holds for `exp`, `nbf` and `iat` alike, and is capped at
//! [`MAX_LEEWAY`](crate::limits::MAX_LEEWAY).
//!
//! # `iat` must not lie in the future
//!
//! RFC 7519 does not ask for it. An issuer whose clock runs far ahead hands out tokens that live
//! longer than meant, and the mistake is better found than kept.
//!
//! # `typ`: `JWT`, `at+jwt` or none
//!
//! RFC 8725 asks that kinds of token cannot be mistaken for each other. Access tokens of the large
//! providers have one of these; a logout token, a DPoP proof or an ID-JAG has another and is
//! refused. [`Policy::with_typ`](crate::Policy::with_typ) pins one type,
//! [`Policy::rfc9068`](crate::Policy::rfc9068) the profile with its claims.
//!
//! # Algorithms: all with public keys
//!
//! Each key is for one algorithm, so the list matters where a set holds keys that a server does
//! not want. [`Policy::with_algorithms`](crate::Policy::with_algorithms) narrows it.
//!
//! # Scopes: `scope`, `scp` and `permissions` together
//!
//! Providers differ in where they put them, none means different things by them. An element of an
//! array is one scope, even where it holds a space.
//!
//! # A token that is bound to a key is no bearer token
//!
//! One with `cnf` (RFC 7800: DPoP, mutual TLS) is for whoever proves possession of the key.
//! Checking proofs is not here yet, so such a token is
//! [`ProofRequired`](crate::Reason::ProofRequired), not taken as if it were unbound.
//!
//! # A key set loses its bad keys, not its good ones
//!
//! Providers publish keys for encryption, keys of new kinds and broken ones beside those in use.
//! Each is left out with its reason; the others serve. What makes a set as a whole ambiguous is
//! refused: two different keys under one `kid` and algorithm, or secrets among public keys.
//!
//! # A token that names no key
//!
//! It is accepted where exactly one key of its algorithm is loaded. A key without a name, as from
//! a PEM file, serves whatever name a token gives, if it is the only one of its algorithm.
//!
//! # Limits are constants
//!
//! Nobody sets a limit higher in the hour of an attack, and a larger one than these has no honest
//! use: see [`limits`](crate::limits) for where each comes from.

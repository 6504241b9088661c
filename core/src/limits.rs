//! Every cap, and where its value comes from.
//!
//! What exceeds a limit is refused with the limit's own reason, before it costs more than looking
//! at it. Limits are constants: a policy cannot be talked out of them.

/// Characters of a compact token: 16 384. Longer ones are [`TooLarge`](crate::Reason::TooLarge).
///
/// Web servers take 8 KiB (Apache, NGINX, Go's 1 MiB is the exception) for one header line, so an
/// access token that arrives at all is shorter; twice that is room for the odd setup.
pub const MAX_TOKEN_LEN: usize = 16_384;

/// Bytes of a decoded header: 4096. Longer ones are [`TooLarge`](crate::Reason::TooLarge).
///
/// A usual header has under 150 bytes; one with a certificate chain in `x5c`, which is ignored,
/// has two or three thousand.
pub const MAX_HEADER_LEN: usize = 4096;

/// Bytes of a decoded set of claims: 8192. Longer ones are [`TooLarge`](crate::Reason::TooLarge).
///
/// The largest tokens seen in the field carry some 200 groups in about 6 KiB.
pub const MAX_PAYLOAD_LEN: usize = 8192;

/// Bytes of an authorization server's answer about a token: 8192, those of a set of claims
/// ([`MAX_PAYLOAD_LEN`]), which it stands for. A longer one is
/// [`InvalidIntrospection`](crate::Reason::InvalidIntrospection).
pub const MAX_INTROSPECTION_LEN: usize = MAX_PAYLOAD_LEN;

/// Objects and arrays that may be open at once: 32. More are [`TooDeep`](crate::Reason::TooDeep).
///
/// Claims nest three or four deep; the reader is not recursive, so this bounds its state, not the
/// stack.
pub const MAX_DEPTH: usize = 32;

/// Member names that may be open at once: 512. More are [`TooLarge`](crate::Reason::TooLarge).
///
/// The names of all enclosing objects are compared to find duplicates, so this bounds memory
/// ([`NAME_LEN`] bytes a name) and time. The largest objects in claims are maps of roles, with
/// some dozens of names.
pub const MAX_MEMBERS: usize = 512;

/// Bytes of the caller's memory that each open member name takes: 8.
pub const NAME_LEN: usize = 8;

/// Times that the hashes of two different names may be equal in one document: 4.
///
/// By chance that happens once in some thirty thousand documents of [`MAX_MEMBERS`] names, and
/// practically never five times in one: only where somebody searched for such names to cost time
/// ([`TooLarge`](crate::Reason::TooLarge)).
pub const MAX_NAME_COLLISIONS: u32 = 4;

/// Member names of a JSON Web Key and its set that may be open at once: 64
/// ([`TooLarge`](crate::Reason::TooLarge)). The registry of JWK parameters has 24 names.
pub const MAX_KEY_MEMBERS: usize = 64;

/// Names in a header's `crit` and a key's `key_ops`: 16. More are
/// [`InvalidHeader`](crate::Reason::InvalidHeader) and [`InvalidKey`](crate::Reason::InvalidKey).
///
/// Each name is compared with each to find duplicates. Seven operations are registered, and no
/// token has needed more than two or three extensions.
pub const MAX_LISTED_NAMES: usize = 16;

/// Bytes of memory with which a validation never asks for more: 24 576.
///
/// The parts of a token of [`MAX_TOKEN_LEN`] characters decode to three quarters of that, and
/// strings with escapes are decoded once more; the names of members take turns with those. 4096
/// bytes are enough for the tokens of the usual issuers.
pub const MEMORY: usize = MAX_TOKEN_LEN / 4 * 3 * 2;

/// Bytes of a JSON Web Key Set: 1 MiB. Longer ones are [`TooLarge`](crate::Reason::TooLarge).
///
/// The largest published sets have about 20 KiB.
pub const MAX_JWK_SET_LEN: usize = 1 << 20;

/// Keys of a set, the skipped ones included: 1000. More are
/// [`TooManyKeys`](crate::Reason::TooManyKeys).
pub const MAX_KEYS: usize = 1000;

/// Bytes of a key identifier (`kid`): 128. Longer ones are
/// [`InvalidHeader`](crate::Reason::InvalidHeader) in a token and
/// [`InvalidKey`](crate::Reason::InvalidKey) in a set. A SHA-256 thumbprint has 43, a UUID 36.
pub const MAX_KEY_ID_LEN: usize = 128;

/// Bits of an RSA modulus at the least: 2048. Shorter ones are
/// [`KeyTooWeak`](crate::Reason::KeyTooWeak)
/// ([RFC 7518, section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
pub const MIN_RSA_BITS: usize = 2048;

/// Bits of an RSA modulus at the most: 4096, with the feature `rsa-8192` 8192. Longer ones are
/// [`UnsupportedKey`](crate::Reason::UnsupportedKey).
///
/// The cost of a verification grows with the square, so the size must not be the sender's choice.
pub const MAX_RSA_BITS: usize = if cfg!(feature = "rsa-8192") { 8192 } else { 4096 };

/// Bytes of a signature at the most: 1024, those of an RSA key of 8192 bits. Longer ones are
/// [`TooLarge`](crate::Reason::TooLarge).
pub const MAX_SIGNATURE_LEN: usize = 1024;

/// Bytes of a symmetric key at the most: 1024. Longer ones are
/// [`InvalidKey`](crate::Reason::InvalidKey); the least is the size of the hash
/// ([RFC 7518, section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
pub const MAX_SECRET_LEN: usize = 1024;

/// Seconds of leeway at the most: 300. A policy with more is refused
/// ([`Misuse`](crate::Reason::Misuse)). Clocks that differ by more want mending, not tolerance.
pub const MAX_LEEWAY: u32 = 300;

/// Seconds of leeway unless the policy says otherwise: 30.
pub const DEFAULT_LEEWAY: u32 = 30;

/// The largest time that a claim can hold: 2^53 - 1 seconds, the largest integer that every JSON
/// reader keeps exact ([RFC 8259, section 6](https://www.rfc-editor.org/rfc/rfc8259#section-6)).
/// More is [`InvalidClaim`](crate::Reason::InvalidClaim).
pub const MAX_TIME: u64 = (1 << 53) - 1;

/// Bytes of the body of an MCP request unless the server says otherwise: 4 MiB. Longer ones are
/// [`MessageTooLarge`](crate::Reason::MessageTooLarge). The official SDKs take as much.
pub const MAX_MESSAGE_LEN: usize = 4 << 20;

/// Bytes of one header `WWW-Authenticate`: 8192. Longer ones are
/// [`TooLarge`](crate::Reason::TooLarge). Web servers and proxies pass on no longer line
/// ([`MAX_TOKEN_LEN`]).
pub const MAX_CHALLENGES_LEN: usize = 8192;

/// Parameters of a challenge: 32. More are [`TooLarge`](crate::Reason::TooLarge).
///
/// Each name is compared with each to find duplicates. `Digest` has nine parameters, `Bearer` with
/// its extensions a dozen.
pub const MAX_CHALLENGE_PARAMETERS: usize = 32;

/// Characters of a realm, of scopes and of a URL that are written into a challenge: 2048. Longer
/// ones are [`Misuse`](crate::Reason::Misuse).
///
/// All three together leave room for the rest below [`MAX_CHALLENGES_LEN`]: whoever cannot read
/// the answer cannot ask for a token.
pub const MAX_CHALLENGE_VALUE_LEN: usize = 2048;

/// Bytes of a metadata document of a resource or an authorization server: 64 KiB. Longer ones are
/// [`TooLarge`](crate::Reason::TooLarge). The largest of the usual servers have about 8 KiB.
pub const MAX_METADATA_LEN: usize = 64 << 10;

/// Scopes that a client asks for at once: 256. More are [`TooLarge`](crate::Reason::TooLarge).
///
/// Each is compared with each, and the server that lists them is not ours.
pub const MAX_REQUESTED_SCOPES: usize = 256;

/// Bytes of a client registration request, and of the answer to one: 16 384. Longer ones are
/// [`TooLarge`](crate::Reason::TooLarge). One with every member that is read has 700 or so; the
/// rest is room for a set of keys.
pub const MAX_REGISTRATION_LEN: usize = 16_384;

/// Bytes of a client metadata document: 5120. Longer ones are
/// [`TooLarge`](crate::Reason::TooLarge). A fetcher that has read more can stop
/// ([CIMD draft -01, section 6.6](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-6.6)).
pub const MAX_CLIENT_METADATA_DOCUMENT_LEN: usize = 5 * 1024;

/// Bytes of a client identifier that is a URL: 2048. Longer ones are
/// [`InvalidClientId`](crate::Reason::InvalidClientId).
///
/// It is a key of caches, stands in tokens and is shown to users, for whom a short one is
/// recommended.
pub const MAX_CLIENT_ID_LEN: usize = 2048;

/// Redirect URIs of one client: 32. More are
/// [`InvalidRedirectUri`](crate::Reason::InvalidRedirectUri).
///
/// Each is compared with the one of a request. Lists are long where a client names many ports of
/// the loopback, for servers that do not let the port vary.
pub const MAX_REDIRECT_URIS: usize = 32;

/// Members of a message where its operation is looked for: 256, those of the message, of its
/// `params`, and in there of `ref`, `notifications` and `_meta` together. More are
/// [`InvalidRequest`](crate::Reason::InvalidRequest).
///
/// Each name is compared with those that decide, which costs more than to skip the same bytes. No
/// request of the specification has twenty; what a tool takes lies deeper, in `arguments`.
pub const MAX_MESSAGE_MEMBERS: u32 = 256;

/// Objects and arrays that may be open at once in a member of a message that does not decide: 1008,
/// those without content aside. More are [`InvalidMessage`](crate::Reason::InvalidMessage).
///
/// Each closing bracket is compared with the opening one, and a bit for each is kept. Arguments of
/// tools nest some five deep; readers that have a limit take up to 1000 or so.
pub const MAX_MESSAGE_DEPTH: usize = 1008;

/// Bytes of the `method` of a message: 128. Longer ones are
/// [`InvalidRequest`](crate::Reason::InvalidRequest). Those of the specification have up to 36.
pub const MAX_METHOD_LEN: usize = 128;

/// Bytes of the name or the URI of what a message asks for: 4096. Longer ones are
/// [`InvalidRequest`](crate::Reason::InvalidRequest).
///
/// Names of tools should have up to 128 characters (MCP 2026-07-28, Tools, "Tool Names"); a URI
/// has to fit in the header `Mcp-Name`, and web servers take 8 KiB for all headers.
pub const MAX_TARGET_LEN: usize = 4096;

/// URIs of resources that one `subscriptions/listen` names: 256. More are
/// [`InvalidRequest`](crate::Reason::InvalidRequest).
///
/// Each is judged by the rules as a request of its own, and may have [`MAX_TARGET_LEN`] bytes; those
/// with escapes, and one byte for each, have as many together. A client that watches more opens
/// another stream.
pub const MAX_SUBSCRIPTIONS: usize = 256;

/// Bytes of the list of these URIs as it stands in the body, brackets included: 16 384. A longer one
/// is [`InvalidRequest`](crate::Reason::InvalidRequest).
///
/// Each URI may have to be compared with each rule for resources; 256 usual ones have less.
pub const MAX_SUBSCRIPTIONS_LEN: usize = 16_384;

/// Bytes of the `id` of a message, of a string without its quotes, that is sent back: 64. A longer
/// one is left out of the answer; a UUID has 36.
pub const MAX_MESSAGE_ID_LEN: usize = 64;

/// Bytes of memory with which no message asks for more when its operation is read: 4288.
///
/// What is written without escapes takes none.
pub const OPERATION_MEMORY: usize = MAX_METHOD_LEN + MAX_TARGET_LEN + MAX_MESSAGE_ID_LEN;

/// Seconds that a client is told to wait at the most (`Retry-After`): 3600. Whatever it waits for may
/// be back earlier.
pub const MAX_RETRY_AFTER: u64 = 3600;

/// Headers `Mcp-Param-…` that a browser is allowed at once: 32. More are left out of the answer, and
/// the browser sends none of the request.
///
/// Each is a parameter of one tool, and the request is to fit in the 8 KiB of headers that web
/// servers take.
pub const MAX_PARAMETER_HEADERS: usize = 32;

/// Bytes of the name of such a header: 128. Longer ones are left out likewise.
pub const MAX_PARAMETER_HEADER_LEN: usize = 128;

/// Seconds that fetched keys are taken for fresh at the least: 300, whatever the issuer's
/// `Cache-Control` says. Some say 15 seconds, which is a fetch for nearly every request.
pub const MIN_KEY_LIFETIME: u32 = 300;

/// Seconds that fetched keys are taken for fresh at the most: 86 400, one day. So long does a key
/// that the issuer has withdrawn still verify.
pub const MAX_KEY_LIFETIME: u32 = 86_400;

/// Seconds that fetched keys are taken for fresh at the most unless set: 3600.
pub const DEFAULT_KEY_LIFETIME: u32 = 3600;

/// Seconds that keys may be used which cannot be fetched again, at the most: 604 800, one week. An
/// outage of the issuer is no outage here for so long.
pub const MAX_KEY_AGE: u32 = 604_800;

/// Seconds that keys may be used which cannot be fetched again, unless set: 86 400, one day.
pub const DEFAULT_KEY_AGE: u32 = 86_400;

/// Seconds between two fetches of keys: 30 unless set, and from 1 to [`MIN_KEY_LIFETIME`]. This
/// is what bounds the fetches that a stranger can cause with names of keys that do not exist.
pub const DEFAULT_FETCH_COOLDOWN: u32 = 30;

/// Seconds after which a fetch of keys that has not reported back is taken for failed: 10 unless
/// set, at most 60. Requests wait for it.
pub const DEFAULT_FETCH_TIMEOUT: u32 = 10;

/// The longest time-out of a fetch of keys, in seconds.
pub const MAX_FETCH_TIMEOUT: u32 = 60;

/// Bytes of an entity tag (`ETag`) that is remembered for the next fetch of keys: 128. A longer
/// one is not. A SHA-256 in hexadecimal has 64.
pub const MAX_ENTITY_TAG_LEN: usize = 128;

/// Characters of a DPoP proof: 8192. Longer ones are
/// [`InvalidProof`](crate::Reason::InvalidProof). One of the largest RSA key has about 5000, with
/// an elliptic curve some 600.
pub const MAX_PROOF_LEN: usize = 8192;

/// Bytes of a DPoP proof's identifier (`jti`): 256. Longer ones are
/// [`InvalidProof`](crate::Reason::InvalidProof). A UUID has 36.
pub const MAX_PROOF_ID_LEN: usize = 256;

/// Seconds that a DPoP proof may be old, or made in the future: 300. It is
/// [`InvalidProof`](crate::Reason::InvalidProof) beyond; as long must its `jti` be remembered.
pub const MAX_PROOF_AGE: u32 = 300;

/// Seconds that a DPoP nonce is good for at the most: 3600. A longer lifetime is
/// [`Misuse`](crate::Reason::Misuse).
pub const MAX_NONCE_LIFETIME: u32 = 3600;

/// Secrets that seals are accepted of at the same time: 16. More are
/// [`Misuse`](crate::Reason::Misuse). A rotation needs two.
pub const MAX_SEAL_KEYS: usize = 16;

/// Bytes that are sealed as one state or handle: 4096. More are
/// [`TooLarge`](crate::Reason::TooLarge). The text travels in messages, and in prompts of models.
pub const MAX_STATE_LEN: usize = 4096;

/// Bytes of the URL of a server's own metadata: 1024. A longer one is
/// [`Misuse`](crate::Reason::Misuse).
pub const MAX_METADATA_URL_LEN: usize = 1024;

/// Scopes that the rules of a server speak of: 128. More are [`Misuse`](crate::Reason::Misuse).
/// Each is a bit of one number.
pub const MAX_SCOPES: usize = 128;

/*
 * gatepost: decides whether an OAuth 2.1 access token lets a request in.
 *
 * Made from ffi/src by `GATEPOST_WRITE_HEADER=1 cargo test -p gatepost-ffi --test header`.
 * Do not change it by hand.
 *
 * Results. Functions that can fail return a number: GATEPOST_OK (0), or the reason, a value of
 * enum gatepost_reason that never changes its meaning. Newer versions of the library may return
 * numbers that are not in this header: whatever is not 0 is a refusal. Outputs come last and are
 * written on success alone; after an error they are as they were. A gatepost_response is written
 * whenever there is something to send.
 *
 * Pointers. Every pointer is checked for NULL and for the alignment of its type; where something
 * has to be there, the answer is GATEPOST_MISUSE. A slice or an array whose pointer is NULL and
 * whose length is 0 is empty. What is behind a pointer cannot be checked: it has to be there, with
 * the length that is given. Memory for outputs overlaps no input.
 *
 * Strangers' texts. What a client or a server has sent, and is not UTF-8, is refused with the reason
 * for what is wrong with it; GATEPOST_MISUSE is for what the caller's own program says. Structs that
 * begin with a `size` are filled by their _init() function, or where there is none, set to zeros
 * and then to their sizeof.
 *
 * Memory. What the library hands out points into the memory that the caller passed, or to its own
 * constants. Built for devices (without the feature `hosted`) it has no global state, and allocates
 * in gatepost_key_set_new() and gatepost_guard_new() alone; built for servers it allocates for the
 * keys of a set, for the tables of keys in use (gatepost_set_table_budget()) and for
 * gatepost_key_set_cache_tokens(). Validations of tokens do not allocate but to make a table.
 *
 * Threads. A pointer to `const` is only read: a key set, a policy and a guard may serve any number
 * of threads at once, each with memory of its own. What is not `const` belongs to the caller's
 * thread for the time of the call.
 *
 * Time. The library reads no clock: `now` is an argument, in seconds since 1970 (UTC).
 *
 * Panics. Should a defect make the library panic, the call answers GATEPOST_MISUSE. A library built
 * without std calls `void gatepost_panicked(void)` instead, which the program supplies, to report
 * and to reset or halt; the library does not go on when it returns.
 *
 * Versions. Before version 1.0 the interface may change with each minor version: take header and
 * library from the same release, and link statically where you can.
 *
 * In short, without the heap:
 *
 *     static uint64_t keys_memory[GATEPOST_KEY_SET_SIZE(4) / 8];
 *     gatepost_key_set *keys;
 *     gatepost_policy_config config;
 *     gatepost_policy policy;
 *     gatepost_access_token token;
 *     static unsigned char memory[GATEPOST_MEMORY];
 *
 *     gatepost_key_set_init(keys_memory, sizeof keys_memory, &keys);
 *     gatepost_key_set_load_jwks(keys, jwks, 0, 0);
 *     gatepost_policy_config_init(&config, sizeof config);
 *     config.issuer = issuer;
 *     config.audiences = &audience;
 *     config.audience_count = 1;
 *     gatepost_policy_init(&policy, sizeof policy, &config);
 *     if (gatepost_validate(&policy, keys, compact, now, memory, sizeof memory, &token)
 *         == GATEPOST_OK) { ... token.subject ... }
 *
 * examples/validate.c is a whole program, with every result checked.
 *
 * A server asks a guard about whole requests, not to have to answer them itself:
 *
 *     gatepost_guard_config_init(&guard_config, sizeof guard_config);
 *     guard_config.resource = audience;
 *     guard_config.authorization_servers = &issuer;
 *     guard_config.authorization_server_count = 1;
 *     gatepost_guard_new(&guard_config, &guard);
 *
 *     if (gatepost_authenticate(guard, issuers, issuer_count, &head, now, memory, sizeof memory,
 *                               &principal, &response)) return send(&response);
 *     ... the body is read ...
 *     if (gatepost_read_operation(guard, &head, body, more, sizeof more, &operation, &response)
 *         || gatepost_authorize(guard, &head, &principal, &operation, rest, sizeof rest,
 *                               &response)) return send(&response);
 *     ... principal.token.subject does operation.name ...
 *
 * Its keys it fetches when a gatepost_key_refresh says so. examples/server is such a server. Opaque
 * tokens, about which the issuer has to be asked, are for gatepost_authenticate_with_introspection().
 *
 * Who does not use a guard takes its parts:
 *
 *     if (gatepost_read_credentials(values, count, &credentials)
 *         || gatepost_validate_before_proof(&policy, keys, credentials.token, now, memory,
 *                                           sizeof memory, &presented)
 *         || (credentials.scheme == GATEPOST_SCHEME_DPOP
 *             && (gatepost_check_certificate(&presented, certificate)
 *                 || gatepost_verify_proof(&verifier, &presented, proofs, proof_count, method, now,
 *                                          presented.memory, presented.memory_length, &proof)))
 *         || gatepost_prove(&presented,
 *                           credentials.scheme == GATEPOST_SCHEME_DPOP ? &proof : NULL,
 *                           certificate, &token)) return refuse();
 *     ... token.subject ...
 *
 * gatepost_write_challenge() and gatepost_write_error_body() write what is refused with.
 */


#ifndef GATEPOST_H
#define GATEPOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the numbers mean: GATEPOST_OK, or why a token, a request, a key set or a policy was
// refused. The hundreds tell the stage: 1xx form, 2xx header, 3xx keys, 4xx signature, 5xx claims,
// 6xx scope, 7xx possession, 8xx cannot tell now, 9xx the caller's own mistake.
enum gatepost_reason {
    // accepted
    GATEPOST_OK = 0,

    // the token is not a compact JWS
    GATEPOST_MALFORMED = 101,
    // the input exceeds a size limit
    GATEPOST_TOO_LARGE = 102,
    // a part is not canonical base64url
    GATEPOST_INVALID_BASE64 = 103,
    // the input is not one valid JSON object
    GATEPOST_INVALID_JSON = 104,
    // a JSON object names a member twice
    GATEPOST_DUPLICATE_MEMBER = 105,
    // the JSON is nested too deep
    GATEPOST_TOO_DEEP = 106,
    // the token is encrypted
    GATEPOST_ENCRYPTED = 107,
    // the token is no JWT because the client did not ask for an audience
    GATEPOST_AUDIENCE_NOT_REQUESTED = 108,
    // an access token is required
    GATEPOST_CREDENTIALS_MISSING = 111,
    // the authorization header is not a scheme and one token
    GATEPOST_INVALID_CREDENTIALS = 112,
    // there are several credentials
    GATEPOST_SEVERAL_CREDENTIALS = 113,
    // the origin is not allowed
    GATEPOST_ORIGIN_REFUSED = 114,
    // the body is not JSON in UTF-8
    GATEPOST_INVALID_MESSAGE = 115,
    // batches of messages are not supported
    GATEPOST_BATCH_REFUSED = 116,
    // the body exceeds a size limit
    GATEPOST_MESSAGE_TOO_LARGE = 117,
    // the headers do not agree with the body
    GATEPOST_HEADER_MISMATCH = 118,
    // the body is not one JSON-RPC message that all servers read alike
    GATEPOST_INVALID_REQUEST = 119,
    // the metadata document is not valid
    GATEPOST_INVALID_METADATA = 131,
    // the metadata document is of another
    GATEPOST_METADATA_MISMATCH = 132,
    // the authorization server does not support PKCE with S256
    GATEPOST_PKCE_NOT_SUPPORTED = 133,
    // the code challenge is not valid
    GATEPOST_INVALID_CODE_CHALLENGE = 134,
    // the code verifier is not valid
    GATEPOST_INVALID_CODE_VERIFIER = 135,
    // a redirect URI is not acceptable
    GATEPOST_INVALID_REDIRECT_URI = 136,
    // the metadata of the client are not acceptable
    GATEPOST_INVALID_CLIENT_METADATA = 137,
    // the client identifier is not acceptable
    GATEPOST_INVALID_CLIENT_ID = 138,
    // the address is not one to fetch from
    GATEPOST_ADDRESS_REFUSED = 139,
    // the challenges are not valid
    GATEPOST_INVALID_CHALLENGE = 140,
    // what the authorization server says of the token is not valid
    GATEPOST_INVALID_INTROSPECTION = 141,

    // the header names no algorithm
    GATEPOST_ALGORITHM_MISSING = 201,
    // the algorithm is not allowed
    GATEPOST_ALGORITHM_NOT_ALLOWED = 202,
    // the token is of another type
    GATEPOST_TYPE_MISMATCH = 203,
    // the header demands an extension that is not understood
    GATEPOST_CRITICAL_NOT_UNDERSTOOD = 204,
    // a header parameter has the wrong form
    GATEPOST_INVALID_HEADER = 205,

    // no key is the one that the token names
    GATEPOST_KEY_NOT_FOUND = 301,
    // more than one key could be meant
    GATEPOST_KEY_AMBIGUOUS = 302,
    // the key is for another algorithm
    GATEPOST_KEY_ALGORITHM_MISMATCH = 303,
    // the key is not valid
    GATEPOST_INVALID_KEY = 310,
    // the key is too weak
    GATEPOST_KEY_TOO_WEAK = 311,
    // the key is not meant for verification here
    GATEPOST_KEY_NOT_FOR_VERIFICATION = 312,
    // the key holds private members
    GATEPOST_PRIVATE_KEY = 313,
    // the set mixes symmetric and public keys
    GATEPOST_MIXED_KEY_SET = 314,
    // the set holds more keys than there is room for
    GATEPOST_TOO_MANY_KEYS = 315,
    // the key is of a kind that is not supported
    GATEPOST_UNSUPPORTED_KEY = 316,

    // the signature does not match
    GATEPOST_INVALID_SIGNATURE = 401,

    // the token has expired
    GATEPOST_EXPIRED = 501,
    // the token is not valid yet
    GATEPOST_NOT_YET_VALID = 502,
    // the token was issued in the future
    GATEPOST_ISSUED_IN_FUTURE = 503,
    // the token is from another issuer
    GATEPOST_ISSUER_MISMATCH = 504,
    // the token is meant for another audience
    GATEPOST_AUDIENCE_MISMATCH = 505,
    // a required claim is missing
    GATEPOST_MISSING_CLAIM = 506,
    // a claim has the wrong type or form
    GATEPOST_INVALID_CLAIM = 507,
    // a claim has a value that is not accepted
    GATEPOST_CLAIM_REFUSED = 508,
    // the authorization server says that the token is not active
    GATEPOST_TOKEN_INACTIVE = 509,

    // the token lacks a required scope
    GATEPOST_INSUFFICIENT_SCOPE = 601,
    // the operation is not permitted
    GATEPOST_OPERATION_REFUSED = 602,

    // a proof of possession is required
    GATEPOST_PROOF_REQUIRED = 701,
    // the proof of possession is not valid
    GATEPOST_INVALID_PROOF = 702,
    // the proof of possession was used before
    GATEPOST_PROOF_REPLAYED = 703,
    // the proof of possession needs a nonce
    GATEPOST_NONCE_REQUIRED = 704,
    // the state is not valid
    GATEPOST_INVALID_STATE = 705,
    // the state has expired
    GATEPOST_STATE_EXPIRED = 706,

    // the keys are not available now
    GATEPOST_KEYS_UNAVAILABLE = 801,
    // too many proofs of possession for now
    GATEPOST_REPLAY_STORE_FULL = 802,
    // the authorization server does not say whether the token is good
    GATEPOST_INTROSPECTION_UNAVAILABLE = 803,

    // the caller's memory is too small
    GATEPOST_MEMORY_TOO_SMALL = 901,
    // the caller asked for something that makes no sense
    GATEPOST_MISUSE = 902
};

// Bytes that a set of `keys` keys needs, where the compiler has to know it.
#define GATEPOST_KEY_SET_SIZE(keys) \
    (GATEPOST_KEY_SET_HEAD_SIZE + (size_t)(keys) * GATEPOST_KEY_SIZE)

// A string literal as a gatepost_slice.
#ifdef __cplusplus
#define GATEPOST_LITERAL(literal) \
    (gatepost_slice{reinterpret_cast<const uint8_t *>("" literal), sizeof(literal) - 1})
#else
#define GATEPOST_LITERAL(literal) \
    ((gatepost_slice){(const uint8_t *)("" literal), sizeof(literal) - 1})
#endif


// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
#define GATEPOST_ALGORITHM_RS256 1

// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518, section 3.3).
#define GATEPOST_ALGORITHM_RS384 2

// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518, section 3.3).
#define GATEPOST_ALGORITHM_RS512 4

// RSASSA-PSS with SHA-256 (RFC 7518, section 3.5).
#define GATEPOST_ALGORITHM_PS256 8

// RSASSA-PSS with SHA-384 (RFC 7518, section 3.5).
#define GATEPOST_ALGORITHM_PS384 16

// RSASSA-PSS with SHA-512 (RFC 7518, section 3.5).
#define GATEPOST_ALGORITHM_PS512 32

// ECDSA with P-256 and SHA-256 (RFC 7518, section 3.4).
#define GATEPOST_ALGORITHM_ES256 64

// ECDSA with P-384 and SHA-384 (RFC 7518, section 3.4).
#define GATEPOST_ALGORITHM_ES384 128

// EdDSA with Ed25519 (RFC 8037, section 3.1), also under its name of RFC 9864.
#define GATEPOST_ALGORITHM_EDDSA 256

// HMAC with SHA-256 (RFC 7518, section 3.2).
#define GATEPOST_ALGORITHM_HS256 512

// HMAC with SHA-384 (RFC 7518, section 3.2).
#define GATEPOST_ALGORITHM_HS384 1024

// HMAC with SHA-512 (RFC 7518, section 3.2).
#define GATEPOST_ALGORITHM_HS512 2048

// Whoever has the token may use it (RFC 6750).
#define GATEPOST_SCHEME_BEARER 1

// A proof of possession comes with the token (RFC 9449).
#define GATEPOST_SCHEME_DPOP 2

// Values in all claim rules of a policy at the most.
#define GATEPOST_MAX_CLAIM_VALUES 32

// The claim is an array with at least one of the values as an element. Without this bit it is a
// string, and one of the values.
#define GATEPOST_CLAIM_ARRAY 1

// Redeems the code of an authorization response.
#define GATEPOST_GRANT_AUTHORIZATION_CODE 1

// Redeems a refresh token.
#define GATEPOST_GRANT_REFRESH_TOKEN 2

// The client has a `client_id` that was given to it for this issuer.
#define GATEPOST_REGISTRATION_PREREGISTERED 1

// The `client_id` is the URL of the client's metadata document.
#define GATEPOST_REGISTRATION_METADATA_DOCUMENT 2

// The client registers itself at the `registration_endpoint` (RFC 7591).
#define GATEPOST_REGISTRATION_DYNAMIC 3

// Whoever uses the client has to enter a `client_id`.
#define GATEPOST_REGISTRATION_ASK_USER 4

// Bytes of memory that are enough for gatepost_authenticate(), where a request has up to 120
// headers; each more takes the size of a gatepost_header. 12288 are enough for usual requests.
#define GATEPOST_AUTHENTICATE_MEMORY 36864

// Bytes of memory that are enough for gatepost_read_operation(), gatepost_authorize(),
// gatepost_guard_refuse() and gatepost_guard_refuse_until(), where a request has up to 120 headers;
// each more takes the size of a gatepost_header.
#define GATEPOST_AUTHORIZE_MEMORY 16640

// Bytes that a guard takes, at the most.
#define GATEPOST_GUARD_SIZE 65536

// Strings in all lists of a guard's configuration, rules included, at the most.
#define GATEPOST_MAX_GUARD_STRINGS 1024

// Lets pages of any origin ask. A server on a private network or on the user's own machine then
// loses its protection against DNS rebinding.
#define GATEPOST_GUARD_ANY_ORIGIN 1

// Takes no tokens but those that are bound to a key for DPoP proofs.
#define GATEPOST_GUARD_DPOP_REQUIRED 2

// Advertises that tokens bound to a client's certificate are understood (RFC 9728, section 2).
// They are, with this bit or without: where the head of a request has the `certificate`.
#define GATEPOST_GUARD_CERTIFICATE_BINDING 4

// Publishes no document for clients of the MCP revision 2025-03-26, at Auth0 either.
#define GATEPOST_GUARD_NO_LEGACY_METADATA 8

// The keys are fresh: validate with them.
#define GATEPOST_REFRESH_USE_KEYS 1

// Fetch the keys, report what came of it, then ask again. Whoever has keys need not make the
// request wait: it can be validated with them while they are fetched.
#define GATEPOST_REFRESH_FETCH 2

// Somebody else is fetching: wait for the report, but not longer than `until`, then ask again.
#define GATEPOST_REFRESH_WAIT 3

// The keys cannot be fetched now: validate with the ones there are.
#define GATEPOST_REFRESH_USE_STALE 4

// Refuse the request with `reason`: GATEPOST_KEYS_UNAVAILABLE where the last fetch failed,
// GATEPOST_KEY_NOT_FOUND where it succeeded and the issuer has no such key.
#define GATEPOST_REFRESH_REFUSE 5

// The keys are others than before: replace them, and forget what they verified.
#define GATEPOST_KEY_CHANGE_CHANGED 1

// The keys are the same as before: keep those that are in use.
#define GATEPOST_KEY_CHANGE_UNCHANGED 2

// The report counts for nothing: another fetch has been started since, and may have brought newer
// keys. Keep those that are in use.
#define GATEPOST_KEY_CHANGE_IGNORED 3

// The alignment, in bytes, of the memory of a key set: that of uint64_t.
#define GATEPOST_ALIGNMENT 8

// Bytes that a key set takes besides its keys, at the most.
#define GATEPOST_KEY_SET_HEAD_SIZE 256

// Bytes that a key takes in a key set, at the most.
#define GATEPOST_KEY_SIZE 1536

// How many skipped keys a key set remembers one by one; the others are counted.
#define GATEPOST_MAX_SKIPPED_KEYS 32

// How many tokens a key set can be asked to remember.
#define GATEPOST_MAX_CACHED_TOKENS 1000000

// Accepts a set of shared secrets (`kty` "oct"), and nothing but such a set. A published set has
// no secrets: whoever can read it could sign.
#define GATEPOST_JWKS_SYMMETRIC 1

// Characters of a token at the most. Longer ones are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_TOKEN_LENGTH 16384

// Bytes of memory that are enough for every validation; 4096 are enough for the tokens of the
// usual issuers.
#define GATEPOST_MEMORY 24576

// Bytes of an authorization server's answer about a token at the most. A longer one is
// GATEPOST_INVALID_INTROSPECTION.
#define GATEPOST_MAX_INTROSPECTION_LENGTH 8192

// Bytes of a JSON Web Key Set at the most. More are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_JWKS_LENGTH 1048576

// Keys of a set at the most, the skipped ones included. More are GATEPOST_TOO_MANY_KEYS.
#define GATEPOST_MAX_KEYS 1000

// Bytes of a key identifier (`kid`) at the most.
#define GATEPOST_MAX_KEY_ID_LENGTH 128

// Bytes of a shared secret at the most; the least is the size of the hash (32, 48 or 64).
#define GATEPOST_MAX_SECRET_LENGTH 1024

// Bytes of an entity tag (`ETag`) that is remembered for the next fetch of keys at the most; a
// longer one is not.
#define GATEPOST_MAX_ENTITY_TAG_LENGTH 128

// Seconds of leeway at the most.
#define GATEPOST_MAX_LEEWAY 300

// Bytes of a metadata document at the most. More are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_METADATA_LENGTH 65536

// The list of a resource's issuers (`authorization_servers`), at least one.
#define GATEPOST_LIST_AUTHORIZATION_SERVERS 1

// The list of scopes (`scopes_supported`), of a resource or of an authorization server.
#define GATEPOST_LIST_SCOPES 2

// The list of ways to present a token to a resource (`bearer_methods_supported`); where there is
// none, in the header at least.
#define GATEPOST_LIST_BEARER_METHODS 3

// The list of algorithms of DPoP proofs (`dpop_signing_alg_values_supported`), of a resource or of
// an authorization server.
#define GATEPOST_LIST_DPOP_ALGORITHMS 4

// The list of ways in which clients authenticate at an authorization server's token endpoint
// (`token_endpoint_auth_methods_supported`); where there is none, client_secret_basic.
#define GATEPOST_LIST_AUTH_METHODS 5

// URLs to try for one document at the most.
#define GATEPOST_MAX_METADATA_URLS 3

// A call of a tool (`tools/call`): the name is that of the tool.
#define GATEPOST_OPERATION_TOOL 1

// A prompt (`prompts/get`, or `completion/complete` for one): the name is that of the prompt.
#define GATEPOST_OPERATION_PROMPT 2

// A resource (`resources/read`, `resources/subscribe`, `resources/unsubscribe`, or
// `completion/complete` for one): the name is its URI, or the template of one. The values that a
// completion fills in are not judged: a handler that looks into the resources that they make has to
// ask gatepost_permits() for each.
#define GATEPOST_OPERATION_RESOURCE 3

// A task (`tasks/get`, `tasks/update`, `tasks/cancel`, `tasks/result`): the name is its
// identifier.
#define GATEPOST_OPERATION_TASK 4

// Any other method: there is no name.
#define GATEPOST_OPERATION_METHOD 5

// A response, which clients send in revisions of MCP before 2026-07-28.
#define GATEPOST_OPERATION_RESPONSE 6

// For gatepost_permits() alone: the template of resources (RFC 6570) in a list of them. It is
// judged as one of these resources of which no rule speaks in particular: by the rule that names
// the template itself, or else by that for the longest beginning of its text. When a resource is
// read, its own URI is judged.
#define GATEPOST_OPERATION_RESOURCE_TEMPLATE 7

// Random bytes that a code verifier is made of.
#define GATEPOST_CODE_VERIFIER_RANDOM 32

// Characters of a code verifier that is made here, and of a code challenge.
#define GATEPOST_CODE_VERIFIER_LENGTH 43

// Audiences, required scopes, required claims and claim rules of a policy at the most, each.
#define GATEPOST_MAX_STRINGS 16

// Demands the JWT profile for access tokens (RFC 9068, section 4): `typ` is at+jwt, and `exp`,
// `sub`, `client_id`, `iat` and `jti` are there. `typ` and `required_claims` stay unset.
#define GATEPOST_POLICY_RFC9068 1

// Requires no claim but `iss` and `aud`. This lets tokens in that never expire.
#define GATEPOST_POLICY_NO_REQUIRED_CLAIMS 2

// Takes the client (`client_id`) for the audience of a token that has no `aud`, as those of Amazon
// Cognito have none: the audiences are then identifiers of clients. Such a token does not say whom
// it is meant for: another server that takes the same client's tokens can use them here.
#define GATEPOST_POLICY_CLIENT_AS_AUDIENCE 4

// Takes scopes from `scope`, a string of words (RFC 8693, section 4.2).
#define GATEPOST_SCOPES_FROM_SCOPE 1

// Takes scopes from `scp`, a string of words or an array of strings.
#define GATEPOST_SCOPES_FROM_SCP 2

// Takes scopes from `permissions`, an array of strings.
#define GATEPOST_SCOPES_FROM_PERMISSIONS 4

// Any authorization server of OAuth 2.1.
#define GATEPOST_PROVIDER_GENERIC 0

// Auth0.
#define GATEPOST_PROVIDER_AUTH0 1

// Okta, a custom authorization server.
#define GATEPOST_PROVIDER_OKTA 2

// Microsoft Entra ID.
#define GATEPOST_PROVIDER_ENTRA_ID 3

// Keycloak.
#define GATEPOST_PROVIDER_KEYCLOAK 4

// Amazon Cognito.
#define GATEPOST_PROVIDER_COGNITO 5

// `https`: a web server, or an app that claimed the URI (RFC 8252, section 7.2).
#define GATEPOST_REDIRECT_WEB 1

// `http` to this machine (RFC 8252, section 7.3).
#define GATEPOST_REDIRECT_LOOPBACK 2

// A scheme of an app's own (RFC 8252, section 7.1).
#define GATEPOST_REDIRECT_PRIVATE_USE 3

// Lets the addresses of this machine through as well (127.0.0.0/8, ::1): for a developer's
// machine, never for a server that others reach.
#define GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT 1

// Bytes of a registration request at the most. More are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_REGISTRATION_LENGTH 16384

// Bytes of a client metadata document at the most. More are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH 5120

// The client does not authenticate to the token endpoint: a public client, which PKCE protects.
#define GATEPOST_AUTH_METHOD_NONE 1

// A secret, by HTTP Basic (`client_secret_basic`).
#define GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC 2

// A secret, in the body (`client_secret_post`).
#define GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST 3

// A signature with a key that the client publishes (`private_key_jwt`).
#define GATEPOST_AUTH_METHOD_PRIVATE_KEY_JWT 4

// A server of the web's: its redirect URIs are `https`, and not on the user's machine.
#define GATEPOST_APPLICATION_WEB 1

// An app on the user's machine: loopback, private-use scheme, or `https`.
#define GATEPOST_APPLICATION_NATIVE 2

// The code for an answer that is no refusal: a metadata document, or the answer to a preflight
// request. No reason has this number.
#define GATEPOST_RESPOND 1

// The most headers that a response has.
#define GATEPOST_MAX_RESPONSE_HEADERS 16

// Rules of a guard at the most.
#define GATEPOST_MAX_RULES 256

// Scopes that the rules, the hierarchy and the base scopes of a guard speak of at the most, and
// implications of its hierarchy.
#define GATEPOST_MAX_RULE_SCOPES 128

// Claim rules of all rules of a guard at the most.
#define GATEPOST_MAX_CLAIM_RULES 128

// The rule is for all names that begin with its pattern.
#define GATEPOST_RULE_PREFIX 1

// The operation needs no token at all. Only where the headers alone tell the operation (revision
// 2026-07-28 of MCP) can a request without a token be let in.
#define GATEPOST_RULE_PUBLIC 2

// The operation is refused, whatever the token (GATEPOST_OPERATION_REFUSED).
#define GATEPOST_RULE_REFUSED 4

// Secrets of a server's own that are in use at the same time, at the most.
#define GATEPOST_MAX_SEAL_KEYS 16

// Bytes of a state or a handle that is sealed, at the most.
#define GATEPOST_MAX_STATE_LENGTH 4096

// Characters of a nonce.
#define GATEPOST_NONCE_LENGTH 32

// Seconds that a nonce is good for at the most.
#define GATEPOST_MAX_NONCE_LIFETIME 3600

// The major version that this header is from.
#define GATEPOST_VERSION_MAJOR 0

// The minor version that this header is from.
#define GATEPOST_VERSION_MINOR 1

// The patch version that this header is from.
#define GATEPOST_VERSION_PATCH 0

// What decides about requests to one MCP server.
//
// Opaque. It is made in memory of the caller's by gatepost_guard_init(), or on the heap by
// gatepost_guard_new(), and never changed after that; it must not be copied or moved, and may
// serve any number of threads at once. It points to the strings of its configuration, which must
// live, unchanged, as long as it is used.
typedef struct gatepost_guard gatepost_guard;

// The keys of one issuer, ready to verify.
//
// Opaque. It is made in memory of the caller's by gatepost_key_set_init(), or on the heap by
// gatepost_key_set_new(); it must not be copied or moved. Functions that take it as `const` may
// run in any number of threads at once; those that do not need it for themselves. To rotate
// keys, load a second set and exchange the pointers.
typedef struct gatepost_key_set gatepost_key_set;

// Bytes with their length, not ended by a NUL.
//
// As an argument: `len` readable bytes at `ptr`, which may be NULL where `len` is 0. As a result:
// `ptr` is NULL where there is nothing, such as a claim that the token does not have.
typedef struct gatepost_slice {
    // The first byte, or NULL.
    const uint8_t *ptr;
    // How many bytes there are.
    size_t len;
} gatepost_slice;

// An access token whose signature is good and that a policy has let in.
//
// A plain value: it may be copied. All that it points to lies in the memory that was passed to
// the validation, and is good until that memory is used for something else. Texts are UTF-8 with
// escapes decoded, and may contain any character, NUL included.
typedef struct gatepost_access_token {
    // The issuer (`iss`); that of the policy where the issuer was asked, and does not name itself.
    struct gatepost_slice issuer;
    // The subject (`sub`): the user, or the client itself. `ptr` is NULL where there is none.
    struct gatepost_slice subject;
    // The client that the token was issued to: `client_id`, else `azp`. `ptr` is NULL where there
    // is neither.
    struct gatepost_slice client_id;
    // The audience of the policy for which the token was accepted.
    struct gatepost_slice audience;
    // The key that the header named (`kid`). `ptr` is NULL where it named none.
    struct gatepost_slice key_id;
    // All claims, as one JSON object.
    struct gatepost_slice claims;
    // When the token expires (`exp`), in seconds since 1970, leeway not counted; 0 where
    // `has_expires_at` is false.
    uint64_t expires_at;
    // When the token was issued (`iat`), in seconds since 1970; 0 where `has_issued_at` is false.
    uint64_t issued_at;
    // The algorithm of the signature, a GATEPOST_ALGORITHM; 0 where the issuer was asked about the
    // token.
    uint32_t algorithm;
    // Whether the token has `exp`.
    bool has_expires_at;
    // Whether the token has `iat`.
    bool has_issued_at;
    // Not to be used.
    uint64_t opaque[48];
} gatepost_access_token;

// A challenge to write, for servers that answer without a guard. Members that are not needed are
// zeros.
typedef struct gatepost_new_challenge {
    // sizeof(gatepost_new_challenge).
    size_t size;
    // How a token is to be presented, a GATEPOST_SCHEME.
    uint32_t scheme;
    // Why the request was refused, which sets the error and its description (RFC 6750, section
    // 3.1). GATEPOST_OK and GATEPOST_CREDENTIALS_MISSING set neither.
    uint32_t reason;
    // The algorithms that proofs may be signed with, GATEPOST_ALGORITHM bits joined by `|`, for
    // GATEPOST_SCHEME_DPOP alone.
    uint32_t algorithms;
    // The URL of the resource's metadata (RFC 9728, section 5.1), `https`, or `http` on this
    // machine. Required.
    struct gatepost_slice resource_metadata;
    // The scopes that are needed, words separated by single spaces; or NULL.
    struct gatepost_slice scope;
    // The part of the server that is protected, ASCII other than `"`, `\` and `=`; or NULL.
    struct gatepost_slice realm;
} gatepost_new_challenge;

// What a challenge says that a client needs. Nobody vouches for it.
//
// A plain value: it may be copied. It points into the header, and where that has escapes, into the
// memory that was passed.
typedef struct gatepost_challenge {
    // Why the request was refused, such as invalid_token or insufficient_scope (RFC 6750, section
    // 3.1). `ptr` is NULL where it is not said, as for a request without credentials.
    struct gatepost_slice error;
    // The scopes that are needed, separated by spaces. `ptr` is NULL where there are none.
    struct gatepost_slice scope;
    // The URL of the resource's metadata (RFC 9728, section 5.1): an absolute URL with `https`, or
    // `http` on this machine. A client asks there before it asks at the well-known places. `ptr`
    // is NULL where there is none.
    struct gatepost_slice resource_metadata;
    // The algorithms of proofs that are understood, separated by spaces (RFC 9449, section 7.1).
    // `ptr` is NULL where it is not said.
    struct gatepost_slice algs;
} gatepost_challenge;

// An authorization request: where the client sends whoever uses it (RFC 6749, section 4.1.1).
//
// Before the client sends anybody away, it keeps, under `state`, the code verifier and the issuer
// of the server's metadata.
typedef struct gatepost_authorization_request {
    // sizeof(gatepost_authorization_request).
    size_t size;
    // As the server knows the client.
    struct gatepost_slice client_id;
    // Where the answer goes; registered.
    struct gatepost_slice redirect_uri;
    // The identifier of the MCP server, as gatepost_resource_metadata has it: an absolute URI
    // without a fragment. It is always sent, whether or not the server heeds it (RFC 8707).
    struct gatepost_slice resource;
    // The `audience`, for a server that heeds it and perhaps not the `resource`
    // (gatepost_provider_heeds_audience()); or NULL.
    struct gatepost_slice audience;
    // Words separated by spaces, from gatepost_initial_scope() or gatepost_step_up_scope(); or
    // NULL.
    struct gatepost_slice scope;
    // Random and used once, to find the request that an answer belongs to.
    struct gatepost_slice state;
    // From gatepost_write_code_challenge().
    struct gatepost_slice code_challenge;
} gatepost_authorization_request;

// The metadata of an authorization server (RFC 8414), read.
//
// A plain value: it may be copied. It points into the document and into the memory that was passed
// to gatepost_read_server_metadata(). All its URLs are `https`, or `http` on this machine.
typedef struct gatepost_server_metadata {
    // The issuer: what a client records before it sends anybody away, and what an authorization
    // response and every token has to name.
    struct gatepost_slice issuer;
    // Where the issuer's keys are. `ptr` is NULL where it is not said: a resource server cannot
    // use such an issuer (GATEPOST_INVALID_METADATA).
    struct gatepost_slice jwks_uri;
    // Where clients register themselves (RFC 7591). `ptr` is NULL where they cannot.
    struct gatepost_slice registration_endpoint;
    // All members, as one JSON object.
    struct gatepost_slice members;
    // Whether a client may be known by the URL of its metadata document
    // (`client_id_metadata_document_supported`).
    bool reads_client_metadata_documents;
    // Whether authorization responses name the issuer (RFC 9207, section 3).
    bool sends_issuer;
    // Not to be used.
    uint64_t opaque[80];
} gatepost_server_metadata;

// A token request of a client without a secret (RFC 6749, sections 4.1.3 and 6). Members that the
// grant does not need are NULL.
typedef struct gatepost_token_request {
    // sizeof(gatepost_token_request).
    size_t size;
    // What is redeemed, a GATEPOST_GRANT.
    uint32_t grant;
    // The code; for GATEPOST_GRANT_AUTHORIZATION_CODE alone, as the two that follow.
    struct gatepost_slice code;
    // The one of the authorization request.
    struct gatepost_slice redirect_uri;
    // The one that the code challenge was made of.
    struct gatepost_slice code_verifier;
    // The refresh token; for GATEPOST_GRANT_REFRESH_TOKEN alone.
    struct gatepost_slice refresh_token;
    // As the server knows the client.
    struct gatepost_slice client_id;
    // The identifier of the MCP server, the same as in the authorization request.
    struct gatepost_slice resource;
} gatepost_token_request;

// The metadata of an MCP server (RFC 9728), read.
//
// A plain value: it may be copied. It points into the document and into the memory that was passed
// to gatepost_read_resource_metadata(). Nobody vouches for what it says.
typedef struct gatepost_resource_metadata {
    // The identifier of the resource: what a client sends as `resource` in authorization and token
    // requests.
    struct gatepost_slice resource;
    // The name for people, a stranger's text: escape it where it is shown. `ptr` is NULL where
    // there is none.
    struct gatepost_slice name;
    // All members, as one JSON object.
    struct gatepost_slice members;
    // Whether the resource demands a proof of possession with every token.
    bool requires_dpop;
    // Not to be used.
    uint64_t opaque[64];
} gatepost_resource_metadata;

// The keys that an access token is bound to (`cnf`, RFC 7800, section 3.1). Where there are two,
// its sender needs both.
typedef struct gatepost_confirmation {
    // The SHA-256 thumbprint of a key that DPoP proofs are signed with (`jkt`, RFC 9449, section
    // 6.1); zeros where `has_jkt` is false.
    uint8_t jkt[32];
    // The SHA-256 of the DER form of a client's certificate (`x5t#S256`, RFC 8705, section 3.1);
    // zeros where `has_x5t_s256` is false.
    uint8_t x5t_s256[32];
    // Whether the token is bound to a key for DPoP proofs.
    bool has_jkt;
    // Whether the token is bound to a certificate.
    bool has_x5t_s256;
} gatepost_confirmation;

// The access token of a request, and how it was presented.
typedef struct gatepost_credentials {
    // The token, which nobody has looked at yet. It points into the header.
    struct gatepost_slice token;
    // How it was presented, a GATEPOST_SCHEME. With GATEPOST_SCHEME_DPOP there has to be a proof:
    // gatepost_verify_proof(), also where the token is bound to nothing.
    uint32_t scheme;
} gatepost_credentials;

// What a resource server asks of a token, checked.
//
// Opaque, and a plain value: it may be copied, is never changed by a call that takes it as
// `const`, and needs no cleaning up. It points to the strings of its configuration, which must
// live, unchanged, as long as it is used.
typedef struct gatepost_policy {
    // Not to be used.
    size_t opaque[256];
} gatepost_policy;

// An issuer: its policy and its keys.
typedef struct gatepost_issuer {
    // The policy for its tokens.
    const struct gatepost_policy *policy;
    // The keys that it signs with.
    const struct gatepost_key_set *keys;
} gatepost_issuer;

// A header of a request or of a response.
typedef struct gatepost_header {
    // The name; in a request in any case.
    struct gatepost_slice name;
    // The value; in a request as it came.
    struct gatepost_slice value;
} gatepost_header;

// What a server knows of a request before it reads the body.
typedef struct gatepost_request_head {
    // The method, such as POST.
    struct gatepost_slice method;
    // The path and the query, as they stand in the request line (RFC 9112, section 3.2.1).
    struct gatepost_slice target;
    // All headers, in any order. A name may come several times.
    const struct gatepost_header *headers;
    // How many headers there are.
    size_t header_count;
    // The SHA-256, 32 bytes, of the client's certificate in DER, where it showed one in the TLS
    // handshake of this connection (RFC 8705, section 3); else NULL. It comes from the TLS layer,
    // and never from a header that a client can send.
    const uint8_t *certificate;
} gatepost_request_head;

// Whoever sent a request: the bearer of a valid token, or for public operations nobody in
// particular.
//
// A plain value: it may be copied. It is for the one guard and the one request: with another guard
// gatepost_authorize() answers GATEPOST_MISUSE, and gatepost_permits() is false. It points into the
// memory that was passed to gatepost_authenticate() and into the request; it is good until that
// memory is used for something else, and not for a guard that is made later in the place of its
// own.
typedef struct gatepost_principal {
    // The token, for gatepost_access_token_scopes() and the like, which say what it grants; zeros
    // where `has_token` is false.
    struct gatepost_access_token token;
    // Whether there is a token. There is none for public operations alone.
    bool has_token;
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[56];
} gatepost_principal;

// An answer to send as it is: a refusal, a document or the answer to a preflight request.
//
// A plain value: it may be copied. What it points to lies in the memory that was passed, in the
// strings of the guard's configuration, or lives for ever. Header values are ASCII, the body is
// UTF-8; nothing in them comes from the request but the `id` of a JSON-RPC message, and the names
// of headers `Mcp-Param-…` that a browser asks for.
typedef struct gatepost_response {
    // The HTTP status.
    uint32_t status;
    // The number of the reason; GATEPOST_OK where nothing is refused.
    uint32_t reason;
    // Names and values, the first `header_count` of them. A name may come twice.
    struct gatepost_header headers[GATEPOST_MAX_RESPONSE_HEADERS];
    // How many headers there are.
    size_t header_count;
    // The body, JSON; `ptr` is NULL where there is none.
    struct gatepost_slice body;
} gatepost_response;

// What a request asks an MCP server for.
//
// A plain value: it may be copied. It points into the body and into the memory that was passed to
// gatepost_read_operation().
typedef struct gatepost_operation {
    // The method of JSON-RPC, such as tools/call. `ptr` is NULL for a response.
    struct gatepost_slice method;
    // The name of the tool or prompt, the URI of the resource, or the identifier of the task.
    // `ptr` is NULL for other methods.
    struct gatepost_slice name;
    // What it is about, a GATEPOST_OPERATION.
    uint32_t kind;
    // Whether the message has a method and an `id`, so that it is answered.
    bool is_request;
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[48];
} gatepost_operation;

// A secret of the server's own, with a number to tell it from those before and after it.
//
// In a list, the first one seals, and what any of them has sealed is accepted. To rotate, append
// the new secret on every server, then move it to the front, and take the old one away when what
// it has sealed has expired. One list may serve for states and for nonces: what is made for one is
// never accepted as the other.
typedef struct gatepost_seal_key {
    // 32 to GATEPOST_MAX_SECRET_LENGTH random bytes. That they are wiped is the caller's.
    struct gatepost_slice secret;
    // Stands in what is sealed; a secret keeps its own, on every server that has it.
    uint8_t id;
} gatepost_seal_key;

// Which DPoP proofs are good. Members that are not needed are zeros.
typedef struct gatepost_dpop_verifier {
    // sizeof(gatepost_dpop_verifier).
    size_t size;
    // The public URL of the endpoint, which proofs have to name: https, or on this machine http,
    // without a fragment. Required.
    struct gatepost_slice resource;
    // The algorithms that proofs may be signed with, GATEPOST_ALGORITHM bits with public keys joined
    // by `|`; 0: all of them.
    uint32_t algorithms;
    // Seconds that a nonce is good for, 1 to GATEPOST_MAX_NONCE_LIFETIME where there are secrets;
    // else 0.
    uint32_t nonce_lifetime;
    // Remembers a proof that was accepted, so that none is accepted twice, as in
    // gatepost_guard_config. Required.
    uint32_t (*remember_proof)(void *context,
                               const uint8_t *proof,
                               uint64_t expires_at,
                               uint64_t now);
    // For `remember_proof`.
    void *proof_context;
    // Secrets for nonces (RFC 9449, section 9), as for gatepost_write_nonce(): each proof has to
    // carry a nonce. NULL: no nonces.
    const struct gatepost_seal_key *nonce_keys;
    // How many secrets there are, at most GATEPOST_MAX_SEAL_KEYS.
    size_t nonce_key_count;
} gatepost_dpop_verifier;

// A token that passed everything but the proof of possession: no claim can be read until
// gatepost_prove() has made an access token of it.
//
// A plain value: it may be copied. It points to the token and into the memory that was passed to
// the validation, and is good until one of them is used for something else.
typedef struct gatepost_presented_token {
    // The keys that the token is bound to, of which its sender has shown nothing yet.
    struct gatepost_confirmation confirmation;
    // The part of the memory that the token does not need: for gatepost_verify_proof(), or whatever
    // else comes next. NULL where nothing is left.
    void *memory;
    // How many bytes are left.
    size_t memory_length;
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[96];
} gatepost_presented_token;

// A DPoP proof that gatepost_verify_proof() found good, for the one token that it came with.
//
// A plain value: it may be copied, and points to nothing.
typedef struct gatepost_verified_proof {
    // The SHA-256 thumbprint of the key that signed the proof (RFC 7638).
    uint8_t thumbprint[32];
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[16];
} gatepost_verified_proof;

// The `id` of a message, by which its answer is known (JSON-RPC 2.0, section 4).
typedef struct gatepost_message_id {
    // A JSON number as it was written, or a string without its quotes, escapes decoded: UTF-8. `ptr`
    // is NULL where there is none, as in a notification, or where it is longer than 64 bytes.
    struct gatepost_slice text;
    // Whether it is a string: "7" is another id than 7.
    bool is_string;
} gatepost_message_id;

// A claim that must have one of certain values, byte for byte.
typedef struct gatepost_claim_rule {
    // The name of the claim.
    struct gatepost_slice name;
    // The values, none of them empty.
    const struct gatepost_slice *values;
    // How many values there are, at least 1.
    size_t value_count;
    // 0, or GATEPOST_CLAIM_ARRAY.
    uint32_t flags;
} gatepost_claim_rule;

// What one kind of operation needs beyond a valid token. Members that are not needed are zeros.
//
// For each operation one rule decides: that for its exact name before that for the longest
// beginning of it, that for a tool, a prompt or a resource before that for its method, and of two
// for the same operations that for the user before that for the client before that for anybody.
//
// Where any rule speaks of resources, a URI that none names exactly is refused if a server could
// take it for another one: with dot segments, a capital host and the like, or where it differs from
// what a rule speaks of in the case of ASCII letters, in encoding, in what is dropped at the end of
// a segment (dots, spaces, `;parameters`, `::$DATA`, the last slash), in its fragment, or in a query
// that the rule does not have. A rule for the beginning `db://a?` beside one for `db://a` tells the
// two apart. Where any rule speaks of tools, so is the second name that FastMCP has for one (twelve
// hexadecimal digits, `_` and a name, perhaps with `__` before them).
typedef struct gatepost_rule {
    // GATEPOST_OPERATION_TOOL, _PROMPT, _RESOURCE or _METHOD.
    uint32_t kind;
    // 0, or GATEPOST_RULE bits joined by `|`.
    uint32_t flags;
    // The name, or with GATEPOST_RULE_PREFIX how it begins.
    struct gatepost_slice pattern;
    // The scopes that are needed, words separated by single spaces; of several such strings any
    // one will do.
    const struct gatepost_slice *alternatives;
    // How many alternatives there are; 0: any valid token will do.
    size_t alternative_count;
    // For one user or one client alone: the issuer of the tokens. Else NULL.
    struct gatepost_slice issuer;
    // The user (`sub`), or NULL.
    struct gatepost_slice subject;
    // The client (`client_id`, or `azp`), or NULL.
    struct gatepost_slice client_id;
    // Claims that must have certain values, all of them; what is not so is
    // GATEPOST_OPERATION_REFUSED.
    const struct gatepost_claim_rule *claims;
    // How many claim rules there are.
    size_t claim_count;
} gatepost_rule;

// A scope that implies others.
typedef struct gatepost_implication {
    // The scope.
    struct gatepost_slice broad;
    // What it implies, words separated by single spaces; what these imply is implied as well.
    struct gatepost_slice narrow;
} gatepost_implication;

// What an MCP server tells of itself and demands.
//
// Fill it with gatepost_guard_config_init(), then set the resource, the authorization servers,
// and what else is not to have its default. Strings are UTF-8.
typedef struct gatepost_guard_config {
    // sizeof(gatepost_guard_config), set by gatepost_guard_config_init().
    size_t size;
    // The public URL of the MCP endpoint, published byte for byte. Required.
    struct gatepost_slice resource;
    // The issuers whose tokens are accepted, published byte for byte. Required.
    const struct gatepost_slice *authorization_servers;
    // How many issuers there are, at least 1.
    size_t authorization_server_count;
    // The scopes to advertise: the few that basic use needs. What is enforced is not touched.
    const struct gatepost_slice *scopes_supported;
    // How many scopes are advertised.
    size_t scopes_supported_count;
    // The name of the server for people, or NULL.
    struct gatepost_slice name;
    // The URL of the documentation for developers, or NULL.
    struct gatepost_slice documentation;
    // The URL that says how data may be used (`resource_policy_uri`), or NULL.
    struct gatepost_slice policy_uri;
    // The URL of the terms of service (`resource_tos_uri`), or NULL.
    struct gatepost_slice tos_uri;
    // Origins whose pages may ask, besides the resource's own: `https://host` or
    // `https://host:port`.
    const struct gatepost_slice *origins;
    // How many origins there are.
    size_t origin_count;
    // The rules, in any order.
    const struct gatepost_rule *rules;
    // How many rules there are, at most GATEPOST_MAX_RULES.
    size_t rule_count;
    // Which scopes imply which.
    const struct gatepost_implication *hierarchy;
    // How many implications there are, at most GATEPOST_MAX_RULE_SCOPES.
    size_t hierarchy_count;
    // What operations need that no rule speaks of, alternatives as in a rule.
    const struct gatepost_slice *base_scopes;
    // How many alternatives there are; 0 (the default): any valid token will do.
    size_t base_scope_count;
    // The most bytes of a body. The default is 4194304.
    size_t max_message_length;
    // The issuer in the document for clients of the MCP revision 2025-03-26; both endpoints are
    // required then. NULL (the default): with GATEPOST_PROVIDER_AUTH0 and one authorization
    // server, the document that Auth0's own guide asks for, unless
    // GATEPOST_GUARD_NO_LEGACY_METADATA is set; else none.
    struct gatepost_slice legacy_issuer;
    // The authorization endpoint in that document.
    struct gatepost_slice legacy_authorization_endpoint;
    // The token endpoint in that document.
    struct gatepost_slice legacy_token_endpoint;
    // What the authorization endpoint is to carry as `audience`. NULL (the default): nothing, in
    // Auth0's own document the resource.
    struct gatepost_slice legacy_audience;
    // Whose tokens are explained, a GATEPOST_PROVIDER. The default is GATEPOST_PROVIDER_GENERIC.
    uint32_t provider;
    // 0 (the default), or GATEPOST_GUARD bits joined by `|`.
    uint32_t flags;
    // The algorithms of DPoP proofs (RFC 9449) that are understood, GATEPOST_ALGORITHM bits with
    // public keys joined by `|`. 0 (the default): a token that is bound to a key for proofs is
    // refused.
    uint32_t dpop_algorithms;
    // Remembers a proof that was accepted, so that none is accepted twice; required where proofs
    // are understood. All threads that use the guard call it: looking and remembering is one step.
    //
    // `context` is `proof_context`, `proof` points to 32 bytes for the time of the call. They are
    // to be remembered until `expires_at`, and not forgotten for others before; `now` is that of
    // gatepost_authenticate(). Returns GATEPOST_OK; GATEPOST_PROOF_REPLAYED where they are
    // remembered already; anything else, which is answered with GATEPOST_REPLAY_STORE_FULL, where
    // they cannot be.
    uint32_t (*remember_proof)(void *context,
                               const uint8_t *proof,
                               uint64_t expires_at,
                               uint64_t now);
    // For `remember_proof`.
    void *proof_context;
    // Secrets for nonces (RFC 9449, section 9), as for gatepost_write_nonce(): each proof has to
    // carry a nonce, and answers hand one out (GATEPOST_NONCE_REQUIRED). The secrets themselves
    // are not copied: they must live, unchanged, as long as the guard is used. To rotate them,
    // make another guard. NULL (the default): no nonces.
    const struct gatepost_seal_key *nonce_keys;
    // How many secrets there are, at most GATEPOST_MAX_SEAL_KEYS.
    size_t nonce_key_count;
    // Seconds that a nonce is good for, 1 to GATEPOST_MAX_NONCE_LIFETIME where there are secrets;
    // else 0 (the default).
    uint32_t nonce_lifetime;
} gatepost_guard_config;

// What is asked of opaque tokens, and what was answered about the one at hand.
typedef struct gatepost_introspection {
    // The policy for what their issuer says of them.
    const struct gatepost_policy *policy;
    // The body of the answer that the introspection endpoint gave, with the status 200, to the
    // question about the token of the request (RFC 7662, section 2.2), at most
    // GATEPOST_MAX_INTROSPECTION_LENGTH bytes. `ptr` is NULL where it was not asked.
    struct gatepost_slice response;
} gatepost_introspection;

// Says when the keys of an issuer are fetched, for whoever carries the fetch out. One for each
// issuer.
//
// Opaque, and a plain value that needs no cleaning up; a copy goes its own way. It has no lock:
// where several threads share it, the caller holds a mutex of its own around every call, and
// around reading or replacing the pointer to the keys, but never while something is fetched.
//
// It opens no socket and holds no keys. Before a token is validated, ask
// gatepost_key_refresh_before_validation(); after it was refused with GATEPOST_KEY_NOT_FOUND, ask
// gatepost_key_refresh_unknown_key(). Carry out what the action says; after a fetch, or having
// waited for one, begin anew.
//
// To fetch is to send a GET to the issuer's `jwks_uri`, over TLS, without following redirects,
// with `Cache-Control: no-cache`, and `If-None-Match` where there is a
// gatepost_key_refresh_entity_tag(); to read at most GATEPOST_MAX_JWKS_LENGTH bytes of the answer;
// and to load them into a new key set. Report 200 with keys that were loaded by
// gatepost_key_refresh_fetched(), 304 by gatepost_key_refresh_not_modified(), and everything else
// by gatepost_key_refresh_failed(), a set that cannot be loaded included: the old keys stay.
//
// examples/server/issuer_keys.c does all of it.
typedef struct gatepost_key_refresh {
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[47];
} gatepost_key_refresh;

// How long keys are used, and how often they are fetched; all in seconds.
//
// Fill it with gatepost_key_refresh_config_init(), then set what is not to have its default.
typedef struct gatepost_key_refresh_config {
    // sizeof(gatepost_key_refresh_config), set by gatepost_key_refresh_config_init().
    size_t size;
    // How long keys are fresh at the least, whatever `Cache-Control` and `Age` say, from when they
    // were asked for. The default, and the least, is 300.
    uint32_t least_lifetime;
    // How long keys are fresh at the most, and where `Cache-Control` says nothing. The default is
    // 3600, the most 86400.
    uint32_t most_lifetime;
    // How old keys may get that cannot be fetched again, `Age` included. The default is 86400, the
    // most 604800, the least `most_lifetime`.
    uint32_t maximum_age;
    // How long after a fetch there is no other, whether it succeeded or not. The default is 30,
    // the most 300, the least 1.
    uint32_t cooldown;
    // After how long a fetch is given up that has not reported back. The default is 10, the most
    // 60, the least 1.
    uint32_t timeout;
} gatepost_key_refresh_config;

// What a request has to do about the keys.
typedef struct gatepost_refresh_action {
    // A GATEPOST_REFRESH.
    uint32_t action;
    // For GATEPOST_REFRESH_FETCH: the number of the fetch, for its report. Else 0.
    uint32_t fetch;
    // For GATEPOST_REFRESH_REFUSE: the reason. Else GATEPOST_OK.
    uint32_t reason;
    // For GATEPOST_REFRESH_WAIT: when the fetch is given up, in seconds since 1970. Else 0.
    uint64_t until;
} gatepost_refresh_action;

// What the answer to a fetch says of its lifetime. Values are taken as they came; what is
// malformed says nothing.
typedef struct gatepost_cache_headers {
    // The values of the headers `Cache-Control`, in any order.
    const struct gatepost_slice *cache_control;
    // How many of these headers there are.
    size_t cache_control_count;
    // The value of the header `ETag`, with its quotes, or NULL.
    struct gatepost_slice entity_tag;
    // The value of the header `Age`, several of them joined with commas, or NULL: how many seconds
    // caches on the way have kept the answer, which are taken off its lifetime.
    struct gatepost_slice age;
} gatepost_cache_headers;

// A key that was left out of a set, and why.
typedef struct gatepost_skipped_key {
    // Its place in the JSON Web Key Set, counted from zero.
    size_t index;
    // Why it was left out.
    uint32_t reason;
} gatepost_skipped_key;

// URLs to try one after the other.
typedef struct gatepost_metadata_urls {
    // The URLs, the first `count` of them.
    struct gatepost_slice urls[GATEPOST_MAX_METADATA_URLS];
    // How many there are.
    size_t count;
} gatepost_metadata_urls;

// The endpoints of the authorization code flow.
typedef struct gatepost_code_flow {
    // Where whoever uses the client is sent; it may have a query, which has to be kept.
    struct gatepost_slice authorization_endpoint;
    // Where a code is redeemed for a token.
    struct gatepost_slice token_endpoint;
} gatepost_code_flow;

// A public client that introduces itself. Members that are not needed are zeros.
typedef struct gatepost_new_client {
    // sizeof(gatepost_new_client).
    size_t size;
    // The name for people. Required.
    struct gatepost_slice name;
    // Where it wants to be called back. Its `application_type`, which MCP clients must send,
    // follows from these: native as soon as one is of the user's machine.
    const struct gatepost_slice *redirect_uris;
    // How many redirect URIs there are, 1 to GATEPOST_MAX_STRINGS.
    size_t redirect_uri_count;
    // The private-use schemes that its redirect URIs have, in lower case (RFC 8252, section 7.1).
    const struct gatepost_slice *private_use_schemes;
    // How many schemes there are, at most GATEPOST_MAX_STRINGS.
    size_t private_use_scheme_count;
    // The client's page, an `https` URL; or NULL.
    struct gatepost_slice client_uri;
    // The scopes that it may ask for, separated by single spaces; or NULL.
    struct gatepost_slice scope;
    // Whether it asks for refresh tokens as well.
    bool may_refresh;
} gatepost_new_client;

// What a client has been given at its registration. It is kept for this authorization server
// alone, by its issuer.
//
// A plain value: it may be copied. It points into the answer and into the memory that was passed.
typedef struct gatepost_registered_client {
    // The identifier.
    struct gatepost_slice client_id;
    // The secret; `ptr` is NULL where there is none.
    struct gatepost_slice client_secret;
    // When the secret expires, in seconds since 1970; 0 is never.
    uint64_t client_secret_expires_at;
    // How to authenticate to the token endpoint, a GATEPOST_AUTH_METHOD.
    uint32_t auth_method;
} gatepost_registered_client;

// What a resource server asks of a token.
//
// Fill it with gatepost_policy_config_init(), then set the issuer, the audiences, and what else
// is not to have its default. Strings are UTF-8.
typedef struct gatepost_policy_config {
    // sizeof(gatepost_policy_config), set by gatepost_policy_config_init().
    size_t size;
    // The issuer, compared with `iss` byte for byte: a trailing slash counts. Required.
    struct gatepost_slice issuer;
    // The audiences, one of which `aud` must name, byte for byte. Required.
    const struct gatepost_slice *audiences;
    // How many audiences there are, 1 to GATEPOST_MAX_STRINGS.
    size_t audience_count;
    // The algorithms that are accepted, GATEPOST_ALGORITHM bits joined by `|`: all of them with a
    // public key, or all with a secret. 0 (the default): all with a public key; where the keys
    // are secrets, all with a secret.
    uint32_t algorithms;
    // By how many seconds clocks may differ, at most GATEPOST_MAX_LEEWAY. The default is 30.
    uint32_t leeway;
    // The one media type that the header's `typ` may have, in any case, `application/` left out
    // or not (RFC 7515, section 4.1.9). NULL (the default): JWT, at+jwt, or no `typ`.
    struct gatepost_slice typ;
    // Scopes that the token must have, all of them. None by default.
    const struct gatepost_slice *required_scopes;
    // How many required scopes there are, at most GATEPOST_MAX_STRINGS.
    size_t required_scope_count;
    // Claims that must be there besides `iss` and `aud`; they take the place of the default,
    // which is `exp`.
    const struct gatepost_slice *required_claims;
    // How many required claims there are, at most GATEPOST_MAX_STRINGS; 0 for the default.
    size_t required_claim_count;
    // The claims that scopes are taken from, GATEPOST_SCOPES_FROM bits joined by `|`, as far as
    // the provider writes scopes there. The default is all three.
    uint32_t scope_claims;
    // 0 (the default), or GATEPOST_POLICY bits joined by `|`.
    uint32_t flags;
    // Claims that must have certain values, all of them; a token with others is
    // GATEPOST_CLAIM_REFUSED. None by default.
    const struct gatepost_claim_rule *claims;
    // How many claim rules there are, at most GATEPOST_MAX_STRINGS; their values together are at
    // most GATEPOST_MAX_CLAIM_VALUES.
    size_t claim_count;
    // Whose tokens they are, a GATEPOST_PROVIDER: the issuer must have the form of that provider's
    // (gatepost_provider_require_issuer()), scopes are taken from where it writes them, and what
    // tells its access tokens from its other tokens is demanded (`typ` at Keycloak, `token_use` at
    // Cognito, which implies GATEPOST_POLICY_CLIENT_AS_AUDIENCE). GATEPOST_PROVIDER_GENERIC (the
    // default) assumes nothing, and is all there is in libraries built without mcp.
    uint32_t provider;
} gatepost_policy_config;

// A redirect URI of an accepted form. It points to the text that was read.
typedef struct gatepost_redirect_uri {
    // The URI, as it was written.
    struct gatepost_slice uri;
    // The host, which a consent page has to show; an IPv6 address without its brackets. `ptr` is
    // NULL where there is none, as private-use schemes may have none.
    struct gatepost_slice host;
    // Who receives what is sent there, a GATEPOST_REDIRECT.
    uint32_t kind;
    // Whether it is sent to the user's own machine, where any program can receive it: a consent
    // page should warn.
    bool is_loopback;
} gatepost_redirect_uri;

// Which clients an authorization server takes. Members that are not needed are zeros.
typedef struct gatepost_client_rules {
    // sizeof(gatepost_client_rules).
    size_t size;
    // The methods of authentication that the token endpoint takes, each a GATEPOST_AUTH_METHOD,
    // the preferred one first: a client that names none gets `client_secret_basic`, the default of
    // RFC 7591, or where that is not in the list, the preferred one.
    const uint32_t *auth_methods;
    // How many methods there are, at most GATEPOST_MAX_STRINGS. 0: public clients alone.
    size_t auth_method_count;
    // The private-use schemes that redirect URIs may have, in lower case (RFC 8252, section 7.1).
    // Any app may claim such a scheme, and take the code; only PKCE keeps it from using it.
    const struct gatepost_slice *private_use_schemes;
    // How many schemes there are, at most GATEPOST_MAX_STRINGS. 0: none, as MCP wants it.
    size_t private_use_scheme_count;
} gatepost_client_rules;

// The metadata of a client, checked, with what was missing or not supported replaced (RFC 7591,
// section 3.2.1).
//
// A plain value: it may be copied. It points into what was read and into the memory that was
// passed. Texts hold no control characters, and none that turn the direction of writing or are
// not seen (joiners and selectors only inside of words from Arabic to Sinhala and of emoji), but
// are the client's own words: escape them. URLs are `https`, or `http` of the loopback.
typedef struct gatepost_client {
    // `client_name`, for the consent page. `ptr` is NULL where there is none, as for all that
    // follow.
    struct gatepost_slice name;
    // The client's page.
    struct gatepost_slice client_uri;
    // The client's logo; fetched by the server, not by the user's browser, and only from where
    // gatepost_require_fetchable() lets it.
    struct gatepost_slice logo_uri;
    // The scopes that the client may ask for, separated by single spaces.
    struct gatepost_slice scope;
    // Where the client's public keys are; fetched like the logo.
    struct gatepost_slice jwks_uri;
    // The client's public keys, as JSON.
    struct gatepost_slice jwks;
    // GATEPOST_APPLICATION_WEB or GATEPOST_APPLICATION_NATIVE.
    uint32_t application_type;
    // How the client authenticates to the token endpoint, a GATEPOST_AUTH_METHOD.
    uint32_t auth_method;
    // Whether it asked for refresh tokens.
    bool may_refresh;
    // Whether all redirect URIs lead to the user's own machine, where any program can pose as the
    // client: a consent page should warn.
    bool is_loopback_only;
    // Not to be used.
    size_t state;
    // Not to be used.
    uint64_t opaque[56];
} gatepost_client;

// What a server gives a client that it registers. Members that are not needed are zeros.
typedef struct gatepost_client_credentials {
    // sizeof(gatepost_client_credentials).
    size_t size;
    // The identifier, visible ASCII; not one that could be the URL of a metadata document.
    struct gatepost_slice client_id;
    // When it was issued, in seconds since 1970.
    uint64_t issued_at;
    // The secret, visible ASCII and random, for a client that needs one; else NULL.
    struct gatepost_slice client_secret;
    // When the secret expires, in seconds since 1970; 0 is never.
    uint64_t client_secret_expires_at;
} gatepost_client_credentials;

// Whom a state belongs to, and what it is good for: all has to be the same when it is opened.
typedef struct gatepost_state_scope {
    // The issuer of the principal's token, as gatepost_access_token has it.
    struct gatepost_slice issuer;
    // The subject of the token, or NULL where it has none. A user with two clients is two owners.
    struct gatepost_slice subject;
    // The client of the token, or NULL where it names none.
    struct gatepost_slice client_id;
    // A text of the server's own that names what the state is used for, such as the method and the
    // tool.
    struct gatepost_slice purpose;
    // Bytes that the server has again when the state comes back, such as a digest of the request's
    // arguments, so that it fits no other request; or NULL, which is as good as empty.
    struct gatepost_slice context;
} gatepost_state_scope;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Whether the token has this scope; false for a NULL, and for what is not UTF-8.
//
// Scopes are those of the claims that the policy takes them from.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was.
bool gatepost_access_token_has_scope(const struct gatepost_access_token *token,
                                     struct gatepost_slice scope);

// Writes the scopes of the token to `scopes`, at most `capacity` of them, and returns how many
// the token has.
//
// They come in the order of the claims `scope`, `scp` and `permissions`; one that two of them
// name comes twice. `scopes` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was; `scopes` is NULL or
// points to `capacity` slices that may be written.
size_t gatepost_access_token_scopes(const struct gatepost_access_token *token,
                                    struct gatepost_slice *scopes,
                                    size_t capacity);

// Writes the audiences of the token (`aud`) to `audiences`, at most `capacity` of them, and
// returns how many the token has.
//
// `audiences` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was; `audiences` is NULL
// or points to `capacity` slices that may be written.
size_t gatepost_access_token_audiences(const struct gatepost_access_token *token,
                                       struct gatepost_slice *audiences,
                                       size_t capacity);

// Points `*text` to the claim called `name`, a string.
//
// Where the string is written with escapes it is decoded into `memory`, of `length` bytes, which
// is enough if it is as long as the claims; else it lies in the memory of the validation, and
// `memory` may be NULL where `length` is 0.
//
// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
// no string; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and a `name` that is not
// UTF-8.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was; `memory` is not part
// of that.
uint32_t gatepost_access_token_string_claim(const struct gatepost_access_token *token,
                                            struct gatepost_slice name,
                                            void *memory,
                                            size_t length,
                                            struct gatepost_slice *text);

// Writes the claim called `name`, an integer of 64 bits, to `*integer`.
//
// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
// not written as such an integer; GATEPOST_MISUSE for a NULL, and a `name` that is not UTF-8.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was.
uint32_t gatepost_access_token_integer_claim(const struct gatepost_access_token *token,
                                             struct gatepost_slice name,
                                             int64_t *integer);

// Writes the claim called `name`, `true` or `false`, to `*boolean`.
//
// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
// neither; GATEPOST_MISUSE for a NULL, and a `name` that is not UTF-8.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was.
uint32_t gatepost_access_token_boolean_claim(const struct gatepost_access_token *token,
                                             struct gatepost_slice name,
                                             bool *boolean);

// Writes the value of a header `WWW-Authenticate` into `memory`, and points `*value` to it (RFC
// 6750, section 3).
//
// Nothing breaks out of it: each value is a quoted string without `"`, `\` and control characters.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL, of which 8192 bytes are always enough; GATEPOST_MISUSE for a
// NULL, another size, another scheme, a number that is no reason, algorithms with secrets or for
// GATEPOST_SCHEME_BEARER, and texts that are not what they should be, or longer than 2048 bytes.
//
// The caller's part:
// `challenge` is NULL or points to a challenge, and what that points to is there; nobody else uses
// `memory`, of `length` bytes.
uint32_t gatepost_write_challenge(const struct gatepost_new_challenge *challenge,
                                  void *memory,
                                  size_t length,
                                  struct gatepost_slice *value);

// Finds the first challenge of `scheme` in the headers `WWW-Authenticate` of an answer, and fills
// `*challenge`.
//
// `values`: the values of all these headers, `count` of them, each of at most 8192 bytes. One that
// cannot be read is passed over, as are challenges of other schemes (RFC 9110, section 11.6.1).
// `scheme`: a GATEPOST_SCHEME. `memory`: `length` bytes for what holds escapes; as many as the
// values have are always enough, none for usual ones.
//
// Errors: GATEPOST_INVALID_CHALLENGE where there is no such challenge, where what it says is not
// UTF-8, and where `resource_metadata` is no such URL; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE
// for a NULL, and for a number that is no scheme.
//
// The caller's part:
// `values` is NULL or points to `count` slices, and what these point to is there; nobody else uses
// `memory`.
uint32_t gatepost_read_challenge(const struct gatepost_slice *values,
                                 size_t count,
                                 uint32_t scheme,
                                 void *memory,
                                 size_t length,
                                 struct gatepost_challenge *challenge);

// Points `*value` to the parameter called `name`, in any case, of the challenge that
// gatepost_read_challenge() finds; its `ptr` is NULL where the challenge has none.
//
// Errors: those of gatepost_read_challenge(); GATEPOST_MISUSE for a `name` that is not UTF-8.
//
// The caller's part:
// As for gatepost_read_challenge(); what `name` points to is there.
uint32_t gatepost_challenge_parameter(const struct gatepost_slice *values,
                                      size_t count,
                                      uint32_t scheme,
                                      struct gatepost_slice name,
                                      void *memory,
                                      size_t length,
                                      struct gatepost_slice *value);

// Writes the URL of an authorization request to `server` into `memory`, and points `*url` to it.
//
// It always has a code challenge (S256) and the `resource`.
//
// Errors: those of gatepost_require_code_flow(), GATEPOST_PKCE_NOT_SUPPORTED among them;
// GATEPOST_INVALID_CODE_CHALLENGE; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another
// size, a member that is empty, and a `resource` that is no absolute URI or has a fragment.
//
// The caller's part:
// All pointers are NULL or point to what they say; `server` was filled by
// gatepost_read_server_metadata() and what it points to is as it was; nobody else uses `memory`,
// of `length` bytes, which is not that of the metadata.
uint32_t gatepost_write_authorization_url(const struct gatepost_authorization_request *request,
                                          const struct gatepost_server_metadata *server,
                                          void *memory,
                                          size_t length,
                                          struct gatepost_slice *url);

// Writes the body of a token request, of the type application/x-www-form-urlencoded, into
// `memory`, and points `*body` to it.
//
// It holds secrets: whoever has sent it wipes `memory`, and after an error as well.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another size or grant, a member
// that is empty, one that is not for this grant, and a `resource` that is no absolute URI or has a
// fragment.
//
// The caller's part:
// `request` is NULL or points to a request, and what that points to is there; nobody else uses
// `memory`, of `length` bytes.
uint32_t gatepost_write_token_request(const struct gatepost_token_request *request,
                                      void *memory,
                                      size_t length,
                                      struct gatepost_slice *body);

// Demands that an authorization response, of success or of failure, comes from the server that the
// client sent somebody to (RFC 9207, section 2.4).
//
// `recorded`: the issuer that was kept with the request. `sends_issuer`: what that server's
// metadata said. `iss`: the parameter of the response, its form encoding decoded and nothing else,
// or NULL where there is none. On a mismatch nothing of the response is to be used or shown, its
// error text neither.
//
// Errors: GATEPOST_ISSUER_MISMATCH for another issuer, and for none where one was promised;
// GATEPOST_MISUSE for a `recorded` that is empty or not UTF-8.
//
// The caller's part:
// What the slices point to is there.
uint32_t gatepost_verify_authorization_response_issuer(struct gatepost_slice recorded,
                                                       bool sends_issuer,
                                                       struct gatepost_slice iss);

// Writes the `scope` of a client's first authorization request into `memory`, and points `*scope`
// to it: what the 401 `challenged`, if it named scopes; else all that `resource` advertises; else
// `ptr` is NULL, and the parameter is left out.
//
// `challenged`: the scope of the challenge, or NULL. Each scope is written once.
//
// Errors: GATEPOST_INVALID_METADATA for what is no scope; GATEPOST_TOO_LARGE for more than 256 of
// them; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `resource` is NULL, or was filled by gatepost_read_resource_metadata() and what it points to is
// as it was; what `challenged` points to is there; nobody else uses `memory`, of `length` bytes,
// which is not that of the metadata.
uint32_t gatepost_initial_scope(struct gatepost_slice challenged,
                                const struct gatepost_resource_metadata *resource,
                                void *memory,
                                size_t length,
                                struct gatepost_slice *scope);

// Writes the `scope` with which a client asks for more into `memory`, and points `*scope` to it:
// what it `requested` before and what the challenge names now, each once, so that nothing that was
// granted is lost.
//
// `ptr` is NULL where all that is `challenged` was requested already: the server did not grant it,
// and to ask again is how clients come to loop. A client remembers that for the operation.
//
// Errors: those of gatepost_initial_scope().
//
// The caller's part:
// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_step_up_scope(struct gatepost_slice requested,
                                struct gatepost_slice challenged,
                                void *memory,
                                size_t length,
                                struct gatepost_slice *scope);

// Writes the first of the ways to a `client_id` at `server` that is open to `*registration`, a
// GATEPOST_REGISTRATION: one that the client has for this very issuer (`is_preregistered`), its
// metadata document (`has_metadata_document`) where the server reads such, registration where the
// server has an endpoint for it.
//
// What a client has from one issuer is never used at another: credentials are kept under the
// issuer's name.
//
// Errors: GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `server` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
// it was; `registration` is NULL or may be written.
uint32_t gatepost_choose_registration(const struct gatepost_server_metadata *server,
                                      bool is_preregistered,
                                      bool has_metadata_document,
                                      uint32_t *registration);

// Fills `*confirmation` with the keys that the token is bound to, which its sender has proved to
// have: none for a plain bearer token, and so for all that gatepost_validate() accepts.
//
// Errors: GATEPOST_MISUSE for a NULL, and for a token that was never filled.
//
// The caller's part:
// `token` is NULL, or was filled by a validation whose memory is as it was; `confirmation` is NULL
// or points to one that may be written.
uint32_t gatepost_access_token_confirmation(const struct gatepost_access_token *token,
                                            struct gatepost_confirmation *confirmation);

// Finds the access token in the headers `Authorization` of a request, and fills `*credentials`.
//
// `values`: the values of all these headers, `count` of them, of any length. There may be one, with
// one scheme in any case, spaces and one token68 (RFC 9110, section 11.4). A token in the URL or
// the body is none (OAuth 2.1, section 5.1). Whether the token is a good one, and short enough, a
// validation finds.
//
// Errors: GATEPOST_CREDENTIALS_MISSING where there is no such header, and for a scheme that brings
// no access token, such as Basic; GATEPOST_SEVERAL_CREDENTIALS for more than one header, or more
// than one scheme in it; GATEPOST_INVALID_CREDENTIALS for what is no scheme, and for Bearer and
// DPoP without just one token; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `values` is NULL or points to `count` slices, and what these point to is there; `credentials` is
// NULL or points to one that may be written.
uint32_t gatepost_read_credentials(const struct gatepost_slice *values,
                                   size_t count,
                                   struct gatepost_credentials *credentials);

// Decides by the head of a request who asks, before any of the body is read; if somebody is let
// in, fills `*principal`.
//
// `issuers`: `issuer_count` issuers, at least 1, in any order, no two with the same name. Where
// `keys` is NULL, because they have not been fetched yet, the issuer's tokens are
// GATEPOST_KEYS_UNAVAILABLE. `now`: seconds since 1970. `memory`: `length` bytes, of which
// GATEPOST_AUTHENTICATE_MEMORY are enough; principal and response point into them and into the
// request. It overlaps neither the request nor the outputs.
//
// The order of the checks is fixed: requests for the metadata documents are answered to
// everybody; then comes the origin (403), preflight requests, the credentials (400, 401), the
// token (401, or 503 where that cannot be told now), its binding to a key (401). A token that is
// bound to a client's certificate needs that certificate; one that is bound to a key for DPoP
// proofs needs a proof, and is refused where none are understood.
//
// Returns GATEPOST_OK where the server is to read the body and go on: then `*response` has the
// headers that the server's own response needs besides its own, for browsers, and nothing else.
// Else it returns the reason, or GATEPOST_RESPOND where nothing is refused: then `*response` is
// to be sent, also after GATEPOST_MISUSE, and the body not to be read. It is not written where
// it is NULL.
//
// The caller's part:
// All pointers are NULL or point to what they say, which nobody changes during the call; nobody
// else uses `memory`.
uint32_t gatepost_authenticate(const struct gatepost_guard *guard,
                               const struct gatepost_issuer *issuers,
                               size_t issuer_count,
                               const struct gatepost_request_head *head,
                               uint64_t now,
                               void *memory,
                               size_t length,
                               struct gatepost_principal *principal,
                               struct gatepost_response *response);

// Reads what the body of a request asks for into `*operation`, and sees that its headers agree.
//
// `head`: as for gatepost_authenticate(). `body`: the whole body, in UTF-8: a Content-Type that
// says otherwise, or could be taken to do so, is GATEPOST_INVALID_MESSAGE, and so is a
// Content-Encoding other than identity, since the server would read other bytes than these. Who
// decompresses hands in the decompressed body, and leaves that header out. `memory`: `length` bytes, of
// which GATEPOST_AUTHORIZE_MEMORY are enough; operation and response point into them, and into
// the body. It is not that of the principal, and overlaps neither the request nor the outputs.
//
// Returns GATEPOST_OK, and leaves `*response` as it was; or the reason, and then `*response` is
// to be sent (400 or 413, with a JSON-RPC error as body; 503 where the caller made a mistake).
//
// The caller's part:
// As for gatepost_authenticate().
uint32_t gatepost_read_operation(const struct gatepost_guard *guard,
                                 const struct gatepost_request_head *head,
                                 struct gatepost_slice body,
                                 void *memory,
                                 size_t length,
                                 struct gatepost_operation *operation,
                                 struct gatepost_response *response);

// Decides whether `principal` may do what is asked for.
//
// `operation`: NULL for a request without a body, such as the GET of revisions of MCP before
// 2026-07-28; it asks for what no rule speaks of. `memory`: `length` bytes, of which
// GATEPOST_AUTHORIZE_MEMORY are enough; the response points into them. It is neither that of the
// principal nor that of the operation, and overlaps neither the request nor the response.
//
// Returns GATEPOST_OK, and leaves `*response` as it was; or the reason, and then `*response` is
// to be sent: 403 with all scopes that the operation needs, or 401 where it needs a token at all
// and there is none; 503 where the caller made a mistake, such as a principal that another guard
// let in.
//
// The caller's part:
// As for gatepost_authenticate(); `principal` and `operation` were filled by these functions, and
// the memory that they point to is as it was.
uint32_t gatepost_authorize(const struct gatepost_guard *guard,
                            const struct gatepost_request_head *head,
                            const struct gatepost_principal *principal,
                            const struct gatepost_operation *operation,
                            void *memory,
                            size_t length,
                            struct gatepost_response *response);

// Whether `principal` may use the tool, prompt or resource called `name`: for lists that show
// each what it may use. False for a NULL, another kind, what is not UTF-8, and a principal that
// another guard let in.
//
// `kind`: GATEPOST_OPERATION_TOOL, _PROMPT, _RESOURCE or _RESOURCE_TEMPLATE.
//
// The caller's part:
// All pointers are NULL or point to what they say; `principal` was filled by
// gatepost_authenticate(), and the memory that it points to is as it was.
bool gatepost_permits(const struct gatepost_guard *guard,
                      const struct gatepost_principal *principal,
                      uint32_t kind,
                      struct gatepost_slice name);

// Writes the answer for a reason, for those who know better than the guard: a server that cannot
// tell for reasons of its own answers with GATEPOST_KEYS_UNAVAILABLE. An answer of 503 asks the
// client to come back in five seconds; gatepost_guard_refuse_until() says when.
//
// `reason`: one of enum gatepost_reason. `memory`: as for gatepost_authorize().
//
// Returns `reason`, or GATEPOST_MISUSE for what is none. `*response` is to be sent.
//
// The caller's part:
// As for gatepost_authenticate().
uint32_t gatepost_guard_refuse(const struct gatepost_guard *guard,
                               const struct gatepost_request_head *head,
                               uint32_t reason,
                               void *memory,
                               size_t length,
                               struct gatepost_response *response);

// The same, for those who know until when it lasts: an answer of 503 asks the client to come back
// then (Retry-After), or in 3600 seconds if that is earlier.
//
// `until`, `now`: seconds since 1970, such as what gatepost_key_refresh_next_fetch_at() says. Where
// `until` is not after `now`, this is gatepost_guard_refuse().
//
// The caller's part:
// As for gatepost_authenticate().
uint32_t gatepost_guard_refuse_until(const struct gatepost_guard *guard,
                                     const struct gatepost_request_head *head,
                                     uint32_t reason,
                                     uint64_t until,
                                     uint64_t now,
                                     void *memory,
                                     size_t length,
                                     struct gatepost_response *response);

// Verifies that the sender of a token has the key that it is bound to, and fills `*proof`, for
// gatepost_prove().
//
// `proofs`: the values of the request's headers `DPoP`, `proof_count` of them, of which there has
// to be one, of at most 8192 bytes. `method`: the request's. `now`: seconds since 1970. `memory`:
// `length` bytes to decode the proof into, such as those that the token has left over, and none that
// it needs; GATEPOST_MEMORY are always enough, 1024 for usual proofs.
//
// All of RFC 9449, section 4.3, is checked, in this order: one header; form, type and algorithm;
// the key in the header, public and strong enough; the signature; `htm`, `htu` (of which query and
// fragment do not count), `iat` (within 300 seconds), `ath`; that the token is bound to this key;
// the nonce, where there are secrets for it; and that the proof was not seen before.
//
// Errors: GATEPOST_PROOF_REQUIRED without a proof; GATEPOST_INVALID_PROOF for one that does not
// hold, and for a token that is not bound to such a key; GATEPOST_NONCE_REQUIRED where the nonce is
// missing or has expired: the answer hands out another; GATEPOST_PROOF_REPLAYED;
// GATEPOST_REPLAY_STORE_FULL; GATEPOST_MEMORY_TOO_SMALL; those of gatepost_write_nonce() for
// secrets; GATEPOST_MISUSE for a NULL, another size, another URL, algorithms that are none or have
// secrets, and a token that was never filled.
//
// The caller's part:
// All pointers are NULL or point to what they say, which nobody changes during the call;
// `presented_token` was filled by a validation, and what it points to is as it was; nobody else
// uses `memory`.
uint32_t gatepost_verify_proof(const struct gatepost_dpop_verifier *verifier,
                               const struct gatepost_presented_token *presented_token,
                               const struct gatepost_slice *proofs,
                               size_t proof_count,
                               struct gatepost_slice method,
                               uint64_t now,
                               void *memory,
                               size_t length,
                               struct gatepost_verified_proof *proof);

// Fills `*id` with the `id` of the message that `operation` was read from. It points to where the
// operation does.
//
// Errors: GATEPOST_MISUSE for a NULL, and for an operation that was never read.
//
// The caller's part:
// `operation` is NULL, or was filled by gatepost_read_operation(), and what it points to is as it
// was; `id` is NULL or points to one that may be written.
uint32_t gatepost_operation_id(const struct gatepost_operation *operation,
                               struct gatepost_message_id *id);

// Writes the JSON-RPC error that answers a message which was refused, `application/json`, into
// `memory`, and points `*body` to it.
//
// The code is the reason's own where the MCP specification has one for it, and -32600 (invalid
// request) or for a status of 503 -32603 (internal error) where it has none (JSON-RPC 2.0, section
// 5.1); the message is gatepost_reason_description(). What a guard answers has such a body already.
//
// `reason`: one of enum gatepost_reason. `operation`: what the message asks for, whose `id` the
// error has; NULL where it could not be read: then the error has none. `memory`: `length` bytes, of
// which 512 are always enough, apart from those of the operation.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for another NULL, for a number that is no
// reason, GATEPOST_OK included, and for an operation that was never read.
//
// The caller's part:
// `operation` is as for gatepost_operation_id(); nobody else uses `memory`.
uint32_t gatepost_write_error_body(uint32_t reason,
                                   const struct gatepost_operation *operation,
                                   void *memory,
                                   size_t length,
                                   struct gatepost_slice *body);

// How many bytes a guard needs.
//
// GATEPOST_GUARD_SIZE is at least as much, and known to the compiler.
size_t gatepost_guard_size(void);

// Checks a configuration, makes a guard of it in `memory`, and points `*guard` to it.
//
// `memory`: `length` bytes, aligned to GATEPOST_ALIGNMENT; what they hold does not matter. It is
// the guard's as long as that is used; then it is the caller's again, without further ado. The
// arrays of the configuration are copied, its strings are not: they must live, unchanged, as long
// as the guard is used.
//
// Takes up to 32 KiB of the stack, whatever the number of rules; built without optimization, up
// to 192 KiB.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL for fewer bytes than gatepost_guard_size(); GATEPOST_MISUSE
// for a NULL, memory that is not aligned, the size of another version of this header, a string
// that is not UTF-8, URLs, scopes and origins that are none, two rules for the same operations
// and principals, bits that are not defined, switches that contradict each other, and more of
// anything than there is room for; those of gatepost_seal_state() for secrets.
//
// The caller's part:
// Nobody else uses `memory` as long as the guard is used; what `config` points to is there.
uint32_t gatepost_guard_init(void *memory,
                             size_t length,
                             const struct gatepost_guard_config *config,
                             struct gatepost_guard **guard);

// Checks a configuration, makes a guard of it on the heap, and points `*guard` to it.
//
// Not in libraries built without std. gatepost_guard_free() gives the memory back.
//
// Errors: those of gatepost_guard_init(); GATEPOST_MEMORY_TOO_SMALL where the heap is used up.
//
// The caller's part:
// `guard` is NULL or points to a pointer that may be written; what `config` points to is there.
uint32_t gatepost_guard_new(const struct gatepost_guard_config *config,
                            struct gatepost_guard **guard);

// Gives a guard back to the heap; NULL is left alone.
//
// Not in libraries built without std.
//
// The caller's part:
// `guard` is NULL or a guard of gatepost_guard_new() that nobody else uses, now or later.
void gatepost_guard_free(struct gatepost_guard *guard);

// Fills a configuration with the defaults.
//
// `size`: sizeof(gatepost_guard_config).
//
// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
//
// The caller's part:
// `config` is NULL or points to `size` bytes that may be written.
uint32_t gatepost_guard_config_init(struct gatepost_guard_config *config, size_t size);

// Decides like gatepost_authenticate(), and accepts opaque tokens as well, for which their issuer
// vouches when asked (RFC 7662).
//
// `issuers`: as for gatepost_authenticate(), for JSON Web Tokens: tokens of three parts, the first
// of which begins with `ey`. With none, and an `issuer_count` of 0, all tokens are asked about.
// `introspection`: for all other tokens. Its response is copied into `memory`, of which
// GATEPOST_AUTHENTICATE_MEMORY bytes are still enough, and is apart from it.
//
// Without a response it returns GATEPOST_INTROSPECTION_UNAVAILABLE for a token that has to be asked
// about, once all that comes before the token is good: `*response` (503) is sent only if nobody can
// be asked. Otherwise the caller reads the token with gatepost_read_credentials(), sends it to the
// introspection endpoint, and calls again, with the same request and with the answer.
//
// Returns otherwise what gatepost_authenticate() returns, the errors of
// gatepost_validate_introspected() among it.
//
// The caller's part:
// As for gatepost_authenticate().
uint32_t gatepost_authenticate_with_introspection(const struct gatepost_guard *guard,
                                                  const struct gatepost_issuer *issuers,
                                                  size_t issuer_count,
                                                  const struct gatepost_introspection *introspection,
                                                  const struct gatepost_request_head *head,
                                                  uint64_t now,
                                                  void *memory,
                                                  size_t length,
                                                  struct gatepost_principal *principal,
                                                  struct gatepost_response *response);

// Checks a configuration and makes `*refresh` of it, without keys: the first request fetches
// them.
//
// `size`: sizeof(gatepost_key_refresh).
//
// Errors: GATEPOST_MISUSE for a NULL, the size of another version of this header, and numbers
// outside their limits.
//
// The caller's part:
// `refresh` is NULL or points to `size` bytes that may be written; `config` is NULL or points to
// a configuration.
uint32_t gatepost_key_refresh_init(struct gatepost_key_refresh *refresh,
                                   size_t size,
                                   const struct gatepost_key_refresh_config *config);

// Says in `*action` what to do before a token is validated. Never a reason to refuse but
// GATEPOST_KEYS_UNAVAILABLE, where there are no keys and none can be fetched now.
//
// Requests without a token need no keys, and so no question.
//
// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
//
// The caller's part:
// `refresh` is NULL, or points to zeros or to what gatepost_key_refresh_init() made, which nobody
// else uses during the call; `action` is NULL or points to an action that may be written.
uint32_t gatepost_key_refresh_before_validation(struct gatepost_key_refresh *refresh,
                                                uint64_t now,
                                                struct gatepost_refresh_action *action);

// Says in `*action` what to do about a token that was refused with GATEPOST_KEY_NOT_FOUND.
//
// `generation`: gatepost_key_refresh_generation() as it was when the keys were taken that the
// token was validated with.
//
// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
//
// The caller's part:
// As for gatepost_key_refresh_before_validation().
uint32_t gatepost_key_refresh_unknown_key(struct gatepost_key_refresh *refresh,
                                          uint32_t generation,
                                          uint64_t now,
                                          struct gatepost_refresh_action *action);

// Whether there are keys that may be used at `now`, fresh or not; false for a NULL.
//
// The caller's part:
// `refresh` is NULL, or points to zeros or to what gatepost_key_refresh_init() made, which nobody
// changes during the call.
bool gatepost_key_refresh_has_keys(const struct gatepost_key_refresh *refresh, uint64_t now);

// How often the keys have changed: the number of the keys that there are now, to be read and kept
// together with them. 0 for a NULL.
//
// The caller's part:
// As for gatepost_key_refresh_has_keys().
uint32_t gatepost_key_refresh_generation(const struct gatepost_key_refresh *refresh);

// The entity tag of the keys, for the header `If-None-Match` of the next fetch: at most
// GATEPOST_MAX_ENTITY_TAG_LENGTH bytes, none of them a control byte. `ptr` is NULL where the
// issuer sent none, and for a NULL.
//
// It points into `*refresh`, and is good until the next call that takes it not as `const`: copy
// it under the lock.
//
// The caller's part:
// As for gatepost_key_refresh_has_keys().
struct gatepost_slice gatepost_key_refresh_entity_tag(const struct gatepost_key_refresh *refresh);

// When the next fetch may be started at the earliest, in seconds since 1970, for
// gatepost_guard_refuse_until(); 0 where there was none yet, and for a NULL.
//
// The caller's part:
// As for gatepost_key_refresh_has_keys().
uint64_t gatepost_key_refresh_next_fetch_at(const struct gatepost_key_refresh *refresh);

// Fills a configuration with the defaults.
//
// `size`: sizeof(gatepost_key_refresh_config).
//
// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
//
// The caller's part:
// `config` is NULL or points to `size` bytes that may be written.
uint32_t gatepost_key_refresh_config_init(struct gatepost_key_refresh_config *config, size_t size);

// Takes the report of a fetch that brought keys which could be loaded, and says in `*change` what
// is to be done with them, a GATEPOST_KEY_CHANGE.
//
// `fetch`: the number of the action. `jwks`: the whole body of the answer; more than
// GATEPOST_MAX_JWKS_LENGTH bytes count as a failed fetch. `headers`: NULL where there are none.
// None of them is memory of the machine's own.
//
// Errors: GATEPOST_MISUSE for another NULL, and for what was never made. Then nothing was
// reported.
//
// The caller's part:
// As for gatepost_key_refresh_before_validation(); what the other pointers point to is there.
uint32_t gatepost_key_refresh_fetched(struct gatepost_key_refresh *refresh,
                                      uint32_t fetch,
                                      uint64_t now,
                                      struct gatepost_slice jwks,
                                      const struct gatepost_cache_headers *headers,
                                      uint32_t *change);

// Takes the report of a fetch that was answered with 304: the keys are still the same.
//
// Where no entity tag was sent there was nothing to compare with, and such an answer counts as a
// failed fetch. `fetch`, `headers` and `*change`: as in gatepost_key_refresh_fetched().
//
// Errors: those of gatepost_key_refresh_fetched().
//
// The caller's part:
// As for gatepost_key_refresh_fetched().
uint32_t gatepost_key_refresh_not_modified(struct gatepost_key_refresh *refresh,
                                           uint32_t fetch,
                                           uint64_t now,
                                           const struct gatepost_cache_headers *headers,
                                           uint32_t *change);

// Takes the report of a fetch that brought no keys that can be used, whatever the cause.
//
// `fetch`: the number of the action.
//
// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
//
// The caller's part:
// `refresh`: as for gatepost_key_refresh_before_validation().
uint32_t gatepost_key_refresh_failed(struct gatepost_key_refresh *refresh,
                                     uint32_t fetch,
                                     uint64_t now);

// How many bytes a set of `capacity` keys needs; 0 for a capacity of 0 or of more than
// GATEPOST_MAX_KEYS.
//
// GATEPOST_KEY_SET_SIZE(capacity) is at least as much, and known to the compiler.
size_t gatepost_key_set_size(size_t capacity);

// Makes an empty key set in `memory`, with room for as many keys as fit, and points `*set` to it.
//
// `memory`: `length` bytes, aligned to GATEPOST_ALIGNMENT; what they hold does not matter. It is
// the set's until gatepost_key_set_destroy().
//
// Errors: GATEPOST_MEMORY_TOO_SMALL where not even one key fits; GATEPOST_MISUSE for a NULL and
// for memory that is not aligned.
//
// The caller's part:
// Nobody else uses `memory` as long as the set lives.
uint32_t gatepost_key_set_init(void *memory, size_t length, struct gatepost_key_set **set);

// Makes an empty key set on the heap, with room for `capacity` keys, and points `*set` to it.
//
// Not in libraries built without std. gatepost_key_set_free() gives the memory back.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL where the heap is used up; GATEPOST_MISUSE for a NULL and for
// a capacity of 0 or of more than GATEPOST_MAX_KEYS.
//
// The caller's part:
// `set` is NULL or points to a pointer that may be written.
uint32_t gatepost_key_set_new(size_t capacity, struct gatepost_key_set **set);

// How many keys the set holds; 0 for NULL.
//
// The caller's part:
// `set` is NULL or a live set that nobody changes during the call.
size_t gatepost_key_set_count(const struct gatepost_key_set *set);

// How many keys the last gatepost_key_set_load_jwks() left out; 0 for NULL.
//
// The caller's part:
// `set` is NULL or a live set that nobody changes during the call.
size_t gatepost_key_set_skipped_count(const struct gatepost_key_set *set);

// Says in `*key` which key the last gatepost_key_set_load_jwks() left out, and why; also where it
// refused the set as a whole.
//
// `i`: below gatepost_key_set_skipped_count() and GATEPOST_MAX_SKIPPED_KEYS.
//
// Errors: GATEPOST_MISUSE for a NULL, and for an `i` that is too large.
//
// The caller's part:
// `set` is NULL or a live set that nobody changes during the call.
uint32_t gatepost_key_set_skipped_key(const struct gatepost_key_set *set,
                                      size_t i,
                                      struct gatepost_skipped_key *key);

// Lets the set remember up to `capacity` tokens whose signature was found good, rounded up to a
// multiple of 32, about 160 bytes each on the heap; 0, as at first, for none.
//
// A token is remembered by SHA-256 digests, until it expires, its place is needed, or the
// set is loaded anew. Its claims are judged again each time: nothing but the time that a
// validation takes depends on it. What was remembered before is forgotten.
//
// Not in libraries built without the feature `hosted`.
//
// Errors: GATEPOST_MISUSE for a NULL, and for more than GATEPOST_MAX_CACHED_TOKENS.
//
// The caller's part:
// `set` is NULL or a live set that nobody else uses during the call.
uint32_t gatepost_key_set_cache_tokens(struct gatepost_key_set *set, size_t capacity);

// Limits what the tables of keys in use take on the heap, for all key sets together: `bytes`, 16
// MiB at first; 256 KiB is one P-256 key. Keys for which there is no room are verified without.
//
// May be called at any time, by any thread. Not in libraries built without the feature `hosted`.
void gatepost_set_table_budget(size_t bytes);

// Ends a key set and wipes its memory, which is the caller's again; NULL, and a set that was
// ended before, are left alone.
//
// The caller's part:
// `set` is NULL or a set of gatepost_key_set_init() that nobody else uses.
void gatepost_key_set_destroy(struct gatepost_key_set *set);

// Ends a key set, wipes its memory and gives it back to the heap; NULL is left alone.
//
// Not in libraries built without std.
//
// The caller's part:
// `set` is NULL or a set of gatepost_key_set_new() that nobody else uses, now or later.
void gatepost_key_set_free(struct gatepost_key_set *set);

// Reads a JSON Web Key Set (RFC 7517, section 5) into the set; what was in it before is gone,
// also after every error but GATEPOST_MISUSE.
//
// `jwks`: JSON of at most GATEPOST_MAX_JWKS_LENGTH bytes; it is copied. `rsa_algorithm`: the
// GATEPOST_ALGORITHM of RSA keys that name none, 0 for RS256. `flags`: 0 or
// GATEPOST_JWKS_SYMMETRIC. A key that cannot be used is left out, see
// gatepost_key_set_skipped_key(); the others are loaded all the same.
//
// Errors: GATEPOST_INVALID_JSON and the other reasons of the form; GATEPOST_MIXED_KEY_SET,
// GATEPOST_KEY_AMBIGUOUS, GATEPOST_TOO_MANY_KEYS; GATEPOST_KEY_NOT_FOUND for an empty set; the
// reason of the first key where every key was left out; GATEPOST_MISUSE for a NULL, an unknown
// flag, and an `rsa_algorithm` that is no single one of RSA.
//
// The caller's part:
// `set` is NULL or a live set that nobody else uses during the call.
uint32_t gatepost_key_set_load_jwks(struct gatepost_key_set *set,
                                    struct gatepost_slice jwks,
                                    uint32_t rsa_algorithm,
                                    uint32_t flags);

// Reads one public key in PEM (RFC 7468), `PUBLIC KEY` or `RSA PUBLIC KEY`, into the set; what
// was in it before is gone, except after an error.
//
// `algorithm`: the GATEPOST_ALGORITHM that the key is for, 0 for that of its curve, or RS256.
// `key_id`: its `kid`, UTF-8 of at most GATEPOST_MAX_KEY_ID_LENGTH bytes; NULL for none, and then
// the key serves tokens with any `kid`. Both are copied.
//
// Errors: GATEPOST_INVALID_KEY, GATEPOST_KEY_TOO_WEAK, GATEPOST_UNSUPPORTED_KEY,
// GATEPOST_KEY_ALGORITHM_MISMATCH; GATEPOST_PRIVATE_KEY for a private key; GATEPOST_MISUSE for a
// NULL, a `key_id` that is not UTF-8, and an `algorithm` that is no single one.
//
// The caller's part:
// `set` is NULL or a live set that nobody else uses during the call.
uint32_t gatepost_key_set_load_pem(struct gatepost_key_set *set,
                                   struct gatepost_slice pem,
                                   uint32_t algorithm,
                                   struct gatepost_slice key_id);

// Reads one public key in DER, a SubjectPublicKeyInfo (RFC 5280, section 4.1), into the set; what
// was in it before is gone, except after an error.
//
// `algorithm` and `key_id`: as in gatepost_key_set_load_pem().
//
// Errors: those of gatepost_key_set_load_pem(), but for GATEPOST_PRIVATE_KEY.
//
// The caller's part:
// `set` is NULL or a live set that nobody else uses during the call.
uint32_t gatepost_key_set_load_der(struct gatepost_key_set *set,
                                   struct gatepost_slice der,
                                   uint32_t algorithm,
                                   struct gatepost_slice key_id);

// Takes a shared secret into the set; what was in it before is gone, except after an error.
//
// `secret`: the secret itself, not base64, at least as long as the hash (32, 48 or 64 bytes) and
// at most GATEPOST_MAX_SECRET_LENGTH. `algorithm`: GATEPOST_ALGORITHM_HS256, _HS384 or _HS512.
// `key_id`: as in gatepost_key_set_load_pem(). The secret is copied in prepared form, and wiped
// by gatepost_key_set_destroy().
//
// Errors: GATEPOST_KEY_TOO_WEAK for a short secret; GATEPOST_KEY_NOT_FOR_VERIFICATION for a
// public key in whatever form; GATEPOST_KEY_ALGORITHM_MISMATCH for an algorithm with a public
// key; GATEPOST_INVALID_KEY for what is too long; GATEPOST_MISUSE for a NULL, a `key_id` that is
// not UTF-8, and an `algorithm` that is no single one.
//
// The caller's part:
// `set` is NULL or a live set that nobody else uses during the call.
uint32_t gatepost_key_set_load_secret(struct gatepost_key_set *set,
                                      struct gatepost_slice secret,
                                      uint32_t algorithm,
                                      struct gatepost_slice key_id);

// Writes the URLs at which a client looks for the metadata of the MCP server at `resource` into
// `memory`, and fills `*urls`, in the order in which they are tried.
//
// `resource`: the URL of the MCP endpoint, `https` (or `http` on this machine), without a
// fragment. They are tried where no challenge names a `resource_metadata`; where one does, that
// URL is the only one (RFC 9728, section 3.1). `memory`: twice the length of `resource` and 80
// bytes are enough.
//
// Errors: GATEPOST_MISUSE for another URL, and for a NULL; GATEPOST_MEMORY_TOO_SMALL.
//
// The caller's part:
// What `resource` points to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_resource_metadata_urls(struct gatepost_slice resource,
                                         void *memory,
                                         size_t length,
                                         struct gatepost_metadata_urls *urls);

// Writes the URLs at which the metadata of the authorization server `issuer` are looked for into
// `memory`, and fills `*urls`: those of OAuth, then those of OpenID Connect (RFC 8414, sections
// 3.1 and 5).
//
// `memory`: three times the length of `issuer` and 120 bytes are enough. What is found is read by
// gatepost_read_server_metadata(), which demands this same issuer.
//
// Errors: GATEPOST_MISUSE where `issuer` is no `https` URL (or `http` on this machine) or has a
// user, a query or a fragment, and for a NULL; GATEPOST_MEMORY_TOO_SMALL.
//
// The caller's part:
// What `issuer` points to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_server_metadata_urls(struct gatepost_slice issuer,
                                       void *memory,
                                       size_t length,
                                       struct gatepost_metadata_urls *urls);

// Reads the metadata document of an MCP server into `*metadata`, and demands that it is that of
// `resource` (RFC 9728, section 3.3).
//
// `document`: JSON, at most GATEPOST_MAX_METADATA_LENGTH bytes. `resource`: the URL that the
// client asks of, byte for byte. `origin`: NULL; where the document was found at the root of the
// server without a challenge that named it, the server's origin may be accepted in place of
// `resource`: the tokens are then asked for that origin. `memory`: takes the names of members and
// what holds escapes; 4096 bytes are enough for usual documents, GATEPOST_MAX_METADATA_LENGTH for
// all.
//
// Errors: GATEPOST_METADATA_MISMATCH for the document of another; GATEPOST_INVALID_METADATA for
// one without issuers or with members of another kind; GATEPOST_TOO_LARGE; those of JSON (1xx);
// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_read_resource_metadata(struct gatepost_slice document,
                                         struct gatepost_slice resource,
                                         struct gatepost_slice origin,
                                         void *memory,
                                         size_t length,
                                         struct gatepost_resource_metadata *metadata);

// Reads the metadata document of an authorization server into `*metadata`, and demands that it is
// that of `issuer`, byte for byte: the one that its URL was made of (RFC 8414, section 3.3).
//
// `document`, `memory`: as for gatepost_read_resource_metadata(). Documents of OAuth and of OpenID
// Connect are read alike. What a role needs is asked for when it is needed.
//
// Errors: GATEPOST_METADATA_MISMATCH for the document of another; GATEPOST_INVALID_METADATA for
// one without an issuer, with members of another kind, and with a URL that is not `https` (or
// `http` on this machine) or has a fragment; GATEPOST_TOO_LARGE; those of JSON (1xx);
// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and where `issuer` can be none.
//
// The caller's part:
// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_read_server_metadata(struct gatepost_slice document,
                                       struct gatepost_slice issuer,
                                       void *memory,
                                       size_t length,
                                       struct gatepost_server_metadata *metadata);

// Writes a list of the metadata to `texts`, at most `capacity` of its elements, and returns how
// many it has.
//
// `which`: GATEPOST_LIST_AUTHORIZATION_SERVERS, _SCOPES, _BEARER_METHODS or _DPOP_ALGORITHMS.
// `texts` may be NULL where `capacity` is 0. A NULL otherwise, and another list, give 0.
//
// The caller's part:
// `metadata` is NULL, or was filled by gatepost_read_resource_metadata() and what it points to is
// as it was; `texts` is NULL or points to `capacity` slices that may be written.
size_t gatepost_resource_metadata_list(const struct gatepost_resource_metadata *metadata,
                                       uint32_t which,
                                       struct gatepost_slice *texts,
                                       size_t capacity);

// Writes a list of the metadata to `texts`, at most `capacity` of its elements, and returns how
// many it has.
//
// `which`: GATEPOST_LIST_SCOPES, _DPOP_ALGORITHMS or _AUTH_METHODS. `texts` may be NULL where
// `capacity` is 0. A NULL otherwise, and another list, give 0.
//
// The caller's part:
// `metadata` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
// it was; `texts` is NULL or points to `capacity` slices that may be written.
size_t gatepost_server_metadata_list(const struct gatepost_server_metadata *metadata,
                                     uint32_t which,
                                     struct gatepost_slice *texts,
                                     size_t capacity);

// Fills `*flow` with what a client needs: the endpoints of the authorization code flow, at a
// server that says that it supports PKCE with S256. One that does not say so must not be used,
// whatever it supports.
//
// Errors: GATEPOST_INVALID_METADATA where an endpoint is missing, or the response type `code` or
// the grant type `authorization_code` is not supported; GATEPOST_PKCE_NOT_SUPPORTED;
// GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `metadata` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
// it was; `flow` is NULL or may be written.
uint32_t gatepost_require_code_flow(const struct gatepost_server_metadata *metadata,
                                    struct gatepost_code_flow *flow);

// Demands that two documents of one server, that of OAuth and that of OpenID Connect, say the same
// of issuer, endpoints and keys, as far as both say something (RFC 9068, section 4).
//
// Errors: GATEPOST_METADATA_MISMATCH; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// Both are NULL, or were filled by gatepost_read_server_metadata() and what they point to is as it
// was.
uint32_t gatepost_require_agreement(const struct gatepost_server_metadata *one,
                                    const struct gatepost_server_metadata *other);

// Writes what `client` says of itself into `memory`, as JSON, and points `*document` to it.
//
// `client_id`: NULL for the body of a registration request, to be sent as application/json to the
// server's `registration_endpoint` (RFC 7591, section 3.1). Else the URL at which the document is
// published, one that gatepost_client_id_host() takes; it needs no registration (CIMD draft -01,
// section 4.1).
//
// Errors: GATEPOST_INVALID_CLIENT_ID; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL,
// another size, an empty name, no redirect URI or one that is not acceptable, and a page or scopes
// of another form.
//
// The caller's part:
// All pointers are NULL or point to what they say; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_write_client_document(const struct gatepost_new_client *client,
                                        struct gatepost_slice client_id,
                                        void *memory,
                                        size_t length,
                                        struct gatepost_slice *document);

// Reads the answer to a registration request, accepted (status 201) or refused (status 400), into
// `*registered` (RFC 7591, section 3.2).
//
// `body`: JSON, at most GATEPOST_MAX_REGISTRATION_LENGTH bytes. `memory`: twice the length of
// `body` is always enough. Both hold the client's secret, if it got one: whoever holds them wipes
// them.
//
// Errors: GATEPOST_INVALID_REDIRECT_URI and GATEPOST_INVALID_CLIENT_METADATA where the server says
// so, the latter for its other errors too; GATEPOST_INVALID_METADATA for what is no answer, or one
// that demands an authentication that is not supported; GATEPOST_TOO_LARGE; those of JSON (1xx);
// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// What `body` points to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_read_registered_client(struct gatepost_slice body,
                                         void *memory,
                                         size_t length,
                                         struct gatepost_registered_client *registered);

// Writes a code verifier of GATEPOST_CODE_VERIFIER_LENGTH characters into `memory`, and points
// `*verifier` to it (RFC 7636, section 4.1).
//
// `random`: GATEPOST_CODE_VERIFIER_RANDOM bytes from the system's generator, which nobody else may
// know, and which are used once. Verifier and random bytes are the client's secret until the code
// is redeemed: whoever holds them wipes them then. The library keeps no copy.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `random` is NULL or points to GATEPOST_CODE_VERIFIER_RANDOM bytes; nobody else uses `memory`, of
// `length` bytes.
uint32_t gatepost_write_code_verifier(const uint8_t *random,
                                      void *memory,
                                      size_t length,
                                      struct gatepost_slice *verifier);

// Writes the code challenge that belongs to `verifier` into `memory`,
// GATEPOST_CODE_VERIFIER_LENGTH characters, and points `*challenge` to it: the `code_challenge` of
// an authorization request, whose `code_challenge_method` is S256 (RFC 7636, section 4.2).
//
// Errors: GATEPOST_INVALID_CODE_VERIFIER for anything but 43 to 128 letters, digits, `-`, `.`, `_`
// and `~`; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// What `verifier` points to is there; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_write_code_challenge(struct gatepost_slice verifier,
                                       void *memory,
                                       size_t length,
                                       struct gatepost_slice *challenge);

// Checks the parameters `code_challenge` and `code_challenge_method` of an authorization request;
// the authorization server then keeps the challenge with the code.
//
// A slice whose `ptr` is NULL stands for a parameter that is not there. A request without a
// challenge is refused, and so is one without a method, which means `plain` (RFC 7636, section
// 4.3): an attacker who sees the request would have the verifier.
//
// Errors: GATEPOST_INVALID_CODE_CHALLENGE, to be answered with `invalid_request` (RFC 7636,
// section 4.4.1); GATEPOST_MISUSE for a length without bytes.
//
// The caller's part:
// What the slices point to is there.
uint32_t gatepost_check_code_challenge(struct gatepost_slice challenge,
                                       struct gatepost_slice method);

// Checks the parameter `code_verifier` of a token request against the challenge that was kept with
// the code, in time that does not depend on where it differs (RFC 7636, section 4.6).
//
// A verifier whose `ptr` is NULL stands for a parameter that is not there, and is refused.
//
// Errors: GATEPOST_INVALID_CODE_VERIFIER, to be answered with `invalid_grant`;
// GATEPOST_INVALID_CODE_CHALLENGE for a challenge that gatepost_check_code_challenge() refuses;
// GATEPOST_MISUSE for a length without bytes.
//
// The caller's part:
// What the slices point to is there.
uint32_t gatepost_check_code_verifier(struct gatepost_slice challenge,
                                      struct gatepost_slice verifier);

// Fills a configuration with the defaults.
//
// `size`: sizeof(gatepost_policy_config).
//
// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
//
// The caller's part:
// `config` is NULL or points to `size` bytes that may be written.
uint32_t gatepost_policy_config_init(struct gatepost_policy_config *config, size_t size);

// Checks a configuration and makes a policy of it in `*policy`.
//
// `size`: sizeof(gatepost_policy). The arrays of the configuration are copied, its strings are
// not: they must live, unchanged, as long as the policy is used.
//
// Errors: GATEPOST_MISUSE for a NULL, a wrong size, an empty issuer, no audience, an empty string
// in a list, a scope with a space, too many strings, a string that is not UTF-8, too much leeway,
// algorithms with secrets beside such with public keys, a claim rule without a name or values, an
// issuer that the provider cannot have, bits that are not defined, and switches that contradict
// each other.
//
// The caller's part:
// `policy` is NULL or points to `size` bytes that may be written; what `config` points to is
// there.
uint32_t gatepost_policy_init(struct gatepost_policy *policy,
                              size_t size,
                              const struct gatepost_policy_config *config);

// Decides like gatepost_validate(), for all but the proof of possession: a token that is bound to
// a key (`cnf`) is let through. For servers that check the proof themselves; a guard does all of
// it.
//
// Then gatepost_prove() makes an access token of it. A token that was presented with
// GATEPOST_SCHEME_DPOP needs gatepost_check_certificate() and then gatepost_verify_proof() before,
// bound or not; one that was presented with GATEPOST_SCHEME_BEARER is proved without, and so refused
// where it is bound to a key for proofs.
//
// The arguments are those of gatepost_validate().
//
// Errors: those of gatepost_validate(), but that GATEPOST_PROOF_REQUIRED stands for a `cnf` that
// names no key of a kind that is known here.
//
// The caller's part:
// As for gatepost_validate().
uint32_t gatepost_validate_before_proof(const struct gatepost_policy *policy,
                                        const struct gatepost_key_set *keys,
                                        struct gatepost_slice token,
                                        uint64_t now,
                                        void *memory,
                                        size_t length,
                                        struct gatepost_presented_token *presented_token);

// Decides like gatepost_validate_before_proof(), by the policy and the keys of the issuer that the
// token names, and by no others.
//
// `issuers`, `count`: as for gatepost_validate_any().
//
// Errors: those of gatepost_validate_any(), and GATEPOST_PROOF_REQUIRED as for
// gatepost_validate_before_proof().
//
// The caller's part:
// As for gatepost_validate_any().
uint32_t gatepost_validate_any_before_proof(const struct gatepost_issuer *issuers,
                                            size_t count,
                                            struct gatepost_slice token,
                                            uint64_t now,
                                            void *memory,
                                            size_t length,
                                            struct gatepost_presented_token *presented_token);

// Decides about `token` by what its issuer says of it, but for the proof of possession: `response` is
// the body of the answer that the introspection endpoint gave, with the status 200, to the question
// about this token and no other (RFC 7662, section 2.2). What follows is what follows
// gatepost_validate_before_proof().
//
// `token`: at most GATEPOST_MAX_TOKEN_LENGTH bytes, whatever they are. `response`: one JSON object, at
// most GATEPOST_MAX_INTROSPECTION_LENGTH bytes; it is copied into `memory`. `now`, `memory`, `length`:
// as for gatepost_validate(); 4096 are enough for usual responses. `memory` overlaps neither the texts
// nor `*presented_token`.
//
// What the policy says of claims, it says of the members of the response: times, audience, required
// claims, claim rules, scopes, and the keys that the token is bound to. What it says of a header says
// nothing here. `iss` may be missing. What the response shows to be no access token is refused:
// `token_type`, where it is there, is `Bearer` or `DPoP`, `token_use` is `access_token` or `access`,
// and `typ` neither `Refresh` nor `Offline`. An issuer that marks none of them has to be held to it by
// a claim rule.
//
// Errors: GATEPOST_TOKEN_INACTIVE; GATEPOST_INVALID_INTROSPECTION for a response that is too long, no
// such object, or without `active`; GATEPOST_TYPE_MISMATCH for another kind of token;
// GATEPOST_PROOF_REQUIRED for a token of the type `DPoP` that names no key; GATEPOST_MALFORMED for an
// empty token; GATEPOST_TOO_LARGE for a
// token that is too long; those of gatepost_validate_before_proof() for claims;
// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and for a policy that was not made.
//
// The caller's part:
// As for gatepost_validate().
uint32_t gatepost_validate_introspected(const struct gatepost_policy *policy,
                                        struct gatepost_slice token,
                                        struct gatepost_slice response,
                                        uint64_t now,
                                        void *memory,
                                        size_t length,
                                        struct gatepost_presented_token *presented_token);

// Compares the client's certificate, where the token is bound to one.
//
// gatepost_prove() does so as well. Who takes DPoP proofs asks before gatepost_verify_proof():
// verified, a proof is spent, though nobody was let in by it. What is refused here is the token, and
// not its proof (RFC 8705, section 3).
//
// `certificate`: the SHA-256, 32 bytes, of the client's certificate, as for gatepost_prove(); NULL
// where it showed none.
//
// Errors: GATEPOST_PROOF_REQUIRED where the token is bound to a certificate and there is none;
// GATEPOST_INVALID_PROOF for another one; GATEPOST_MISUSE for a NULL token, and for what was never
// filled.
//
// The caller's part:
// `presented_token` is NULL, or was filled by a validation, and what it points to is as it was;
// `certificate` is NULL or points to 32 bytes.
uint32_t gatepost_check_certificate(const struct gatepost_presented_token *presented_token,
                                    const uint8_t *certificate);

// Fills `*access_token`, where there is something to show for each key that the token is bound to.
// A token that is not bound asks for nothing.
//
// `proof`: NULL where there is none. `certificate`: the SHA-256, 32 bytes, of the client's
// certificate in DER, where it showed one in the TLS handshake of this connection (RFC 8705,
// section 3); else NULL. It comes from the TLS layer, and never from a header that a client can
// send.
//
// Errors: GATEPOST_PROOF_REQUIRED where there is nothing to show of the kind that is asked for: as
// a plain bearer token it is stolen goods; GATEPOST_INVALID_PROOF where it is that of another key,
// or for another token; GATEPOST_MISUSE for another NULL, and for what was never filled.
//
// The caller's part:
// `presented_token` is NULL, or was filled by a validation, and what it points to is as it was;
// `proof` is NULL or was filled by gatepost_verify_proof(); `certificate` is NULL or points to 32
// bytes; `access_token` is NULL or points to one that may be written.
uint32_t gatepost_prove(const struct gatepost_presented_token *presented_token,
                        const struct gatepost_verified_proof *proof,
                        const uint8_t *certificate,
                        struct gatepost_access_token *access_token);

// Fills `*confirmation` with the keys that the principal's token is bound to, which the request has
// proved to come from: none where a token alone was enough, or none was needed.
//
// Errors: GATEPOST_MISUSE for a NULL, and for a principal that was never filled.
//
// The caller's part:
// `principal` is NULL, or was filled by gatepost_authenticate(), and the memory that it points to
// is as it was; `confirmation` is NULL or points to one that may be written.
uint32_t gatepost_principal_confirmation(const struct gatepost_principal *principal,
                                         struct gatepost_confirmation *confirmation);

// Demands that `issuer` has the form that the issuers of `provider` have, so that a slash too many
// or too few is noticed before every token is refused for it.
//
// Auth0's are https://TENANT/, with the slash; Okta's https://DOMAIN/oauth2/SERVER; those of Entra
// ID https://HOST/TENANT/ or https://HOST/TENANT/v2.0; Keycloak's https://HOST/realms/REALM;
// Cognito's https://HOST/POOL. The host may be any.
//
// Not in libraries built without mcp, as all that is about more than tokens.
//
// Errors: GATEPOST_MISUSE for another form, and for a number that is no GATEPOST_PROVIDER.
//
// The caller's part:
// What `issuer` points to is there.
uint32_t gatepost_provider_require_issuer(uint32_t provider, struct gatepost_slice issuer);

// Whether an authorization request to `provider` says whom the token is for with a parameter
// `audience`, besides `resource` (RFC 8707); false for a number that is no GATEPOST_PROVIDER.
bool gatepost_provider_heeds_audience(uint32_t provider);

// The reason to give for `token`, which was refused for `reason`.
//
// GATEPOST_AUDIENCE_NOT_REQUESTED for an opaque token (in place of GATEPOST_MALFORMED), and for
// one that is encrypted with the provider's own key (in place of GATEPOST_ENCRYPTED; RFC 7518,
// section 4.5), where `provider` issues such when no `audience` was asked for, as Auth0 does; else
// `reason`. A guard whose configuration names the provider does this itself.
//
// The caller's part:
// What `token` points to is there.
uint32_t gatepost_provider_judge_foreign_token(uint32_t provider,
                                               struct gatepost_slice token,
                                               uint32_t reason);

// The name of a reason, such as "expired"; "ok" for GATEPOST_OK.
//
// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
struct gatepost_slice gatepost_reason_name(uint32_t number);

// What a reason means, one clause in plain English, safe in a log and in a WWW-Authenticate
// header; "accepted" for GATEPOST_OK.
//
// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
struct gatepost_slice gatepost_reason_description(uint32_t number);

// The `error` of the challenge (RFC 6750, section 3.1), such as "invalid_token",
// "insufficient_scope" or "invalid_request".
//
// The text lives for ever. Its `ptr` is NULL where neither token nor request is at fault, where
// credentials are missing, and for a number that is no reason.
struct gatepost_slice gatepost_reason_oauth_error(uint32_t number);

// The HTTP status to answer with (RFC 6750, section 3.1): 400, 401, 403, 413 or 503; 200 for
// GATEPOST_OK.
//
// 503 stands for what is no fault of the request, and for a number that is no reason.
uint32_t gatepost_reason_http_status(uint32_t number);

// Reads a redirect URI that somebody wants to register into `*redirect_uri`: `https`, `http` on
// this machine's loopback, or one of the private-use schemes that the server names.
//
// It is an absolute URI in ASCII without fragment, user information, dot segments and backslashes;
// an encoded slash, backslash or control character in its path is refused too, and so is a host
// that browsers read differently.
//
// `schemes`: `count` private-use schemes in lower case, at most GATEPOST_MAX_STRINGS, or NULL.
// gatepost_read_registration() does this itself.
//
// Errors: GATEPOST_INVALID_REDIRECT_URI; GATEPOST_MISUSE for a NULL, too many schemes, and such as
// are none, or are a browser's own (`javascript`, `data`, `http` and their like).
//
// The caller's part:
// All pointers are NULL or point to what they say.
uint32_t gatepost_check_redirect_uri(struct gatepost_slice uri,
                                     const struct gatepost_slice *schemes,
                                     size_t count,
                                     struct gatepost_redirect_uri *redirect_uri);

// Refuses an address that is not one of the public Internet (RFC 6890, section 2.2), for URLs that
// a stranger has named: a client identifier, a `jwks_uri`, a logo.
//
// Check each address that the URL's host resolves to, connect to the one that was checked, and
// follow no redirect: a name can resolve to something else the next time (CIMD draft -01, section
// 6.5). IPv4 in the dress of IPv6 is judged as the IPv4 address that the packets end up at.
//
// `address`: `length` bytes in the order of the network, 4 for IPv4 and 16 for IPv6. `flags`: 0,
// or GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT.
//
// Errors: GATEPOST_ADDRESS_REFUSED; GATEPOST_MISUSE for a NULL, another length, and bits that are
// not defined.
//
// The caller's part:
// `address` is NULL or points to `length` bytes.
uint32_t gatepost_require_fetchable(const uint8_t *address, size_t length, uint32_t flags);

// Reads a registration request (RFC 7591, section 2) into `*client`.
//
// `body`: JSON, at most GATEPOST_MAX_REGISTRATION_LENGTH bytes. `rules`: which clients are taken,
// or NULL for public clients with usual redirect URIs. `memory`: twice the length of `body` is
// always enough. Unknown members and a software statement are ignored. A client that says no
// `application_type` is a web client if all its redirect URIs may be one's.
//
// Errors, for the answer of gatepost_write_registration_error(): GATEPOST_INVALID_REDIRECT_URI
// where there is none, one is not acceptable or not for this type of application, or there are
// more than 32; GATEPOST_INVALID_CLIENT_METADATA; GATEPOST_TOO_LARGE; those of JSON (1xx). Of the
// server's own: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and for rules that make no
// sense.
//
// The caller's part:
// All pointers are NULL or point to what they say; nobody else uses `memory`, of `length` bytes.
uint32_t gatepost_read_registration(struct gatepost_slice body,
                                    const struct gatepost_client_rules *rules,
                                    void *memory,
                                    size_t length,
                                    struct gatepost_client *client);

// Reads the document that was fetched from `client_id`, with a status of 200, into `*client` (CIMD
// draft -01, section 4.1).
//
// `document`: JSON, at most GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH bytes. `client_id`: one that
// gatepost_client_id_host() takes; the document has to name exactly this one. It has to have a
// name and redirect URIs, and holds and uses no secret: who can read it could be the client. The
// rest is as for gatepost_read_registration().
//
// Errors: GATEPOST_INVALID_CLIENT_ID for another `client_id`, and for what can be none; those of
// gatepost_read_registration().
//
// The caller's part:
// As for gatepost_read_registration().
uint32_t gatepost_read_client_document(struct gatepost_slice document,
                                       struct gatepost_slice client_id,
                                       const struct gatepost_client_rules *rules,
                                       void *memory,
                                       size_t length,
                                       struct gatepost_client *client);

// Reads a `client_id` that is the URL of a client's metadata document, and points `*host` to its
// host, which vouches for the client and which a consent page has to show (CIMD draft -01,
// sections 3 and 6.4).
//
// At most 2048 characters: `https`, a path that is more than a slash, neither dot segments nor
// fragment nor user information. Fetch it with one request that follows no redirect, from an
// address that gatepost_require_fetchable() lets through, and read no more than
// GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH bytes.
//
// Errors: GATEPOST_INVALID_CLIENT_ID; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// What `client_id` points to is there; `host` is NULL or may be written.
uint32_t gatepost_client_id_host(struct gatepost_slice client_id, struct gatepost_slice *host);

// Finds the redirect URI of an authorization request among those of the client, and fills
// `*redirect_uri`: the same text, but for the port of the loopback (OAuth 2.1, section 8.4.2).
//
// Until this has succeeded nothing may be sent to the URI, not even an error.
//
// Errors: GATEPOST_INVALID_REDIRECT_URI; GATEPOST_MISUSE for a NULL.
//
// The caller's part:
// `client` is NULL, or was filled by one of the two functions above and what it points to is as it
// was; what `requested` points to is there; `redirect_uri` is NULL or may be written.
uint32_t gatepost_client_redirect_uri(const struct gatepost_client *client,
                                      struct gatepost_slice requested,
                                      struct gatepost_redirect_uri *redirect_uri);

// Writes the redirect URIs of the client to `texts`, at most `capacity` of them, and returns how
// many it has.
//
// `texts` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
//
// The caller's part:
// `client` is NULL, or was filled by one of the two functions above and what it points to is as it
// was; `texts` is NULL or points to `capacity` slices that may be written.
size_t gatepost_client_redirect_uris(const struct gatepost_client *client,
                                     struct gatepost_slice *texts,
                                     size_t capacity);

// Writes the answer to a registration request into `memory`, and points `*body` to it: all that is
// registered, with what was replaced. Send it with the status 201, as application/json and with
// `Cache-Control: no-store` (RFC 7591, section 3.2.1).
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another size, an identifier or a
// secret of another form, a secret where the client needs none, and none where it needs one.
//
// The caller's part:
// All pointers are NULL or point to what they say; `client` was read by
// gatepost_read_registration() and what it points to is as it was; nobody else uses `memory`, of
// `length` bytes, which is not that of the client.
uint32_t gatepost_write_registration(const struct gatepost_client *client,
                                     const struct gatepost_client_credentials *credentials,
                                     void *memory,
                                     size_t length,
                                     struct gatepost_slice *body);

// Writes the refusal of a registration request into `memory`, and points `*body` to it. Send it
// with the status 400, as application/json and with `Cache-Control: no-store` (RFC 7591, section
// 3.2.2).
//
// `reason`: what gatepost_read_registration() has returned.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, for a number that is no reason,
// and for a reason that is not the client's fault (8xx, 9xx): that is a status of 500 or 503.
//
// The caller's part:
// Nobody else uses `memory`, of `length` bytes; `body` is NULL or may be written.
uint32_t gatepost_write_registration_error(uint32_t reason,
                                           void *memory,
                                           size_t length,
                                           struct gatepost_slice *body);

// Seals `state`, the `requestState` of MCP or a handle, until `expires_at`, in seconds since 1970,
// and points `*text` to the text to hand out, in `memory`.
//
// Sealed, it can only come back as it was, from the principal it was made for, for the same
// purpose, in time. It is no credential, and it is authenticated but not encrypted (HMAC-SHA-256):
// the client can read it. That it is used once alone only the server's memory can see to.
//
// `keys`: `count` secrets, 1 to GATEPOST_MAX_SEAL_KEYS. `state`: at most GATEPOST_MAX_STATE_LENGTH
// bytes. `memory`: four bytes for three of `state` and 56 more are enough; the text is base64url.
//
// Errors: GATEPOST_MISSING_CLAIM where neither subject nor client is there, or the issuer is
// empty: it would be everybody's state; GATEPOST_TOO_LARGE for a longer state;
// GATEPOST_KEY_TOO_WEAK, GATEPOST_INVALID_KEY and GATEPOST_KEY_NOT_FOR_VERIFICATION for a secret
// that is too short, too long or a public key; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a
// NULL, an empty purpose, no secret, too many, and two with the same number.
//
// The caller's part:
// All pointers are NULL or point to what they say, which nobody changes during the call; nobody
// else uses `memory`, of `length` bytes.
uint32_t gatepost_seal_state(const struct gatepost_seal_key *keys,
                             size_t count,
                             const struct gatepost_state_scope *scope,
                             struct gatepost_slice state,
                             uint64_t expires_at,
                             void *memory,
                             size_t length,
                             struct gatepost_slice *text);

// Opens what gatepost_seal_state() has sealed, for the principal of a validated token, and points
// `*state` to it, in `memory`.
//
// `text`: what the client sent. `now`: seconds since 1970. `memory`: three quarters of the length
// of `text` are enough.
//
// Errors: GATEPOST_INVALID_STATE for what was not sealed here, for another owner, purpose or
// context, or with a secret that is gone; GATEPOST_STATE_EXPIRED; the others of
// gatepost_seal_state().
//
// The caller's part:
// As for gatepost_seal_state().
uint32_t gatepost_open_state(const struct gatepost_seal_key *keys,
                             size_t count,
                             const struct gatepost_state_scope *scope,
                             struct gatepost_slice text,
                             uint64_t now,
                             void *memory,
                             size_t length,
                             struct gatepost_slice *state);

// Writes the nonce of `now` for DPoP proofs (RFC 9449, section 9) into `memory`,
// GATEPOST_NONCE_LENGTH characters for the header `DPoP-Nonce`, and points `*nonce` to it.
//
// A guard whose configuration has `nonce_keys` does this itself. `keys`: as for
// gatepost_seal_state(). `lifetime`: seconds that nonces are good for, 1 to
// GATEPOST_MAX_NONCE_LIFETIME. `now`: seconds since 1970.
//
// Errors: GATEPOST_MEMORY_TOO_SMALL; those of gatepost_seal_state() for secrets; GATEPOST_MISUSE
// for a NULL, another lifetime, and a time of more than 56 bits.
//
// The caller's part:
// As for gatepost_seal_state().
uint32_t gatepost_write_nonce(const struct gatepost_seal_key *keys,
                              size_t count,
                              uint32_t lifetime,
                              uint64_t now,
                              void *memory,
                              size_t length,
                              struct gatepost_slice *nonce);

// Whether `nonce` was made with one of these secrets and has not expired. One made in the future
// is as good as clocks may differ, by 30 seconds. False for a NULL, and whatever
// gatepost_write_nonce() refuses.
//
// The caller's part:
// As for gatepost_seal_state().
bool gatepost_is_good_nonce(const struct gatepost_seal_key *keys,
                            size_t count,
                            uint32_t lifetime,
                            struct gatepost_slice nonce,
                            uint64_t now);

// Decides whether `token` is an access token that `policy` lets in at `now`, and if so fills
// `*access_token`.
//
// `token`: the token alone, without "Bearer", of at most GATEPOST_MAX_TOKEN_LENGTH bytes. `now`:
// seconds since 1970. `memory`: `length` bytes to decode header and claims into; GATEPOST_MEMORY
// are always enough, 4096 for usual tokens; what they hold does not matter, and the result points
// into them. `memory` overlaps neither `token` nor `*access_token`.
//
// The order of the checks is fixed: size and number of parts; the header and its algorithm, type
// and extensions; the key; the form of claims and signature; issuer; signature; then, for a good
// signature alone, times, audience, required claims, no binding to a key (`cnf`), scopes. Nothing
// is hashed for a token that is refused before its signature is checked, unless it ends like one
// in the cache. A token that is bound to a
// key is for gatepost_validate_before_proof().
//
// Errors: the reason why not, of the hundreds 1xx to 7xx; GATEPOST_MEMORY_TOO_SMALL;
// GATEPOST_MISUSE for a NULL, and for a policy or a key set that was not made.
//
// The caller's part:
// `policy` and `keys` are NULL or live, and nobody changes them during the call; nobody else uses
// `memory`.
uint32_t gatepost_validate(const struct gatepost_policy *policy,
                           const struct gatepost_key_set *keys,
                           struct gatepost_slice token,
                           uint64_t now,
                           void *memory,
                           size_t length,
                           struct gatepost_access_token *access_token);

// Decides like gatepost_validate(), by the policy and the keys of the issuer that the token
// names, and by no others.
//
// `issuers`: `count` issuers, in any order, no two with the same name. Header and claims are read
// before the issuer is known; the header's algorithm and type, and the key, are judged after it.
//
// Errors: those of gatepost_validate(); GATEPOST_ISSUER_MISMATCH where no policy is the issuer's;
// GATEPOST_MISUSE for no issuers, and where two are the issuer's.
//
// The caller's part:
// As for gatepost_validate(); `issuers` is NULL or points to `count` issuers.
uint32_t gatepost_validate_any(const struct gatepost_issuer *issuers,
                               size_t count,
                               struct gatepost_slice token,
                               uint64_t now,
                               void *memory,
                               size_t length,
                               struct gatepost_access_token *access_token);

// Checks the signature of a compact JWS (RFC 7515, section 5.2) and points `*payload` to its
// payload, whatever it is: no claim is looked at.
//
// `algorithms`: those that are accepted, GATEPOST_ALGORITHM bits joined by `|`, one at least.
// `token`, `memory` and `length` are as in gatepost_validate(); the payload lies in `memory`.
//
// Errors: the reasons of the form, the header, the keys and the signature (1xx to 4xx);
// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, no algorithm, and a bit that is none.
//
// The caller's part:
// `keys` is NULL or live, and nobody changes it during the call; nobody else uses `memory`.
uint32_t gatepost_verify_signature(const struct gatepost_key_set *keys,
                                   struct gatepost_slice token,
                                   uint32_t algorithms,
                                   void *memory,
                                   size_t length,
                                   struct gatepost_slice *payload);

// The version of the library, such as "0.1.0"; ends with a NUL, and lives for ever.
//
// Compare it with GATEPOST_VERSION_MAJOR, _MINOR and _PATCH, which are the header's.
const char *gatepost_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* GATEPOST_H */

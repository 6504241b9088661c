/*
 * gatepost: decides whether an OAuth 2.1 access token lets a request in.
 *
 * Made from ffi/src by `GATEPOST_WRITE_HEADER=1 cargo test -p gatepost-ffi --test header`.
 * Do not change it by hand.
 *
 * Results. Functions that can fail return a number: GATEPOST_OK (0), or the reason, a value of
 * enum gatepost_reason that never changes its meaning. Newer versions of the library may return
 * numbers that are not in this header: whatever is not 0 is a refusal. Outputs come last and are
 * written on success alone; after an error they are as they were.
 *
 * Pointers. Every pointer is checked for NULL and for the alignment of its type; where something
 * has to be there, the answer is GATEPOST_MISUSE. A slice or an array whose pointer is NULL and
 * whose length is 0 is empty. What is behind a pointer cannot be checked: it has to be there, with
 * the length that is given. Memory for outputs overlaps no input.
 *
 * Memory. What the library hands out points into the memory that the caller passed, or to its own
 * constants. Built for devices (without the feature `hosted`) it has no global state, and allocates
 * in gatepost_key_set_new() alone; built for servers it allocates for the keys of a set, for the
 * tables of keys in use (gatepost_set_table_budget()) and for gatepost_key_set_cache_tokens().
 * Validations of tokens do not allocate but to make a table.
 *
 * Threads. A pointer to `const` is only read: a key set and a policy may serve any number of
 * threads at once, each with memory of its own. What is not `const` belongs to the caller's thread
 * for the time of the call.
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
 */


#ifndef GATEPOST_H
#define GATEPOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the numbers mean: GATEPOST_OK, or why a token, a key set or a policy was refused.
// The hundreds tell the stage: 1xx form, 2xx header, 3xx keys, 4xx signature, 5xx claims,
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

    // the token lacks a required scope
    GATEPOST_INSUFFICIENT_SCOPE = 601,

    // a proof of possession is required
    GATEPOST_PROOF_REQUIRED = 701,
    // the proof of possession is not valid
    GATEPOST_INVALID_PROOF = 702,
    // the proof of possession was used before
    GATEPOST_PROOF_REPLAYED = 703,
    // the proof of possession needs a nonce
    GATEPOST_NONCE_REQUIRED = 704,

    // the keys are not available now
    GATEPOST_KEYS_UNAVAILABLE = 801,

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

// Bytes of a JSON Web Key Set at the most. More are GATEPOST_TOO_LARGE.
#define GATEPOST_MAX_JWKS_LENGTH 1048576

// Keys of a set at the most, the skipped ones included. More are GATEPOST_TOO_MANY_KEYS.
#define GATEPOST_MAX_KEYS 1000

// Bytes of a key identifier (`kid`) at the most.
#define GATEPOST_MAX_KEY_ID_LENGTH 128

// Bytes of a shared secret at the most; the least is the size of the hash (32, 48 or 64).
#define GATEPOST_MAX_SECRET_LENGTH 1024

// Seconds of leeway at the most.
#define GATEPOST_MAX_LEEWAY 300

// Audiences, required scopes and required claims of a policy at the most, each.
#define GATEPOST_MAX_STRINGS 16

// Demands the JWT profile for access tokens (RFC 9068, section 4): `typ` is at+jwt, and `exp`,
// `sub`, `client_id`, `iat` and `jti` are there. `typ` and `required_claims` stay unset.
#define GATEPOST_POLICY_RFC9068 1

// Requires no claim but `iss` and `aud`. This lets tokens in that never expire.
#define GATEPOST_POLICY_NO_REQUIRED_CLAIMS 2

// Takes scopes from `scope`, a string of words (RFC 8693, section 4.2).
#define GATEPOST_SCOPES_FROM_SCOPE 1

// Takes scopes from `scp`, a string of words or an array of strings.
#define GATEPOST_SCOPES_FROM_SCP 2

// Takes scopes from `permissions`, an array of strings.
#define GATEPOST_SCOPES_FROM_PERMISSIONS 4

// The major version that this header is from.
#define GATEPOST_VERSION_MAJOR 0

// The minor version that this header is from.
#define GATEPOST_VERSION_MINOR 1

// The patch version that this header is from.
#define GATEPOST_VERSION_PATCH 0

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
    // The issuer (`iss`).
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
    // The algorithm of the signature, a GATEPOST_ALGORITHM.
    uint32_t algorithm;
    // Whether the token has `exp`.
    bool has_expires_at;
    // Whether the token has `iat`.
    bool has_issued_at;
    // Not to be used.
    uint64_t opaque[48];
} gatepost_access_token;

// A key that was left out of a set, and why.
typedef struct gatepost_skipped_key {
    // Its place in the JSON Web Key Set, counted from zero.
    size_t index;
    // Why it was left out.
    uint32_t reason;
} gatepost_skipped_key;

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
    // The claims that scopes are taken from, GATEPOST_SCOPES_FROM bits joined by `|`. The default
    // is all three.
    uint32_t scope_claims;
    // 0 (the default), or GATEPOST_POLICY bits joined by `|`.
    uint32_t flags;
} gatepost_policy_config;

// What a resource server asks of a token, checked.
//
// Opaque, and a plain value: it may be copied, is never changed by a call that takes it as
// `const`, and needs no cleaning up. It points to the strings of its configuration, which must
// live, unchanged, as long as it is used.
typedef struct gatepost_policy {
    // Not to be used.
    size_t opaque[128];
} gatepost_policy;

// An issuer: its policy and its keys.
typedef struct gatepost_issuer {
    // The policy for its tokens.
    const struct gatepost_policy *policy;
    // The keys that it signs with.
    const struct gatepost_key_set *keys;
} gatepost_issuer;

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
// multiple of 32, about 80 bytes each on the heap; 0, as at first, for none.
//
// A token is remembered by SHA-256 digests alone, until it expires, its place is needed, or the
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
// algorithms with secrets beside such with public keys, bits that are not defined, and switches
// that contradict each other.
//
// The caller's part:
// `policy` is NULL or points to `size` bytes that may be written; what `config` points to is
// there.
uint32_t gatepost_policy_init(struct gatepost_policy *policy,
                              size_t size,
                              const struct gatepost_policy_config *config);

// The name of a reason, such as "expired"; "ok" for GATEPOST_OK.
//
// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
struct gatepost_slice gatepost_reason_name(uint32_t number);

// What a reason means, one clause in plain English, safe in a log and in a WWW-Authenticate
// header; "accepted" for GATEPOST_OK.
//
// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
struct gatepost_slice gatepost_reason_description(uint32_t number);

// The `error` of the challenge (RFC 6750, section 3.1): "invalid_token" or "insufficient_scope".
//
// The text lives for ever. Its `ptr` is NULL where the token is not at fault, and for a number
// that is no reason.
struct gatepost_slice gatepost_reason_oauth_error(uint32_t number);

// The HTTP status to answer with (RFC 6750, section 3.1): 401, 403 or 503; 200 for GATEPOST_OK.
//
// 503 stands for what is no fault of the token, and for a number that is no reason.
uint32_t gatepost_reason_http_status(uint32_t number);

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
// is hashed for a token that is refused before its signature is checked.
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

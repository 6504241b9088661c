//! The numbers that a C program needs at compile time.

use gatepost_core::limits;

/// Characters of a token at the most. Longer ones are GATEPOST_TOO_LARGE.
pub const GATEPOST_MAX_TOKEN_LENGTH: usize = 16384;

/// Bytes of memory that are enough for every validation; 4096 are enough for the tokens of the
/// usual issuers.
pub const GATEPOST_MEMORY: usize = 24576;

/// Bytes of an authorization server's answer about a token at the most. A longer one is
/// GATEPOST_INVALID_INTROSPECTION.
pub const GATEPOST_MAX_INTROSPECTION_LENGTH: usize = 8192;

/// Bytes of a JSON Web Key Set at the most. More are GATEPOST_TOO_LARGE.
pub const GATEPOST_MAX_JWKS_LENGTH: usize = 1048576;

/// Keys of a set at the most, the skipped ones included. More are GATEPOST_TOO_MANY_KEYS.
pub const GATEPOST_MAX_KEYS: usize = 1000;

/// Bytes of a key identifier (`kid`) at the most.
pub const GATEPOST_MAX_KEY_ID_LENGTH: usize = 128;

/// Bytes of a shared secret at the most; the least is the size of the hash (32, 48 or 64).
pub const GATEPOST_MAX_SECRET_LENGTH: usize = 1024;

/// Bytes of an entity tag (`ETag`) that is remembered for the next fetch of keys at the most; a
/// longer one is not.
pub const GATEPOST_MAX_ENTITY_TAG_LENGTH: usize = 128;

/// Seconds of leeway at the most.
pub const GATEPOST_MAX_LEEWAY: u32 = 300;

const _: () = {
    assert!(GATEPOST_MAX_TOKEN_LENGTH == limits::MAX_TOKEN_LEN);
    assert!(GATEPOST_MEMORY >= limits::MEMORY);
    assert!(GATEPOST_MAX_INTROSPECTION_LENGTH == limits::MAX_INTROSPECTION_LEN);
    assert!(GATEPOST_MAX_JWKS_LENGTH == limits::MAX_JWK_SET_LEN);
    assert!(GATEPOST_MAX_KEYS == limits::MAX_KEYS);
    assert!(GATEPOST_MAX_KEY_ID_LENGTH == limits::MAX_KEY_ID_LEN);
    assert!(GATEPOST_MAX_SECRET_LENGTH == limits::MAX_SECRET_LEN);
    assert!(GATEPOST_MAX_ENTITY_TAG_LENGTH == limits::MAX_ENTITY_TAG_LEN);
    assert!(GATEPOST_MAX_LEEWAY == limits::MAX_LEEWAY);
};

//! What fills a key set.

use gatepost_core::{ImportOptions, KeySlot, Reason, SkippedKey};

use crate::algorithm::algorithm;
use crate::boundary::status;
use crate::key_set::{GATEPOST_JWKS_SYMMETRIC, Key, gatepost_key_set, parts_mut, store};
use crate::slice::gatepost_slice;

/// Reads a JSON Web Key Set (RFC 7517, section 5) into the set; what was in it before is gone,
/// also after every error but GATEPOST_MISUSE.
///
/// `jwks`: JSON of at most GATEPOST_MAX_JWKS_LENGTH bytes; it is copied. `rsa_algorithm`: the
/// GATEPOST_ALGORITHM of RSA keys that name none, 0 for RS256. `flags`: 0 or
/// GATEPOST_JWKS_SYMMETRIC. A key that cannot be used is left out, see
/// gatepost_key_set_skipped_key(); the others are loaded all the same.
///
/// Errors: GATEPOST_INVALID_JSON and the other reasons of the form; GATEPOST_MIXED_KEY_SET,
/// GATEPOST_KEY_AMBIGUOUS, GATEPOST_TOO_MANY_KEYS; GATEPOST_KEY_NOT_FOUND for an empty set; the
/// reason of the first key where every key was left out; GATEPOST_MISUSE for a NULL, an unknown
/// flag, and an `rsa_algorithm` that is no single one of RSA.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody else uses during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_load_jwks(
    set: *mut gatepost_key_set,
    jwks: gatepost_slice,
    rsa_algorithm: u32,
    flags: u32,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the set and the bytes.
        let (head, slots, jwks) = unsafe {
            let (head, slots) = parts_mut(set)?;
            (head, slots, jwks.bytes()?)
        };
        let mut options = ImportOptions::default();
        if let Some(algorithm) = algorithm(rsa_algorithm)? {
            options.rsa_algorithm = algorithm;
        }
        options.symmetric = match flags {
            0 => false,
            GATEPOST_JWKS_SYMMETRIC => true,
            _ => return Err(Reason::Misuse),
        };
        head.forget();
        let skip = |key: SkippedKey<'_>| head.skip(key);
        let loaded = gatepost_core::load(jwks, options, slots, Key::new, skip)?;
        head.loaded = loaded;
        Ok(())
    })
}

/// Reads one public key in PEM (RFC 7468), `PUBLIC KEY` or `RSA PUBLIC KEY`, into the set; what
/// was in it before is gone, except after an error.
///
/// `algorithm`: the GATEPOST_ALGORITHM that the key is for, 0 for that of its curve, or RS256.
/// `key_id`: its `kid`, UTF-8 of at most GATEPOST_MAX_KEY_ID_LENGTH bytes; NULL for none, and then
/// the key serves tokens with any `kid`. Both are copied.
///
/// Errors: GATEPOST_INVALID_KEY, GATEPOST_KEY_TOO_WEAK, GATEPOST_UNSUPPORTED_KEY,
/// GATEPOST_KEY_ALGORITHM_MISMATCH; GATEPOST_PRIVATE_KEY for a private key; GATEPOST_MISUSE for a
/// NULL, a `key_id` that is not UTF-8, and an `algorithm` that is no single one.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody else uses during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_load_pem(
    set: *mut gatepost_key_set,
    pem: gatepost_slice,
    algorithm: u32,
    key_id: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the set and the bytes.
        let (parts, pem, key_id) =
            unsafe { (parts_mut(set)?, pem.bytes()?, key_id.optional_text()?) };
        let algorithm = crate::algorithm(algorithm)?;
        store(parts, KeySlot::from_pem(pem, algorithm, key_id, Key::new)?)
    })
}

/// Reads one public key in DER, a SubjectPublicKeyInfo (RFC 5280, section 4.1), into the set; what
/// was in it before is gone, except after an error.
///
/// `algorithm` and `key_id`: as in gatepost_key_set_load_pem().
///
/// Errors: those of gatepost_key_set_load_pem(), but for GATEPOST_PRIVATE_KEY.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody else uses during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_load_der(
    set: *mut gatepost_key_set,
    der: gatepost_slice,
    algorithm: u32,
    key_id: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the set and the bytes.
        let (parts, der, key_id) =
            unsafe { (parts_mut(set)?, der.bytes()?, key_id.optional_text()?) };
        let algorithm = crate::algorithm(algorithm)?;
        store(parts, KeySlot::from_der(der, algorithm, key_id, Key::new)?)
    })
}

/// Takes a shared secret into the set; what was in it before is gone, except after an error.
///
/// `secret`: the secret itself, not base64, at least as long as the hash (32, 48 or 64 bytes) and
/// at most GATEPOST_MAX_SECRET_LENGTH. `algorithm`: GATEPOST_ALGORITHM_HS256, _HS384 or _HS512.
/// `key_id`: as in gatepost_key_set_load_pem(). The secret is copied in prepared form, and wiped
/// by gatepost_key_set_destroy().
///
/// Errors: GATEPOST_KEY_TOO_WEAK for a short secret; GATEPOST_KEY_NOT_FOR_VERIFICATION for a
/// public key in whatever form; GATEPOST_KEY_ALGORITHM_MISMATCH for an algorithm with a public
/// key; GATEPOST_INVALID_KEY for what is too long; GATEPOST_MISUSE for a NULL, a `key_id` that is
/// not UTF-8, and an `algorithm` that is no single one.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody else uses during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_load_secret(
    set: *mut gatepost_key_set,
    secret: gatepost_slice,
    algorithm: u32,
    key_id: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the set and the bytes.
        let (parts, secret, key_id) =
            unsafe { (parts_mut(set)?, secret.bytes()?, key_id.optional_text()?) };
        let algorithm = crate::algorithm(algorithm)?.ok_or(Reason::Misuse)?;
        store(parts, KeySlot::from_secret(secret, algorithm, key_id, Key::new)?)
    })
}

//! DPoP proofs, for servers that check them without a guard.

use core::ffi::c_void;
use core::slice;

use gatepost_core::oauth::{DpopNonces, DpopVerifier};
use gatepost_core::{Reason, UnixTime};

use crate::boundary::{array, sized};
use crate::fill::{fill, place_of};
use crate::places::room;
use crate::presented_token::presented;
use crate::proofs::CallersStore;
use crate::response;
use crate::seal::{places_of, seal_keys};
use crate::{
    algorithms, gatepost_presented_token, gatepost_seal_key, gatepost_slice,
    gatepost_verified_proof,
};

/// Which DPoP proofs are good. Members that are not needed are zeros.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_dpop_verifier {
    /// sizeof(gatepost_dpop_verifier).
    pub size: usize,
    /// The public URL of the endpoint, which proofs have to name: https, or on this machine http,
    /// without a fragment. Required.
    pub resource: gatepost_slice,
    /// The algorithms that proofs may be signed with, GATEPOST_ALGORITHM bits with public keys joined
    /// by `|`; 0: all of them.
    pub algorithms: u32,
    /// Seconds that a nonce is good for, 1 to GATEPOST_MAX_NONCE_LIFETIME where there are secrets;
    /// else 0.
    pub nonce_lifetime: u32,
    /// Remembers a proof that was accepted, so that none is accepted twice, as in
    /// gatepost_guard_config. Required.
    pub remember_proof: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            proof: *const u8,
            expires_at: u64,
            now: u64,
        ) -> u32,
    >,
    /// For `remember_proof`.
    pub proof_context: *mut c_void,
    /// Secrets for nonces (RFC 9449, section 9), as for gatepost_write_nonce(): each proof has to
    /// carry a nonce. NULL: no nonces.
    pub nonce_keys: *const gatepost_seal_key,
    /// How many secrets there are, at most GATEPOST_MAX_SEAL_KEYS.
    pub nonce_key_count: usize,
}

/// Verifies that the sender of a token has the key that it is bound to, and fills `*proof`, for
/// gatepost_prove().
///
/// `proofs`: the values of the request's headers `DPoP`, `proof_count` of them, of which there has
/// to be one, of at most 8192 bytes. `method`: the request's. `now`: seconds since 1970. `memory`:
/// `length` bytes to decode the proof into, such as those that the token has left over, and none that
/// it needs; GATEPOST_MEMORY are always enough, 1024 for usual proofs.
///
/// All of RFC 9449, section 4.3, is checked, in this order: one header; form, type and algorithm;
/// the key in the header, public and strong enough; the signature; `htm`, `htu` (of which query and
/// fragment do not count), `iat` (within 300 seconds), `ath`; that the token is bound to this key;
/// the nonce, where there are secrets for it; and that the proof was not seen before.
///
/// Errors: GATEPOST_PROOF_REQUIRED without a proof; GATEPOST_INVALID_PROOF for one that does not
/// hold, and for a token that is not bound to such a key; GATEPOST_NONCE_REQUIRED where the nonce is
/// missing or has expired: the answer hands out another; GATEPOST_PROOF_REPLAYED;
/// GATEPOST_REPLAY_STORE_FULL; GATEPOST_MEMORY_TOO_SMALL; those of gatepost_write_nonce() for
/// secrets; GATEPOST_MISUSE for a NULL, another size, another URL, algorithms that are none or have
/// secrets, and a token that was never filled.
///
/// # Safety
///
/// All pointers are NULL or point to what they say, which nobody changes during the call;
/// `presented_token` was filled by a validation, and what it points to is as it was; nobody else
/// uses `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_verify_proof(
    verifier: *const gatepost_dpop_verifier,
    presented_token: *const gatepost_presented_token,
    proofs: *const gatepost_slice,
    proof_count: usize,
    method: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    proof: *mut gatepost_verified_proof,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, proof, |own| {
            let (config, presented) = (sized(verifier)?, presented(presented_token)?);
            let (proofs, keys) =
                (array(proofs, proof_count)?, array(config.nonce_keys, config.nonce_key_count)?);
            let parts = [
                place_of(slice::from_ref(config)),
                response::place_of(presented_token),
                place_of(proofs),
                config.resource.addresses(),
                method.addresses(),
            ];
            let of_proofs = proofs.iter().map(|proof| proof.addresses());
            let of_token = presented.places.iter().cloned();
            let memory = own.beside(
                parts.into_iter().chain(of_proofs).chain(of_token).chain(places_of(keys)),
            )?;

            let mut places = room();
            let nonces = match (keys.is_empty(), config.nonce_lifetime) {
                (true, 0) => None,
                (true, _) => return Err(Reason::Misuse),
                (false, lifetime) => {
                    Some(DpopNonces::new(seal_keys(keys, &mut places)?, lifetime)?)
                }
            };
            let remember = config.remember_proof.ok_or(Reason::Misuse)?;
            let store = CallersStore { remember, context: config.proof_context };
            let mut verifier = DpopVerifier::new(config.resource.text()?, store)?;
            if config.algorithms != 0 {
                verifier = verifier.with_algorithms(algorithms(config.algorithms)?)?;
            }
            if let Some(nonces) = nonces {
                verifier = verifier.with_nonces(nonces);
            }
            for proof in proofs {
                proof.bytes()?;
            }
            // Each of them was just found good.
            let proofs = proofs.iter().filter_map(|proof| proof.bytes().ok());
            // A method that is not UTF-8 is none that a proof could name.
            let method = method.text_or(Reason::InvalidProof)?;
            let now = UnixTime::from_secs(now);
            Ok(verifier.verify(&presented.token, proofs, method, now, memory)?.into())
        })
    }
}

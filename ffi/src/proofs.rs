//! Guards with proofs of possession, and without.

use core::ffi::c_void;

use gatepost_core::mcp::Guard;
use gatepost_core::oauth::{ProofFingerprint, ReplayStore};
use gatepost_core::{Reason, UnixTime};

/// The core's guard, by what it does with proofs.
pub(crate) enum AnyGuard {
    Bearer(Guard<'static>),
    Dpop(Guard<'static, CallersStore>),
}

/// Calls the one guard that there is.
macro_rules! either {
    ($guard:expr, $one:ident => $call:expr) => {
        match $guard {
            $crate::proofs::AnyGuard::Bearer($one) => $call,
            $crate::proofs::AnyGuard::Dpop($one) => $call,
        }
    };
}
pub(crate) use either;

/// A store behind a function of the caller's, which any thread may call.
pub(crate) struct CallersStore {
    pub(crate) remember:
        unsafe extern "C" fn(*mut c_void, proof: *const u8, expires_at: u64, now: u64) -> u32,
    pub(crate) context: *mut c_void,
}

// SAFETY: the caller has vouched that the function may be called by any thread.
unsafe impl Send for CallersStore {}
// SAFETY: as above.
unsafe impl Sync for CallersStore {}

impl ReplayStore for CallersStore {
    fn insert(
        &self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason> {
        let proof = proof.as_bytes().as_ptr();
        // SAFETY: the caller has vouched for the function and its context.
        let said =
            unsafe { (self.remember)(self.context, proof, expires_at.as_secs(), now.as_secs()) };
        match said {
            0 => Ok(()),
            said if said == u32::from(Reason::ProofReplayed.number()) => Err(Reason::ProofReplayed),
            _ => Err(Reason::ReplayStoreFull),
        }
    }
}

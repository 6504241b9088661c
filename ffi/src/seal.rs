//! What the server hands out to get it back as it was: request states, handles, and nonces.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::slice;

use gatepost_core::mcp::{StateOwner, StateScope, StateSeal};
use gatepost_core::oauth::{DpopNonces, SealKey, SealKeys};
use gatepost_core::{Reason, UnixTime, limits};

use crate::boundary::{array, guard, shared};
use crate::fill::{fill, place_of};
use crate::gatepost_slice;
use crate::places::{Places, room};

/// Secrets of a server's own that are in use at the same time, at the most.
pub const GATEPOST_MAX_SEAL_KEYS: usize = 16;
/// Bytes of a state or a handle that is sealed, at the most.
pub const GATEPOST_MAX_STATE_LENGTH: usize = 4096;
/// Characters of a nonce.
pub const GATEPOST_NONCE_LENGTH: usize = 32;
/// Seconds that a nonce is good for at the most.
pub const GATEPOST_MAX_NONCE_LIFETIME: u32 = 3600;

const _: () = {
    assert!(GATEPOST_MAX_SEAL_KEYS == limits::MAX_SEAL_KEYS);
    assert!(GATEPOST_MAX_STATE_LENGTH == limits::MAX_STATE_LEN);
    assert!(GATEPOST_MAX_NONCE_LIFETIME == limits::MAX_NONCE_LIFETIME);
};

/// A secret of the server's own, with a number to tell it from those before and after it.
///
/// In a list, the first one seals, and what any of them has sealed is accepted. To rotate, append
/// the new secret on every server, then move it to the front, and take the old one away when what
/// it has sealed has expired. One list may serve for states and for nonces: what is made for one is
/// never accepted as the other.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_seal_key {
    /// 32 to GATEPOST_MAX_SECRET_LENGTH random bytes. That they are wiped is the caller's.
    pub secret: gatepost_slice,
    /// Stands in what is sealed; a secret keeps its own, on every server that has it.
    pub id: u8,
}

/// Whom a state belongs to, and what it is good for: all has to be the same when it is opened.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_state_scope {
    /// The issuer of the principal's token, as gatepost_access_token has it.
    pub issuer: gatepost_slice,
    /// The subject of the token, or NULL where it has none. A user with two clients is two owners.
    pub subject: gatepost_slice,
    /// The client of the token, or NULL where it names none.
    pub client_id: gatepost_slice,
    /// A text of the server's own that names what the state is used for, such as the method and the
    /// tool.
    pub purpose: gatepost_slice,
    /// Bytes that the server has again when the state comes back, such as a digest of the request's
    /// arguments, so that it fits no other request; or NULL, which is as good as empty.
    pub context: gatepost_slice,
}

/// Seals `state`, the `requestState` of MCP or a handle, until `expires_at`, in seconds since 1970,
/// and points `*text` to the text to hand out, in `memory`.
///
/// Sealed, it can only come back as it was, from the principal it was made for, for the same
/// purpose, in time. It is no credential, and it is authenticated but not encrypted (HMAC-SHA-256):
/// the client can read it. That it is used once alone only the server's memory can see to.
///
/// `keys`: `count` secrets, 1 to GATEPOST_MAX_SEAL_KEYS. `state`: at most GATEPOST_MAX_STATE_LENGTH
/// bytes. `memory`: four bytes for three of `state` and 56 more are enough; the text is base64url.
///
/// Errors: GATEPOST_MISSING_CLAIM where neither subject nor client is there, or the issuer is
/// empty: it would be everybody's state; GATEPOST_TOO_LARGE for a longer state;
/// GATEPOST_KEY_TOO_WEAK, GATEPOST_INVALID_KEY and GATEPOST_KEY_NOT_FOR_VERIFICATION for a secret
/// that is too short, too long or a public key; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a
/// NULL, an empty purpose, no secret, too many, and two with the same number.
///
/// # Safety
///
/// All pointers are NULL or point to what they say, which nobody changes during the call; nobody
/// else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_seal_state(
    keys: *const gatepost_seal_key,
    count: usize,
    scope: *const gatepost_state_scope,
    state: gatepost_slice,
    expires_at: u64,
    memory: *mut c_void,
    length: usize,
    text: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, text, |own| {
            let (keys, scope) = (array(keys, count)?, shared(scope)?);
            let memory = own.beside(inputs(keys, scope).chain([state.addresses()]))?;
            let mut places = room();
            let seal = StateSeal::new(seal_keys(keys, &mut places)?);
            let expires_at = UnixTime::from_secs(expires_at);
            Ok(seal.seal(&scope.read()?, state.bytes()?, expires_at, memory)?.into())
        })
    }
}

/// Opens what gatepost_seal_state() has sealed, for the principal of a validated token, and points
/// `*state` to it, in `memory`.
///
/// `text`: what the client sent. `now`: seconds since 1970. `memory`: three quarters of the length
/// of `text` are enough.
///
/// Errors: GATEPOST_INVALID_STATE for what was not sealed here, for another owner, purpose or
/// context, or with a secret that is gone; GATEPOST_STATE_EXPIRED; the others of
/// gatepost_seal_state().
///
/// # Safety
///
/// As for gatepost_seal_state().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_open_state(
    keys: *const gatepost_seal_key,
    count: usize,
    scope: *const gatepost_state_scope,
    text: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    state: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, state, |own| {
            let (keys, scope) = (array(keys, count)?, shared(scope)?);
            let memory = own.beside(inputs(keys, scope).chain([text.addresses()]))?;
            let mut places = room();
            let seal = StateSeal::new(seal_keys(keys, &mut places)?);
            let text = text.text_or(Reason::InvalidState)?;
            Ok(seal.open(text, &scope.read()?, UnixTime::from_secs(now), memory)?.into())
        })
    }
}

/// Writes the nonce of `now` for DPoP proofs (RFC 9449, section 9) into `memory`,
/// GATEPOST_NONCE_LENGTH characters for the header `DPoP-Nonce`, and points `*nonce` to it.
///
/// A guard whose configuration has `nonce_keys` does this itself. `keys`: as for
/// gatepost_seal_state(). `lifetime`: seconds that nonces are good for, 1 to
/// GATEPOST_MAX_NONCE_LIFETIME. `now`: seconds since 1970.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; those of gatepost_seal_state() for secrets; GATEPOST_MISUSE
/// for a NULL, another lifetime, and a time of more than 56 bits.
///
/// # Safety
///
/// As for gatepost_seal_state().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_nonce(
    keys: *const gatepost_seal_key,
    count: usize,
    lifetime: u32,
    now: u64,
    memory: *mut c_void,
    length: usize,
    nonce: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, nonce, |own| {
            let keys = array(keys, count)?;
            let memory = own.beside(places_of(keys))?;
            let mut places = room();
            let nonces = DpopNonces::new(seal_keys(keys, &mut places)?, lifetime)?;
            Ok(nonces.write(UnixTime::from_secs(now), memory)?.into())
        })
    }
}

/// Whether `nonce` was made with one of these secrets and has not expired. One made in the future
/// is as good as clocks may differ, by 30 seconds. False for a NULL, and whatever
/// gatepost_write_nonce() refuses.
///
/// # Safety
///
/// As for gatepost_seal_state().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_is_good_nonce(
    keys: *const gatepost_seal_key,
    count: usize,
    lifetime: u32,
    nonce: gatepost_slice,
    now: u64,
) -> bool {
    let is_good = || {
        let mut places = room();
        // SAFETY: the caller vouches for all pointers.
        let (keys, nonce) =
            unsafe { (seal_keys(array(keys, count)?, &mut places)?, nonce.text()?) };
        Ok::<_, Reason>(DpopNonces::new(keys, lifetime)?.is_good(nonce, UnixTime::from_secs(now)))
    };
    guard(false, || is_good().unwrap_or(false))
}

/// The core's secrets, in `places`.
///
/// # Safety
///
/// What the secrets point to is there for `'k`.
pub(crate) unsafe fn seal_keys<'k>(
    keys: &[gatepost_seal_key],
    places: &'k mut [MaybeUninit<SealKey<'k>>; GATEPOST_MAX_SEAL_KEYS],
) -> Result<SealKeys<'k>, Reason> {
    // SAFETY: the caller vouches for the bytes.
    SealKeys::new(Places::new(places).fill(keys, |key| unsafe { key.read() })?)
}

impl gatepost_seal_key {
    /// # Safety
    ///
    /// The secret is there for `'k`.
    pub(crate) unsafe fn read<'k>(&self) -> Result<SealKey<'k>, Reason> {
        // SAFETY: the caller vouches for the bytes.
        SealKey::new(self.id, unsafe { self.secret.bytes() }?)
    }
}

impl gatepost_state_scope {
    /// # Safety
    ///
    /// What the slices point to is there for `'s`.
    unsafe fn read<'s>(&self) -> Result<StateScope<'s>, Reason> {
        // SAFETY: the caller vouches for the bytes.
        unsafe {
            let owner = StateOwner::new(
                self.issuer.text()?,
                self.subject.optional_text()?,
                self.client_id.optional_text()?,
            )?;
            Ok(StateScope::new(owner, self.purpose.text()?)?.with_context(self.context.bytes()?))
        }
    }
}

/// Where the secrets and the scope are, with all that they point to.
fn inputs<'i>(
    keys: &'i [gatepost_seal_key],
    scope: &'i gatepost_state_scope,
) -> impl Iterator<Item = Range<usize>> + 'i {
    let gatepost_state_scope { issuer, subject, client_id, purpose, context } = *scope;
    let texts = [issuer, subject, client_id, purpose, context].map(gatepost_slice::addresses);
    places_of(keys).chain(texts).chain([place_of(slice::from_ref(scope))])
}

/// Where the secrets are.
pub(crate) fn places_of(keys: &[gatepost_seal_key]) -> impl Iterator<Item = Range<usize>> + '_ {
    keys.iter().map(|key| key.secret.addresses()).chain([place_of(keys)])
}

/// Neither secrets nor who it is get into logs.
impl core::fmt::Debug for gatepost_seal_key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_seal_key").field("id", &self.id).finish_non_exhaustive()
    }
}

impl core::fmt::Debug for gatepost_state_scope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_state_scope").finish_non_exhaustive()
    }
}

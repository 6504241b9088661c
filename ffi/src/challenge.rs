//! Challenges: the values of `WWW-Authenticate`, read by a client and written by a server.

use core::ffi::c_void;
use core::slice;

use gatepost_core::Reason;
use gatepost_core::oauth::{Challenge, ChallengeParameter, Challenges, ParsedChallenge, Scheme};

use crate::boundary::{array, sized};
use crate::fill::{Room, fill, place_of, take};
use crate::{algorithms, gatepost_slice};

/// Whoever has the token may use it (RFC 6750).
pub const GATEPOST_SCHEME_BEARER: u32 = 1;
/// A proof of possession comes with the token (RFC 9449).
pub const GATEPOST_SCHEME_DPOP: u32 = 2;

/// What a challenge says that a client needs. Nobody vouches for it.
///
/// A plain value: it may be copied. It points into the header, and where that has escapes, into the
/// memory that was passed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_challenge {
    /// Why the request was refused, such as invalid_token or insufficient_scope (RFC 6750, section
    /// 3.1). `ptr` is NULL where it is not said, as for a request without credentials.
    pub error: gatepost_slice,
    /// The scopes that are needed, separated by spaces. `ptr` is NULL where there are none.
    pub scope: gatepost_slice,
    /// The URL of the resource's metadata (RFC 9728, section 5.1): an absolute URL with `https`, or
    /// `http` on this machine. A client asks there before it asks at the well-known places. `ptr`
    /// is NULL where there is none.
    pub resource_metadata: gatepost_slice,
    /// The algorithms of proofs that are understood, separated by spaces (RFC 9449, section 7.1).
    /// `ptr` is NULL where it is not said.
    pub algs: gatepost_slice,
}

/// A challenge to write, for servers that answer without a guard. Members that are not needed are
/// zeros.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_new_challenge {
    /// sizeof(gatepost_new_challenge).
    pub size: usize,
    /// How a token is to be presented, a GATEPOST_SCHEME.
    pub scheme: u32,
    /// Why the request was refused, which sets the error and its description (RFC 6750, section
    /// 3.1). GATEPOST_OK and GATEPOST_CREDENTIALS_MISSING set neither.
    pub reason: u32,
    /// The algorithms that proofs may be signed with, GATEPOST_ALGORITHM bits joined by `|`, for
    /// GATEPOST_SCHEME_DPOP alone.
    pub algorithms: u32,
    /// The URL of the resource's metadata (RFC 9728, section 5.1), `https`, or `http` on this
    /// machine. Required.
    pub resource_metadata: gatepost_slice,
    /// The scopes that are needed, words separated by single spaces; or NULL.
    pub scope: gatepost_slice,
    /// The part of the server that is protected, ASCII other than `"`, `\` and `=`; or NULL.
    pub realm: gatepost_slice,
}

/// Writes the value of a header `WWW-Authenticate` into `memory`, and points `*value` to it (RFC
/// 6750, section 3).
///
/// Nothing breaks out of it: each value is a quoted string without `"`, `\` and control characters.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL, of which 8192 bytes are always enough; GATEPOST_MISUSE for a
/// NULL, another size, another scheme, a number that is no reason, algorithms with secrets or for
/// GATEPOST_SCHEME_BEARER, and texts that are not what they should be, or longer than 2048 bytes.
///
/// # Safety
///
/// `challenge` is NULL or points to a challenge, and what that points to is there; nobody else uses
/// `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_challenge(
    challenge: *const gatepost_new_challenge,
    memory: *mut c_void,
    length: usize,
    value: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, value, |room| {
            let new = sized(challenge)?;
            let texts = [new.resource_metadata, new.scope, new.realm];
            let places = texts.map(gatepost_slice::addresses);
            let memory = room.beside(places.into_iter().chain([place_of(slice::from_ref(new))]))?;
            let mut made = Challenge::new(scheme(new.scheme)?, new.resource_metadata.text()?)?;
            if new.reason != 0 {
                made = made.with_reason(crate::reason::reason(new.reason).ok_or(Reason::Misuse)?);
            }
            if let Some(scope) = new.scope.optional_text()? {
                made = made.with_scope(scope)?;
            }
            if let Some(realm) = new.realm.optional_text()? {
                made = made.with_realm(realm)?;
            }
            if new.algorithms != 0 {
                made = made.with_algorithms(algorithms(new.algorithms)?)?;
            }
            Ok(made.write(memory)?.into())
        })
    }
}

/// Finds the first challenge of `scheme` in the headers `WWW-Authenticate` of an answer, and fills
/// `*challenge`.
///
/// `values`: the values of all these headers, `count` of them, each of at most 8192 bytes. One that
/// cannot be read is passed over, as are challenges of other schemes (RFC 9110, section 11.6.1).
/// `scheme`: a GATEPOST_SCHEME. `memory`: `length` bytes for what holds escapes; as many as the
/// values have are always enough, none for usual ones.
///
/// Errors: GATEPOST_INVALID_CHALLENGE where there is no such challenge, where what it says is not
/// UTF-8, and where `resource_metadata` is no such URL; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE
/// for a NULL, and for a number that is no scheme.
///
/// # Safety
///
/// `values` is NULL or points to `count` slices, and what these point to is there; nobody else uses
/// `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_challenge(
    values: *const gatepost_slice,
    count: usize,
    scheme: u32,
    memory: *mut c_void,
    length: usize,
    challenge: *mut gatepost_challenge,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, challenge, |room| {
            let (found, mut memory) = find(values, count, scheme, room)?;
            Ok(gatepost_challenge {
                error: decode(found.error(), &mut memory)?,
                scope: decode(found.scope(), &mut memory)?,
                algs: decode(found.parameter("algs"), &mut memory)?,
                resource_metadata: found.resource_metadata(memory)?.into(),
            })
        })
    }
}

/// Points `*value` to the parameter called `name`, in any case, of the challenge that
/// gatepost_read_challenge() finds; its `ptr` is NULL where the challenge has none.
///
/// Errors: those of gatepost_read_challenge(); GATEPOST_MISUSE for a `name` that is not UTF-8.
///
/// # Safety
///
/// As for gatepost_read_challenge(); what `name` points to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_challenge_parameter(
    values: *const gatepost_slice,
    count: usize,
    scheme: u32,
    name: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    value: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, value, |room| {
            // It is read before the memory is written.
            let name = name.text()?;
            let (found, mut memory) = find(values, count, scheme, room)?;
            let parameter = found.parameter(name);
            decode(parameter, &mut memory)
        })
    }
}

/// The first challenge of `scheme`, and the memory.
///
/// # Safety
///
/// `values` is `NULL` or points to `count` slices, and what these point to is there for `'a`.
unsafe fn find<'a>(
    values: *const gatepost_slice,
    count: usize,
    scheme: u32,
    room: Room<'a>,
) -> Result<(ParsedChallenge<'a>, &'a mut [u8]), Reason> {
    let scheme = self::scheme(scheme)?;
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        let values = array(values, count)?;
        let places = values.iter().map(|value| value.addresses());
        let memory = room.beside(places.chain([place_of(values)]))?;
        for value in values {
            let Ok(mut challenges) = Challenges::parse(value.bytes()?) else { continue };
            if let Some(found) = challenges.find(|challenge| challenge.is(scheme)) {
                return Ok((found, memory));
            }
        }
    }
    Err(Reason::InvalidChallenge)
}

const fn scheme(number: u32) -> Result<Scheme, Reason> {
    match number {
        GATEPOST_SCHEME_BEARER => Ok(Scheme::Bearer),
        GATEPOST_SCHEME_DPOP => Ok(Scheme::Dpop),
        _ => Err(Reason::Misuse),
    }
}

/// The value of a parameter, decoded into `memory` where it holds escapes.
fn decode<'a>(
    parameter: Option<ChallengeParameter<'a>>,
    memory: &mut &'a mut [u8],
) -> Result<gatepost_slice, Reason> {
    let Some(parameter) = parameter else { return Ok(gatepost_slice::NONE) };
    if let Some(text) = parameter.as_str() {
        return Ok(text.into());
    }
    let own = take(parameter.bytes().count(), memory)?;
    Ok(parameter.decode(own)?.into())
}

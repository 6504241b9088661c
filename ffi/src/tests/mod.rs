//! What the interface promises about its arguments: NULL, alignment, size, lifetime, threads.
//!
//! The verdicts are for `tests/cases.c`, which runs all of `testdata/cases.json`.

use core::ffi::c_void;
use core::ptr::{null, null_mut};
use std::boxed::Box;
use std::string::String;
use std::thread;
use std::vec::Vec;

use gatepost_core::Reason;
use serde_json::Value;

use crate::*;

mod arguments;
#[cfg(feature = "mcp")]
mod guard;
mod objects;
mod validate;

const OK: u32 = 0;
const MISUSE: u32 = number(Reason::Misuse);
const MEMORY_TOO_SMALL: u32 = number(Reason::MemoryTooSmall);
const NONE: gatepost_slice = gatepost_slice::NONE;
/// A length without anything behind it.
const BROKEN: gatepost_slice = gatepost_slice { ptr: null(), len: 1 };
const NOT_UTF8: &[u8] = b"caf\xe9";

const fn number(reason: Reason) -> u32 {
    reason.number() as u32
}

/// A token of `testdata/cases.json` that is accepted, and what is needed to accept it.
struct Case {
    token: String,
    jwks: String,
    issuer: String,
    audience: String,
    now: u64,
}

impl Case {
    fn named(name: &str) -> Self {
        let cases: Value =
            serde_json::from_str(include_str!("../../../testdata/cases.json")).unwrap();
        let case = cases["cases"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap();
        let policy = &cases["policies"][case["policy"].as_str().unwrap()];
        let key_set = &cases["key_sets"][case["key_set"].as_str().unwrap()];
        Self {
            token: case["token"].as_str().unwrap().into(),
            jwks: std::format!("{}", key_set["jwks"]),
            issuer: policy["issuer"].as_str().unwrap().into(),
            audience: policy["audience"][0].as_str().unwrap().into(),
            now: case["now"].as_u64().unwrap(),
        }
    }

    fn es256() -> Self {
        Self::named("es256_accepted")
    }

    fn keys(&self) -> *mut gatepost_key_set {
        let set = new_set();
        // SAFETY: the set was just made.
        assert_eq!(unsafe { gatepost_key_set_load_jwks(set, self.jwks.as_str().into(), 0, 0) }, OK);
        set
    }

    fn policy(&self) -> gatepost_policy {
        let audiences = [gatepost_slice::from(self.audience.as_str())];
        let mut config = config();
        config.issuer = self.issuer.as_str().into();
        config.audiences = audiences.as_ptr();
        config.audience_count = 1;
        make(&config).unwrap()
    }
}

fn new_set() -> *mut gatepost_key_set {
    let mut set = null_mut();
    // SAFETY: the place of the result is a variable.
    assert_eq!(unsafe { gatepost_key_set_new(16, &raw mut set) }, OK);
    set
}

fn free(set: *mut gatepost_key_set) {
    // SAFETY: the tests hand in sets that they made, once.
    unsafe { gatepost_key_set_free(set) }
}

fn config() -> gatepost_policy_config {
    let mut config = core::mem::MaybeUninit::uninit();
    // SAFETY: there is room for a configuration.
    unsafe {
        let size = size_of::<gatepost_policy_config>();
        assert_eq!(gatepost_policy_config_init(config.as_mut_ptr(), size), OK);
        config.assume_init()
    }
}

fn make(config: &gatepost_policy_config) -> Result<gatepost_policy, u32> {
    let mut policy = gatepost_policy { opaque: [0; 256] };
    // SAFETY: both are there.
    match unsafe { gatepost_policy_init(&raw mut policy, size_of::<gatepost_policy>(), config) } {
        OK => Ok(policy),
        reason => {
            assert_eq!(policy.opaque, [0; 256], "an error changed the output");
            Err(reason)
        }
    }
}

/// A place for a token, of bytes that are known.
fn untouched() -> gatepost_access_token {
    // SAFETY: zeros are pointers, numbers and `false`.
    unsafe { core::mem::zeroed() }
}

fn is_untouched(token: &gatepost_access_token) -> bool {
    token.issuer.ptr.is_null() && token.claims.ptr.is_null() && token.expires_at == 0
}

/// What a slice points to.
fn text(slice: gatepost_slice) -> Option<&'static str> {
    // SAFETY: the tests read slices while their memory lives.
    unsafe { slice.optional_text() }.unwrap()
}

fn count(set: *const gatepost_key_set) -> usize {
    // SAFETY: the tests hand in live sets.
    unsafe { gatepost_key_set_count(set) }
}

//! How long keys are used, and how often they are fetched.

use gatepost_core::Reason;
use gatepost_core::limits::{
    DEFAULT_FETCH_COOLDOWN, DEFAULT_FETCH_TIMEOUT, DEFAULT_KEY_AGE, DEFAULT_KEY_LIFETIME,
    MIN_KEY_LIFETIME,
};
use gatepost_core::oauth::KeyRefresh;

use crate::boundary::{Output, status};

/// How long keys are used, and how often they are fetched; all in seconds.
///
/// Fill it with gatepost_key_refresh_config_init(), then set what is not to have its default.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_key_refresh_config {
    /// sizeof(gatepost_key_refresh_config), set by gatepost_key_refresh_config_init().
    pub size: usize,
    /// How long keys are fresh at the least, whatever `Cache-Control` and `Age` say, from when they
    /// were asked for. The default, and the least, is 300.
    pub least_lifetime: u32,
    /// How long keys are fresh at the most, and where `Cache-Control` says nothing. The default is
    /// 3600, the most 86400.
    pub most_lifetime: u32,
    /// How old keys may get that cannot be fetched again, `Age` included. The default is 86400, the
    /// most 604800, the least `most_lifetime`.
    pub maximum_age: u32,
    /// How long after a fetch there is no other, whether it succeeded or not. The default is 30,
    /// the most 300, the least 1.
    pub cooldown: u32,
    /// After how long a fetch is given up that has not reported back. The default is 10, the most
    /// 60, the least 1.
    pub timeout: u32,
}

/// Fills a configuration with the defaults.
///
/// `size`: sizeof(gatepost_key_refresh_config).
///
/// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
///
/// # Safety
///
/// `config` is NULL or points to `size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_config_init(
    config: *mut gatepost_key_refresh_config,
    size: usize,
) -> u32 {
    status(|| {
        let output = Output::new(config)?;
        if size != size_of::<gatepost_key_refresh_config>() {
            return Err(Reason::Misuse);
        }
        let defaults = gatepost_key_refresh_config {
            size,
            least_lifetime: MIN_KEY_LIFETIME,
            most_lifetime: DEFAULT_KEY_LIFETIME,
            maximum_age: DEFAULT_KEY_AGE,
            cooldown: DEFAULT_FETCH_COOLDOWN,
            timeout: DEFAULT_FETCH_TIMEOUT,
        };
        // SAFETY: the caller vouches for the place.
        unsafe { output.write(defaults) }
        Ok(())
    })
}

impl gatepost_key_refresh_config {
    /// The core's machine, without keys.
    pub(crate) fn read(&self) -> Result<KeyRefresh, Reason> {
        KeyRefresh::new()
            .with_lifetime(self.least_lifetime, self.most_lifetime)?
            .with_maximum_age(self.maximum_age)?
            .with_cooldown(self.cooldown)?
            .with_timeout(self.timeout)
    }
}

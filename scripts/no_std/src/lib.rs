//! Does not link if the core or one of its dependencies brings in std, whose panic handler would be
//! a second one, or alloc, for which there is no allocator.

#![no_std]

use core::panic::PanicInfo;

use gatepost::{AccessToken, KeySet, Policy, Reason, UnixTime};

/// The whole way of a token, so that all of it is compiled: the number of the reason, or 0.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_no_std_validate(
    jwks: &[u8; 2048],
    token: &[u8; 1024],
    now: u64,
    memory: &mut [u8; 4096],
) -> u16 {
    validate(jwks, token, UnixTime::from_secs(now), memory).err().map_or(0, Reason::number)
}

fn validate<'m>(
    jwks: &[u8],
    token: &'m [u8],
    now: UnixTime,
    memory: &'m mut [u8],
) -> Result<AccessToken<'m>, Reason> {
    let keys: KeySet<2> = KeySet::from_jwks(jwks)?;
    let policy = Policy::new("https://issuer.example", "https://mcp.example.com/mcp")?;
    policy.validate(token, &keys, now, memory)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

//! A device that accepts tokens signed with RS256.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use gatepost_firmware::testdata::{RS256_JWKS, RS256_NOW, RS256_TOKEN};

#[entry]
fn main() -> ! {
    gatepost_firmware::device::run(RS256_JWKS, RS256_TOKEN, RS256_NOW)
}

//! A device that accepts tokens signed with ES256.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use gatepost_firmware::testdata::{ES256_JWKS, ES256_NOW, ES256_TOKEN};

#[entry]
fn main() -> ! {
    gatepost_firmware::device::run(ES256_JWKS, ES256_TOKEN, ES256_NOW)
}

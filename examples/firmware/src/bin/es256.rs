//! A device that accepts tokens signed with ES256.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use gatepost::Algorithm;
use gatepost_firmware::device;
use gatepost_firmware::testdata::{ES256_KEY, ES256_KEY_ID, ES256_NOW, ES256_TOKEN};

#[entry]
fn main() -> ! {
    device::run(Algorithm::Es256, ES256_KEY_ID, ES256_KEY, ES256_TOKEN, ES256_NOW)
}

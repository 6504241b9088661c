//! A device that accepts tokens signed with RS256.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use gatepost::Algorithm;
use gatepost_firmware::device;
use gatepost_firmware::testdata::{RS256_KEY, RS256_KEY_ID, RS256_NOW, RS256_TOKEN};

#[entry]
fn main() -> ! {
    device::run(Algorithm::Rs256, RS256_KEY_ID, RS256_KEY, RS256_TOKEN, RS256_NOW)
}

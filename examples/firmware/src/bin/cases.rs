//! Every token of the tests that needs no other keys or policy: this processor, with words of half
//! the size, must come to the same verdicts.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use gatepost::{KeySet, Policy, Reason, UnixTime, limits};
use gatepost_firmware::testdata::{ALL_JWKS, AUDIENCE, CASES, ISSUER};
use gatepost_firmware::{exit, print};

#[entry]
fn main() -> ! {
    let (Ok(keys), Ok(policy)) = (KeySet::<16>::from_jwks(ALL_JWKS), Policy::new(ISSUER, AUDIENCE))
    else {
        exit(false)
    };
    let mut memory = [0; limits::MEMORY];
    let mut wrong = 0;
    for (name, token, now, expected) in CASES {
        let verdict = policy.validate(token, &keys, UnixTime::from_secs(*now), &mut memory);
        let number = verdict.err().map_or(0, Reason::number);
        if number != *expected {
            print(&[(name, number.into()), ("and not", (*expected).into())]);
            wrong += 1;
        }
    }
    print(&[("cases", CASES.len() as u32), ("wrong", wrong)]);
    exit(wrong == 0)
}

//! Writes `testdata/decisions.json`: guards, requests, and the answer every language must give.
//!
//! `cargo run -p gatepost --example make_decisions > testdata/decisions.json`
//!
//! Keys and signer are those of `make_cases`; two runs write the same bytes.

use std::io::{self, Write as _};

#[allow(dead_code, reason = "another example makes the cases")]
#[path = "make_cases/generator.rs"]
mod generator;

fn main() -> io::Result<()> {
    io::stdout().write_all(generator::decisions().as_bytes())
}

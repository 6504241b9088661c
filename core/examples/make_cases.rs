//! Writes `testdata/cases.json`: tokens, keys, policies, and the verdict every language must reach.
//!
//! `cargo run -p gatepost --example make_cases > testdata/cases.json`
//!
//! The tokens are signed with other libraries than the ones under test, and nothing in them is
//! random: two runs write the same bytes.

use std::io::{self, Write as _};

#[allow(dead_code, reason = "another example makes the decisions")]
#[path = "make_cases/generator.rs"]
mod generator;

fn main() -> io::Result<()> {
    io::stdout().write_all(generator::document().as_bytes())
}

//! What each stage of a validation takes: `cargo bench -p gatepost-benches`, or with
//! `-- validation/RS256` only some of it.

mod key_import;
mod reading;
mod refusal;
mod validation;

use criterion::{criterion_group, criterion_main};

criterion_group!(stages, reading::bench, refusal::bench, validation::bench, key_import::bench);
criterion_main!(stages);

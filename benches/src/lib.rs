//! What the benchmarks share: the tokens that they verify, how turns are timed, what was promised,
//! and the form of the results.
//!
//! * `stages/`: each stage of a validation on its own, with Criterion;
//! * `peers/`, `python/` and `c/`: whole validations beside other libraries, in turns. Each prints
//!   what it [measured](measured::Measured);
//! * `bin/render.rs` makes `results.json` of that, and from it `RESULTS.md` and `charts/`;
//! * `bin/instructions.rs` counts instructions, and compares them with `instructions.json`.

pub mod bars;
pub mod chart;
pub mod firmware;
pub mod instructions;
pub mod keys;
pub mod machine;
pub mod measured;
pub mod paths;
pub mod race;
pub mod report;
pub mod results;
pub mod sample;

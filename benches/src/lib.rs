//! What the benchmarks share: the tokens that they verify, and the form of their results.
//!
//! * `stages/`: each stage of a validation on its own, with Criterion;
//! * `peers/`: signatures and whole validations beside other libraries in one process, in a
//!   workspace of its own, because what it needs is heavy. It writes `results.json`;
//! * `RESULTS.md` is what [`report::render`] makes of `results.json`, and nothing else.

pub mod report;
pub mod results;
pub mod sample;

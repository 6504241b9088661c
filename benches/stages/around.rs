//! Everything but the signature: what every token takes, what is refused, and what is costly.
//!
//! The tokens that are refused are good tokens of somebody's: a stranger's costs no signature, and
//! that is what is shown here.

use criterion::{Criterion, Throughput};
use gatepost_benches::paths;
use gatepost_benches::sample::TOKENS;

use crate::bench_path;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("around");
    group.throughput(Throughput::Elements(1));
    for path in paths::around(TOKENS).into_iter().chain([paths::guard(TOKENS)]) {
        bench_path(&mut group, path.id, path);
    }
    group.finish();

    let mut group = criterion.benchmark_group("worst");
    for path in paths::worst_payloads() {
        bench_path(&mut group, path.id, path);
    }
}

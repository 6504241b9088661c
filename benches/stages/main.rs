//! What each stage of a validation takes: `cargo bench -p gatepost-benches`, or with
//! `-- validation/RS256` only some of it.

mod around;
mod key_import;
mod operation;
mod reading;
mod signature;
mod validation;

use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use gatepost_benches::race::{Runner, Subject};

criterion_group! {
    name = stages;
    // Ten minutes would be spent otherwise: there are some sixty of them.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = reading::bench, around::bench, signature::bench, validation::bench, key_import::bench,
        operation::bench
}
criterion_main!(stages);

/// Measures a path over its tokens in turn.
fn bench_path(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, path: Subject<'_>) {
    let Runner::Here(mut run) = path.runner else { return };
    let mut number = 0;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            run(number);
            number += 1;
        });
    });
}

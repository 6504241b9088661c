//! A token that is accepted, from its text to its claims, the clock included, with the key of a
//! server.

use criterion::{Criterion, Throughput};
use gatepost_benches::keys::hosted;
use gatepost_benches::paths::{self, kept};
use gatepost_benches::sample::{Kind, Sample, TOKENS};

use crate::bench_path;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validation");
    group.throughput(Throughput::Elements(1));
    for kind in Kind::ALL {
        let sample = kept(Sample::new(kind, TOKENS));
        bench_path(&mut group, kind.name(), paths::validation(sample, hosted()));
    }
}

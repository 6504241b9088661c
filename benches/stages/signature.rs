//! The signature alone, hash included, for each kind of signature and of key.

use criterion::{Criterion, Throughput};
use gatepost_benches::keys::{PORTABLE, PREPARED, hosted, hosted_portable};
use gatepost_benches::paths::{self, kept};
use gatepost_benches::sample::{Kind, Sample, TOKENS};

use crate::bench_path;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("signature");
    group.throughput(Throughput::Elements(1));
    for kind in Kind::ALL {
        let sample = kept(Sample::new(kind, TOKENS));
        let mut paths =
            vec![paths::signature(sample, PORTABLE), paths::signature(sample, hosted_portable())];
        if hosted().id == "ifma" {
            paths.push(paths::signature(sample, hosted()));
        }
        if kind == Kind::Es256 {
            paths.push(paths::signature(sample, PREPARED));
        }
        for path in paths {
            bench_path(&mut group, &format!("{}, {}", kind.name(), path.work), path);
        }
    }
}

//! A token that is accepted, from its text to its claims.

use criterion::{Criterion, Throughput};
use gatepost::limits;
use gatepost_benches::sample::{Kind, NOW, Sample, TOKENS, policy};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validation");
    group.throughput(Throughput::Elements(1));
    let policy = policy().expect("a policy");
    let mut memory = [0; limits::MEMORY];
    for kind in Kind::ALL {
        let sample = Sample::new(kind, TOKENS);
        let keys = sample.keys().expect("keys");
        let mut tokens = sample.tokens.iter().cycle();
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| {
                let token = tokens.next().expect("an endless cycle");
                let accepted = policy.validate(token, &keys, NOW, &mut memory).expect("accepted");
                accepted.expires_at()
            });
        });
    }
}

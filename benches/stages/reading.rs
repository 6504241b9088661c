//! The form of a token: base64url and JSON, no signature.

use core::hint::black_box;

use criterion::{Criterion, Throughput};
use gatepost::{UntrustedToken, limits};
use gatepost_benches::sample::{Kind, Sample, TOKENS};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reading");
    let mut memory = [0; limits::MEMORY];
    for kind in [Kind::Rs256Of2048Bits, Kind::Es256] {
        let sample = Sample::new(kind, TOKENS);
        let mut tokens = sample.tokens.iter().cycle();
        group.throughput(Throughput::Bytes(sample.tokens[0].len() as u64));
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| {
                let token = tokens.next().expect("an endless cycle");
                black_box(&UntrustedToken::parse(token, &mut memory).expect("well-formed"));
            });
        });
    }
}

//! The text of a token, stage by stage: all of it, base64url and JSON.

use core::hint::black_box;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use criterion::{Criterion, Throughput};
use gatepost::{UntrustedToken, internal, limits};
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

    let sample = Sample::new(Kind::Es256, TOKENS);
    let texts: Vec<_> = sample.tokens.iter().filter_map(|token| token.split('.').nth(1)).collect();
    let mut cycle = texts.iter().cycle();
    group.throughput(Throughput::Bytes(texts[0].len() as u64));
    group.bench_function("base64url", |bencher| {
        bencher.iter(|| {
            let text = cycle.next().expect("an endless cycle");
            internal::base64url(black_box(text.as_bytes()), &mut memory).expect("base64url");
        });
    });

    let payloads = sample.tokens.iter().map(|token| {
        let payload = token.split('.').nth(1).expect("three parts");
        Base64UrlUnpadded::decode_vec(payload).expect("base64url")
    });
    let payloads: Vec<_> = payloads.collect();
    let mut cycle = payloads.iter().cycle();
    group.throughput(Throughput::Bytes(payloads[0].len() as u64));
    group.bench_function("json", |bencher| {
        bencher.iter(|| {
            let payload = cycle.next().expect("an endless cycle");
            internal::json_object(black_box(payload), &mut memory).expect("well-formed");
        });
    });
}

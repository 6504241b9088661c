//! A key set, from its text to keys that verify.

use core::hint::black_box;

use criterion::Criterion;
use gatepost::KeySet;
use gatepost_benches::keys::PREPARED;
use gatepost_benches::paths;
use gatepost_benches::sample::{Kind, Sample};

use crate::bench_path;

const SET: usize = 10;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key_import");
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.algorithm().is_symmetric()) {
        let jwks = Sample::new(kind, 0).jwks();
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| {
                black_box(&KeySet::<1>::from_jwks(&jwks).expect("a set")).keys().iter().count()
            });
        });
    }
    let path = paths::key_import(&Sample::new(Kind::Es256, 0), PREPARED);
    bench_path(&mut group, "ES256, prepared", path);
    let jwk = Sample::new(Kind::Rs256Of2048Bits, 0).jwk;
    let keys: Vec<_> =
        (0..SET).map(|number| jwk.replace(r#""kid":""#, &format!(r#""kid":"{number}-"#))).collect();
    let jwks = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    assert_eq!(KeySet::<SET>::from_jwks(&jwks).expect("a set").keys().iter().count(), SET);
    group.bench_function("ten of RS256 2048", |bencher| {
        bencher.iter(|| {
            black_box(&KeySet::<SET>::from_jwks(&jwks).expect("a set")).keys().iter().count()
        });
    });
}

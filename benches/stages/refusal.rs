//! Tokens that are refused. All of these are good tokens of somebody's: a stranger's costs no
//! signature, and that is what is shown here.

use criterion::{Criterion, Throughput};
use gatepost::{Algorithm, KeySet, Keys, Policy, Reason, UnixTime, limits};
use gatepost_benches::sample::{AUDIENCE, Kind, NOW, Sample, TOKENS, TOO_LATE, policy};

pub(crate) fn bench(criterion: &mut Criterion) {
    let sample = Sample::new(Kind::Es256, TOKENS);
    let keys = sample.keys().expect("keys");
    let unknown: KeySet<1> =
        KeySet::from_jwks(sample.jwks().replace(r#""kid":""#, r#""kid":"other"#)).expect("keys");
    let policy = policy().expect("a policy");
    let rs256 = policy.with_algorithms(Algorithm::Rs256).expect("a policy");
    let stranger = Policy::new("https://other.example/", AUDIENCE).expect("a policy");
    let elsewhere = Policy::new(gatepost_benches::sample::ISSUER, "https://other.example/mcp")
        .expect("a policy");

    let refusals = [
        (Reason::AlgorithmNotAllowed, rs256, keys.keys(), NOW),
        (Reason::IssuerMismatch, stranger, keys.keys(), NOW),
        (Reason::KeyNotFound, policy, unknown.keys(), NOW),
        (Reason::Expired, policy, keys.keys(), TOO_LATE),
        (Reason::AudienceMismatch, elsewhere, keys.keys(), NOW),
    ];
    let mut group = criterion.benchmark_group("refusal");
    group.throughput(Throughput::Elements(1));
    for (reason, policy, keys, now) in refusals {
        let mut refuse = refuser(&sample, policy, keys, now);
        assert_eq!(refuse(), reason, "something else is measured");
        group.bench_function(reason.name(), |bencher| bencher.iter(&mut refuse));
    }
}

/// Refuses the tokens in turn.
fn refuser<'a>(
    sample: &'a Sample,
    policy: Policy<'a>,
    keys: Keys<'a>,
    now: UnixTime,
) -> impl FnMut() -> Reason + 'a {
    let mut tokens = sample.tokens.iter().cycle();
    let mut memory = [0; limits::MEMORY];
    move || {
        let token = tokens.next().expect("an endless cycle");
        policy.validate(token, keys, now, &mut memory).expect_err("refused")
    }
}

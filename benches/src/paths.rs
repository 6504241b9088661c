//! What gatepost does with a token, path by path: timed beside others, stage by stage, and counted
//! in instructions.

#![expect(
    clippy::missing_panics_doc,
    reason = "all of them panic where a verdict is another one than the path's name says"
)]

mod guard;
mod operation;

use core::hint::black_box;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use gatepost::{
    Algorithm, FixedTokenCache, ImportOptions, Issuers, KeySlot, Keys, ParsedKey, Policy, Reason,
    TokenCache, UnixTime, UntrustedToken, VerifyingKey, limits, load,
};
use gatepost_hosted::SharedTokenCache;

pub use guard::guard;
pub use operation::{OPERATION_BODY, operation_bodies, operations};

use crate::keys::{KeyKind, Make};
use crate::race::{Runner, Subject};
use crate::sample::{AUDIENCE, Fleet, ISSUER, Kind, NOW, Sample, TOO_LATE, policy, worst};

/// Keeps what the paths borrow until the program ends: a benchmark sets up each of them once.
pub fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// What a thread does over and over: handles the token with this number, counted round and round.
pub type Worker = Box<dyn FnMut(usize)>;

/// Whole validations, the system's clock included: everything that the other libraries do, too.
pub fn validation<K: VerifyingKey + Sync + 'static>(
    sample: &'static Sample,
    kind: KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason>>,
) -> Subject<'static> {
    let (id, name) = (kind.id, kind.name);
    subject(id, name, validating(sample, kind)())
}

/// The same for several threads, which share the keys.
pub fn validating<K: VerifyingKey + Sync + 'static>(
    sample: &'static Sample,
    kind: KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason>>,
) -> Box<dyn Fn() -> Worker + Sync> {
    let (policy, keys) = (policy().expect("a policy"), keys(&sample.jwks(), &kind));
    Box::new(move || {
        let mut memory = [0; limits::MEMORY];
        Box::new(move |number| {
            let token = round_robin(&sample.tokens, number);
            black_box(policy.validate(token, keys, clock(), &mut memory).expect("accepted"));
        })
    })
}

/// Tokens of another issuer, for several threads.
#[must_use]
pub fn refusing(sample: &'static Sample) -> Box<dyn Fn() -> Worker + Sync> {
    let stranger = Policy::new("https://other.example/", AUDIENCE).expect("a policy");
    let keys = keys(&sample.jwks(), &ACCEPTING);
    Box::new(move || {
        let expected = Some(Reason::IssuerMismatch);
        Box::new(judging(sample, stranger, keys, NOW, expected))
    })
}

/// Tokens that were seen before, for several threads, which share the cache.
#[must_use]
pub fn remembering(sample: &'static Sample) -> Box<dyn Fn() -> Worker + Sync> {
    let policy = policy().expect("a policy");
    let cache: &'static SharedTokenCache = kept(SharedTokenCache::new(PLACES));
    let keys = keys(&sample.jwks(), &counting(sample)).remembering(cache);
    (0..sample.tokens.len()).for_each(recalling(sample, policy, keys));
    Box::new(move || Box::new(recalling(sample, policy, keys)))
}

/// Loading a key set of one key, prepared.
pub fn key_import<K: VerifyingKey + 'static>(
    sample: &Sample,
    kind: KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason> + 'static>,
) -> Subject<'static> {
    let jwks = sample.jwks();
    let mut slots = [const { None }];
    subject(kind.id, kind.name, move |_| {
        load(jwks.as_bytes(), ImportOptions::default(), &mut slots, &kind.make, |_| ())
            .expect("a good key");
        black_box(&slots);
    })
}

/// The signature alone, hash included.
pub fn signature<K: VerifyingKey + 'static>(
    sample: &'static Sample,
    kind: KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason>>,
) -> Subject<'static> {
    let algorithm = sample.kind.algorithm();
    let signed = sample.signed_parts();
    let keys = keys(&sample.jwks(), &kind);
    let key = keys.iter().next().expect("one key").key();
    subject(kind.id, kind.name, move |number| {
        let (message, signature) = round_robin(&signed, number);
        key.verify(algorithm, message, None, signature).expect("a good signature");
    })
}

/// Validations by one of several issuers.
pub fn issuers<K: VerifyingKey + 'static>(
    fleet: &'static Fleet,
    kind: KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason>>,
) -> Subject<'static> {
    let entries = fleet
        .issuers
        .iter()
        .map(|(name, jwks)| (Policy::new(name, AUDIENCE).expect("a policy"), keys(jwks, &kind)));
    let entries: &'static [_] = kept(entries.collect::<Vec<_>>());
    let issuers = Issuers::new(entries).expect("different issuers");
    let mut memory = [0; limits::MEMORY];
    subject(kind.id, kind.name, move |number| {
        let token = round_robin(&fleet.tokens, number);
        black_box(issuers.validate(token, NOW, &mut memory).expect("accepted"));
    })
}

/// What is done to a token beside its signature, and what is refused before it, over so many
/// tokens.
#[must_use]
pub fn around(tokens: usize) -> Vec<Subject<'static>> {
    let sample = kept(Sample::new(Kind::Es256, tokens));
    let policy = policy().expect("a policy");
    let accepting = keys(&sample.jwks(), &ACCEPTING);
    let unknown = keys(&sample.jwks().replace(r#""kid":""#, r#""kid":"other"#), &ACCEPTING);
    let rs256 = policy.with_algorithms(Algorithm::Rs256).expect("a policy");
    let stranger = Policy::new("https://other.example/", AUDIENCE).expect("a policy");
    let elsewhere = Policy::new(ISSUER, "https://other.example/mcp").expect("a policy");

    let all = "everything but hash and signature";
    let expired = "refused: expired, after hash and signature, which are not counted";
    let audience = "refused: audience, the same";
    let refused = |id, work, judge, reason| judged(id, work, sample, judge, Some(reason));
    vec![
        reading(sample),
        judged("all", all, sample, (policy, accepting, NOW), None),
        seen_before(sample, policy),
        refused(
            "algorithm",
            "refused: algorithm",
            (rs256, accepting, NOW),
            Reason::AlgorithmNotAllowed,
        ),
        refused("key", "refused: key", (policy, unknown, NOW), Reason::KeyNotFound),
        refused("issuer", "refused: issuer", (stranger, accepting, NOW), Reason::IssuerMismatch),
        refused("expired", expired, (policy, accepting, TOO_LATE), Reason::Expired),
        refused("audience", audience, (elsewhere, accepting, NOW), Reason::AudienceMismatch),
    ]
}

/// The most costly payloads, everything but hash and signature.
#[must_use]
pub fn worst_payloads() -> Vec<Subject<'static>> {
    let one = |worst: crate::sample::Worst| {
        let sample = kept(Sample::of_payload(Kind::Es256, &worst.payload));
        let judge = (policy().expect("a policy"), keys(&sample.jwks(), &ACCEPTING), NOW);
        judged(worst.id, worst.work, sample, judge, None)
    };
    worst().into_iter().map(one).collect()
}

/// The form of a token: base64url and JSON.
fn reading(sample: &'static Sample) -> Subject<'static> {
    let mut memory = [0; limits::MEMORY];
    subject("reading", "the form alone", move |number| {
        let token = round_robin(&sample.tokens, number);
        black_box(&UntrustedToken::parse(token, &mut memory).expect("well-formed"));
    })
}

/// Places of a cache: so many that no two of the tokens are in each other's way.
const PLACES: usize = 4096;

/// Tokens whose signature was found good before: the whole token is hashed and found in the cache,
/// and the claims are checked again.
fn seen_before(sample: &'static Sample, policy: Policy<'static>) -> Subject<'static> {
    let cache: &'static FixedTokenCache<PLACES> = kept(FixedTokenCache::new());
    let keys = keys(&sample.jwks(), &counting(sample)).remembering(cache);
    let mut run = recalling(sample, policy, keys);
    (0..sample.tokens.len()).for_each(&mut run);
    subject("seen", "seen before, claims checked again", run)
}

/// Validations with keys that have a cache; each must be accepted.
fn recalling<C: TokenCache + Copy + 'static>(
    sample: &'static Sample,
    policy: Policy<'static>,
    keys: Keys<'static, CountingKey, C>,
) -> impl FnMut(usize) + 'static {
    let mut memory = [0; limits::MEMORY];
    move |number| {
        let token = round_robin(&sample.tokens, number);
        black_box(policy.validate(token, keys, NOW, &mut memory).expect("in the cache"));
    }
}

/// Validations at a fixed time that have to end as `expected`.
fn judged(
    id: &'static str,
    work: &'static str,
    sample: &'static Sample,
    (policy, keys, now): Judged,
    expected: Option<Reason>,
) -> Subject<'static> {
    subject(id, work, judging(sample, policy, keys, now, expected))
}

/// What a token is judged by.
type Judged = (Policy<'static>, Keys<'static, AcceptingKey>, UnixTime);

fn judging(
    sample: &'static Sample,
    policy: Policy<'static>,
    keys: Keys<'static, AcceptingKey>,
    now: UnixTime,
    expected: Option<Reason>,
) -> impl FnMut(usize) + 'static {
    let mut memory = [0; limits::MEMORY];
    move |number| {
        let token = round_robin(&sample.tokens, number);
        let verdict = policy.validate(token, keys, now, &mut memory);
        assert_eq!(black_box(&verdict).as_ref().err().copied(), expected, "another path");
    }
}

/// A key that hashes nothing and takes every signature: what is left is everything else.
#[derive(Clone, Copy, Debug)]
struct AcceptingKey;

const ACCEPTING: KeyKind<Make<AcceptingKey>> =
    KeyKind { id: "accepting", name: "no hash and no signature", make: |_| Ok(AcceptingKey) };

impl VerifyingKey for AcceptingKey {
    fn verify(
        &self,
        _algorithm: Algorithm,
        _message: &[u8],
        _prehash: Option<&[u8]>,
        _signature: &[u8],
    ) -> Result<(), Reason> {
        Ok(())
    }
}

/// A key that takes so many signatures, and no more: what is accepted then was in a cache.
#[derive(Debug)]
struct CountingKey(AtomicUsize);

/// One that takes each token of the sample once.
fn counting(sample: &Sample) -> KeyKind<impl Fn(&ParsedKey<'_>) -> Result<CountingKey, Reason>> {
    let tokens = sample.tokens.len();
    KeyKind {
        id: "counting",
        name: "takes each token once",
        make: move |_: &ParsedKey<'_>| Ok(CountingKey(AtomicUsize::new(tokens))),
    }
}

impl VerifyingKey for CountingKey {
    fn verify(
        &self,
        _algorithm: Algorithm,
        _message: &[u8],
        _prehash: Option<&[u8]>,
        _signature: &[u8],
    ) -> Result<(), Reason> {
        let one_less = |left: usize| left.checked_sub(1);
        self.0.fetch_update(Relaxed, Relaxed, one_less).map_err(|_| Reason::InvalidSignature)?;
        Ok(())
    }
}

fn subject(
    id: &'static str,
    work: &'static str,
    run: impl FnMut(usize) + 'static,
) -> Subject<'static> {
    Subject { id, subject: "gatepost", work, runner: Runner::Here(Box::new(run)) }
}

fn keys<K: VerifyingKey + 'static>(
    jwks: &str,
    kind: &KeyKind<impl Fn(&ParsedKey<'_>) -> Result<K, Reason>>,
) -> Keys<'static, K> {
    let mut slots: Vec<Option<KeySlot<K>>> =
        (0..jwks.matches(r#""kty""#).count()).map(|_| None).collect();
    let mut options = ImportOptions::default();
    options.symmetric = jwks.contains(r#""oct""#);
    let make = |key: &ParsedKey<'_>| (kind.make)(key);
    load(jwks.as_bytes(), options, &mut slots, make, |_| ()).expect("good keys");
    Keys::from(&kept(slots)[..])
}

/// The value with this number, counted round and round.
pub fn round_robin<T>(values: &[T], number: usize) -> &T {
    &values[number % values.len()]
}

fn clock() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    UnixTime::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{PORTABLE, PREPARED, hosted, hosted_portable};

    fn run(subject: &mut Subject<'_>) {
        match &mut subject.runner {
            Runner::Here(run) => (0..3).for_each(run),
            Runner::Elsewhere(_) => panic!("in this process"),
        }
    }

    /// A path panics where the verdict is another one than its name says.
    #[test]
    fn every_path_ends_as_its_name_says() {
        let sample = kept(Sample::new(Kind::Es256, 2));
        let fleet = kept(Fleet::new(Kind::Es256, 2));
        run(&mut validation(sample, PORTABLE));
        run(&mut validation(sample, hosted()));
        run(&mut validation(sample, hosted_portable()));
        run(&mut signature(sample, PREPARED));
        run(&mut issuers(fleet, PORTABLE));
        run(&mut key_import(sample, PREPARED));
        run(&mut guard(2));
        around(2).iter_mut().chain(&mut worst_payloads()).for_each(run);
        operations().iter_mut().for_each(run);
    }
}

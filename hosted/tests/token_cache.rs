//! A cache that threads share changes what a validation costs, and never what it says.

#[path = "../../core/tests/common/mod.rs"]
mod common;

use std::sync::Barrier;
use std::thread;

use common::traffic::{Seen, Traffic, Watched};
use gatepost::VerifyingKey;
use gatepost_hosted::{HostedKey, SharedTokenCache};

#[test]
fn random_requests_have_the_verdicts_that_they_have_without_a_cache() {
    judge(&Traffic::new(HostedKey::new));
}

#[cfg(any(feature = "aws-lc", feature = "aws-lc-fips"))]
#[test]
fn random_requests_have_them_with_aws_lc_too() {
    judge(&Traffic::new(gatepost_hosted::AwsLcKey::new));
}

/// Each thread has a clock of its own, and learns on its own that a key was replaced: what one
/// remembers, others ask for with the keys, at the times and with the policies that are theirs.
#[test]
fn threads_with_other_clocks_and_keys_have_them_too() {
    const THREADS: u64 = 8;
    let traffic = Traffic::new(HostedKey::new);
    let (small, large) = caches();
    let start = Barrier::new(THREADS as usize);
    let run = |seed| {
        let caches = [&small, &large].map(|cache| Watched::new(cache));
        start.wait();
        let seen = traffic.judge(seed, 6000, &caches);
        // Nobody can know who of them will be first, and learn most.
        caches.iter().for_each(|cache| cache.require_use(40, 3));
        (seen, caches.map(|cache| cache.hits_of_others()))
    };
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|seed| scope.spawn(move || run(seed))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let of_others = results.iter().map(|(_, hits)| *hits);
    let of_others = of_others.reduce(|a, b| [a[0] + b[0], a[1] + b[1]]).unwrap();
    assert!(of_others.iter().all(|hits| *hits > 30), "{of_others:?}");
    let seen = results.into_iter().map(|(seen, _)| seen).reduce(Seen::and).unwrap();
    seen.require_variety(200);
}

fn judge<K: VerifyingKey>(traffic: &Traffic<K>) {
    let (small, large) = caches();
    let caches = [&small, &large].map(|cache| Watched::new(cache));
    traffic.judge(11, 8000, &caches).require_variety(150);
    for cache in &caches {
        cache.require_use(130, 30);
    }
}

/// One of a single part, whose places are fought for, and one that has room for all.
fn caches() -> (SharedTokenCache, SharedTokenCache) {
    (SharedTokenCache::new(1), SharedTokenCache::new(1000))
}

//! The state machine of key fetches: floods, cold starts, outages, clocks, and random sequences
//! beside a model that knows nothing but the history.

use gatepost::oauth::{CacheHeaders, FetchId, KeyChange, KeyRefresh, RefreshAction};
use gatepost::{Reason, UnixTime, limits};

use crate::common::random::Random;

const NOT_FOUND: RefreshAction = RefreshAction::Refuse(Reason::KeyNotFound);
const UNAVAILABLE: RefreshAction = RefreshAction::Refuse(Reason::KeysUnavailable);

const fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

fn max_age(value: &str) -> CacheHeaders<'_> {
    CacheHeaders::new([value.as_bytes()], None)
}

fn fetch(action: RefreshAction) -> FetchId {
    match action {
        RefreshAction::Fetch(id) => id,
        action => panic!("no fetch: {action:?}"),
    }
}

/// A state with keys that were fetched at `time` and are fresh for an hour.
fn with_keys(time: u64) -> KeyRefresh {
    let mut refresh = KeyRefresh::new();
    let id = fetch(refresh.before_validation(at(time)));
    let headers = CacheHeaders::new([], Some(b"\"1\""));
    assert_eq!(refresh.fetched(id, at(time), b"one", headers), KeyChange::Changed);
    refresh
}

#[test]
fn ten_thousand_unknown_keys_cause_at_most_one_fetch_a_cooldown_while_the_issuer_fails() {
    for (mut refresh, is_cold) in [(with_keys(1000), false), (KeyRefresh::new(), true)] {
        let (first, mut fetches, mut last) = (2000, 0, None);
        for request in 0..10_000 {
            // A hundred requests in a second, for a hundred seconds.
            let now = at(first + request / 100);
            let action = match refresh.before_validation(now) {
                RefreshAction::UseKeys | RefreshAction::UseStale => refresh.unknown_key(1, now),
                action => action,
            };
            match action {
                RefreshAction::Fetch(id) => {
                    fetches += 1;
                    if let Some(last) = last {
                        assert!(now.as_secs() - last >= u64::from(limits::DEFAULT_FETCH_COOLDOWN));
                    }
                    last = Some(now.as_secs());
                    refresh.failed(id, now);
                }
                action => assert_eq!(action, UNAVAILABLE),
            }
            assert_eq!(refresh.has_keys(now), !is_cold);
        }
        assert_eq!(fetches, 4, "at 0, 30, 60 and 90 seconds");
    }
}

#[test]
fn ten_thousand_unknown_keys_cause_one_fetch_a_cooldown_while_the_issuer_answers() {
    let mut refresh = with_keys(1000);
    let mut fetches = 0;
    for request in 0..10_000 {
        let now = at(2000 + request / 100);
        assert_eq!(refresh.before_validation(now), RefreshAction::UseKeys);
        match refresh.unknown_key(1, now) {
            RefreshAction::Fetch(id) => {
                fetches += 1;
                let change = refresh.fetched(id, now, b"one", CacheHeaders::default());
                assert_eq!(change, KeyChange::Unchanged);
            }
            action => assert_eq!(action, NOT_FOUND),
        }
    }
    assert_eq!(fetches, 4);
}

#[test]
fn two_hundred_requests_that_arrive_cold_cause_one_fetch() {
    let mut refresh = KeyRefresh::new();
    // Their clocks differ by a second, and not all come in the order in which they looked.
    let mut actions: Vec<_> =
        (0..200).map(|request| refresh.before_validation(at(1000 + request % 2))).collect();
    let id = fetch(actions.remove(0));
    assert!(actions.iter().all(|action| matches!(action, RefreshAction::Wait { .. })));
    assert_eq!(refresh.fetched(id, at(1002), b"one", CacheHeaders::default()), KeyChange::Changed);
    for _ in 0..200 {
        assert_eq!(refresh.before_validation(at(1002)), RefreshAction::UseKeys);
    }
}

#[test]
fn an_unknown_key_gets_its_reason_from_the_last_fetch() {
    let mut refresh = with_keys(1000);
    let id = fetch(refresh.unknown_key(1, at(1100)));
    assert_eq!(refresh.unknown_key(1, at(1100)), RefreshAction::Wait { until: at(1110) });
    refresh.failed(id, at(1101));
    assert_eq!(refresh.unknown_key(1, at(1130)), UNAVAILABLE);
    assert_eq!(refresh.next_fetch_at(), Some(at(1131)));
    // Known keys go on being used: they are fresh.
    assert_eq!(refresh.before_validation(at(1130)), RefreshAction::UseKeys);

    let id = fetch(refresh.unknown_key(1, at(1131)));
    let headers = CacheHeaders::default();
    assert_eq!(refresh.not_modified(id, at(1132), headers), KeyChange::Unchanged);
    assert_eq!(refresh.unknown_key(1, at(1161)), NOT_FOUND);
    fetch(refresh.unknown_key(1, at(1162)));
}

#[test]
fn a_rotation_is_noticed_by_all() {
    let mut refresh = with_keys(1000);
    assert_eq!(refresh.generation(), 1);
    let id = fetch(refresh.unknown_key(1, at(1100)));
    let headers = CacheHeaders::new([], Some(b"\"2\""));
    assert_eq!(refresh.fetched(id, at(1101), b"two", headers), KeyChange::Changed);
    assert_eq!((refresh.generation(), refresh.entity_tag()), (2, Some(&b"\"2\""[..])));
    // Another request was validated with the old keys meanwhile: it is not refused for it.
    assert_eq!(refresh.unknown_key(1, at(1101)), RefreshAction::UseKeys);
    assert_eq!(refresh.unknown_key(2, at(1101)), NOT_FOUND);
    // Without a tag the next fetch has nothing to compare with.
    let id = fetch(refresh.unknown_key(2, at(1200)));
    assert_eq!(refresh.fetched(id, at(1200), b"two", max_age("")), KeyChange::Unchanged);
    assert_eq!((refresh.generation(), refresh.entity_tag()), (2, None));
    let id = fetch(refresh.unknown_key(2, at(1300)));
    assert_eq!(refresh.not_modified(id, at(1300), max_age("")), KeyChange::Ignored);
    assert_eq!(refresh.unknown_key(2, at(1300)), UNAVAILABLE);
}

#[test]
fn lifetimes_are_the_issuers_within_limits() {
    for (header, lifetime) in [
        ("max-age=600", 600),
        ("max-age=15", 300),
        ("no-store", 300),
        ("max-age=100000", 3600),
        ("public", 3600),
    ] {
        let mut refresh = KeyRefresh::new();
        let id = fetch(refresh.before_validation(at(1000)));
        assert_eq!(refresh.fetched(id, at(1005), b"", max_age(header)), KeyChange::Changed);
        // From when they were asked for: they may have changed while the answer was on its way.
        let last = 1000 + lifetime - 1;
        assert_eq!(refresh.before_validation(at(last)), RefreshAction::UseKeys, "{header}");
        let id = fetch(refresh.before_validation(at(last + 1)));
        // While one request fetches, the others use what there is.
        assert_eq!(refresh.before_validation(at(last + 1)), RefreshAction::UseStale);
        assert_eq!(refresh.fetched(id, at(last + 2), b"", max_age(header)), KeyChange::Unchanged);
        assert_eq!(refresh.before_validation(at(last + 2)), RefreshAction::UseKeys);
    }
}

#[test]
fn what_a_cache_has_kept_is_fresh_for_less() {
    let aged = |max_age, age| {
        let headers = CacheHeaders::new([str::as_bytes(max_age)], Some(b"\"1\""));
        headers.with_age([str::as_bytes(age)])
    };
    for (max_age, age, lifetime, usable) in [
        ("max-age=3000", "0", 3000, 86_400),
        ("max-age=3000", "1000", 2000, 85_400),
        ("max-age=3000", "2700", 300, 83_700),
        // Not below the least: it would be fetched for nearly every request.
        ("max-age=3000", "2999", 300, 83_401),
        ("max-age=100000", "3000", 600, 83_400),
        ("public", "3000", 600, 83_400),
        ("public", "86000", 300, 400),
        ("max-age=604800", "86200", 300, 300),
        ("max-age=604800", "604799", 300, 300),
        ("max-age=604800", "99999999999", 300, 300),
        ("max-age=3000", "-1", 3000, 86_400),
    ] {
        let headers = aged(max_age, age);
        let mut refresh = KeyRefresh::new();
        let id = fetch(refresh.before_validation(at(1000)));
        assert_eq!(refresh.fetched(id, at(1002), b"one", headers), KeyChange::Changed);
        // The answer that they are still the same may be as old.
        for since in [1000, 2000] {
            if since == 2000 {
                let id = fetch(refresh.unknown_key(1, at(since)));
                let change = refresh.not_modified(id, at(since + 2), headers);
                assert_eq!(change, KeyChange::Unchanged);
            }
            let is_fresh = |seconds| {
                let action = refresh.clone().before_validation(at(since + seconds));
                action == RefreshAction::UseKeys
            };
            assert!(is_fresh(lifetime - 1) && !is_fresh(lifetime), "{max_age}, {age}");
            let is_usable = |seconds| refresh.has_keys(at(since + seconds));
            assert!(is_usable(usable - 1) && !is_usable(usable), "{max_age}, {age}");
        }
    }
}

#[test]
fn a_report_that_comes_a_day_late_brings_no_keys_to_use() {
    let mut refresh = KeyRefresh::new();
    let late = fetch(refresh.before_validation(at(1000)));
    assert_eq!(refresh.before_validation(at(1010)), UNAVAILABLE);
    // What it brings the issuer may have withdrawn 25 hours ago.
    assert_eq!(refresh.fetched(late, at(91_000), b"old", max_age("")), KeyChange::Changed);
    assert!(!refresh.has_keys(at(91_000)));
    assert_eq!(refresh.before_validation(at(91_000)), UNAVAILABLE);
    assert_eq!(refresh.unknown_key(0, at(91_000)), UNAVAILABLE);
    fetch(refresh.before_validation(at(91_030)));

    // Two hours: no longer fresh, but better than none.
    let mut refresh = KeyRefresh::new();
    let late = fetch(refresh.before_validation(at(1000)));
    assert_eq!(refresh.fetched(late, at(8200), b"old", max_age("")), KeyChange::Changed);
    assert_eq!(refresh.before_validation(at(8200)), RefreshAction::UseStale);
    fetch(refresh.before_validation(at(8230)));
}

#[test]
fn old_keys_are_used_while_the_issuer_is_down_but_not_for_ever() {
    let mut refresh = with_keys(1000);
    let mut fetches = 0;
    for now in 4600..1000 + 86_400 {
        match refresh.before_validation(at(now)) {
            RefreshAction::Fetch(id) => {
                fetches += 1;
                refresh.failed(id, at(now));
            }
            action => assert_eq!(action, RefreshAction::UseStale, "{now}"),
        }
    }
    assert_eq!(fetches, (86_400 - 3600) / 30);
    let mut refused = 0;
    for now in 1000 + 86_400..1000 + 86_500 {
        match refresh.before_validation(at(now)) {
            RefreshAction::Fetch(id) => refresh.failed(id, at(now)),
            action => {
                assert_eq!(action, UNAVAILABLE);
                refused += 1;
            }
        }
    }
    assert!(refused > 90);
}

#[test]
fn a_fetch_that_never_reports_back_blocks_for_its_time_alone() {
    let mut refresh = KeyRefresh::new().with_cooldown(5).unwrap();
    let lost = fetch(refresh.before_validation(at(1000)));
    assert_eq!(refresh.before_validation(at(1009)), RefreshAction::Wait { until: at(1010) });
    let next = fetch(refresh.before_validation(at(1010)));
    assert_ne!(lost, next);
    // What the lost one brings at last may be older than what the next one does.
    assert_eq!(refresh.fetched(lost, at(1011), b"old", max_age("")), KeyChange::Ignored);
    refresh.failed(lost, at(1011));
    assert_eq!(refresh.fetched(next, at(1012), b"new", max_age("")), KeyChange::Changed);
    // Nor does a report count twice.
    assert_eq!(refresh.fetched(next, at(1013), b"two", max_age("")), KeyChange::Ignored);

    // Late, but no other has followed: better late than never.
    let mut refresh = KeyRefresh::new();
    let late = fetch(refresh.before_validation(at(1000)));
    assert_eq!(refresh.before_validation(at(1020)), UNAVAILABLE);
    assert_eq!(refresh.fetched(late, at(1021), b"late", max_age("")), KeyChange::Changed);
    assert_eq!(refresh.before_validation(at(1021)), RefreshAction::UseKeys);
}

#[test]
fn a_set_that_is_too_large_is_a_fetch_that_failed() {
    let mut refresh = KeyRefresh::new();
    let id = fetch(refresh.before_validation(at(1000)));
    let large = vec![b' '; limits::MAX_JWK_SET_LEN + 1];
    assert_eq!(refresh.fetched(id, at(1000), &large, max_age("")), KeyChange::Ignored);
    assert_eq!(refresh.before_validation(at(1000)), UNAVAILABLE);
    let id = fetch(refresh.before_validation(at(1030)));
    let largest = &large[..limits::MAX_JWK_SET_LEN];
    assert_eq!(refresh.fetched(id, at(1030), largest, max_age("")), KeyChange::Changed);
}

#[test]
fn an_entity_tag_of_the_largest_size_is_remembered_and_a_larger_one_is_not() {
    for (len, is_kept) in
        [(limits::MAX_ENTITY_TAG_LEN, true), (limits::MAX_ENTITY_TAG_LEN + 1, false)]
    {
        let mut refresh = KeyRefresh::new();
        let id = fetch(refresh.before_validation(at(1000)));
        let tag = format!("\"{}\"", "x".repeat(len - 2));
        let headers = CacheHeaders::new([], Some(tag.as_bytes()));
        assert_eq!(refresh.fetched(id, at(1000), b"one", headers), KeyChange::Changed);
        assert_eq!(refresh.entity_tag(), is_kept.then_some(tag.as_bytes()));
    }
}

#[test]
fn a_clock_that_is_set_back_blocks_nothing_and_floods_nobody() {
    let mut refresh = with_keys(1_000_000);
    // A day back: the keys count as just fetched, for one lifetime more.
    assert_eq!(refresh.before_validation(at(913_600)), RefreshAction::UseKeys);
    assert_eq!(refresh.unknown_key(1, at(913_600)), NOT_FOUND);
    let id = fetch(refresh.unknown_key(1, at(913_630)));
    refresh.failed(id, at(913_630));
    fetch(refresh.before_validation(at(913_600 + 3600)));
    // Back again, while a fetch runs: it is given up as late as once more.
    assert_eq!(refresh.unknown_key(1, at(500)), RefreshAction::Wait { until: at(510) });
    assert_eq!(refresh.unknown_key(1, at(510)), UNAVAILABLE);
    fetch(refresh.unknown_key(1, at(530)));
    // And to the end of time, where nothing overflows.
    fetch(refresh.before_validation(at(u64::MAX)));
}

#[test]
fn settings_have_their_limits() {
    let new = KeyRefresh::new;
    let longest = limits::MAX_KEY_LIFETIME;
    assert!(new().with_lifetime(300, longest).is_ok());
    assert!(new().with_lifetime(300, 300).is_ok());
    for (least, most) in [(299, 600), (600, 599), (300, longest + 1)] {
        assert_eq!(new().with_lifetime(least, most).unwrap_err(), Reason::Misuse);
    }
    assert!(new().with_maximum_age(limits::MAX_KEY_AGE).is_ok());
    assert!(new().with_maximum_age(3600).is_ok());
    assert_eq!(new().with_maximum_age(3599).unwrap_err(), Reason::Misuse);
    assert_eq!(new().with_maximum_age(limits::MAX_KEY_AGE + 1).unwrap_err(), Reason::Misuse);
    let short = new().with_maximum_age(7200).unwrap();
    assert_eq!(short.with_lifetime(300, 7201).unwrap_err(), Reason::Misuse);
    assert!(new().with_cooldown(1).and_then(|new| new.with_cooldown(300)).is_ok());
    assert_eq!(new().with_cooldown(0).unwrap_err(), Reason::Misuse);
    assert_eq!(new().with_cooldown(301).unwrap_err(), Reason::Misuse);
    assert!(new().with_timeout(limits::MAX_FETCH_TIMEOUT).is_ok());
    assert_eq!(new().with_timeout(0).unwrap_err(), Reason::Misuse);
    assert_eq!(new().with_timeout(limits::MAX_FETCH_TIMEOUT + 1).unwrap_err(), Reason::Misuse);
}

/// What has happened, in its order. The clock of the model never goes back.
#[derive(Default)]
struct History {
    fetches: Vec<(FetchId, Start, Option<End>)>,
}

type Start = u64;

#[derive(Clone, Copy)]
struct End {
    at: u64,
    /// For how long the keys that it brought are fresh, and usable, from the start of the fetch, if
    /// it brought any.
    lifetimes: Option<(u64, u64)>,
}

const COOLDOWN: u64 = 20;
const TIMEOUT: u64 = 12;
const AGE: u64 = 1000;

impl History {
    /// Until when the keys that were last brought are fresh, and usable.
    fn keys(&self) -> Option<(u64, u64)> {
        self.fetches.iter().rev().find_map(|(_, start, end)| {
            let (fresh, usable) = end.as_ref()?.lifetimes?;
            Some((start + fresh, start + usable))
        })
    }

    /// What the rules make of the history: `None` is a fetch.
    fn expected(&self, is_about_an_unknown_key: bool, now: u64) -> Option<RefreshAction> {
        let keys = self.keys();
        let is_fresh = keys.is_some_and(|(fresh, _)| now < fresh);
        let is_usable = keys.is_some_and(|(_, usable)| now < usable);
        if is_fresh && !is_about_an_unknown_key {
            return Some(RefreshAction::UseKeys);
        }
        let instead = |action| match is_usable && !is_about_an_unknown_key {
            true => RefreshAction::UseStale,
            false => action,
        };
        match self.fetches.last() {
            Some((_, start, None)) if now < start + TIMEOUT => {
                Some(instead(RefreshAction::Wait { until: at(start + TIMEOUT) }))
            }
            Some((_, start, None)) if now < start + COOLDOWN => Some(instead(UNAVAILABLE)),
            Some((_, _, Some(End { at, lifetimes }))) if now < at + COOLDOWN => {
                let has_answered = lifetimes.is_some() && is_usable;
                Some(instead(if has_answered { NOT_FOUND } else { UNAVAILABLE }))
            }
            _ => None,
        }
    }
}

#[test]
fn random_sequences_do_what_the_history_says() {
    let random = &mut Random(17);
    let mut seen = [0_u32; 6];
    for _ in 0..500 {
        let mut refresh = KeyRefresh::new()
            .with_cooldown(COOLDOWN as u32)
            .and_then(|refresh| refresh.with_timeout(TIMEOUT as u32))
            .and_then(|refresh| refresh.with_lifetime(300, 500))
            .and_then(|refresh| refresh.with_maximum_age(AGE as u32))
            .unwrap();
        let (mut history, mut now) = (History::default(), 10_000);
        for _ in 0..300 {
            now += *random.choose(&[0, 0, 1, 3, 7, 15, 40, 250]) as u64;
            if random.below(3) > 0 {
                let is_about_an_unknown_key = random.below(2) == 0;
                let action = match is_about_an_unknown_key {
                    true => refresh.unknown_key(refresh.generation(), at(now)),
                    false => refresh.before_validation(at(now)),
                };
                match (history.expected(is_about_an_unknown_key, now), action) {
                    (None, RefreshAction::Fetch(id)) => {
                        history.fetches.push((id, now, None));
                        seen[0] += 1;
                    }
                    (expected, action) => assert_eq!(expected, Some(action)),
                }
                match action {
                    RefreshAction::UseStale => seen[1] += 1,
                    RefreshAction::Wait { .. } => seen[2] += 1,
                    NOT_FOUND => seen[3] += 1,
                    UNAVAILABLE => seen[4] += 1,
                    _ => {}
                }
                continue;
            }
            // Some fetch reports, the last one or one before it, perhaps once more.
            if history.fetches.is_empty() {
                continue;
            }
            let back = random.below(2).min(history.fetches.len() - 1);
            let index = history.fetches.len() - 1 - back;
            let (id, start, end) = history.fetches[index];
            let counts = back == 0 && end.is_none();
            if random.below(2) == 0 {
                refresh.failed(id, at(now));
                if counts {
                    history.fetches[index].2 = Some(End { at: now, lifetimes: None });
                }
            } else {
                let lifetime = 300 + random.below(250) as u64;
                let age = random.below(2) as u64 * random.below(1200) as u64;
                let (header, age_header) = (format!("max-age={lifetime}"), age.to_string());
                let headers = max_age(&header).with_age([age_header.as_bytes()]);
                let keys = [random.below(3) as u8];
                let generation = refresh.generation();
                let change = refresh.fetched(id, at(now), &keys, headers);
                assert_eq!(change == KeyChange::Ignored, !counts);
                assert_eq!(refresh.generation() != generation, change == KeyChange::Changed);
                if counts {
                    let fresh = lifetime.min(500).saturating_sub(age).max(300);
                    let usable = AGE.saturating_sub(age).max(fresh);
                    history.fetches[index].2 =
                        Some(End { at: now, lifetimes: Some((fresh, usable)) });
                    // Some come so late that what they bring is not fresh any more.
                    seen[5] += u32::from(now >= start + fresh);
                }
            }
        }
    }
    assert!(seen[..5].iter().all(|count| *count > 500) && seen[5] > 0, "{seen:?}");
}

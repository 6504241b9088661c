//! Signatures that are nearly good, or good in a rare way, against AWS-LC and the crates `p256`,
//! `rsa` and `num-bigint`: each case on every path, on cheap ones always and on dear ones now and
//! then. The cases are the same in each run.
//!
//! A few thousand by default; `make differential CASES=10000000` takes more, in release mode.
//!
//! * `GATEPOST_CASES`: how many, of P-256 and of RSA.
//! * `GATEPOST_THREADS`: how many threads share them, one by default.
//! * `GATEPOST_SEED`: other cases than those of seed 0.
#![cfg(all(feature = "internal", any(feature = "aws-lc", feature = "aws-lc-fips")))]
#![allow(clippy::print_stderr, reason = "a long run says how far it is")]

mod p256;
#[path = "../../../core/tests/common/random.rs"]
#[allow(dead_code, reason = "every test takes what it needs")]
mod random;
mod rsa;

use std::collections::BTreeMap;
use std::sync::Mutex;

use random::Random;

/// Cases by kind, and what was found.
#[derive(Default)]
struct Report {
    /// How many cases of each kind there were, and how many of those were accepted.
    cases: BTreeMap<&'static str, [u64; 2]>,
    /// How many verdicts each path gave.
    verdicts: BTreeMap<&'static str, u64>,
    /// What reproduces each disagreement.
    disagreements: Vec<String>,
}

impl Report {
    fn count(&mut self, kind: &'static str, is_accepted: bool) {
        let [cases, accepted] = self.cases.entry(kind).or_default();
        *cases += 1;
        *accepted += u64::from(is_accepted);
    }

    /// Counts a verdict and keeps what `case` says where it is not the `expected` one.
    fn compare(
        &mut self,
        path: &'static str,
        found: bool,
        expected: bool,
        case: impl FnOnce() -> String,
    ) {
        *self.verdicts.entry(path).or_default() += 1;
        if found != expected {
            let text = format!("{path} says {found}, not {expected}: {}", case());
            eprintln!("{text}");
            self.disagreements.push(text);
        }
    }

    fn add(&mut self, other: Self) {
        for (kind, [cases, accepted]) in other.cases {
            let sum = self.cases.entry(kind).or_default();
            *sum = [sum[0] + cases, sum[1] + accepted];
        }
        for (path, count) in other.verdicts {
            *self.verdicts.entry(path).or_default() += count;
        }
        self.disagreements.extend(other.disagreements);
    }

    fn total(&self) -> u64 {
        self.cases.values().map(|[cases, _]| cases).sum()
    }

    fn print(&self, title: &str) {
        eprintln!("{title}: {} cases, {} disagreements", self.total(), self.disagreements.len());
        for (kind, [cases, accepted]) in &self.cases {
            eprintln!("  {cases:>9} {kind} ({accepted} accepted)");
        }
        for (path, count) in &self.verdicts {
            eprintln!("  {count:>9} verdicts: {path}");
        }
    }
}

/// Runs `work` in batches of a thousand, each with a seed of its own, on all threads, and fails
/// where any verdict differs.
fn run(
    title: &str,
    default_cases: u64,
    work: impl Fn(&mut Random, u64, &mut Report) + Sync,
) -> Report {
    const BATCH: u64 = 1000;
    let cases = setting("GATEPOST_CASES", default_cases);
    let seed = setting("GATEPOST_SEED", 0);
    let batches = cases.div_ceil(BATCH);
    let (next, report) = (Mutex::new(0), Mutex::new(Report::default()));
    std::thread::scope(|scope| {
        for _ in 0..setting("GATEPOST_THREADS", 1) {
            scope.spawn(|| {
                loop {
                    let batch = {
                        let mut next = next.lock().unwrap();
                        if *next == batches {
                            break;
                        }
                        *next += 1;
                        *next
                    };
                    let mut part = Report::default();
                    let count = BATCH.min(cases - (batch - 1) * BATCH);
                    work(&mut Random(seed << 40 | batch), count, &mut part);
                    let mut report = report.lock().unwrap();
                    report.add(part);
                    // A hundred times in all, and not after each batch.
                    if batch.is_multiple_of((batches / 100).max(100)) {
                        report.print(title);
                    }
                }
            });
        }
    });
    let report = report.into_inner().unwrap();
    report.print(title);
    assert_eq!(report.disagreements, [""; 0]);
    assert_eq!(report.total(), cases);
    report
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect(name))
}

fn one_in(random: &mut Random, count: usize) -> bool {
    random.below(count) == 0
}

fn bytes<const N: usize>(random: &mut Random) -> [u8; N] {
    let mut bytes = [0; N];
    fill(random, &mut bytes);
    bytes
}

fn fill(random: &mut Random, bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&random.word().to_le_bytes()[..chunk.len()]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

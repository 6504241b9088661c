//! Measures gatepost beside other libraries, in one process and in turns, and writes
//! `results.json` and `RESULTS.md`. Fails where a promised ratio is missed.

mod machine;
mod race;
mod subjects;

use std::io;
use std::process::ExitCode;

use gatepost_benches::report;
use gatepost_benches::results::{Comparison, Results, Row, Version, Work};
use gatepost_benches::sample::{Kind, Sample, TOKENS};

use race::race;

/// Rounds that are timed. More help little: what disturbs a round disturbs all of its turns.
const ROUNDS: u32 = 301;
/// Short enough that a round is over before the machine changes its mind about its clock.
const TOKENS_A_TURN: u32 = 32;

fn main() -> io::Result<ExitCode> {
    let machine = machine::this_one();
    let kinds = [Kind::Rs256Of2048Bits, Kind::Rs256Of3072Bits, Kind::Rs256Of4096Bits, Kind::Es256];
    let comparisons = kinds
        .into_iter()
        .map(|kind| {
            eprintln!("measuring {}", kind.name());
            // Nothing is promised of the other algorithms yet.
            let bar = kind.name().starts_with("RS256").then(|| machine.rs256_bar());
            compare(&Sample::new(kind, TOKENS), bar)
        })
        .collect();
    let versions = ["gatepost", "aws-lc-rs", "p256"]
        .map(|name| Version { name: name.to_owned(), version: machine::version_of(name) });
    let results = Results {
        machine,
        versions: versions.into(),
        rounds: ROUNDS,
        tokens_a_turn: TOKENS_A_TURN,
        comparisons,
    };
    results.write()?;
    let report = report::render(&results);
    std::fs::write(report::path(), &report)?;
    println!("{report}");

    let rows = results.comparisons.iter().flat_map(|comparison| &comparison.rows);
    let missed = rows.filter(|row| row.misses_its_bar()).count();
    if missed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{missed} of the promised ratios were missed: see the last column");
    Ok(ExitCode::FAILURE)
}

/// Times the subjects over one sample; `bar` is for gatepost's signature alone.
fn compare(sample: &Sample, bar: Option<f64>) -> Comparison {
    let signed = sample.signed_parts();
    let keys = sample.keys().expect("a good key");
    let mut subjects = [
        subjects::aws_lc_signature(sample, &signed),
        subjects::gatepost_signature(sample, &keys, &signed),
        subjects::gatepost_validation(sample, &keys),
    ];
    let turns = race(&mut subjects, ROUNDS, TOKENS_A_TURN);
    let [floor, signature, validation] = &turns;
    let rows = subjects.iter().zip(&turns).map(|(subject, turns)| Row {
        subject: subject.name.to_owned(),
        work: subject.work,
        median_ns: turns.median_ns(),
        ratio: turns.ratio(floor),
        bar: bar.filter(|_| subject.name == "gatepost" && subject.work == Work::Signature),
    });
    Comparison {
        kind: sample.kind.name().to_owned(),
        token_len: sample.tokens[0].len(),
        rows: rows.collect(),
        around_signature_ns: validation.difference_ns(signature),
    }
}

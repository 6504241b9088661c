//! `RESULTS.md`: the results for people to read.

use core::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::results::{Comparison, Results, Work};

/// The committed file.
#[must_use]
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md")
}

/// What the file holds for these results: nothing is measured, looked up or rounded anew.
#[must_use]
pub fn render(results: &Results) -> String {
    let mut text = String::new();
    // A `String` takes everything.
    let _ = write_report(&mut text, results);
    text
}

fn write_report(text: &mut String, results: &Results) -> fmt::Result {
    let machine = &results.machine;
    let versions: Vec<_> =
        results.versions.iter().map(|of| format!("{} {}", of.name, of.version)).collect();
    text.push_str(
        "# Results\n\
         Made from `results.json` by `cargo run -p gatepost-benches --bin render`; change neither \
         by hand. `make bench` measures anew.\n\n",
    );
    writeln!(text, "* Processor: {}, {}", machine.processor, machine.architecture)?;
    writeln!(text, "* AVX-512 IFMA: {}", if machine.avx512ifma { "yes" } else { "no" })?;
    writeln!(text, "* Other features: {}", machine.features.join(", "))?;
    writeln!(text, "* Compiler: {}", machine.compiler)?;
    writeln!(text, "* Libraries: {}", versions.join(", "))?;
    writeln!(
        text,
        "\nOne thread. In each of {} rounds, every subject verified the same {} tokens in turn. \
         Times are medians over the rounds, for one token. × is the median of the ratios to \
         aws-lc-rs within one round, so a busy machine disturbs it less than the times. The \
         signature alone is with a parsed key, hash included; a validation is all of it: reading, \
         key, signature, time, issuer, audience.",
        results.rounds, results.tokens_a_turn
    )?;
    for comparison in &results.comparisons {
        write_comparison(text, comparison)?;
    }
    Ok(())
}

fn write_comparison(text: &mut String, comparison: &Comparison) -> fmt::Result {
    writeln!(text, "\n## {}\nTokens of {} characters.\n", comparison.kind, comparison.token_len)?;
    writeln!(text, "| | | µs | × | at most |\n|---|---|--:|--:|--:|")?;
    for row in &comparison.rows {
        let work = match row.work {
            Work::Signature => "signature alone",
            Work::Validation => "validation",
        };
        let bar = match row.bar {
            Some(bar) if row.misses_its_bar() => format!("**{bar:.2}, missed**"),
            Some(bar) => format!("{bar:.2}"),
            None => String::new(),
        };
        let time = row.median_ns / 1000.0;
        writeln!(text, "| {} | {work} | {time:.2} | {:.2} | {bar} |", row.subject, row.ratio)?;
    }
    let around = comparison.around_signature_ns / 1000.0;
    writeln!(text, "\nWhat gatepost's validation takes beyond its signature: {around:.2} µs.")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_committed_report_is_made_from_the_committed_results() {
        let results = Results::read().unwrap();
        assert_eq!(fs::read_to_string(path()).unwrap(), render(&results));
    }

    #[test]
    fn the_committed_results_keep_what_is_promised() {
        let results = Results::read().unwrap();
        let promised: Vec<_> = results.comparisons.iter().flat_map(|of| &of.rows).collect();
        let bars: Vec<_> = promised.iter().filter_map(|row| row.bar).collect();
        assert_eq!(bars, [results.machine.rs256_bar(); 3]);
        assert!(!promised.iter().any(|row| row.misses_its_bar()));
    }

    #[test]
    fn a_missed_bar_is_said() {
        let mut results = Results::read().unwrap();
        assert!(!render(&results).contains("missed"));
        let row = &mut results.comparisons[0].rows[1];
        row.bar = Some(row.ratio);
        assert!(!row.misses_its_bar());
        row.bar = Some(row.ratio - 0.001);
        assert!(row.misses_its_bar());
        assert!(render(&results).contains("missed"));
    }
}

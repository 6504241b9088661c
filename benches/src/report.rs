//! `RESULTS.md`: the results for people to read.

use core::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::bars::{Judged, Verdict};
use crate::results::{Results, Table};
use crate::{chart, firmware};

/// The committed file.
#[must_use]
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md")
}

/// What the file holds for these runs: nothing is measured, looked up or rounded anew.
#[must_use]
pub fn render(runs: &[Results]) -> String {
    let mut text = String::new();
    // A `String` takes everything.
    let _ = write_report(&mut text, runs);
    text
}

fn write_report(text: &mut String, runs: &[Results]) -> fmt::Result {
    text.push_str(
        "# Results\n\
         Made from `results.json` by `cargo run -p gatepost-benches --bin render`; change neither \
         by hand. `make bench` measures anew, and keeps what was measured on the other kind of \
         processor: with AVX-512 IFMA, or without.\n\n\
         What is compared took turns of some milliseconds, round after round, over 512 different \
         tokens. Times are medians over the rounds, for one token. A ratio (×) is the median of \
         the ratios within one round, so a busy machine disturbs it less than the times. Unless a \
         table says otherwise, there is one thread, and a validation is all of it: reading, key, \
         signature, time, issuer, audience, the clock included.\n",
    );
    for run in runs {
        write_run(text, run)?;
    }
    text.push_str(
        "\n# On a Cortex-M4\nA whole validation, its claims included, under QEMU: from \
         `examples/firmware/figures.txt`, which `make firmware` measures. Flash is all of the \
         image, in KB of 1024 bytes; stack is without the key and the caller's memory.\n\n",
    );
    write_bars(text, &firmware::judge())
}

fn write_run(text: &mut String, run: &Results) -> fmt::Result {
    let machine = &run.machine;
    let versions: Vec<_> =
        run.versions.iter().map(|of| format!("{} {}", of.name, of.version)).collect();
    let vectors = if machine.avx512ifma { "with" } else { "without" };
    writeln!(text, "\n# On a processor {vectors} AVX-512 IFMA")?;
    writeln!(
        text,
        "* Processor: {}, {}, {} threads",
        machine.processor, machine.architecture, machine.threads
    )?;
    writeln!(text, "* Other features: {}", machine.features.join(", "))?;
    writeln!(text, "* Compiler: {}", machine.compiler)?;
    writeln!(text, "* Libraries: {}", versions.join(", "))?;
    text.push_str("\n## What was promised\n\n");
    write_bars(text, &run.bars)?;
    for table in &run.tables {
        write_table(text, table)?;
        for chart in chart::ALL.iter().filter(|chart| chart.belongs_to(&table.id)) {
            if chart.draw(run).is_some() {
                writeln!(text, "\n![{}]({})", chart.title, chart.link(machine))?;
            }
        }
    }
    Ok(())
}

fn write_bars(text: &mut String, bars: &[Judged]) -> fmt::Result {
    text.push_str("| path | | bar | hoped for | measured | |\n|---|---|--:|--:|--:|---|\n");
    for judged in bars {
        let stretch = judged.stretch.map(number).unwrap_or_default();
        let measured = judged.measured.map(number).unwrap_or_default();
        let verdict = match judged.verdict {
            Verdict::StretchMet => "met, and what was hoped for",
            Verdict::Met => "met",
            Verdict::Missed => "**missed**",
            Verdict::NotMeasurable => "not measurable on this processor",
            Verdict::NotMeasured => "not measured yet",
        };
        let (path, measure, bar) = (&judged.path, &judged.measure, number(judged.bar));
        writeln!(text, "| {path} | {measure} | {bar} | {stretch} | {measured} | {verdict} |")?;
    }
    Ok(())
}

fn write_table(text: &mut String, table: &Table) -> fmt::Result {
    writeln!(text, "\n## {}\n{}\n", table.title, table.note)?;
    if table.rows.iter().any(|row| row.load.is_some()) {
        return write_load(text, table);
    }
    match &table.ratio_is {
        Some(ratio) => writeln!(text, "| | | µs | {ratio} |\n|---|---|--:|--:|")?,
        None => writeln!(text, "| | | µs |\n|---|---|--:|")?,
    }
    for row in &table.rows {
        let time = number(row.median_ns / 1000.0);
        write!(text, "| {} | {} | {time} |", row.subject, row.work)?;
        match row.ratio {
            Some(ratio) if table.ratio_is.is_some() => writeln!(text, " {} |", number(ratio))?,
            _ if table.ratio_is.is_some() => writeln!(text, " |")?,
            _ => writeln!(text)?,
        }
    }
    Ok(())
}

/// The rows of servers to which requests came all the time.
fn write_load(text: &mut String, table: &Table) -> fmt::Result {
    let ratio_is = table.ratio_is.as_deref().unwrap_or("×");
    writeln!(
        text,
        "| | | requests/s | {ratio_is} | 99th percentile, ms | {ratio_is} |\n\
         |---|---|--:|--:|--:|--:|"
    )?;
    for row in &table.rows {
        let (Some(ratio), Some(load)) = (row.ratio, row.load) else { continue };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            row.subject,
            row.work,
            number(1e9 / row.median_ns),
            spread(ratio, load.ratio_spread),
            number(load.p99_ns / 1e6),
            spread(load.p99_ratio, load.p99_spread)
        )?;
    }
    Ok(())
}

fn spread(ratio: f64, [low, high]: [f64; 2]) -> String {
    format!("{} ({} to {})", number(ratio), number(low), number(high))
}

/// Three digits, or all before the point.
fn number(value: f64) -> String {
    match value.abs() {
        below if below < 0.9995 => format!("{value:.3}"),
        below if below < 99.95 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::results::{Load, Row};

    #[test]
    fn the_committed_report_is_made_from_the_committed_results() {
        let runs = Results::read().unwrap();
        let committed = fs::read_to_string(path()).unwrap();
        // Both texts in full would hide which command mends it.
        assert!(committed == render(&runs), "run `cargo run -p gatepost-benches --bin render`");
    }

    #[test]
    fn a_missed_bar_is_said() {
        let mut runs = Results::read().unwrap();
        runs.truncate(1);
        runs[0].bars.truncate(1);
        runs[0].bars[0].verdict = Verdict::Met;
        let missed = |runs: &[Results]| render(runs).matches("**missed**").count();
        let others = firmware::judge().iter().filter(|bar| bar.verdict == Verdict::Missed).count();
        assert_eq!(missed(&runs), others);
        runs[0].bars[0].verdict = Verdict::Missed;
        assert_eq!(missed(&runs), others + 1);
    }

    #[test]
    fn a_table_of_requests_tells_how_many_and_how_long() {
        let load = Load {
            ratio_spread: [1.01, 1.03],
            p99_ns: 25e6,
            p99_ratio: 1.1,
            p99_spread: [0.9, 1.2],
        };
        let row = Row {
            id: "gatepost".to_owned(),
            subject: "gatepost".to_owned(),
            work: "a guard".to_owned(),
            median_ns: 4e6,
            ratio: Some(1.02),
            load: Some(load),
        };
        let table = Table {
            id: "http_one".to_owned(),
            title: "Requests".to_owned(),
            note: "Of a tool.".to_owned(),
            ratio_is: Some("× no auth".to_owned()),
            rows: vec![row],
        };
        let mut text = String::new();
        write_table(&mut text, &table).unwrap();
        let last = text.lines().last();
        let expected =
            "| gatepost | a guard | 250 | 1.02 (1.01 to 1.03) | 25.00 | 1.10 (0.900 to 1.20) |";
        assert_eq!(last, Some(expected));
    }

    #[test]
    fn numbers_have_three_digits() {
        let shown = [0.0765, 0.9996, 9.999, 99.96, 1234.5].map(number);
        assert_eq!(shown, ["0.076", "1.00", "10.00", "100", "1234"]);
    }
}

//! What is promised: a bar for each path, and whether it is kept.

use serde::{Deserialize, Serialize};

use crate::paths::OPERATION_BODY;
use crate::results::{Machine, Row, Table};

/// What is promised of one row.
#[derive(Clone, Copy, Debug)]
struct Bar {
    /// The path, for people.
    path: &'static str,
    /// Where it is measured: table and row.
    row: (&'static str, &'static str),
    measure: Measure,
    bar: f64,
    /// What it is hoped to be.
    stretch: Option<f64>,
    on: Processors,
}

/// What is compared with a bar.
#[derive(Clone, Copy, Debug)]
enum Measure {
    /// The row's ratio, at most.
    Ratio,
    /// The row's ratio, at least.
    RatioAtLeast,
    /// Microseconds a token, at most.
    Microseconds,
    /// The row's ratio by that of another row of its table, at most.
    RatioBy(&'static str),
    /// The same for the time that one in a hundred requests waited, or longer.
    P99By(&'static str),
    /// Megabytes a second of bodies of [`OPERATION_BODY`] bytes, at least.
    MegabytesAtLeast,
}

/// In place of a row: the one of its table that takes longest.
const SLOWEST: &str = "the slowest";

/// The processors that a bar holds for.
#[derive(Clone, Copy, Debug)]
enum Processors {
    All,
    WithIfma,
    WithoutIfma,
    /// At least two that can be used at once.
    Two,
}

/// A bar and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The path, for people.
    pub path: String,
    /// What is compared.
    pub measure: String,
    /// The bar.
    pub bar: f64,
    /// What it is hoped to be.
    pub stretch: Option<f64>,
    /// What it is, where it was measured.
    pub measured: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// Whether a bar is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// So is what was hoped for.
    #[serde(rename = "met, and the stretch as well")]
    StretchMet,
    /// It is.
    #[serde(rename = "met")]
    Met,
    /// It is not.
    #[serde(rename = "missed")]
    Missed,
    /// The bar is one for other processors.
    #[serde(rename = "not measurable on this processor")]
    NotMeasurable,
    /// The program that measures it did not run.
    #[serde(rename = "not measured")]
    NotMeasured,
}

/// All bars, in the order of the report.
const BARS: &[Bar] = {
    use Measure::{MegabytesAtLeast, Microseconds, P99By, Ratio, RatioAtLeast, RatioBy};
    use Processors::{All, Two, WithIfma, WithoutIfma};
    &[
        bar("ES256, prepared, AVX-512 IFMA", ("es256", "ifma"), Ratio, 0.10, WithIfma).or(0.076),
        bar("RS256 2048, AVX-512 IFMA", ("rs256_2048", "ifma"), Ratio, 0.28, WithIfma).or(0.23),
        bar("RS256 3072, AVX-512 IFMA", ("rs256_3072", "ifma"), Ratio, 0.25, WithIfma).or(0.21),
        bar("RS256 4096, AVX-512 IFMA", ("rs256_4096", "ifma"), Ratio, 0.21, WithIfma).or(0.175),
        bar("ES256, prepared, portable", ("es256", "prepared"), Ratio, 0.30, All).or(0.25),
        bar("ES256, unprepared, portable", ("es256", "portable"), Ratio, 1.0, All).or(0.75),
        bar("RS256 2048, portable", ("rs256_2048", "portable"), Ratio, 1.27, WithIfma).or(1.20),
        bar("RS256 2048, portable", ("rs256_2048", "portable"), Ratio, 2.0, WithoutIfma),
        bar(
            "RS256 2048, portable, beside jsonwebtoken on aws_lc_rs",
            ("rs256_2048", "portable"),
            RatioBy("jsonwebtoken-aws-lc-rs"),
            1.0,
            All,
        ),
        bar("everything but hash and signature", ("around", "all"), Microseconds, 0.55, All)
            .or(0.40),
        bar("refused: algorithm", ("around", "algorithm"), Microseconds, 0.12, All).or(0.08),
        bar("refused: key", ("around", "key"), Microseconds, 0.12, All).or(0.08),
        bar("refused: issuer", ("around", "issuer"), Microseconds, 0.50, All).or(0.40),
        bar("seen before, claims checked again", ("around", "seen"), Microseconds, 0.9, All)
            .or(0.4),
        bar(
            "guard with a cached token and a compiled scope table",
            ("around", "guard"),
            Microseconds,
            2.0,
            All,
        ),
        bar(
            "operation of a body of 1 MB, the slowest filling",
            ("operation", SLOWEST),
            MegabytesAtLeast,
            500.0,
            All,
        ),
        bar("worst 8 KiB: many members", ("worst", "members"), Microseconds, 25.0, All),
        bar("worst 8 KiB: escaped names", ("worst", "escapes"), Microseconds, 25.0, All),
        bar(
            "worst 8 KiB: names of short escapes",
            ("worst", "short_escapes"),
            Microseconds,
            25.0,
            All,
        ),
        bar("worst 8 KiB: small objects", ("worst", "objects"), Microseconds, 25.0, All),
        bar("worst 8 KiB: escaped objects", ("worst", "escaped_objects"), Microseconds, 25.0, All),
        bar("worst 8 KiB: escapes in a string", ("worst", "text"), Microseconds, 25.0, All),
        bar("worst 8 KiB: deep nesting", ("worst", "nesting"), Microseconds, 25.0, All),
        bar("worst 8 KiB: numbers", ("worst", "numbers"), Microseconds, 25.0, All),
        bar("preparing a P-256 key, 8-bit windows", ("prepare", "p256_8"), Microseconds, 1e3, All)
            .or(600.0),
        bar("two threads: ES256", ("threads", "es256"), RatioAtLeast, 1.9, Two),
        bar("two threads: RS256 2048", ("threads", "rs256_2048"), RatioAtLeast, 1.9, Two),
        bar("two threads: refused", ("threads", "issuer"), RatioAtLeast, 1.9, Two),
        bar("two threads: seen before", ("threads", "seen"), RatioAtLeast, 1.9, Two),
        bar("10 issuers, ES256", ("issuers_es256", "10"), Ratio, 1.05, All),
        bar("100 issuers, ES256", ("issuers_es256", "100"), Ratio, 1.05, All),
        bar("10 issuers, RS256 2048", ("issuers_rs256_2048", "10"), Ratio, 1.05, All),
        bar("100 issuers, RS256 2048", ("issuers_rs256_2048", "100"), Ratio, 1.05, All),
        bar("Python, RS256 2048", ("python_rs256_2048", "gatepost"), Ratio, 0.40, WithIfma)
            .or(0.32),
        bar("Python, ES256", ("python_es256", "gatepost"), Ratio, 0.15, WithIfma).or(0.11),
        bar("Python, RS256 2048", ("python_rs256_2048", "gatepost"), Ratio, 1.3, WithoutIfma),
        bar("Python, ES256", ("python_es256", "gatepost"), Ratio, 0.40, WithoutIfma),
        bar("over HTTP, one token", ("http_one", "gatepost"), RatioBy("fastmcp"), 1.0, All),
        bar("over HTTP, 10 000 tokens", ("http_many", "gatepost"), RatioBy("fastmcp"), 1.0, All),
        bar("over HTTP, one token", ("http_one", "gatepost"), P99By("fastmcp"), 1.0, All),
        bar("over HTTP, 10 000 tokens", ("http_many", "gatepost"), P99By("fastmcp"), 1.0, All),
    ]
};

/// Holds every bar against what was measured.
#[must_use]
pub fn judge(machine: &Machine, tables: &[Table]) -> Vec<Judged> {
    BARS.iter().map(|bar| bar.judged(machine, tables)).collect()
}

const fn bar(
    path: &'static str,
    row: (&'static str, &'static str),
    measure: Measure,
    bar: f64,
    on: Processors,
) -> Bar {
    Bar { path, row, measure, bar, stretch: None, on }
}

impl Bar {
    const fn or(self, stretch: f64) -> Self {
        Self { stretch: Some(stretch), ..self }
    }

    fn judged(&self, machine: &Machine, tables: &[Table]) -> Judged {
        let measured = if self.on.hold_for(machine) { self.measured(tables) } else { None };
        let verdict = match measured {
            _ if !self.on.hold_for(machine) => Verdict::NotMeasurable,
            None => Verdict::NotMeasured,
            Some(value) if !self.measure.keeps(value, self.bar) => Verdict::Missed,
            Some(value) if self.stretch.is_some_and(|bar| self.measure.keeps(value, bar)) => {
                Verdict::StretchMet
            }
            Some(_) => Verdict::Met,
        };
        Judged {
            path: self.on.named(self.path),
            measure: self.measure.name(),
            bar: self.bar,
            stretch: self.stretch,
            measured,
            verdict,
        }
    }

    fn measured(&self, tables: &[Table]) -> Option<f64> {
        let (table, row) = self.row;
        let rows = &tables.iter().find(|of| of.id == table)?.rows;
        let find = |id: &str| -> Option<&Row> { rows.iter().find(|row| row.id == id) };
        let row = match row {
            SLOWEST => rows.iter().max_by(|one, other| one.median_ns.total_cmp(&other.median_ns)),
            id => find(id),
        }?;
        let value = match self.measure {
            Measure::Ratio | Measure::RatioAtLeast => row.ratio?,
            Measure::Microseconds => row.median_ns / 1000.0,
            Measure::RatioBy(other) => row.ratio? / find(other)?.ratio?,
            Measure::P99By(other) => row.load?.p99_ratio / find(other)?.load?.p99_ratio,
            // Bytes a nanosecond are thousands of megabytes a second.
            Measure::MegabytesAtLeast => OPERATION_BODY as f64 * 1000.0 / row.median_ns,
        };
        Some((value * 1000.0).round() / 1000.0)
    }
}

impl Measure {
    fn keeps(self, value: f64, bar: f64) -> bool {
        match self {
            Self::RatioAtLeast | Self::MegabytesAtLeast => value >= bar,
            Self::Ratio | Self::Microseconds | Self::RatioBy(_) | Self::P99By(_) => value <= bar,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Ratio => "×, at most".to_owned(),
            Self::RatioAtLeast => "×, at least".to_owned(),
            Self::Microseconds => "µs, at most".to_owned(),
            Self::RatioBy(other) => format!("× {other}, at most"),
            Self::P99By(other) => format!("99th percentile, × {other}, at most"),
            Self::MegabytesAtLeast => "MB/s, at least".to_owned(),
        }
    }
}

impl Processors {
    const fn hold_for(self, machine: &Machine) -> bool {
        match self {
            Self::All => true,
            Self::WithIfma => machine.avx512ifma,
            Self::WithoutIfma => !machine.avx512ifma,
            Self::Two => machine.threads >= 2,
        }
    }

    /// Says with the path which processors the bar is for, where the path does not.
    fn named(self, path: &str) -> String {
        match self {
            Self::WithIfma if !path.contains("AVX-512 IFMA") => {
                format!("{path} (processors with AVX-512 IFMA)")
            }
            Self::WithoutIfma => format!("{path} (processors without AVX-512 IFMA)"),
            Self::All | Self::WithIfma | Self::Two => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Load;

    fn machine(avx512ifma: bool) -> Machine {
        Machine {
            processor: String::new(),
            architecture: String::new(),
            threads: 2,
            avx512ifma,
            features: Vec::new(),
            compiler: String::new(),
        }
    }

    fn table(id: &str, rows: &[(&str, f64)]) -> Table {
        let row = |(id, ratio): &(&str, f64)| Row {
            id: (*id).to_owned(),
            subject: String::new(),
            work: String::new(),
            median_ns: 1000.0,
            ratio: Some(*ratio),
            load: None,
        };
        Table {
            id: id.to_owned(),
            title: String::new(),
            note: String::new(),
            ratio_is: None,
            rows: rows.iter().map(row).collect(),
        }
    }

    fn verdict(path: &str, judged: &[Judged]) -> Verdict {
        judged.iter().find(|one| one.path == path).expect("a bar").verdict
    }

    #[test]
    fn a_bar_is_kept_up_to_its_value() {
        let path = "ES256, prepared, portable";
        let cases = [
            (0.25, Verdict::StretchMet),
            (0.251, Verdict::Met),
            (0.30, Verdict::Met),
            (0.301, Verdict::Missed),
        ];
        for (ratio, expected) in cases {
            let judged = judge(&machine(false), &[table("es256", &[("prepared", ratio)])]);
            assert_eq!(verdict(path, &judged), expected, "{ratio}");
        }
        assert_eq!(verdict(path, &judge(&machine(false), &[])), Verdict::NotMeasured);
    }

    #[test]
    fn a_bar_for_other_processors_is_not_measurable() {
        let tables = [table("es256", &[("ifma", 0.09)])];
        let path = "ES256, prepared, AVX-512 IFMA";
        assert_eq!(verdict(path, &judge(&machine(false), &tables)), Verdict::NotMeasurable);
        assert_eq!(verdict(path, &judge(&machine(true), &tables)), Verdict::Met);
    }

    #[test]
    fn a_gain_has_to_reach_its_bar() {
        for (gain, expected) in [(1.9, Verdict::Met), (1.899, Verdict::Missed)] {
            let judged = judge(&machine(true), &[table("threads", &[("es256", gain)])]);
            assert_eq!(verdict("two threads: ES256", &judged), expected);
        }
    }

    #[test]
    fn of_all_fillings_the_slowest_counts() {
        let path = "operation of a body of 1 MB, the slowest filling";
        let mut filled = table("operation", &[("base64", 0.0), ("escapes", 0.0)]);
        for (slowest_ns, expected) in [(2e6, Verdict::Met), (2.01e6, Verdict::Missed)] {
            filled.rows[0].median_ns = 1e5;
            filled.rows[1].median_ns = slowest_ns;
            let judged = judge(&machine(true), core::slice::from_ref(&filled));
            assert_eq!(verdict(path, &judged), expected);
        }
        filled.rows.clear();
        assert_eq!(verdict(path, &judge(&machine(true), &[filled])), Verdict::NotMeasured);
    }

    #[test]
    fn ratios_of_two_processes_are_compared_by_their_floors() {
        let rows = [("portable", 1.2), ("jsonwebtoken-aws-lc-rs", 1.25)];
        let judged = judge(&machine(true), &[table("rs256_2048", &rows)]);
        let beside = judged.iter().find(|one| one.measure.contains("jsonwebtoken"));
        assert_eq!(beside.and_then(|one| one.measured), Some(0.96));
    }

    #[test]
    fn who_waits_longest_counts_as_well() {
        let mut http = table("http_one", &[("gatepost", 1.1), ("fastmcp", 1.2)]);
        for (row, p99_ratio) in http.rows.iter_mut().zip([1.3, 1.25]) {
            let spread = [p99_ratio; 2];
            row.load =
                Some(Load { ratio_spread: spread, p99_ns: 1e6, p99_ratio, p99_spread: spread });
        }
        let judged = judge(&machine(true), &[http]);
        let longest = judged.iter().find(|one| one.measure.contains("99th"));
        assert_eq!(
            longest.map(|one| (one.measured, one.verdict)),
            Some((Some(1.04), Verdict::Missed))
        );
    }
}

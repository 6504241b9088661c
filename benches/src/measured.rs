//! What one benchmark program prints, in whichever language it is written: times, and no judgement.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::results::{Load, Machine, Version};

/// What one program has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What it ran on; one of the programs says it for all.
    #[serde(default)]
    pub machine: Option<Machine>,
    /// What was compared.
    pub versions: Vec<Version>,
    /// The tables, in the order of the report.
    pub tables: Vec<MeasuredTable>,
}

/// Rows that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredTable {
    /// What bars and charts know it by.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What has to be known about all of its rows, in whole sentences.
    pub note: String,
    /// What the ratios are, as the heading of their column; `None` where there are none.
    #[serde(default)]
    pub ratio_is: Option<String>,
    /// The rows.
    pub rows: Vec<MeasuredRow>,
}

/// What one subject took in each round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredRow {
    /// What bars and charts know it by, within its table.
    pub id: String,
    /// The library.
    pub subject: String,
    /// What it did.
    pub work: String,
    /// Nanoseconds a token, round by round.
    pub turns: Vec<f64>,
    /// What the ratio is taken to, round by round; empty where there is none. A subject that runs
    /// in a process of its own has a floor of its own.
    #[serde(default)]
    pub floor: Vec<f64>,
    /// Where requests came all the time: the 99th percentile of how long they waited, round by
    /// round, in nanoseconds.
    #[serde(default)]
    pub p99: Vec<f64>,
    /// What that is compared with, round by round.
    #[serde(default)]
    pub p99_floor: Vec<f64>,
}

impl Measured {
    /// Reads what a program printed into a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is not of this form.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    }
}

impl MeasuredRow {
    /// The median of the rounds.
    #[must_use]
    pub fn median_ns(&self) -> f64 {
        median_ns(&self.turns)
    }

    /// The median of the ratios, each within one round: what disturbs the machine for longer than
    /// a round disturbs both.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (!self.floor.is_empty()).then(|| quantile(&ratios(&self.turns, &self.floor), 2, 4))
    }

    /// What is only known where requests came all the time.
    #[must_use]
    pub fn load(&self) -> Option<Load> {
        (!self.p99.is_empty()).then(|| {
            let (of_turns, of_p99) =
                (ratios(&self.turns, &self.floor), ratios(&self.p99, &self.p99_floor));
            Load {
                ratio_spread: [quantile(&of_turns, 1, 4), quantile(&of_turns, 3, 4)],
                p99_ns: median_ns(&self.p99),
                p99_ratio: quantile(&of_p99, 2, 4),
                p99_spread: [quantile(&of_p99, 1, 4), quantile(&of_p99, 3, 4)],
            }
        })
    }
}

fn median_ns(turns: &[f64]) -> f64 {
    rounded(part(turns, 1, 2), 10.0)
}

/// The ratios within the rounds.
fn ratios(turns: &[f64], floor: &[f64]) -> Vec<f64> {
    turns.iter().zip(floor).map(|(turn, floor)| turn / floor).collect()
}

/// The ratio below which so many parts of them are.
fn quantile(ratios: &[f64], parts: usize, of: usize) -> f64 {
    rounded(part(ratios, parts, of), 1000.0)
}

fn part(values: &[f64], parts: usize, of: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() * parts / of).copied().unwrap_or(f64::NAN)
}

/// To so many parts of one: more digits would only be noise in the committed file.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_its_round() {
        // The second round was disturbed, and both turns took ten times as long.
        let row = MeasuredRow {
            id: String::new(),
            subject: String::new(),
            work: String::new(),
            turns: vec![200.0, 2000.0, 210.0],
            floor: vec![100.0, 1000.0, 100.0],
            p99: Vec::new(),
            p99_floor: Vec::new(),
        };
        assert_eq!((row.median_ns(), row.ratio()), (210.0, Some(2.0)));
        assert_eq!(row.load(), None);
        assert_eq!(MeasuredRow { floor: Vec::new(), ..row }.ratio(), None);
    }

    #[test]
    fn half_of_the_rounds_lie_in_the_spread() {
        let rounds = |values: [u32; 8]| values.map(f64::from).to_vec();
        let row = MeasuredRow {
            id: String::new(),
            subject: String::new(),
            work: String::new(),
            turns: rounds([2, 1, 3, 4, 8, 7, 6, 5]),
            floor: vec![1.0; 8],
            p99: rounds([20, 10, 30, 40, 80, 70, 60, 50]),
            p99_floor: vec![10.0; 8],
        };
        let load = row.load().unwrap();
        assert_eq!((row.ratio(), load.ratio_spread), (Some(5.0), [3.0, 7.0]));
        assert_eq!((load.p99_ns, load.p99_ratio, load.p99_spread), (50.0, 5.0, [3.0, 7.0]));
    }
}

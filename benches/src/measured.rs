//! What one benchmark program prints, in whichever language it is written: times, and no judgement.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::results::{Machine, Version};

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
        rounded(median(self.turns.iter().copied()), 10.0)
    }

    /// The median of the ratios, each within one round: what disturbs the machine for longer than
    /// a round disturbs both.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let ratios = self.turns.iter().zip(&self.floor).map(|(turn, floor)| turn / floor);
        (!self.floor.is_empty()).then(|| rounded(median(ratios), 1000.0))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
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
        };
        assert_eq!((row.median_ns(), row.ratio()), (210.0, Some(2.0)));
        assert_eq!(MeasuredRow { floor: Vec::new(), ..row }.ratio(), None);
    }
}

//! What `results.json` holds: the results of one run for each kind of processor.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bars::{self, Judged};
use crate::measured::Measured;

/// What one run has measured, and what was promised of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// What it ran on.
    pub machine: Machine,
    /// What was compared: names and versions.
    pub versions: Vec<Version>,
    /// What was promised, and whether it was kept.
    pub bars: Vec<Judged>,
    /// What was measured.
    pub tables: Vec<Table>,
}

/// A processor and what it can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What the processor calls itself.
    pub processor: String,
    /// The architecture, as Rust names it.
    pub architecture: String,
    /// Processors that the programs could use at once.
    pub threads: usize,
    /// Whether it has the vector instructions for multiplying numbers of 52 bits, AVX-512 IFMA.
    pub avx512ifma: bool,
    /// The other features that verification may profit from.
    pub features: Vec<String>,
    /// What the Rust programs were compiled with.
    pub compiler: String,
}

/// A library and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Rows that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What bars and charts know it by.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What has to be known about all of its rows.
    pub note: String,
    /// What the ratios are; `None` where there are none.
    pub ratio_is: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What one subject took for a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What bars and charts know it by, within its table.
    pub id: String,
    /// The library.
    pub subject: String,
    /// What it did.
    pub work: String,
    /// Nanoseconds a token: the median of all rounds.
    pub median_ns: f64,
    /// The median of the ratios, each within one round.
    pub ratio: Option<f64>,
    /// More, where requests came all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
}

/// What is known of a server to which requests came all the time, besides how many it answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Between these lies the ratio in half of the rounds.
    pub ratio_spread: [f64; 2],
    /// Nanoseconds that one in a hundred requests waited, or longer: the median of all rounds.
    pub p99_ns: f64,
    /// The median of the ratios of that, each within one round.
    pub p99_ratio: f64,
    /// Between these lies that ratio in half of the rounds.
    pub p99_spread: [f64; 2],
}

impl Results {
    /// The committed file.
    #[must_use]
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("results.json")
    }

    /// Puts together what the programs measured, and judges it.
    ///
    /// # Errors
    ///
    /// Where none of them says what it ran on.
    pub fn of(measured: Vec<Measured>) -> io::Result<Self> {
        let machine = measured.iter().find_map(|one| one.machine.clone());
        let machine = machine.ok_or_else(|| io::Error::other("no program names the machine"))?;
        let mut versions: Vec<Version> = Vec::new();
        let mut tables: Vec<Table> = Vec::new();
        for one in measured {
            for version in one.versions {
                if !versions.contains(&version) {
                    versions.push(version);
                }
            }
            tables.extend(one.tables.into_iter().map(|table| Table {
                rows: table.rows.iter().map(Row::from).collect(),
                id: table.id,
                title: table.title,
                note: table.note,
                ratio_is: table.ratio_is,
            }));
        }
        let bars = bars::judge(&machine, &tables);
        Ok(Self { machine, versions, bars, tables })
    }

    /// Reads the committed file, and judges it by the present bars: one that was added since it
    /// was written is not measured yet.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is not of this form.
    pub fn read() -> io::Result<Vec<Self>> {
        let mut runs = Self::as_written()?;
        for run in &mut runs {
            run.bars = bars::judge(&run.machine, &run.tables);
        }
        Ok(runs)
    }

    fn as_written() -> io::Result<Vec<Self>> {
        Ok(serde_json::from_str(&fs::read_to_string(Self::path())?)?)
    }

    /// Puts this run in the place of the one on the same kind of processor.
    pub fn replace_in(self, runs: &mut Vec<Self>) {
        let kind = self.machine.avx512ifma;
        match runs.iter_mut().find(|run| run.machine.avx512ifma == kind) {
            Some(run) => *run = self,
            None => runs.push(self),
        }
    }

    /// Writes the file to be committed.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn write(runs: &[Self]) -> io::Result<()> {
        fs::write(Self::path(), format!("{}\n", serde_json::to_string_pretty(runs)?))
    }

    /// The table with this identifier.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }
}

impl From<&crate::measured::MeasuredRow> for Row {
    fn from(row: &crate::measured::MeasuredRow) -> Self {
        Self {
            id: row.id.clone(),
            subject: row.subject.clone(),
            work: row.work.clone(),
            median_ns: row.median_ns(),
            ratio: row.ratio(),
            load: row.load(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bars::Verdict;

    #[test]
    fn the_committed_results_are_judged_by_the_present_bars() {
        let (written, judged) = (Results::as_written().unwrap(), Results::read().unwrap());
        for (written, judged) in written.into_iter().zip(judged) {
            // What was not measured then could not be judged; nothing else may be missing.
            let (present, added): (Vec<_>, Vec<_>) =
                judged.bars.into_iter().partition(|bar| written.bars.contains(bar));
            assert_eq!(written.bars, present);
            assert!(added.iter().all(|bar| bar.verdict == Verdict::NotMeasured), "{added:?}");
        }
    }

    #[test]
    fn a_run_takes_the_place_of_the_last_one_on_such_a_processor() {
        let mut runs = vec![Results::read().unwrap().remove(0)];
        let mut anew = runs[0].clone();
        anew.machine.threads += 1;
        anew.clone().replace_in(&mut runs);
        assert_eq!(runs, [anew.clone()]);
        let mut other = anew.clone();
        other.machine.avx512ifma = !anew.machine.avx512ifma;
        other.clone().replace_in(&mut runs);
        assert_eq!(runs, [anew, other]);
    }
}

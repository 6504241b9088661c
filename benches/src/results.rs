//! What `results.json` holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What one run has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// What it ran on.
    pub machine: Machine,
    /// What was compared: names and versions.
    pub versions: Vec<Version>,
    /// Rounds that were timed; in each, every subject had its turn.
    pub rounds: u32,
    /// Tokens that a subject verified in its turn.
    pub tokens_a_turn: u32,
    /// A comparison for each kind of signature.
    pub comparisons: Vec<Comparison>,
}

/// A processor and what it can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What the processor calls itself.
    pub processor: String,
    /// The architecture, as Rust names it.
    pub architecture: String,
    /// Whether it has the vector instructions for multiplying numbers of 52 bits, AVX-512 IFMA.
    pub avx512ifma: bool,
    /// The other features that verification may profit from.
    pub features: Vec<String>,
    /// What the programs were compiled with.
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

/// What the subjects took for the same tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The kind of signature.
    pub kind: String,
    /// Characters of a token.
    pub token_len: usize,
    /// The first one is the floor: raw verification by aws-lc-rs.
    pub rows: Vec<Row>,
    /// Nanoseconds that gatepost's validation takes beyond its signature: the median of the
    /// differences, each within one round.
    pub around_signature_ns: f64,
}

/// What one subject took for a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The library.
    pub subject: String,
    /// What it did.
    pub work: Work,
    /// Nanoseconds a token: the median of all rounds.
    pub median_ns: f64,
    /// The median of its ratios to the floor, each within one round: what disturbs the machine
    /// for longer than a round disturbs both.
    pub ratio: f64,
    /// What the ratio may be at most, where something was promised.
    pub bar: Option<f64>,
}

/// What is done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The signature alone: the key is parsed, the signature decoded.
    Signature,
    /// All of it: reading, key, signature, time, issuer, audience.
    Validation,
}

impl Machine {
    /// How many times as long as aws-lc-rs a verification of RS256 may take.
    ///
    /// Where there is AVX-512 IFMA, processors are also better at the multiplications that the
    /// portable code is made of.
    #[must_use]
    pub const fn rs256_bar(&self) -> f64 {
        if self.avx512ifma { 1.5 } else { 2.0 }
    }
}

impl Row {
    /// Whether it took longer than promised.
    #[must_use]
    pub fn misses_its_bar(&self) -> bool {
        self.bar.is_some_and(|bar| self.ratio > bar)
    }
}

impl Results {
    /// The committed file.
    #[must_use]
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("results.json")
    }

    /// Reads the committed file.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is not of this form.
    pub fn read() -> io::Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(Self::path())?)?)
    }

    /// Writes the file to be committed.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn write(&self) -> io::Result<()> {
        fs::write(Self::path(), format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

//! Instructions of the portable paths, counted by callgrind: the same on every run, so that a
//! change of a few per cent shows.
//!
//! Callgrind runs the program on a processor of its own making, which has no SHA extensions and no
//! AVX-512: the counts do not depend on the machine. They do depend on the compiler, and a little
//! on callgrind's version, which is why both stand in the committed file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gatepost::VerifyingKey;
use serde::{Deserialize, Serialize};

use crate::keys::{KeyKind, Make, PORTABLE, PREPARED};
use crate::paths::{self, kept};
use crate::race::Subject;
use crate::sample::{Kind, Sample};

/// The committed counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// What made the program.
    pub compiler: String,
    /// What counted.
    pub valgrind: String,
    /// How far a count may be from the committed one, as a part of it.
    pub tolerance: f64,
    /// Instructions for one token.
    pub counts: Vec<Count>,
}

/// What one path takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The path.
    pub path: String,
    /// Instructions for one token.
    pub instructions: u64,
    /// The most that it may take whatever the compiler, where there is such a bound.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_most: Option<u64>,
}

/// How far a count may be from the committed one.
pub const TOLERANCE: f64 = 0.03;

/// The most that a payload of 8 KiB may take, signature aside, whatever is recorded: forty times
/// an ordinary token. The bar of 25 µs is `make bench`'s, and some of these payloads miss it.
const WORST_PAYLOAD: u64 = 600_000;

/// A path that is counted.
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Counted {
    /// Its name in the file.
    pub name: String,
    /// The bound.
    pub at_most: Option<u64>,
    /// Sets it up.
    pub set_up: Box<dyn FnOnce() -> Subject<'static>>,
}

/// Everything that is counted.
#[must_use]
pub fn counted() -> Vec<Counted> {
    let ready = |name, at_most, subject| Counted { name, at_most, set_up: Box::new(|| subject) };
    let around = paths::around(TOKENS).into_iter();
    let worst = paths::worst_payloads().into_iter();
    around
        .map(|subject| ready(subject.work.to_owned(), None, subject))
        .chain(
            worst.map(|subject| {
                ready(format!("8 KiB: {}", subject.work), Some(WORST_PAYLOAD), subject)
            }),
        )
        .chain([guard()])
        .chain([signature(Kind::Es256, PREPARED)])
        .chain(SIGNATURES.map(|kind| signature(kind, PORTABLE)))
        .collect()
}

fn guard() -> Counted {
    let subject = paths::guard(TOKENS);
    Counted { name: subject.work.to_owned(), at_most: None, set_up: Box::new(|| subject) }
}

const SIGNATURES: [Kind; 6] = [
    Kind::Es256,
    Kind::Rs256Of2048Bits,
    Kind::Rs256Of3072Bits,
    Kind::Rs256Of4096Bits,
    Kind::Es384,
    Kind::EdDsa,
];

/// Signing takes long under callgrind: only for the path that is counted.
fn signature<K: VerifyingKey + 'static>(kind: Kind, key: KeyKind<Make<K>>) -> Counted {
    Counted {
        name: format!("{}, {}", kind.name(), key.name),
        at_most: None,
        set_up: Box::new(move || paths::signature(kept(Sample::new(kind, TOKENS)), key)),
    }
}

/// Tokens of each sample: few, since they are signed under callgrind as well.
pub const TOKENS: usize = 4;

impl Baseline {
    /// The committed file.
    #[must_use]
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
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

    /// What is wrong with `now`, in sentences; bounds alone where another compiler or another
    /// callgrind counted.
    #[must_use]
    pub fn complaints(&self, now: &Self) -> Vec<String> {
        let mut complaints = Vec::new();
        for count in &now.counts {
            let (path, instructions) = (&count.path, count.instructions);
            if let Some(bound) = count.at_most.filter(|bound| instructions > *bound) {
                complaints.push(format!("{path}: {instructions}, and {bound} are allowed"));
            }
        }
        if !self.comparable(now) {
            return complaints;
        }
        let paths = |of: &Self| of.counts.iter().map(|of| of.path.clone()).collect::<Vec<_>>();
        if paths(self) != paths(now) {
            complaints.push("other paths are counted than those that are committed".to_owned());
        }
        for (before, count) in self.counts.iter().zip(&now.counts) {
            let (path, before, count) = (&count.path, before.instructions, count.instructions);
            if count.abs_diff(before) as f64 > self.tolerance * before as f64 {
                let change = (count as f64 / before as f64 - 1.0) * 100.0;
                complaints.push(format!("{path}: {count} instead of {before} ({change:+.1} %)"));
            }
        }
        complaints
    }

    /// Whether the same compiler and the same callgrind counted.
    #[must_use]
    pub fn comparable(&self, now: &Self) -> bool {
        (&self.compiler, &self.valgrind) == (&now.compiler, &now.valgrind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(instructions: u64, at_most: Option<u64>) -> Baseline {
        Baseline {
            compiler: "rustc".to_owned(),
            valgrind: "valgrind".to_owned(),
            tolerance: TOLERANCE,
            counts: vec![Count { path: "reading".to_owned(), instructions, at_most }],
        }
    }

    #[test]
    fn a_count_may_differ_by_the_tolerance_in_both_directions() {
        let committed = baseline(1000, None);
        for (instructions, wrong) in [(970, 0), (1030, 0), (969, 1), (1031, 1)] {
            let complaints = committed.complaints(&baseline(instructions, None));
            assert_eq!(complaints.len(), wrong, "{complaints:?}");
        }
    }

    #[test]
    fn a_bound_holds_with_every_compiler() {
        let committed = baseline(1000, None);
        let other = Baseline { compiler: "another".to_owned(), ..baseline(2000, Some(2000)) };
        assert!(committed.complaints(&other).is_empty());
        let over = Baseline { compiler: "another".to_owned(), ..baseline(2001, Some(2000)) };
        assert_eq!(committed.complaints(&over).len(), 1);
    }

    #[test]
    fn a_path_that_is_new_has_to_be_recorded() {
        let committed = Baseline { counts: Vec::new(), ..baseline(0, None) };
        assert_eq!(committed.complaints(&baseline(1, None)).len(), 1);
    }

    #[test]
    fn the_committed_counts_are_those_of_the_present_paths() {
        let committed: Vec<_> =
            Baseline::read().unwrap().counts.into_iter().map(|of| (of.path, of.at_most)).collect();
        let present: Vec<_> = counted().into_iter().map(|of| (of.name, of.at_most)).collect();
        assert_eq!(committed, present);
    }
}

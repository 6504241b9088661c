//! The rows that gatepost has in the tables: one for each kind of key, and what is new is added
//! here.

use gatepost_benches::keys::{KeyKind, PORTABLE, PREPARED, hosted, hosted_portable};
use gatepost_benches::measured::MeasuredTable;
use gatepost_benches::paths::{self, Worker, kept};
use gatepost_benches::race::{Subject, race};
use gatepost_benches::sample::{Fleet, Kind, Sample, TOKENS};

use crate::ROUNDS;

/// Whole validations, with each kind of key.
///
/// Bars know the rows by the kinds of key.
pub(crate) fn validations(sample: &'static Sample) -> Vec<Subject<'static>> {
    let mut rows =
        vec![paths::validation(sample, PORTABLE), paths::validation(sample, hosted_portable())];
    if sample.kind == Kind::Es256 {
        rows.push(paths::validation(sample, PREPARED));
    }
    if hosted().id == "ifma" {
        rows.push(paths::validation(sample, hosted()));
    }
    rows
}

/// Whole validations, with the kind of key that a server uses on this processor.
pub(crate) fn fastest(sample: &'static Sample) -> Subject<'static> {
    paths::validation(sample, hosted())
}

/// Validations by one of several issuers, with the same kind of key.
pub(crate) fn issuers(fleet: &'static Fleet) -> Subject<'static> {
    paths::issuers(fleet, hosted())
}

/// What is around a signature, and around a validation.
pub(crate) fn around() -> Vec<Subject<'static>> {
    let mut rows = paths::around(TOKENS);
    rows.push(paths::guard(TOKENS));
    rows
}

/// What several threads do: identifier, name, and what makes a thread's work.
pub(crate) fn threads() -> Vec<(&'static str, &'static str, Box<dyn Fn() -> Worker + Sync>)> {
    let sample = |kind| kept(Sample::new(kind, TOKENS));
    let es256 = sample(Kind::Es256);
    let rs256 = sample(Kind::Rs256Of2048Bits);
    vec![
        ("es256", "ES256", paths::validating(es256, hosted())),
        ("rs256_2048", "RS256 2048", paths::validating(rs256, hosted())),
        ("issuer", "refused: issuer", paths::refusing(es256)),
        ("seen", "seen before, claims checked again", paths::remembering(es256)),
    ]
}

/// Making keys ready.
pub(crate) fn prepare() -> MeasuredTable {
    let import =
        |kind, id, name| paths::key_import(&Sample::new(kind, 0), KeyKind { id, name, ..PORTABLE });
    let prepared =
        KeyKind { id: "p256_8", name: "a P-256 key, with a table of 8-bit windows", ..PREPARED };
    let subjects = vec![
        import(Kind::Es256, "p256", "a P-256 key, without a table"),
        paths::key_import(&Sample::new(Kind::Es256, 0), prepared),
        import(Kind::Rs256Of2048Bits, "rsa_2048", "an RSA key of 2048 bits"),
        import(Kind::Rs256Of4096Bits, "rsa_4096", "an RSA key of 4096 bits"),
    ];
    MeasuredTable {
        id: "prepare".to_owned(),
        title: "Preparing a key".to_owned(),
        note: "From the text of a JSON Web Key Set with one key to a key that verifies, checks of \
               its strength included."
            .to_owned(),
        ratio_is: None,
        rows: race(subjects, ROUNDS, false),
    }
}

//! `gatepost-peers SAMPLES` measures gatepost beside other libraries, in turns, over the tokens in
//! the folder SAMPLES, and prints what it measured as JSON.
//!
//! What can only be had once in a process runs in another process of this program:
//! `gatepost-peers SAMPLES child BACKEND KIND`.

mod child;
mod gatepost_rows;
mod others;
mod threads;

use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use gatepost_benches::machine;
use gatepost_benches::measured::{Measured, MeasuredTable};
use gatepost_benches::paths::{self, kept};
use gatepost_benches::race::race;
use gatepost_benches::sample::{Fleet, Kind, Sample, TOKENS};

/// Rounds that are timed. More help little: what disturbs a round disturbs all of its turns.
const ROUNDS: u32 = 101;

/// The kinds of signature that are compared with others.
const KINDS: [Kind; 4] =
    [Kind::Rs256Of2048Bits, Kind::Rs256Of3072Bits, Kind::Rs256Of4096Bits, Kind::Es256];

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [samples] => measure(samples.as_ref())?,
        [samples, "child", backend, kind] => child::serve(samples.as_ref(), backend, kind)?,
        _ => {
            eprintln!("usage: gatepost-peers SAMPLES");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(samples: &Path) -> io::Result<()> {
    let mut tables = Vec::new();
    for kind in KINDS {
        eprintln!("measuring {}", kind.name());
        tables.push(compare(samples, kind)?);
    }
    eprintln!("measuring what is around the signature");
    tables.extend([around(), operation(), worst(), gatepost_rows::prepare(), length()]);
    eprintln!("measuring several issuers");
    tables.extend([Kind::Es256, Kind::Rs256Of2048Bits].map(issuers));
    eprintln!("measuring two threads");
    tables.push(threads::table());

    let lock = include_str!("../Cargo.lock");
    let versions =
        ["gatepost", "aws-lc-rs", "jsonwebtoken", "josekit", "openssl-src", "jwt-simple"];
    let measured = Measured {
        machine: Some(machine::this_one()),
        versions: versions.map(|name| machine::version_of(name, lock)).into(),
        tables,
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// Whole validations beside those of other libraries.
fn compare(samples: &Path, kind: Kind) -> io::Result<MeasuredTable> {
    let sample = kept(Sample::read(samples, kind)?);
    let mut subjects = vec![others::aws_lc_signature(sample)];
    subjects.extend(gatepost_rows::validations(sample));
    subjects.extend(others::validations(sample));
    for backend in child::BACKENDS {
        subjects.push(child::subject(samples, backend, kind)?);
    }
    Ok(MeasuredTable {
        id: kind.id().to_owned(),
        title: kind.name().to_owned(),
        note: format!(
            "Tokens of {} characters. × is the ratio to verifying the signature alone with \
             aws-lc-rs, with a parsed key and hash included. jsonwebtoken runs in a process of its \
             own for each backend, with such a floor there.",
            sample.tokens[0].len()
        ),
        ratio_is: Some("× aws-lc-rs, signature alone".to_owned()),
        rows: race(subjects, ROUNDS, true),
    })
}

fn around() -> MeasuredTable {
    MeasuredTable {
        id: "around".to_owned(),
        title: "Around the signature".to_owned(),
        note:
            "Tokens of ES256 with 800 characters. Hash and signature are left out: the key takes \
               every signature. The time is an argument. The guard judges whole requests: the \
               head with its token, a body of 200 bytes with its headers, and the scopes."
                .to_owned(),
        ratio_is: None,
        rows: race(gatepost_rows::around(), ROUNDS, false),
    }
}

fn operation() -> MeasuredTable {
    MeasuredTable {
        id: "operation".to_owned(),
        title: "The operation of a body of 1 MB".to_owned(),
        note: format!(
            "What a call of a tool asks for, out of {} bytes of JSON that are checked to their \
             end. Times are for one body.",
            paths::OPERATION_BODY
        ),
        ratio_is: None,
        rows: race(paths::operations(), ROUNDS, false),
    }
}

fn worst() -> MeasuredTable {
    MeasuredTable {
        id: "worst".to_owned(),
        title: "The worst payloads of 8 KiB".to_owned(),
        note: "Everything but hash and signature, for payloads that only somebody makes who wants \
               to cost time."
            .to_owned(),
        ratio_is: None,
        rows: race(paths::worst_payloads(), ROUNDS, false),
    }
}

/// Validations by the length of the token.
fn length() -> MeasuredTable {
    const LENGTHS: [(usize, [&str; 2]); 6] = [
        (512, ["es256/512", "rs256/512"]),
        (1024, ["es256/1024", "rs256/1024"]),
        (2048, ["es256/2048", "rs256/2048"]),
        (4096, ["es256/4096", "rs256/4096"]),
        (6144, ["es256/6144", "rs256/6144"]),
        (8192, ["es256/8192", "rs256/8192"]),
    ];
    let kinds = [(Kind::Es256, "ES256"), (Kind::Rs256Of2048Bits, "RS256, 2048 bits")];
    let mut subjects = Vec::new();
    for (place, (kind, name)) in kinds.into_iter().enumerate() {
        for (len, ids) in LENGTHS {
            // The signature of RS256 and a header alone have more.
            if kind == Kind::Rs256Of2048Bits && len < 1024 {
                continue;
            }
            let sample = kept(Sample::of_len(kind, TOKENS / 8, len));
            let mut subject = gatepost_rows::fastest(sample);
            (subject.id, subject.work) = (ids[place], name);
            subjects.push(subject);
        }
    }
    let mut rows = race(subjects, ROUNDS / 2, false);
    for row in &mut rows {
        let len = row.id.split('/').nth(1).unwrap_or_default();
        row.subject = format!("{len} characters");
    }
    MeasuredTable {
        id: "length".to_owned(),
        title: "By the length of the token".to_owned(),
        note: "Whole validations with the fastest key that this processor can run. The longer \
               tokens have more permissions."
            .to_owned(),
        ratio_is: None,
        rows,
    }
}

/// One issuer, ten and a hundred.
fn issuers(kind: Kind) -> MeasuredTable {
    let subjects = [("1", 1, "1 issuer"), ("10", 10, "10 issuers"), ("100", 100, "100 issuers")];
    let subjects = subjects.map(|(id, count, work)| {
        let mut subject = gatepost_rows::issuers(kept(Fleet::new(kind, count)));
        (subject.id, subject.work) = (id, work);
        subject
    });
    MeasuredTable {
        id: format!("issuers_{}", kind.id()),
        title: format!("Several issuers, {}", kind.name()),
        note:
            "Ten keys each. Tokens of up to 64 of the keys take turns: of all ten where there is \
               one issuer. × is the ratio to one issuer."
                .to_owned(),
        ratio_is: Some("× one issuer".to_owned()),
        rows: race(subjects.into(), ROUNDS, true),
    }
}

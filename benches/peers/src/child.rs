//! jsonwebtoken, in a process of its own for each of its backends.
//!
//! The parent asks for a turn with a line; the child answers with one: nanoseconds a token, for
//! jsonwebtoken and for the floor in the same process.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gatepost_benches::paths::{kept, round_robin};
use gatepost_benches::race::{Runner, Subject, Turns};
use gatepost_benches::sample::{AUDIENCE, ISSUER, Kind, Sample};
use jsonwebtoken::crypto::{aws_lc, rust_crypto};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Map, Value};

use crate::others::aws_lc_signature;

/// The backends: identifier, and name for people.
pub(crate) const BACKENDS: [(&str, &str); 2] = [
    ("jsonwebtoken-aws-lc-rs", "jsonwebtoken, aws_lc_rs"),
    ("jsonwebtoken-rust-crypto", "jsonwebtoken, rust_crypto"),
];

/// The subject that runs in a child, which ends with this value.
pub(crate) fn subject(
    samples: &Path,
    (id, name): (&'static str, &'static str),
    kind: Kind,
) -> io::Result<Subject<'static>> {
    let child = Command::new(std::env::current_exe()?)
        .arg(samples)
        .args(["child", id, kind.id()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut running = Running(child);
    let mut answers = BufReader::new(running.0.stdout.take().expect("a pipe"));
    let run = move || {
        let mut line = String::new();
        writeln!(running.0.stdin.as_mut().expect("a pipe")).expect("the child listens");
        answers.read_line(&mut line).expect("the child answers");
        let (turn, floor) = line.trim().split_once(' ').expect("two numbers");
        (turn.parse().expect("a number"), floor.parse().expect("a number"))
    };
    Ok(Subject { id, subject: name, work: "validation", runner: Runner::Elsewhere(Box::new(run)) })
}

/// Takes a turn for each line of standard input, until it ends.
pub(crate) fn serve(samples: &Path, backend: &str, kind: &str) -> io::Result<()> {
    let installed = match backend {
        "jsonwebtoken-aws-lc-rs" => aws_lc::DEFAULT_PROVIDER.install_default(),
        "jsonwebtoken-rust-crypto" => rust_crypto::DEFAULT_PROVIDER.install_default(),
        _ => return Err(io::Error::other("no such backend")),
    };
    installed.expect("the first one");
    let kind = Kind::ALL.into_iter().find(|of| of.id() == kind);
    let sample =
        kept(Sample::read(samples, kind.ok_or_else(|| io::Error::other("no such kind"))?)?);

    let Runner::Here(mut floor) = aws_lc_signature(sample).runner else { return Ok(()) };
    let mut verify = jsonwebtoken(sample);
    let mut turns = Turns::new(&mut verify);
    let mut floor_turns = Turns::new(&mut *floor);
    for line in io::stdin().lines() {
        line?;
        let (turn, floor) = (turns.take(&mut verify), floor_turns.take(&mut *floor));
        println!("{turn} {floor}");
    }
    Ok(())
}

fn jsonwebtoken(sample: &'static Sample) -> impl FnMut(usize) {
    let algorithm = match sample.kind {
        Kind::Es256 => Algorithm::ES256,
        _ => Algorithm::RS256,
    };
    let jwk = serde_json::from_str(&sample.jwk).expect("a JSON Web Key");
    let key = DecodingKey::from_jwk(&jwk).expect("a good key");
    let mut validation = Validation::new(algorithm);
    validation.aud = Some(HashSet::from([AUDIENCE.to_owned()]));
    validation.iss = Some(HashSet::from([ISSUER.to_owned()]));
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    move |number| {
        let token = round_robin(&sample.tokens, number);
        decode::<Map<String, Value>>(token, &key, &validation).expect("a good token");
    }
}

/// A child that ends when nobody needs it any more: its standard input is closed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Whether it went well is known from its answers.
        let _ = self.0.wait();
    }
}

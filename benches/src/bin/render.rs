//! Writes `RESULTS.md` from `results.json`, or with `--check` says whether that would change it.

use std::process::ExitCode;
use std::{env, fs, io};

use gatepost_benches::report;
use gatepost_benches::results::Results;

fn main() -> io::Result<ExitCode> {
    let text = report::render(&Results::read()?);
    match env::args().nth(1).as_deref() {
        None => fs::write(report::path(), text)?,
        Some("--check") => {
            if fs::read_to_string(report::path())? != text {
                return complain("benches/RESULTS.md is not what benches/results.json gives");
            }
        }
        Some(_) => return complain("usage: render [--check]"),
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "a command's message")]
fn complain(message: &str) -> io::Result<ExitCode> {
    eprintln!("{message}");
    Ok(ExitCode::FAILURE)
}

//! `samples FOLDER` writes the tokens and keys that the benchmarks in other languages verify.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use gatepost_benches::sample::{AUDIENCE, ISSUER, Kind, Sample, TOKENS};

/// The kinds of signature that are compared.
const KINDS: [Kind; 4] =
    [Kind::Rs256Of2048Bits, Kind::Rs256Of3072Bits, Kind::Rs256Of4096Bits, Kind::Es256];

#[expect(clippy::print_stderr, reason = "a command's message")]
fn main() -> io::Result<ExitCode> {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("usage: samples FOLDER");
        return Ok(ExitCode::FAILURE);
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("issuer"), ISSUER)?;
    fs::write(folder.join("audience"), AUDIENCE)?;
    for kind in KINDS {
        Sample::new(kind, TOKENS).write(folder)?;
    }
    Ok(ExitCode::SUCCESS)
}

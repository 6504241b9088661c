//! Writes `RESULTS.md` and the charts from `results.json`.
//!
//! * `render --check` says instead whether that would change them;
//! * `render --collect FILE...` writes `results.json` first, from what the programs measured, and
//!   fails where a bar is missed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use gatepost_benches::bars::Verdict;
use gatepost_benches::measured::Measured;
use gatepost_benches::results::Results;
use gatepost_benches::{chart, firmware, report};

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.split_first() {
        None => write(&Results::read()?)?,
        Some((first, [])) if first == "--check" => {
            for (path, text) in files(&Results::read()?) {
                if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                    let name = path.display();
                    return complain(&format!("{name} is not what benches/results.json gives"));
                }
            }
        }
        Some((first, measured)) if first == "--collect" && !measured.is_empty() => {
            return collect(measured);
        }
        Some(_) => return complain("usage: render [--check | --collect FILE...]"),
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
fn collect(measured: &[String]) -> io::Result<ExitCode> {
    let measured: io::Result<Vec<_>> =
        measured.iter().map(|path| Measured::read(path.as_ref())).collect();
    let results = Results::of(measured?)?;
    results.write()?;
    write(&results)?;
    println!("{}", report::render(&results));
    let bars = firmware::judge();
    match results.bars.iter().chain(&bars).filter(|bar| bar.verdict == Verdict::Missed).count() {
        0 => Ok(ExitCode::SUCCESS),
        missed => complain(&format!("{missed} of the bars were missed: see benches/RESULTS.md")),
    }
}

fn write(results: &Results) -> io::Result<()> {
    fs::create_dir_all(chart::folder())?;
    files(results).into_iter().try_for_each(|(path, text)| fs::write(path, text))
}

/// Every file that is made from the results.
fn files(results: &Results) -> Vec<(PathBuf, String)> {
    let charts = chart::ALL.iter().filter_map(|chart| Some((chart.path(), chart.draw(results)?)));
    [(report::path(), report::render(results))].into_iter().chain(charts).collect()
}

#[expect(clippy::print_stderr, reason = "a command's message")]
fn complain(message: &str) -> io::Result<ExitCode> {
    eprintln!("{message}");
    Ok(ExitCode::FAILURE)
}

//! Writes `RESULTS.md` and the charts from `results.json`.
//!
//! * `render --check` says instead whether that would change them;
//! * `render --collect FILE...` writes `results.json` first, with what the programs measured on this
//!   kind of processor, and fails where a bar is missed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use gatepost_benches::bars::Verdict;
use gatepost_benches::chart::Chart;
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
    let measured = Results::of(measured?)?;
    let bars = [measured.bars.clone(), firmware::judge()].concat();
    let mut runs = Results::read()?;
    measured.replace_in(&mut runs);
    Results::write(&runs)?;
    write(&runs)?;
    println!("{}", report::render(&runs));
    match bars.iter().filter(|bar| bar.verdict == Verdict::Missed).count() {
        0 => Ok(ExitCode::SUCCESS),
        missed => complain(&format!("{missed} of the bars were missed: see benches/RESULTS.md")),
    }
}

fn write(runs: &[Results]) -> io::Result<()> {
    for run in runs {
        fs::create_dir_all(chart::folder(&run.machine))?;
    }
    files(runs).into_iter().try_for_each(|(path, text)| fs::write(path, text))
}

/// Every file that is made from the results.
fn files(runs: &[Results]) -> Vec<(PathBuf, String)> {
    let charts = runs.iter().flat_map(|run| {
        let drawn = |chart: &Chart| Some((chart.path(&run.machine), chart.draw(run)?));
        chart::ALL.iter().filter_map(drawn)
    });
    [(report::path(), report::render(runs))].into_iter().chain(charts).collect()
}

#[expect(clippy::print_stderr, reason = "a command's message")]
fn complain(message: &str) -> io::Result<ExitCode> {
    eprintln!("{message}");
    Ok(ExitCode::FAILURE)
}

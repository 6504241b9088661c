//! Counts the instructions of the portable paths, and compares them with `instructions.json`;
//! `instructions --record` writes that file.
//!
//! It runs itself under callgrind, once for each path: `instructions --count NUMBER`.

use std::process::{Command, ExitCode};
use std::{env, fs, io, process};

use gatepost_benches::instructions::{Baseline, Count, TOKENS, TOLERANCE, counted};
use gatepost_benches::machine;
use gatepost_benches::race::Runner;

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command's answer")]
fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let record = match arguments[..] {
        ["--count", number] => {
            run_counted(number.parse().map_err(io::Error::other)?);
            return Ok(ExitCode::SUCCESS);
        }
        ["--record"] => true,
        [] => false,
        _ => {
            eprintln!("usage: instructions [--record]");
            return Ok(ExitCode::FAILURE);
        }
    };
    let now = count_all()?;
    for count in &now.counts {
        println!("{:>12}  {}", count.instructions, count.path);
    }
    let committed = if record { now.clone() } else { Baseline::read()? };
    if !committed.comparable(&now) {
        println!(
            "left out: comparing instructions, which were counted with {} and {}; here are {} and {}",
            committed.compiler, committed.valgrind, now.compiler, now.valgrind
        );
    }
    let complaints = committed.complaints(&now);
    if record {
        now.write()?;
    }
    if complaints.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for complaint in complaints {
        eprintln!("{complaint}");
    }
    eprintln!("if that is meant to be so: make instructions-record");
    Ok(ExitCode::FAILURE)
}

fn count_all() -> io::Result<Baseline> {
    let version = Command::new("valgrind").arg("--version").output()?.stdout;
    let mut counts = Vec::new();
    for (number, path) in counted().into_iter().enumerate() {
        let instructions = count(number)? / TOKENS as u64;
        counts.push(Count { path: path.name, instructions, at_most: path.at_most });
    }
    Ok(Baseline {
        compiler: machine::COMPILER.to_owned(),
        valgrind: String::from_utf8_lossy(&version).trim().to_owned(),
        tolerance: TOLERANCE,
        counts,
    })
}

/// Instructions that [`measured_by_callgrind`] takes for one path.
fn count(number: usize) -> io::Result<u64> {
    let file = env::temp_dir().join(format!("gatepost-callgrind-{}-{number}", process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*measured_by_callgrind*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe()?)
        .args(["--count", &number.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: "));
    match totals.and_then(|total| total.trim().parse().ok()) {
        Some(total) if total > 0 => Ok(total),
        _ => Err(io::Error::other("callgrind has counted nothing")),
    }
}

fn run_counted(number: usize) {
    let path = counted().into_iter().nth(number);
    if let Some(Runner::Here(mut run)) = path.map(|path| (path.set_up)().runner) {
        // What is done once in a process, such as asking what the processor can do.
        (0..TOKENS).for_each(&mut run);
        measured_by_callgrind(&mut run);
    }
}

/// Callgrind counts while this function runs, and knows it by its name.
#[inline(never)]
fn measured_by_callgrind(run: &mut dyn FnMut(usize)) {
    (0..TOKENS).for_each(run);
}

//! What this run runs on.

use std::{env, fs};

use gatepost_benches::results::Machine;

pub(crate) fn this_one() -> Machine {
    let (avx512ifma, features) = features();
    Machine {
        processor: processor().unwrap_or_else(|| "unknown".to_owned()),
        architecture: env::consts::ARCH.to_owned(),
        avx512ifma,
        features: features.into_iter().map(str::to_owned).collect(),
        compiler: env!("COMPILER").to_owned(),
    }
}

/// The version of a library that this program was built with.
pub(crate) fn version_of(name: &str) -> String {
    let mut lines = include_str!("../Cargo.lock").lines();
    lines.find(|line| *line == format!("name = \"{name}\""));
    let version = lines.next().and_then(|line| line.strip_prefix("version = \""));
    version.expect("a dependency of this program").trim_end_matches('"').to_owned()
}

/// Its name; with family and model where it has them, since virtual machines cut the name short.
fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let value = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(key, value)| (key.trim() == name).then(|| value.trim().to_owned()))
    };
    let name = value("model name")?;
    match (value("cpu family"), value("model")) {
        (Some(family), Some(model)) => Some(format!("{name} (family {family}, model {model})")),
        _ => Some(name),
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> (bool, Vec<&'static str>) {
    let features = [
        ("adx", is_x86_feature_detected!("adx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("sha", is_x86_feature_detected!("sha")),
    ];
    let has = features.into_iter().filter_map(|(name, is_there)| is_there.then_some(name));
    (is_x86_feature_detected!("avx512ifma"), has.collect())
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> (bool, Vec<&'static str>) {
    (false, Vec::new())
}

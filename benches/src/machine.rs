//! What this run runs on.

use std::{env, fs, thread};

use crate::results::{Machine, Version};

/// The compiler that made this program.
pub const COMPILER: &str = env!("COMPILER");

/// This machine.
#[must_use]
pub fn this_one() -> Machine {
    let (avx512ifma, features) = features();
    Machine {
        processor: processor().unwrap_or_else(|| "unknown".to_owned()),
        architecture: env::consts::ARCH.to_owned(),
        threads: thread::available_parallelism().map_or(1, usize::from),
        avx512ifma,
        features: features.into_iter().map(str::to_owned).collect(),
        compiler: COMPILER.to_owned(),
    }
}

/// The newest version of a library that stands in a `Cargo.lock`.
///
/// # Panics
///
/// Where it does not stand there.
#[must_use]
pub fn version_of(name: &str, lock: &str) -> Version {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut version = None;
    while lines.find(|line| *line == wanted).is_some() {
        version = lines.next().and_then(|line| line.strip_prefix("version = \""));
    }
    let version = version.expect("a dependency of this program").trim_end_matches('"').to_owned();
    Version { name: name.to_owned(), version }
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
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("sha", is_x86_feature_detected!("sha")),
        ("vpclmulqdq", is_x86_feature_detected!("vpclmulqdq")),
    ];
    let has = features.into_iter().filter_map(|(name, is_there)| is_there.then_some(name));
    (is_x86_feature_detected!("avx512ifma"), has.collect())
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> (bool, Vec<&'static str>) {
    (false, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_versions_the_newer_one_is_named() {
        let lock =
            "name = \"p256\"\nversion = \"0.13.2\"\n\nname = \"p256\"\nversion = \"0.14.0\"\n";
        assert_eq!(version_of("p256", lock).version, "0.14.0");
    }
}

//! What was promised of a validation on a Cortex-M4, held against what `scripts/firmware.sh` has
//! measured. The figures are no timings, and are the same on each machine.

use crate::bars::{Judged, Verdict};

/// For each program flash and stack in bytes, and instructions.
const FIGURES: &str = include_str!("../../examples/firmware/figures.txt");

/// A promise about one figure of one program, in units of `unit`.
struct Bar {
    path: &'static str,
    figure: (&'static str, &'static str),
    measure: &'static str,
    unit: f64,
    bar: f64,
    stretch: f64,
}

const KB: f64 = 1024.0;
const MILLION: f64 = 1e6;

const BARS: [Bar; 6] = [
    bar("Cortex-M4, ES256: flash", ("es256", "flash"), "KB, at most", KB, 20.0, 16.0),
    bar("Cortex-M4, ES256: stack", ("es256", "stack"), "KB, at most", KB, 3.0, 2.2),
    bar(
        "Cortex-M4, ES256: instructions",
        ("es256", "instructions"),
        "million, at most",
        MILLION,
        2.0,
        1.7,
    ),
    bar("Cortex-M4, RS256 2048: flash", ("rs256", "flash"), "KB, at most", KB, 14.0, 10.0),
    bar("Cortex-M4, RS256 2048: stack", ("rs256", "stack"), "KB, at most", KB, 2.5, 1.8),
    bar(
        "Cortex-M4, RS256 2048: instructions",
        ("rs256", "instructions"),
        "million, at most",
        MILLION,
        1.1,
        0.85,
    ),
];

/// Holds every bar against the committed figures.
#[must_use]
pub fn judge() -> Vec<Judged> {
    BARS.iter().map(|bar| bar.judged(FIGURES)).collect()
}

const fn bar(
    path: &'static str,
    figure: (&'static str, &'static str),
    measure: &'static str,
    unit: f64,
    bar: f64,
    stretch: f64,
) -> Bar {
    Bar { path, figure, measure, unit, bar, stretch }
}

impl Bar {
    fn judged(&self, figures: &str) -> Judged {
        let measured = figure(figures, self.figure.0, self.figure.1).map(|it| it / self.unit);
        let verdict = match measured {
            None => Verdict::NotMeasured,
            Some(value) if value > self.bar => Verdict::Missed,
            Some(value) if value > self.stretch => Verdict::Met,
            Some(_) => Verdict::StretchMet,
        };
        Judged {
            path: self.path.to_owned(),
            measure: self.measure.to_owned(),
            bar: self.bar,
            stretch: Some(self.stretch),
            measured,
            verdict,
        }
    }
}

/// A line is the program's name, and then names of figures with the figures behind them.
fn figure(figures: &str, program: &str, name: &str) -> Option<f64> {
    let line = figures.lines().find_map(|line| line.strip_prefix(program)?.strip_prefix(' '))?;
    let mut words = line.split(' ').skip_while(|word| *word != name);
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_has_its_figure() {
        for judged in judge() {
            assert_ne!(judged.verdict, Verdict::NotMeasured, "{}", judged.path);
        }
    }

    #[test]
    fn a_bar_is_kept_up_to_its_value() {
        for (bytes, verdict) in [
            ("16384", Verdict::StretchMet),
            ("16385", Verdict::Met),
            ("20480", Verdict::Met),
            ("20481", Verdict::Missed),
        ] {
            let figures = format!("rs256 flash 1 stack 2\nes256 flash {bytes} stack 3\n");
            assert_eq!(BARS[0].judged(&figures).verdict, verdict, "{bytes}");
        }
        assert_eq!(BARS[0].judged("es256 stack 3\n").verdict, Verdict::NotMeasured);
    }
}

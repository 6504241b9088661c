//! What was promised of a validation on a Cortex-M4, held against what `scripts/firmware.sh` has
//! measured. The figures are no timings, and are the same on each machine.

use crate::bars::{Judged, Verdict};

/// For each program flash and stack in bytes, and instructions.
const FIGURES: &str = include_str!("../../examples/firmware/figures.txt");

/// A promise about one figure of one program: bytes in KB, instructions in millions.
struct Bar {
    algorithm: &'static str,
    program: &'static str,
    figure: &'static str,
    bar: f64,
    stretch: f64,
}

const BARS: [Bar; 6] = {
    const ES: Bar =
        Bar { algorithm: "ES256", program: "es256", figure: "flash", bar: 20.0, stretch: 16.0 };
    const RS: Bar = Bar {
        algorithm: "RS256 2048",
        program: "rs256",
        figure: "flash",
        bar: 14.0,
        stretch: 10.0,
    };
    [
        ES,
        Bar { figure: "stack", bar: 3.0, stretch: 2.2, ..ES },
        Bar { figure: "instructions", bar: 2.0, stretch: 1.7, ..ES },
        RS,
        Bar { figure: "stack", bar: 2.5, stretch: 1.8, ..RS },
        Bar { figure: "instructions", bar: 1.1, stretch: 0.85, ..RS },
    ]
};

/// Holds every bar against the committed figures.
#[must_use]
pub fn judge() -> Vec<Judged> {
    BARS.iter().map(|bar| bar.judged(FIGURES)).collect()
}

impl Bar {
    fn judged(&self, figures: &str) -> Judged {
        let (measure, unit) = match self.figure {
            "instructions" => ("million, at most", 1e6),
            _ => ("KB, at most", 1024.0),
        };
        let measured = figure(figures, self.program, self.figure).map(|it| it / unit);
        let verdict = match measured {
            None => Verdict::NotMeasured,
            Some(value) if value > self.bar => Verdict::Missed,
            Some(value) if value > self.stretch => Verdict::Met,
            Some(_) => Verdict::StretchMet,
        };
        Judged {
            path: format!("Cortex-M4, {}: {}", self.algorithm, self.figure),
            measure: measure.to_owned(),
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

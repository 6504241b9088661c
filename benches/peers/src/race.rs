//! Timing in turns.

use std::time::Instant;

use gatepost_benches::results::Work;

/// Something that verifies tokens.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    /// Verifies the token with this number, counted round and round; panics where it is refused.
    pub(crate) verify: Box<dyn FnMut(usize) + 'a>,
}

/// What a subject took for one token in each round, in nanoseconds.
pub(crate) struct Turns(Vec<f64>);

impl Turns {
    pub(crate) fn median_ns(&self) -> f64 {
        rounded(median(self.0.iter().copied()), 10.0)
    }

    /// The median of the ratios to what `other` took in the same round.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        rounded(median(self.0.iter().zip(&other.0).map(|(this, other)| this / other)), 1000.0)
    }

    /// The median of the differences to what `other` took in the same round.
    pub(crate) fn difference_ns(&self, other: &Self) -> f64 {
        rounded(median(self.0.iter().zip(&other.0).map(|(this, other)| this - other)), 10.0)
    }
}

/// Rounds at the beginning that are not counted: caches and clocks settle.
const WARM_UP: u32 = 20;

/// Lets each subject verify `tokens` tokens a round, the same ones.
pub(crate) fn race<const N: usize>(
    subjects: &mut [Subject<'_>; N],
    rounds: u32,
    tokens: u32,
) -> [Turns; N] {
    let mut turns = [const { Vec::new() }; N];
    let mut next = 0;
    for round in 0..WARM_UP + rounds {
        for (subject, turns) in subjects.iter_mut().zip(&mut turns) {
            let start = Instant::now();
            for number in 0..tokens as usize {
                (subject.verify)(next + number);
            }
            if round >= WARM_UP {
                turns.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(tokens));
            }
        }
        next += tokens as usize;
    }
    turns.map(Turns)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// To so many parts of one: more digits would only be noise in the committed file.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

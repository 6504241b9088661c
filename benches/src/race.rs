//! Timing in turns.

use core::time::Duration;
use std::time::Instant;

use crate::measured::MeasuredRow;

/// Something that is done with tokens, over and over.
#[expect(missing_debug_implementations, reason = "it is a closure")]
pub struct Subject<'a> {
    /// What bars and charts know it by.
    pub id: &'static str,
    /// The library.
    pub subject: &'static str,
    /// What it does.
    pub work: &'static str,
    /// Who does it.
    pub runner: Runner<'a>,
}

/// Who does what is timed.
#[expect(missing_debug_implementations, reason = "it is a closure")]
pub enum Runner<'a> {
    /// This process: handles the token with this number, counted round and round; panics where the
    /// verdict is another one than expected.
    Here(Box<dyn FnMut(usize) + 'a>),
    /// Another one: takes one turn, and returns nanoseconds a token for the subject and for the
    /// floor in the same process.
    Elsewhere(Box<dyn FnMut() -> (f64, f64) + 'a>),
}

/// How long a turn takes. Long enough that the tables of a key, half a megabyte that the other
/// subjects have pushed out of the caches, are back after a small part of it; short enough that a
/// round is over before the machine changes its mind about its clock.
const TURN: Duration = Duration::from_millis(16);
/// Tokens of a turn at least and at most.
const TOKENS: (usize, usize) = (4, 1 << 16);
/// Rounds at the beginning that are not counted: caches and clocks settle.
const WARM_UP: u32 = 4;

/// Lets the subjects take turns, and says what each took in every round.
///
/// With `floor`, the first subject is what the ratios of the others are taken to, unless they
/// bring one from their own process.
#[must_use]
pub fn race(mut subjects: Vec<Subject<'_>>, rounds: u32, floor: bool) -> Vec<MeasuredRow> {
    let mut clocks: Vec<_> = subjects.iter_mut().map(Clock::new).collect();
    for round in 0..WARM_UP + rounds {
        for (subject, clock) in subjects.iter_mut().zip(&mut clocks) {
            clock.turn(&mut subject.runner, round >= WARM_UP);
        }
    }
    let first: Vec<_> = match clocks.first() {
        Some(clock) if floor => clock.turns.clone(),
        _ => Vec::new(),
    };
    let rows = subjects.iter().zip(clocks).map(|(subject, clock)| MeasuredRow {
        id: subject.id.to_owned(),
        subject: subject.subject.to_owned(),
        work: subject.work.to_owned(),
        turns: clock.turns,
        floor: if clock.floor.is_empty() { first.clone() } else { clock.floor },
        p99: Vec::new(),
        p99_floor: Vec::new(),
    });
    rows.collect()
}

/// Measures turns of one runner in this process, as a child does for its parent.
#[derive(Debug)]
pub struct Turns {
    tokens: usize,
    next: usize,
}

impl Turns {
    /// Finds out how many tokens make a turn.
    pub fn new(run: &mut dyn FnMut(usize)) -> Self {
        let (least, most) = TOKENS;
        let mut turns = Self { tokens: least, next: 0 };
        turns.take(run);
        let each = turns.take(run).max(1.0);
        let fit = (TURN.as_secs_f64() * 1e9 / each) as usize;
        turns.tokens = fit.clamp(least, most);
        turns
    }

    /// Takes a turn: nanoseconds a token.
    pub fn take(&mut self, run: &mut dyn FnMut(usize)) -> f64 {
        let start = Instant::now();
        for number in self.next..self.next + self.tokens {
            run(number);
        }
        self.next += self.tokens;
        start.elapsed().as_secs_f64() * 1e9 / self.tokens as f64
    }
}

struct Clock {
    /// `None` for a runner elsewhere.
    here: Option<Turns>,
    turns: Vec<f64>,
    floor: Vec<f64>,
}

impl Clock {
    fn new(subject: &mut Subject<'_>) -> Self {
        let here = match &mut subject.runner {
            Runner::Here(run) => Some(Turns::new(run)),
            Runner::Elsewhere(_) => None,
        };
        Self { here, turns: Vec::new(), floor: Vec::new() }
    }

    fn turn(&mut self, runner: &mut Runner<'_>, counts: bool) {
        let (turn, floor) = match (runner, &mut self.here) {
            (Runner::Here(run), Some(turns)) => (turns.take(run), None),
            (Runner::Elsewhere(run), _) => {
                let (turn, floor) = run();
                (turn, Some(floor))
            }
            (Runner::Here(_), None) => return,
        };
        if counts {
            self.turns.push(turn);
            self.floor.extend(floor);
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::*;

    fn subject<'a>(id: &'static str, runner: Runner<'a>) -> Subject<'a> {
        Subject { id, subject: "", work: "", runner }
    }

    #[test]
    fn subjects_take_turns_and_see_every_token_in_order() {
        let seen = RefCell::new(Vec::new());
        let one = Runner::Here(Box::new(|number| seen.borrow_mut().push((1, number))));
        let other = Runner::Elsewhere(Box::new(|| {
            seen.borrow_mut().push((2, 0));
            (30.0, 10.0)
        }));
        let rows = race(vec![subject("one", one), subject("other", other)], 2, true);

        assert_eq!(rows[0].floor, rows[0].turns);
        assert_eq!((rows[1].turns.clone(), rows[1].floor.clone()), (vec![30.0; 2], vec![10.0; 2]));
        let seen = seen.into_inner();
        let numbers: Vec<_> = seen.iter().filter(|of| of.0 == 1).map(|of| of.1).collect();
        assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
        assert_eq!(seen.iter().filter(|of| of.0 == 2).count(), 2 + WARM_UP as usize);
        // Between two turns of the other one there is always one of the first.
        assert!(!seen.windows(2).any(|pair| pair[0].0 == 2 && pair[1].0 == 2));
    }

    #[test]
    fn without_a_floor_there_are_no_ratios() {
        let rows = race(vec![subject("one", Runner::Here(Box::new(|_| ())))], 1, false);
        assert_eq!((rows[0].turns.len(), rows[0].ratio()), (1, None));
    }
}

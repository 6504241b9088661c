//! Two threads beside one.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use gatepost_benches::measured::{MeasuredRow, MeasuredTable};
use gatepost_benches::paths::Worker;

use crate::gatepost_rows;

/// Rounds that are timed.
const ROUNDS: usize = 11;
/// How long a turn takes, in nanoseconds: so long that it does not matter when the system gets round
/// to giving each thread a processor of its own, which takes it some milliseconds.
const TURN: f64 = 3e8;

/// Throughput of two threads that share keys and tokens, beside that of one.
pub(crate) fn table() -> MeasuredTable {
    let rows = gatepost_rows::threads().into_iter().map(|(id, work, worker)| {
        let (one, two) = turns(&*worker);
        MeasuredRow {
            id: id.to_owned(),
            subject: "gatepost".to_owned(),
            work: work.to_owned(),
            turns: one,
            floor: two,
            p99: Vec::new(),
            p99_floor: Vec::new(),
        }
    });
    MeasuredTable {
        id: "threads".to_owned(),
        title: "Two threads".to_owned(),
        note: "Threads that share keys and tokens. The time is that of one thread; × is how many \
               tokens two threads judge in the time in which one judges one."
            .to_owned(),
        ratio_is: Some("× one thread".to_owned()),
        rows: rows.collect(),
    }
}

/// Nanoseconds a token in each round: of one thread, and of two together.
fn turns(worker: &(dyn Fn() -> Worker + Sync)) -> (Vec<f64>, Vec<f64>) {
    let tokens = (TURN / together(worker, 1, 64)).max(64.0) as usize;
    let mut turns = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        turns.0.push(together(worker, 1, tokens));
        turns.1.push(together(worker, 2, tokens) / 2.0);
    }
    turns
}

/// Lets threads begin together, each with so many tokens: nanoseconds for the slowest one, by the
/// tokens of one.
fn together(worker: &(dyn Fn() -> Worker + Sync), threads: usize, tokens: usize) -> f64 {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut work = worker();
                    // Its memory is there, and the tables are near.
                    (0..64).for_each(&mut work);
                    start.wait();
                    let began = Instant::now();
                    (0..tokens).for_each(&mut work);
                    began.elapsed().as_secs_f64() * 1e9 / tokens as f64
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it ends")).fold(0.0, f64::max)
    })
}

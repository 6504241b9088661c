//! The bounds that the comments of `formulas/p256` claim, proved with intervals: each formula runs
//! on all operands at once that it can be given.

use crate::arch::lanes::interval::p256::parts::{
    Sums, add_points, compare_equal, compare_sum, eight_to_four, first_sum, four_to_two,
};
use crate::arch::lanes::interval::{Interval, Vector};

/// Any table entry whose coordinates have no higher top word than p has.
const POINTS: [&[Interval; 8]; 8] = {
    const ANY: Interval = Interval::WORD;
    const TOP_WORD: Interval = Interval::new(0, 0xffff_ffff_0000_0001);
    [&[ANY, ANY, ANY, TOP_WORD, ANY, ANY, ANY, TOP_WORD]; 8]
};
const CANDIDATES: [[Interval; 4]; 2] = [[Interval::WORD; 4]; 2];

/// All sums that are within the bounds that `Sums` claims.
fn all_sums() -> Sums {
    let below = |tenths: i128| -> [Vector; 5] {
        let mut number = [[Interval::DIGIT; 8]; 5];
        number[4] = [Interval::new(0, tenths * TOP / 10 - 1); 8];
        number
    };
    Sums { x: below(21), y: below(28), zz: below(21), zzz: below(21) }
}

/// The highest limb of p.
const TOP: i128 = (1 << 48) - (1 << 16);

#[test]
fn the_first_sum_is_within_the_bounds_of_sums() {
    // Lanes do not mix here: to try each sign in all lanes at once is to try all of them.
    for (sign1, sign2, only_first) in [
        (0, 0, 0),
        (0, 0xff, 0),
        (0xff, 0, 0),
        (0xff, 0xff, 0),
        (0, 0, 0xff),
        (0xff, 0, 0xff),
        (0b1010_1010, 0b1100_1100, 0b1111_0000),
    ] {
        let sums = first_sum(&POINTS, sign1, &POINTS, sign2, only_first);
        assert!(contains(&all_sums(), &sums), "{sign1} {sign2} {only_first}");
    }
}

#[test]
fn sums_stay_within_their_bounds_however_many_points_are_added() {
    for sign in [0, 0xff, 0b1010_1010] {
        assert!(contains(&all_sums(), &add_points(&all_sums(), &POINTS, sign)), "{sign}");
    }
}

#[test]
fn the_tree_stays_within_its_bounds() {
    let pair = four_to_two(&eight_to_four(&all_sums()));
    // Neither knows its answer, but all that is before that has been checked.
    assert_eq!(compare_sum(&pair, &CANDIDATES), 0);
    assert_eq!(compare_equal(&pair, &CANDIDATES), Some(false));
}

#[test]
#[should_panic(expected = "not below 21 p / 10")]
fn a_claim_that_does_not_hold_is_found() {
    let mut sums = all_sums();
    sums.zz[4] = sums.zz[4].map(|lane| Interval::new(lane.min, 3 << 48));
    add_points(&sums, &POINTS, 0);
}

#[test]
#[should_panic(expected = "not carried")]
fn a_number_that_is_not_carried_is_found() {
    let mut sums = all_sums();
    sums.y[1] = [Interval::new(-1, 5); 8];
    add_points(&sums, &POINTS, 0);
}

fn contains(a: &Sums, b: &Sums) -> bool {
    [(&a.x, &b.x), (&a.y, &b.y), (&a.zz, &b.zz), (&a.zzz, &b.zzz)]
        .iter()
        .flat_map(|(a, b)| a.as_flattened().iter().zip(b.as_flattened()))
        .all(|(a, b)| a.contains(*b))
}

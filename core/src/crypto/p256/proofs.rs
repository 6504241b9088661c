//! The arithmetic of both sizes of limbs against `num-bigint`, on operands at the edges of limbs and
//! of the moduli, and the tables against what they are made of.
#![cfg(test)]

#[path = "../../../tests/common/random.rs"]
#[allow(dead_code, reason = "every test takes what it needs")]
mod random;

use std::vec::Vec;

use num_bigint::BigUint;

use super::double_scalar::double_scalar;
use super::field::FieldElement;
use super::field32::Element32;
use super::field64::Element64;
use super::integer::{self as integers, ORDER, PRIME};
use super::point::{Affine, Jacobian, Xyzz};
use super::scalars::{Digits, SlidingDigits};
use super::{Limbs, Limbs32, Limbs64, inversion32, inversion64};
use random::Random;

#[test]
fn elements_of_64_bit_limbs_are_those_of_plain_integers() {
    let p = prime();
    let edges: Vec<_> = edges().into_iter().filter(|words| integer(words) < p).collect();
    check_field(&edges, Element64::new);
}

/// Also integers from p to 2^256, which are elements here.
#[test]
fn elements_of_32_bit_limbs_are_those_of_plain_integers() {
    let (p, top) = (prime(), BigUint::from(1_u32) << 256);
    let edges = edges();
    let pairs = || edges.iter().flat_map(|a| edges.iter().map(move |b| (integer(a), integer(b))));
    // The second carry of a sum, and the second p of a difference.
    assert!(pairs().any(|(a, b)| a + b + &top - &p >= &top + &top));
    assert!(pairs().any(|(a, b)| a + &p < b));
    check_field(&edges, Element32::new);
}

fn check_field<F: FieldElement>(edges: &[[u64; 4]], element: impl Fn([u64; 4]) -> F) {
    let p = &prime();
    let r = &((BigUint::from(1_u32) << 256_u32) % p);
    let r_inverse = &r.modpow(&(p - 2_u32), p);
    let half = &((p + 1_u32) >> 1_u32);
    let is = |found: F, expected: BigUint, what: &str, a: &[u64; 4], b: &[u64; 4]| {
        assert_eq!(integer(&found.to_words()), expected % p, "{what} {a:x?} {b:x?}");
    };
    for a in edges {
        let (x, m) = (element(*a), &integer(a));
        is(x.square(), m * m * r_inverse, "square", a, a);
        is(x.halve(), m * half, "half", a, a);
        is(x.negate(), p * 2_u32 - m, "opposite", a, a);
        is(x.invert(), m.modpow(&(p - 2_u32), p) * r * r, "inverse", a, a);
        assert_eq!(x.is_zero(), (m % p).bits() == 0);
        match F::from_integer(a) {
            Some(found) => is(found, m * r, "integer", a, a),
            None => assert!(m >= p),
        }
        assert_eq!(F::from_integer(a).is_some(), m < p);
        // Of three operands the third runs the other way.
        for (b, c) in edges.iter().zip(edges.iter().rev()) {
            let (y, n) = (element(*b), &integer(b));
            let (z, o) = (element(*c), &integer(c));
            is(x.multiply(&y), m * n * r_inverse, "product", a, b);
            is(x.add(&y), m + n, "sum", a, b);
            is(x.subtract(&y), p * 2_u32 + m - n, "difference", a, b);
            assert_eq!(x.equals(&y), m % p == n % p);
            // No product is more than 2 p^2.
            let above = &(p * p * 2_u32);
            let difference = F::difference_of_products([&x, &y], [&z, &x]);
            let expected = (above + m * n - o * m) * r_inverse;
            is(difference, expected, "difference of products, the third reversed", a, b);
            let difference = F::product_less_square([&x, &y], &z);
            is(difference, (above + m * n - o * o) * r_inverse, "product less a square", a, b);
        }
    }
}

#[test]
fn quotients_modulo_the_order_are_those_of_plain_integers() {
    let n = integer(&ORDER);
    let edges: Vec<_> = edges().into_iter().filter(|words| integer(words) < n).collect();
    for s in &edges {
        let inverse = integer(s).modpow(&(&n - 2_u32), &n);
        let exact = inversion64::ORDER.run(s, true);
        assert_eq!(exact, Some(inversion64::ORDER.invert(s)));
        for (a, b) in edges.iter().zip(edges.iter().rev()) {
            let expected = [a, b].map(|number| integer(number) * &inverse % &n);
            let by_64 = Limbs64::quotients(a, b, s);
            let by_32 = Limbs32::quotients(a, b, s);
            assert_eq!([by_64.0, by_64.1].map(|words| integer(&words)), expected);
            assert_eq!([by_32.0, by_32.1].map(|words| integer(&words)), expected);
        }
    }
}

#[test]
fn inverses_on_whole_numbers_alone_are_those_with_guesses() {
    for words in edges() {
        assert_eq!(
            inversion64::FIELD.run(&words, true).map(|inverse| integer(&inverse)),
            Some(integer(&inversion64::FIELD.invert(&words))),
        );
        let mut quotient = [inversion32::Quotient::new(&[1, 0, 0, 0])];
        if integer(&words) < prime() {
            inversion32::FIELD.divide(&mut quotient, &words);
            let product = integer(&quotient[0].words()) * integer(&words) % prime();
            assert_eq!(product, BigUint::from(u32::from(words != [0; 4])));
        }
    }
}

/// Pairs of numbers that are runs of ones, of zeros and of random bits, through everything that there
/// is in limbs of both sizes. More of them: `make differential`.
#[test]
fn random_numbers() {
    let cases = std::env::var("GATEPOST_CASES").map_or(4000, |cases| cases.parse().unwrap());
    let seed: u64 = std::env::var("GATEPOST_SEED").map_or(0, |seed| seed.parse().unwrap());
    let mut random = Random(seed << 40 | 1);
    let (p, n) = (prime(), integer(&ORDER));
    let r = (BigUint::from(1_u32) << 256_u32) % &p;
    let r_squared = &r * &r % &p;
    let mut counts = [0_u64; 8];
    for _ in 0..cases {
        let kind = usize::try_from(random.word() >> 61).unwrap();
        counts[kind] += 1;
        let (a, b) = (runs(&mut random), runs(&mut random));
        let (m, k) = (integer(&a), integer(&b));
        let modulus = if kind == 7 { &n } else { &p };
        let reduced = |words: &[u64; 4], number: &BigUint| {
            if number < modulus { *words } else { integers::subtract(words, &limbs_of(modulus)).0 }
        };
        let (a_reduced, b_reduced) = (reduced(&a, &m), reduced(&b, &k));
        // Limbs of 32 bits take what is not reduced, too.
        let (x, y) = (Element64::new(a_reduced), Element64::new(b_reduced));
        let (v, w) = (Element32::new(a), Element32::new(b));
        // What a result is, times a factor.
        let (by_64, by_32, factor, expected) = match kind {
            0 | 1 => (x.multiply(&y), v.multiply(&w), &r, m * k),
            2 => (x.square(), v.square(), &r, &m * &m),
            3 => (x.add(&y), v.add(&w), &BigUint::from(1_u32), m + k),
            4 => (x.subtract(&y), v.subtract(&w), &BigUint::from(1_u32), &p + &p + m - k),
            5 => (x.halve(), v.halve(), &BigUint::from(2_u32), m),
            6 if !x.is_zero() => (x.invert(), v.invert(), &m, r_squared.clone()),
            6 => continue,
            _ => {
                let s = [b_reduced, a_reduced].into_iter().find(|s| *s != [0; 4]);
                let Some(s) = s else { continue };
                let expected = [a_reduced, b_reduced].map(|words| integer(&words) % &n);
                let by_64 = Limbs64::quotients(&a_reduced, &b_reduced, &s);
                assert_eq!(by_64, Limbs32::quotients(&a_reduced, &b_reduced, &s), "{a:x?} {b:x?}");
                let products = [by_64.0, by_64.1].map(|words| integer(&words) * integer(&s) % &n);
                assert_eq!(products, expected, "{a:x?} {b:x?}");
                assert!([by_64.0, by_64.1].iter().all(|words| integer(words) < n));
                continue;
            }
        };
        let expected = expected % &p;
        for found in [by_64.to_words(), by_32.to_words()] {
            let found = integer(&found);
            assert!(found < p, "kind {kind}, {a:x?} {b:x?}");
            assert_eq!(found * factor % &p, expected, "kind {kind}, {a:x?} {b:x?}");
        }
    }
    let [m, m_again, square, add, subtract, halve, invert, quotients] = counts;
    std::println!(
        "{} products, {square} squares, {add} sums, {subtract} differences, {halve} halves, \
         {invert} inverses modulo p, {quotients} pairs of quotients modulo n",
        m + m_again
    );
    assert_eq!(counts.iter().sum::<u64>(), cases);
}

#[test]
fn digits_add_up_to_their_scalar() {
    let n = &integer(&ORDER);
    for scalar in edges().into_iter().filter(|words| integer(words) < *n) {
        let expected = integer(&scalar);
        let (mut sum, half) = (BigUint::ZERO, 1_usize << 4);
        for (i, (index, is_negative)) in Digits::<5>::new(&scalar).enumerate() {
            assert_eq!(index / half, i);
            let digit = BigUint::from(2 * (index % half) + 1) << (5 * i);
            sum = (if is_negative { sum + (n << 16_u32) - digit } else { sum + digit }) % n;
        }
        assert_eq!(sum, expected);
        for width in [2, 4, 5, 9] {
            let mut digits = SlidingDigits::new(&scalar, width);
            let mut sum = BigUint::ZERO;
            for place in (0..=SlidingDigits::HIGHEST).rev() {
                sum <<= 1_u32;
                if let Some((index, is_negative)) = digits.at(place) {
                    assert!(index < 1 << (width - 2));
                    let digit = BigUint::from(2 * index + 1);
                    sum = if is_negative { sum - digit } else { sum + digit };
                }
            }
            assert_eq!(sum, expected);
        }
    }
}

#[test]
fn equal_and_opposite_points_and_infinity_are_added_right() {
    fn check<L: Limbs>() {
        let points = L::GENERATOR;
        let opposite = points[0].negated_if(true);
        let multiple = |k| double_scalar::<L>(&[k, 0, 0, 0], &[0; 4], &points[1]);
        let mut jacobian = Jacobian::INFINITY;
        let mut xyzz = Xyzz::INFINITY;
        jacobian.double();
        assert!(jacobian.is_infinity());
        for (point, expected) in
            [(&points[0], 1), (&points[0], 2), (&points[1], 5), (&opposite, 4), (&points[2], 9)]
        {
            jacobian.add(point);
            xyzz.add(point);
            assert!(xyzz.equals(&jacobian) && xyzz.equals(&multiple(expected)));
        }
        for point in [&points[0], &points[3]] {
            let (mut jacobian, mut xyzz) = (Jacobian::INFINITY, Xyzz::INFINITY);
            for point in [point, &point.negated_if(true)] {
                jacobian.add(point);
                xyzz.add(point);
            }
            assert!(jacobian.is_infinity() && xyzz.is_infinity());
            assert!(!xyzz.equals(&jacobian) && !xyzz.has_x(&[0; 4]) && !jacobian.has_x(&[0; 4]));
            xyzz.add(point);
            jacobian.add(point);
            assert!(xyzz.equals(&jacobian));
        }
    }
    check::<Limbs64>();
    check::<Limbs32>();
}

#[test]
fn the_table_of_the_generator_holds_its_odd_multiples() {
    fn check<L: Limbs>(count: usize) {
        let words = |point: &Affine<L::Element>| [point.x.to_words(), point.y.to_words()];
        assert_eq!(L::GENERATOR.len(), count);
        assert_eq!(1 << (L::GENERATOR_WIDTH - 2), count);
        let g = L::GENERATOR[0];
        assert!(g.is_on_curve());
        let mut sum = Xyzz::INFINITY;
        for (j, multiple) in L::GENERATOR.iter().enumerate() {
            sum.add(&g);
            let expected = Jacobian::from_affine(multiple);
            assert!(sum.equals(&expected), "{} {:x?}", 2 * j + 1, words(multiple));
            sum.add(&g);
        }
    }
    check::<Limbs64>(128);
    check::<Limbs32>(8);
}

/// Numbers whose limbs are at their edges, those around both moduli, and some others.
fn edges() -> Vec<[u64; 4]> {
    let words = [0, 1, 0xffff_ffff, 1 << 32, 0xffff_ffff_0000_0001, u64::MAX];
    let mut edges: Vec<[u64; 4]> = Vec::new();
    for i in 0..words.len().pow(4) {
        let word = |position: u32| words[i / words.len().pow(position) % words.len()];
        // One in five, so that all pairs are looked at in a moment.
        if i % 5 == 0 || i < 8 {
            edges.push([word(0), word(1), word(2), word(3)]);
        }
    }
    for modulus in [&prime(), &integer(&ORDER)] {
        for distance in 0_u32..3 {
            for number in [modulus + distance, modulus - distance, (modulus >> 1_u32) + distance] {
                let mut digits = number.to_u64_digits();
                digits.resize(4, 0);
                edges.extend(<[u64; 4]>::try_from(digits));
            }
        }
    }
    edges.push([u64::MAX; 4]);
    edges
}

/// 256 bits: at random, or random ones among ones or zeros alone, in words or parts of words.
fn runs(random: &mut Random) -> [u64; 4] {
    let choices = random.word();
    core::array::from_fn(|i| {
        let shift = random.word() % 64;
        match choices >> (4 * i) & 15 {
            0 => 0,
            1 => u64::MAX,
            2 => u64::MAX << shift,
            3 => u64::MAX >> shift,
            4 => 1 << shift,
            5 => !(1 << shift),
            6 => PRIME[i],
            7 => ORDER[i],
            _ => random.word(),
        }
    })
}

fn limbs_of(number: &BigUint) -> [u64; 4] {
    let digits = number.to_u64_digits();
    core::array::from_fn(|i| digits.get(i).copied().unwrap_or(0))
}

fn prime() -> BigUint {
    integer(&PRIME)
}

fn integer(words: &[u64; 4]) -> BigUint {
    words.iter().rev().fold(BigUint::ZERO, |number, word| (number << 64_u32) + *word)
}

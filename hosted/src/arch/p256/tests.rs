//! The vector code against the `p256` crate and plain big integers: with plain lanes everywhere,
//! with the processor's where it has them.

use std::sync::LazyLock;

use gatepost::internal::p256::{Digits, Scalars};
use gatepost::{Algorithm, KeyMaterial, ParsedKey};
use num_bigint::{BigInt, BigUint, Sign};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar, Sec1Point};

use super::{Table, gather, verify, words};
use crate::arch::testing::{Random, instances, rounds};

static GENERATOR: LazyLock<Table<8>> = LazyLock::new(|| Table::generator().unwrap());

/// A key, its tables, and its discrete logarithm.
struct Key {
    point: ProjectivePoint,
    table: Table<8>,
}

impl Key {
    fn new(point: ProjectivePoint) -> Self {
        Self { point, table: table(point) }
    }

    fn of(secret: &BigUint) -> Self {
        Self::new(ProjectivePoint::GENERATOR * scalar(secret))
    }

    /// u1 G + u2 Q
    fn sum(&self, u1: &BigUint, u2: &BigUint) -> AffinePoint {
        (ProjectivePoint::GENERATOR * scalar(u1) + self.point * scalar(u2)).to_affine()
    }

    /// What all instances say of this r.
    fn verdict(&self, u1: &BigUint, u2: &BigUint, r: &BigUint) -> Option<bool> {
        let scalars = Scalars { u1: to_words(u1), u2: to_words(u2), r: to_words(r) };
        let verdicts: Vec<_> =
            instances().map(|ifma| verify(ifma, &GENERATOR, &self.table, &scalars)).collect();
        assert!(verdicts.windows(2).all(|two| two[0] == two[1]), "{verdicts:?}");
        verdicts[0]
    }

    /// The right r is accepted, and another is not.
    fn check(&self, u1: &BigUint, u2: &BigUint) {
        let r = x(&self.sum(u1, u2)) % order();
        assert_eq!(self.verdict(u1, u2, &r), Some(true), "{u1:x} {u2:x}");
        assert_eq!(self.verdict(u1, u2, &(r + 1_u32)), Some(false), "{u1:x} {u2:x}");
    }
}

fn table<const W: usize>(point: ProjectivePoint) -> Table<W> {
    let encoded = point.to_affine().to_sec1_point(false);
    let x = encoded.x().unwrap().as_slice().try_into().unwrap();
    let y = encoded.y().unwrap().as_slice().try_into().unwrap();
    let key = ParsedKey::new(Algorithm::Es256, KeyMaterial::P256 { x, y }).unwrap();
    Table::new(&key).unwrap()
}

fn order() -> BigUint {
    number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
}

fn prime() -> BigUint {
    number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
}

fn number(hexadecimal: &str) -> BigUint {
    BigUint::parse_bytes(hexadecimal.as_bytes(), 16).unwrap()
}

fn to_words(number: &BigUint) -> [u64; 4] {
    let mut digits = number.iter_u64_digits();
    let words = core::array::from_fn(|_| digits.next().unwrap_or(0));
    assert!(digits.next().is_none());
    words
}

fn bytes(number: &BigUint) -> [u8; 32] {
    let bytes = number.to_bytes_be();
    let mut padded = [0; 32];
    padded[32 - bytes.len()..].copy_from_slice(&bytes);
    padded
}

fn scalar(number: &BigUint) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&bytes(number).into())
}

fn inverse(number: &BigUint) -> BigUint {
    number.modpow(&(order() - 2_u32), &order())
}

fn x(point: &AffinePoint) -> BigUint {
    assert!(!bool::from(point.is_identity()));
    BigUint::from_bytes_be(&point.x())
}

/// Scalars where something could end or overflow.
fn edges() -> Vec<BigUint> {
    let (n, one) = (order(), BigUint::from(1_u32));
    let mut edges: Vec<BigUint> = (1..=5_u32).flat_map(|i| [i.into(), &n - i]).collect();
    edges.extend([&n >> 1, (&n >> 1) + 1_u32, (&n >> 1) - 1_u32]);
    for bit in [7, 8, 9, 63, 64, 127, 128, 192, 248, 255] {
        let power = &one << bit;
        edges.extend([&power - 1_u32, &power + 1_u32, &n - &power, power]);
    }
    // All digits alike.
    for byte in [0x01_u8, 0x55, 0x7f, 0x80, 0xaa, 0xfe] {
        edges.push(BigUint::from_bytes_be(&[byte; 32]) % &n);
    }
    edges
}

#[test]
fn random_scalars_give_the_sum_that_p256_gives() {
    let mut random = Random::new(1);
    for _ in 0..3 {
        let key = Key::of(&random.below(&order()));
        for _ in 0..rounds(100) {
            key.check(&random.below(&order()), &random.below(&order()));
        }
    }
}

#[test]
fn scalars_at_the_edges_give_the_sum_that_p256_gives() {
    let key = Key::of(&BigUint::from_bytes_be(&[0x5a; 32]));
    let mut random = Random::new(2);
    for edge in edges() {
        key.check(&edge, &random.below(&order()));
        key.check(&random.below(&order()), &edge);
        key.check(&edge, &edge);
    }
    key.check(&0_u32.into(), &random.below(&order()));
}

#[test]
fn tables_of_other_widths_leave_lanes_of_the_first_row_unused() {
    let mut random = Random::new(3);
    let secret = random.below(&order());
    let key = Key::of(&secret);
    let (narrow, wide) = (table::<5>(key.point), table::<10>(key.point));
    for _ in 0..20 {
        let (u1, u2) = (random.below(&order()), random.below(&order()));
        let r = x(&key.sum(&u1, &u2)) % order();
        for (r, good) in [(&r, true), (&(&r + 1_u32), false)] {
            let scalars = Scalars { u1: to_words(&u1), u2: to_words(&u2), r: to_words(r) };
            for ifma in instances() {
                assert_eq!(verify(ifma, &GENERATOR, &narrow, &scalars), Some(good));
                assert_eq!(verify(ifma, &GENERATOR, &wide, &scalars), Some(good));
            }
        }
    }
}

#[test]
fn table_entries_are_what_p256_gives() {
    let scaled =
        |coordinate: &[u8]| to_words(&((BigUint::from_bytes_be(coordinate) << 260) % prime()));
    for window in [0, 1, 15, 31_usize] {
        for j in [0, 1, 63, 127_usize] {
            let factor = BigUint::from(2 * j + 1) << (8 * window);
            let point = (ProjectivePoint::GENERATOR * scalar(&factor)).to_affine();
            let encoded = point.to_sec1_point(false);
            let expected = [scaled(encoded.x().unwrap()), scaled(encoded.y().unwrap())];
            let entry = words(&GENERATOR.entries[window << 7 | j]);
            assert_eq!(entry, expected.as_flattened());
        }
    }
}

/// The first points whose x is `first`, the next number and so on.
fn points_from(first: BigUint) -> impl Iterator<Item = ProjectivePoint> {
    (0_u32..).filter_map(move |i| {
        let encoded = Sec1Point::from_bytes([&[2], bytes(&(&first + i)).as_slice()].concat());
        let point: Option<AffinePoint> = AffinePoint::from_sec1_point(&encoded.ok()?).into();
        point.map(ProjectivePoint::from)
    })
}

/// A key with u1 G + u2 Q = `sum`.
fn key_for(sum: &ProjectivePoint, u1: &BigUint, u2: &BigUint) -> Key {
    Key::new((*sum - ProjectivePoint::GENERATOR * scalar(u1)) * scalar(&inverse(u2)))
}

#[test]
fn an_x_of_n_or_more_is_r_without_n() {
    let mut random = Random::new(4);
    let (u1, u2) = (random.below(&order()), random.below(&order()));
    for sum in points_from(order()).take(2) {
        let key = key_for(&sum, &u1, &u2);
        let r = x(&sum.to_affine()) - order();
        assert!(r < BigUint::from(100_u32));
        assert_eq!(key.verdict(&u1, &u2, &r), Some(true));
        assert_eq!(key.verdict(&u1, &u2, &(r + 1_u32)), Some(false));
    }
    // The last before p, where r + n is still less than p.
    let close = prime() - 30_u32;
    let sum = points_from(close).next().unwrap();
    let key = key_for(&sum, &u1, &u2);
    assert_eq!(key.verdict(&u1, &u2, &(x(&sum.to_affine()) - order())), Some(true));
    let other_x = |r: &BigUint| Scalars { u1: [0; 4], u2: [0; 4], r: to_words(r) }.other_x();
    let p_less_n = prime() - order();
    assert_eq!(other_x(&p_less_n), None);
    assert_eq!(other_x(&(&p_less_n - 1_u32)), Some(to_words(&(prime() - 1_u32))));
}

#[test]
fn an_r_that_with_n_is_more_than_p_does_not_stand_for_a_small_x() {
    let mut random = Random::new(5);
    let (u1, u2) = (random.below(&order()), random.below(&order()));
    let sum = points_from(1_u32.into()).next().unwrap();
    let key = key_for(&sum, &u1, &u2);
    let x = x(&sum.to_affine());
    assert_eq!(key.verdict(&u1, &u2, &x), Some(true));
    assert_eq!(key.verdict(&u1, &u2, &(x + prime() - order())), Some(false));
}

/// The digits of a scalar with their signs, each times its power of 256.
fn summands(scalar: &BigUint) -> Vec<BigInt> {
    Digits::<8>::new(&to_words(scalar))
        .map(|(index, is_negative)| {
            let (window, magnitude) = (index >> 7, 2 * (index & 127) + 1);
            let sign = if is_negative { Sign::Minus } else { Sign::Plus };
            BigInt::from_biguint(sign, BigUint::from(magnitude) << (8 * window))
        })
        .collect()
}

/// A number modulo n.
fn modulo_n(number: &BigInt) -> BigUint {
    let n = BigInt::from(order());
    ((number % &n + &n) % &n).to_biguint().unwrap()
}

#[test]
fn equal_points_in_the_last_addition_are_doubled() {
    // The sums of even and of odd windows are equal for both scalars, whatever the key is.
    let key = Key::of(&BigUint::from_bytes_be(&[0x21; 32]));
    let forced = with_odd_windows_negated_of_n();
    let difference: BigInt = summands(&forced)
        .into_iter()
        .enumerate()
        .map(|(window, term)| if window % 2 == 1 { -term } else { term })
        .sum();
    assert_eq!(modulo_n(&difference), 0_u32.into());
    let opposite = order() - &forced;
    for (u1, u2) in [(&forced, &forced), (&opposite, &opposite), (&forced, &opposite)] {
        key.check(u1, u2);
        assert!(is_forced(&key, u1, u2));
    }
    assert!(!is_forced(&key, &forced, &1_u32.into()));
}

/// The scalar whose even windows less its odd windows are n.
///
/// The digits of n from the lowest: odd, and such that what is left to the next ones is odd too.
fn with_odd_windows_negated_of_n() -> BigUint {
    let (mut rest, mut sum) = (BigInt::from(order()), BigInt::ZERO);
    for window in 0..32 {
        let digit = (((&rest + 0x100) % 0x200_u32) + 0x200) % 0x200_u32;
        let digit = if digit > BigInt::from(0xff) { digit - 0x200 } else { digit };
        let digit = if window == 31 { rest.clone() } else { digit };
        rest = (rest - &digit) >> 8;
        let term: BigInt = digit << (8 * window);
        sum += if window % 2 == 1 { -term } else { term };
    }
    assert_eq!(rest, BigInt::ZERO);
    modulo_n(&sum)
}

/// Whether the last addition is of equal or opposite points, as the plain lanes see it.
fn is_forced(key: &Key, u1: &BigUint, u2: &BigUint) -> bool {
    use crate::arch::lanes::plain::p256::parts;

    let (mut rows, mut negative) = ([[&[0; 8]; 8]; 8], 0);
    let mut places = (0..).zip(rows.as_flattened_mut());
    gather(&GENERATOR, &to_words(u1), &mut places, &mut negative).unwrap();
    gather(&key.table, &to_words(u2), &mut places, &mut negative).unwrap();
    let signs = |row: usize| (negative >> (8 * row)) as u8;
    let mut sums = parts::first_sum(&rows[1], signs(1), &rows[0], signs(0), 0);
    for (i, row) in rows.iter().enumerate().skip(2) {
        sums = parts::add_points(&sums, row, signs(i) ^ if i % 2 == 0 { 0xff } else { 0 });
    }
    let pair = parts::four_to_two(&parts::eight_to_four(&sums));
    parts::compare_sum(&pair, &[[1, 0, 0, 0]; 2]) & 0b100 != 0
}

#[test]
fn infinity_has_no_x() {
    let mut random = Random::new(6);
    let secret = random.below(&order());
    let key = Key::of(&secret);
    for _ in 0..3 {
        let u2 = random.below(&order());
        let u1 = order() - &u2 * &secret % order();
        for r in [1_u32.into(), random.below(&order()), order() - 1_u32] {
            assert_eq!(key.verdict(&u1, &u2, &r), Some(false));
        }
    }
}

#[test]
fn equal_and_opposite_points_before_the_last_addition_are_left_to_others() {
    let mut random = Random::new(7);
    let (u1, u2) = (random.below(&order()), random.below(&order()));
    let (of_g, of_q) = (summands(&u1), summands(&u2));
    let sum = |terms: &[BigInt], windows: &[usize]| -> BigInt {
        windows.iter().map(|window| &terms[*window]).sum()
    };
    // Lane 3: four windows of G and then the first of Q. Then all of lane 3 and of lane 7; lanes 3
    // and 7, and 1 and 5.
    let cases: [[&[usize]; 4]; 3] = [
        [&[3, 11, 19, 27], &[], &[], &[3]],
        [&[3, 11, 19, 27], &[3, 11, 19, 27], &[7, 15, 23, 31], &[7, 15, 23, 31]],
        [
            &[3, 7, 11, 15, 19, 23, 27, 31],
            &[3, 7, 11, 15, 19, 23, 27, 31],
            &[1, 5, 9, 13, 17, 21, 25, 29],
            &[1, 5, 9, 13, 17, 21, 25, 29],
        ],
    ];
    for [g1, q1, g2, q2] in cases {
        for sign in [1, -1] {
            // (g1 + q1 d) = sign (g2 + q2 d)
            let g = sum(&of_g, g1) - sum(&of_g, g2) * sign;
            let q = sum(&of_q, q2) * sign - sum(&of_q, q1);
            let secret = modulo_n(&g) * inverse(&modulo_n(&q)) % order();
            let key = Key::of(&secret);
            let r = x(&key.sum(&u1, &u2)) % order();
            assert_eq!(key.verdict(&u1, &u2, &r), None);
            assert_eq!(key.verdict(&u1, &u2, &(r + 1_u32)), None);
        }
    }
}

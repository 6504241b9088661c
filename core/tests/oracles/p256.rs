//! P-256 in every way that it is computed, against the crate `p256`: with limbs of 64 and of 32
//! bits, with and without tables.
//!
//! Whoever chooses the digest chooses u1, u2 and the key: with R = u1 G + u2 Q, r = x(R),
//! s = r / u2 and e = u1 s the signature is good. So the points that meet in a sum are chosen too.

use gatepost::internal::p256::Paths;
use gatepost::{ImportOptions, P256Table, ParsedKey, Reason, TableEntry, load};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{FieldBytes, ProjectivePoint, PublicKey, Scalar};

use crate::common::random::Random;
use crate::common::{base64url, jwks};
use crate::numbers::{difference, from_hex, plus, sum};

const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const PRIME: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

/// Windows of the keys' tables, and of the generator's.
const W: usize = 3;
const G: usize = 4;

type Table<const W: usize> = P256Table<W, Vec<TableEntry>>;

fn memory<const W: usize>() -> Vec<TableEntry> {
    vec![TableEntry::default(); Table::<W>::LEN]
}

/// Random keys and scalars. More of them: `GATEPOST_CASES=1000000 cargo test --release -p gatepost
/// --all-features --test oracles p256`.
#[test]
fn random_signatures() {
    let cases = std::env::var("GATEPOST_CASES").map_or(200, |cases| cases.parse().unwrap());
    let generator = generator();
    let random = &mut Random(6);
    let mut signer = key(ProjectivePoint::GENERATOR, &generator);
    for case in 0..cases {
        if case % 50 == 0 {
            signer = key(ProjectivePoint::GENERATOR * scalar(&random.bytes(32)), &generator);
        }
        let [u1, u2] = [scalar(&random.bytes(32)), scalar(&random.bytes(32))];
        let mut signed = signer.sign(u1, u2);
        match case % 4 {
            0 => {}
            1 => signed.signature[random.below(64)] ^= 1 << random.below(8),
            2 => signed.digest[random.below(32)] ^= 1 << random.below(8),
            _ => signed.signature.swap_with_slice(&mut random.bytes(64)),
        }
        assert_eq!(signer.verify(&signed), case % 4 == 0, "{signed:?}");
    }
}

/// Keys that are small multiples of the generator and scalars that are small, or nearly n, or
/// powers of two: equal and opposite points meet all the time, and sums pass through infinity.
#[test]
fn points_that_meet() {
    let generator = generator();
    let scalars: Vec<Scalar> = [1_u64, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 63, 127, 128, 129]
        .into_iter()
        .map(Scalar::from)
        .chain(
            [31, 32, 63, 64, 127, 128, 255].map(|power| (0..power).fold(Scalar::ONE, |x, _| x + x)),
        )
        .flat_map(|scalar| [scalar, -scalar])
        .chain([Scalar::from(2_u64).invert().unwrap(), Scalar::from(3_u64).invert().unwrap()])
        .collect();
    let mut infinities = 0;
    for d in [1_u64, 2, 3, 16] {
        for d in [Scalar::from(d), -Scalar::from(d)] {
            let key = key(ProjectivePoint::GENERATOR * d, &generator);
            for u1 in scalars.iter().chain([&Scalar::ZERO]) {
                for u2 in &scalars {
                    if *u1 + *u2 * d == Scalar::ZERO {
                        infinities += 1;
                        continue;
                    }
                    assert!(key.verify(&key.sign(*u1, *u2)));
                }
            }
        }
    }
    assert!(infinities > 80, "{infinities}");
}

/// Infinity has no x: no r is right, not even the one whose comparison would be of zeros.
#[test]
fn infinity_is_refused() {
    let generator = generator();
    let random = &mut Random(7);
    for d in (1..20).map(|d| Scalar::from(d as u64)).chain([scalar(&random.bytes(32))]) {
        let key = key(ProjectivePoint::GENERATOR * d, &generator);
        for (r, s) in [
            (Scalar::ONE, Scalar::ONE),
            (Scalar::ONE, d),
            (d, Scalar::ONE),
            (scalar(&random.bytes(32)), scalar(&random.bytes(32))),
        ] {
            // u1 + u2 d = (e + r d) / s
            assert!(!key.verify(&Signed::new(r, s, -(r * d))));
        }
    }
}

/// x is only known modulo n: where r + n < p there are two, and either is right.
#[test]
fn both_x_are_compared() {
    let generator = generator();
    let random = &mut Random(8);
    let order = from_hex(ORDER);
    let (mut small, mut large) = (0, 0);
    for r in (1_u64..40).map(|r| r.to_be_bytes()) {
        let r = [&[0; 24][..], &r].concat();
        for (x, count) in [(&r, &mut small), (&sum(&r, &order), &mut large)] {
            let Some(point) = with_x(x) else { continue };
            *count += 1;
            let [u1, u2] = [scalar(&random.bytes(32)), scalar(&random.bytes(32))];
            let q = (point - ProjectivePoint::GENERATOR * u1) * u2.invert().unwrap();
            let key = key(q, &generator);
            let signed = key.sign(u1, u2);
            assert_eq!(signed.signature[..32], r);
            assert!(key.verify(&signed));
            // With the next r neither is right.
            let next = scalar(&r) + Scalar::ONE;
            let s = next * u2.invert().unwrap();
            assert!(!key.verify(&Signed::new(next, s, u1 * s)));
        }
    }
    assert!(small > 10 && large > 10, "{small} {large}");
}

/// Where r + n is p or more there is one x: p - n + 1 is no second name for 1.
#[test]
fn x_is_not_compared_modulo_p() {
    let generator = generator();
    let random = &mut Random(9);
    let (prime, order) = (from_hex(PRIME), from_hex(ORDER));
    let p_less_n = difference(&prime, &order);
    let mut tried = 0;
    for small in 0..40 {
        let Some(point) = with_x(&plus(&[0; 32], small)) else { continue };
        tried += 1;
        let [u1, u2] = [scalar(&random.bytes(32)), scalar(&random.bytes(32))];
        let q = (point - ProjectivePoint::GENERATOR * u1) * u2.invert().unwrap();
        let r = scalar(&plus(&p_less_n, small));
        let s = r * u2.invert().unwrap();
        assert!(!key(q, &generator).verify(&Signed::new(r, s, u1 * s)));
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn digests_and_numbers_at_the_edges() {
    let generator = generator();
    let order = from_hex(ORDER);
    let edges: Vec<Vec<u8>> = [
        vec![0; 32],
        plus(&[0; 32], 1),
        plus(&order, -1),
        order.clone(),
        plus(&order, 1),
        from_hex(PRIME),
        vec![0xff; 32],
        vec![0x55; 32],
    ]
    .into();
    let random = &mut Random(10);
    let d = scalar(&random.bytes(32));
    let key = key(ProjectivePoint::GENERATOR * d, &generator);
    for digest in &edges {
        // u1 = 0 where the digest is 0 or n.
        let k = scalar(&random.bytes(32));
        let r = x_modulo_n(&(ProjectivePoint::GENERATOR * k));
        let s = (scalar(digest) + r * d) * k.invert().unwrap();
        let mut signed = Signed::new(r, s, Scalar::ZERO);
        signed.digest.copy_from_slice(digest);
        assert!(key.verify(&signed));
        for r in &edges {
            for s in &edges {
                let mut signed = signed.clone();
                signed.signature = [&r[..], s].concat().try_into().unwrap();
                assert!(!key.verify(&signed));
            }
        }
    }
}

#[test]
fn points_that_are_not_on_the_curve_are_refused() {
    let generator = generator();
    let random = &mut Random(11);
    let (prime, one) = (from_hex(PRIME), plus(&[0; 32], 1));
    let good = (ProjectivePoint::GENERATOR * scalar(&random.bytes(32))).to_affine();
    let good = good.to_sec1_point(false);
    let (x, y) = (good.x().unwrap().to_vec(), good.y().unwrap().to_vec());
    // The opposite point is another key, and on the curve.
    let opposite = difference(&prime, &y);
    assert_eq!(paths::<W, G>(&x, &opposite, &generator).err(), None);
    for (x, y) in [
        (&x, &plus(&y, 1)),
        (&plus(&x, 1), &y),
        (&y, &x),
        (&vec![0; 32], &vec![0; 32]),
        (&one, &one),
        (&x, &prime),
        (&prime, &y),
        (&vec![0xff; 32], &vec![0xff; 32]),
    ] {
        assert_eq!(paths::<W, G>(x, y, &generator).err(), Some(Reason::InvalidKey));
    }
    // 0 and p are the same x modulo p, and it has a point.
    let zero = with_x(&[0; 32]).unwrap().to_affine().to_sec1_point(false);
    let y = zero.y().unwrap().to_vec();
    assert_eq!(paths::<W, G>(&[0; 32], &y, &generator).err(), None);
    assert_eq!(paths::<W, G>(&prime, &y, &generator).err(), Some(Reason::InvalidKey));
}

/// A table of each width, of the key and of the generator.
#[test]
fn tables_of_every_width() {
    fn check<const W: usize>() {
        let (random, generator) =
            (&mut Random(W as u64), Table::<W>::generator(memory::<W>()).unwrap());
        let q = ProjectivePoint::GENERATOR * scalar(&random.bytes(32));
        let key = Key::<W, W>::new(q, &generator).unwrap();
        for u1 in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, scalar(&random.bytes(32))] {
            for u2 in [Scalar::ONE, -Scalar::ONE, scalar(&random.bytes(32))] {
                assert!(key.verify(&key.sign(u1, u2)));
            }
        }
        let short = vec![TableEntry::default(); Table::<W>::LEN - 1];
        assert_eq!(Table::<W>::generator(short).err(), Some(Reason::MemoryTooSmall));
    }
    check::<3>();
    check::<4>();
    check::<5>();
    check::<6>();
    check::<7>();
    check::<8>();
    check::<9>();
    check::<10>();
    check::<11>();
    check::<12>();
}

#[derive(Clone, Debug)]
struct Signed {
    digest: [u8; 32],
    signature: [u8; 64],
}

impl Signed {
    fn new(r: Scalar, s: Scalar, digest: Scalar) -> Self {
        let signature = [r.to_bytes(), s.to_bytes()].concat().try_into().unwrap();
        Self { digest: digest.to_bytes().into(), signature }
    }
}

/// The same key here and there.
struct Key<'g, const W: usize, const G: usize> {
    point: ProjectivePoint,
    oracle: VerifyingKey,
    paths: Paths<'g, W, G, Vec<TableEntry>, Vec<TableEntry>>,
}

impl<'g, const W: usize, const G: usize> Key<'g, W, G> {
    fn new(point: ProjectivePoint, generator: &'g Table<G>) -> Result<Self, Reason> {
        let oracle = VerifyingKey::from_affine(point.to_affine()).unwrap();
        let encoded = point.to_affine().to_sec1_point(false);
        let paths = paths(encoded.x().unwrap(), encoded.y().unwrap(), generator)?;
        Ok(Self { point, oracle, paths })
    }

    /// The good signature that u1 and u2 follow from.
    fn sign(&self, u1: Scalar, u2: Scalar) -> Signed {
        let r = x_modulo_n(&(ProjectivePoint::GENERATOR * u1 + self.point * u2));
        let s = r * u2.invert().unwrap();
        Signed::new(r, s, u1 * s)
    }

    /// What all say, who must agree.
    fn verify(&self, signed: &Signed) -> bool {
        let theirs = Signature::from_slice(&signed.signature)
            .and_then(|signature| self.oracle.verify_prehash(&signed.digest, &signature))
            .is_ok();
        let ours = self.paths.verdicts(&signed.digest, &signed.signature);
        assert_eq!(ours, [theirs; 4], "{signed:?} {:?}", self.point.to_affine());
        theirs
    }
}

fn generator() -> Table<G> {
    Table::generator(memory::<G>()).unwrap()
}

fn key(point: ProjectivePoint, generator: &Table<G>) -> Key<'_, W, G> {
    Key::new(point, generator).unwrap()
}

fn paths<'g, const W: usize, const G: usize>(
    x: &[u8],
    y: &[u8],
    generator: &'g Table<G>,
) -> Result<Paths<'g, W, G, Vec<TableEntry>, Vec<TableEntry>>, Reason> {
    let [x, y] = [x, y].map(base64url);
    let jwks = jwks(&[&format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#)]);
    let (mut slots, mut paths) = ([None], None);
    let prepare = |key: &ParsedKey<'_>| {
        let made = Paths::new(key, memory::<W>(), generator);
        let verdict = made.as_ref().map(|_| ()).map_err(|reason| *reason);
        paths = Some(made);
        verdict
    };
    let loaded = load::<()>(jwks.as_bytes(), ImportOptions::default(), &mut slots, prepare, |_| {});
    assert!(matches!(loaded, Ok(1) | Err(_)));
    paths.unwrap()
}

/// A number of 32 bytes modulo n.
fn scalar(number: &[u8]) -> Scalar {
    Scalar::reduce(&FieldBytes::try_from(number).unwrap())
}

fn x_modulo_n(point: &ProjectivePoint) -> Scalar {
    scalar(point.to_affine().to_sec1_point(false).x().unwrap())
}

/// A point with this x, if there is one.
fn with_x(x: &[u8]) -> Option<ProjectivePoint> {
    let encoded = [&[2], x].concat();
    PublicKey::from_sec1_bytes(&encoded).ok().map(|key| key.to_projective())
}

//! ES256.
//!
//! Whoever chooses the digest chooses u1, u2 and the nonce k: with R = k G, r = x(R), and Q = d G,
//! u1 = k - u2 d, s = r / u2 and e = u1 s make a good signature. With k and u2 from a list that has
//! their points and inverses, that costs a few products of scalars: no multiplication of points.

use std::sync::LazyLock;

use gatepost::internal::p256::Paths;
use gatepost::{
    Algorithm, KeyMaterial, P256Table, ParsedKey, PublicKey, ReferenceKey, TableEntry, VerifyingKey,
};
use gatepost_hosted::{AwsLcKey, HostedKey, Tables};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{FieldBytes, ProjectivePoint, Scalar};

use super::{Random, Report, bytes, hex, one_in, run};

#[test]
fn verdicts_on_p256_signatures_are_those_of_others() {
    let world = World::new();
    let report = run("P-256", 2000, |random, count, report| {
        for _ in 0..count {
            world.try_one(random, report);
        }
    });
    // What the kinds are for really happens: good ones are accepted, and only those.
    for (kind, [cases, accepted]) in report.cases {
        match kind {
            "random" | "edge u1" | "edge u2" | "u1 = 0" | "u1 G = u2 Q" | "n - s" => {
                assert_eq!(accepted, cases, "{kind}");
            }
            "r + n < p" => assert!(accepted > cases / 3 && accepted < cases),
            "u1 G = - u2 Q" | "random bytes" => assert_eq!(accepted, 0, "{kind}"),
            _ => assert!(accepted < cases / 50, "{kind}: {accepted}"),
        }
    }
}

const W: usize = 3;
const G: usize = 4;

static GENERATOR: LazyLock<P256Table<G, Vec<TableEntry>>> =
    LazyLock::new(|| P256Table::generator(memory::<G>()).unwrap());

fn memory<const W: usize>() -> Vec<TableEntry> {
    vec![TableEntry::default(); P256Table::<W, Vec<TableEntry>>::LEN]
}

/// What cases are made of.
struct World {
    /// Keys whose private key is known, small ones among them: their sums meet the points of tables.
    keys: Vec<Key>,
    /// Keys made for one signature each, whose R has an x from n to below p.
    rare: Vec<(Key, Signed)>,
    nonces: Vec<Nonce>,
    /// Scalars at edges, and their inverses.
    edges: Vec<[Scalar; 2]>,
    /// Bytes that are no scalar, or hardly one.
    odd: Vec<[u8; 32]>,
}

/// k, its inverse, and the x of k G modulo n.
struct Nonce {
    k: Scalar,
    inverse: Scalar,
    r: Scalar,
}

#[derive(Clone)]
struct Signed {
    digest: [u8; 32],
    signature: [u8; 64],
}

impl Signed {
    fn new(r: &Scalar, s: &Scalar, digest: &Scalar) -> Self {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r.to_bytes());
        signature[32..].copy_from_slice(&s.to_bytes());
        Self { digest: digest.to_bytes().into(), signature }
    }

    /// The digest, r or s.
    fn part(&mut self, which: usize) -> &mut [u8; 32] {
        match which {
            0 => &mut self.digest,
            _ => &mut self.signature.as_chunks_mut().0[which - 1],
        }
    }
}

impl World {
    fn new() -> Self {
        let mut random = Random(0x6761_7465_706f_7374);
        let powers = [1, 2, 3, 4, 5, 8, 31, 32, 63, 64, 127, 128, 129, 192, 224, 255]
            .map(|power| (0..power).fold(Scalar::ONE, |x, _| x.double()));
        let mut edges: Vec<Scalar> = (1_u64..40).map(Scalar::from).collect();
        edges.extend(powers.into_iter().flat_map(|power| [power, power - Scalar::ONE]));
        edges.extend([2_u64, 3, 5].map(|small| Scalar::from(small).invert().unwrap()));
        edges.retain(|edge| *edge != Scalar::ZERO);
        edges.extend(edges.clone().into_iter().map(|edge| -edge));
        let nonces = edges.iter().copied().chain((0..2000).map(|_| scalar(&bytes(&mut random))));
        let nonces: Vec<_> = nonces
            .map(|k| {
                let r = x_modulo_n(&(ProjectivePoint::GENERATOR * k));
                Nonce { k, inverse: k.invert().unwrap(), r }
            })
            .collect();
        let private =
            edges.iter().copied().step_by(7).chain((0..16).map(|_| scalar(&bytes(&mut random))));
        let keys = private.map(|d| Key::new(ProjectivePoint::GENERATOR * d, d)).collect();
        let rare = (1_u64..60).filter_map(|small| rare(small, &mut random)).collect();
        let edges = edges.into_iter().map(|edge| [edge, edge.invert().unwrap()]).collect();
        Self { keys, rare, nonces, edges, odd: odd_numbers() }
    }

    fn try_one(&self, random: &mut Random, report: &mut Report) {
        let key = random.choose(&self.keys);
        let Nonce { k, inverse, r } = random.choose(&self.nonces);
        let sign = |e: &Scalar| Signed::new(r, &((*e + *r * key.d) * *inverse), e);
        let of_u2 = |[u2, u2_inverse]: &[Scalar; 2]| {
            let s = *r * *u2_inverse;
            Signed::new(r, &s, &((*k - *u2 * key.d) * s))
        };
        let edge = random.choose(&self.edges);
        let (kind, key, signed) = match random.below(12) {
            0 => ("random", key, sign(&scalar(&bytes(random)))),
            1 => ("edge u2", key, of_u2(edge)),
            2 => {
                // u2 = (k - u1) / d; where that is zero no s is right.
                let u2 = (*k - edge[0]) * key.d_inverse;
                let Some(u2_inverse) = u2.invert().into_option() else {
                    return self.try_one(random, report);
                };
                let s = *r * u2_inverse;
                ("edge u1", key, Signed::new(r, &s, &(edge[0] * s)))
            }
            // u1 = ± u2 d where e = ± r d.
            3 => ("u1 G = u2 Q", key, sign(&(*r * key.d))),
            4 => {
                let s = if one_in(random, 2) { edge[0] } else { scalar(&bytes(random)) };
                ("u1 G = - u2 Q", key, Signed::new(r, &s, &-(*r * key.d)))
            }
            5 => {
                let mut signed = sign(&Scalar::ZERO);
                if one_in(random, 2) {
                    signed.digest = ORDER;
                }
                ("u1 = 0", key, signed)
            }
            6 => {
                let [u2, inverse] = edge;
                let s = *r * *inverse;
                ("n - s", key, Signed::new(r, &-s, &((*k - *u2 * key.d) * s)))
            }
            7 | 8 => {
                let mut signed = of_u2(edge);
                let part = signed.part(random.below(3));
                part[random.below(32)] ^= 1 << random.below(8);
                ("one bit flipped", key, signed)
            }
            9 => {
                let mut signed = of_u2(edge);
                *signed.part(random.below(3)) = *random.choose(&self.odd);
                if one_in(random, 2) {
                    *signed.part(random.below(3)) = *random.choose(&self.odd);
                }
                ("edge r, s or digest", key, signed)
            }
            10 => {
                let (key, signed) = random.choose(&self.rare);
                let mut signed = signed.clone();
                match random.below(4) {
                    0 => {
                        // With n - s the point is the opposite one, whose x is the same.
                        let s = -scalar(signed.part(2));
                        signed.part(2).copy_from_slice(&s.to_bytes());
                    }
                    1 => {
                        let part = signed.part(random.below(3));
                        part[random.below(32)] ^= 1 << random.below(8);
                    }
                    2 => {
                        // The next r, under which the point is the same.
                        let r = scalar(signed.part(1));
                        let next = r + Scalar::ONE;
                        let factor = next * r.invert().unwrap();
                        let [s, e] = [2, 0].map(|part| scalar(signed.part(part)));
                        signed = Signed::new(&next, &(s * factor), &(e * factor));
                    }
                    _ => {}
                }
                ("r + n < p", key, signed)
            }
            _ => {
                let signed = Signed { digest: bytes(random), signature: bytes(random) };
                ("random bytes", key, signed)
            }
        };
        key.compare(kind, &signed, random, report);
    }
}

/// A key and its good signature with r = `small`, where R has the x r + n.
fn rare(small: u64, random: &mut Random) -> Option<(Key, Signed)> {
    // n + small: no carry leaves the lowest word.
    let mut x = ORDER;
    let low = u64::from_be_bytes(*x.last_chunk().unwrap()) + small;
    x[24..].copy_from_slice(&low.to_be_bytes());
    let encoded = [&[2], &x[..]].concat();
    let point = p256::PublicKey::from_sec1_bytes(&encoded).ok()?.to_projective();
    let [u1, u2] = [scalar(&bytes(random)), scalar(&bytes(random))];
    let q = (point - ProjectivePoint::GENERATOR * u1) * u2.invert().unwrap();
    let r = Scalar::from(small);
    let s = r * u2.invert().unwrap();
    Some((Key::new(q, Scalar::ONE), Signed::new(&r, &s, &(u1 * s))))
}

/// A key on every path.
struct Key {
    point: [[u8; 32]; 2],
    /// The private key, where it is known.
    d: Scalar,
    d_inverse: Scalar,
    aws_lc: AwsLcKey,
    portable: PublicKey,
    reference: ReferenceKey,
    hosted: HostedKey,
    simulated: HostedKey,
    paths: Paths<'static, W, G, Vec<TableEntry>, Vec<TableEntry>>,
}

impl Key {
    fn new(point: ProjectivePoint, d: Scalar) -> Self {
        let encoded = point.to_affine().to_sec1_point(false);
        let (x, y) = ((*encoded.x().unwrap()).into(), (*encoded.y().unwrap()).into());
        let key = ParsedKey::new(Algorithm::Es256, KeyMaterial::P256 { x: &x, y: &y }).unwrap();
        let hosted = |tables| {
            let hosted = HostedKey::with_tables(&key, tables).unwrap();
            assert!(hosted.prepare());
            hosted
        };
        static TABLES: LazyLock<[Tables; 2]> =
            LazyLock::new(|| [Tables::portable(256 << 20), Tables::simulated(256 << 20)]);
        Self {
            point: [x, y],
            d,
            d_inverse: d.invert().unwrap(),
            aws_lc: AwsLcKey::new(&key).unwrap(),
            portable: PublicKey::new(&key).unwrap(),
            reference: ReferenceKey::new(&key).unwrap(),
            hosted: hosted(&TABLES[0]),
            simulated: hosted(&TABLES[1]),
            paths: Paths::new(&key, memory::<W>(), &GENERATOR).unwrap(),
        }
    }

    fn compare(
        &self,
        kind: &'static str,
        signed: &Signed,
        random: &mut Random,
        report: &mut Report,
    ) {
        let Signed { digest, signature } = signed;
        let says = |key: &dyn VerifyingKey| {
            key.verify(Algorithm::Es256, b"", Some(digest), signature).is_ok()
        };
        let case = || {
            let [x, y] = &self.point;
            let [x, y, digest, signature] = [&x[..], y, digest, signature].map(hex);
            format!("{kind}: x {x} y {y} digest {digest} signature {signature}")
        };
        let expected = says(&self.aws_lc);
        report.count(kind, expected);
        report.compare("portable", says(&self.portable), expected, case);
        report.compare("prepared", says(&self.hosted), expected, case);
        if one_in(random, 16) {
            let [by_64, by_32, prepared_64, prepared_32] = self.paths.verdicts(digest, signature);
            report.compare("limbs of 64 bits", by_64, expected, case);
            report.compare("limbs of 32 bits", by_32, expected, case);
            report.compare("limbs of 64 bits, narrow windows", prepared_64, expected, case);
            report.compare("limbs of 32 bits, narrow windows", prepared_32, expected, case);
        }
        if one_in(random, 32) {
            report.compare("the crate p256", says(&self.reference), expected, case);
        }
        if one_in(random, 64) {
            report.compare("simulated vectors", says(&self.simulated), expected, case);
        }
    }
}

const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

const PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];

/// 0, 1, 2, the neighbours of n and of p, those of powers of 2^32, and ones alone.
fn odd_numbers() -> Vec<[u8; 32]> {
    let mut numbers = vec![[0; 32], [0xff; 32], [0x55; 32], [0xaa; 32], ORDER, PRIME];
    for number in [ORDER, PRIME] {
        for change in [-2, -1, 1, 2] {
            let mut near = number;
            // No carry: the last byte of neither is at an end, but p's, whose next number is
            // 2^96 times another.
            let Some(last) = near[31].checked_add_signed(change) else { continue };
            near[31] = last;
            numbers.push(near);
        }
    }
    for word in 0..8 {
        let mut power = [0; 32];
        power[31 - 4 * word] = 1;
        let mut less = [0; 32];
        less[32 - 4 * word..].fill(0xff);
        numbers.extend([power, less]);
    }
    numbers.extend([1, 2, 3].map(|small| {
        let mut number = [0; 32];
        number[31] = small;
        number
    }));
    numbers
}

/// A number modulo n.
fn scalar(number: &[u8; 32]) -> Scalar {
    Scalar::reduce(&FieldBytes::from(*number))
}

fn x_modulo_n(point: &ProjectivePoint) -> Scalar {
    let point = point.to_affine().to_sec1_point(false);
    scalar(&(*point.x().unwrap()).into())
}

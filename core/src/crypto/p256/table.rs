//! Multiples of a point that are prepared once, in memory of the caller.

use core::fmt;
use core::hint::black_box;
use core::slice::ChunksExactMut;

use super::double_scalar::double_scalar;
use super::field::FieldElement;
use super::integer;
use super::point::{Affine, Jacobian, Xyzz};
use super::scalars::{Digits, TWO_TO_256_LESS_ORDER};
use super::{Limbs, Native, P256Key};
use crate::{ParsedKey, Reason};

/// An affine point: 64 bytes, one line of a cache.
///
/// Made only to fill memory with before it is given to a [`P256Table`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(64))]
pub struct TableEntry {
    /// x and y in Montgomery's form, four words each, the lowest first.
    words: [u64; 8],
}

/// The odd multiples of a point that windows of `W` bits need, from 3 to 12, to add 256 / W points
/// of them and double none.
///
/// | `W` | entries | KiB |
/// |---|---|---|
/// | 4 | 512 | 32 |
/// | 5 | 832 | 52 |
/// | 6 | 1376 | 86 |
/// | 7 | 2368 | 148 |
/// | 8 | 4096 | 256 |
/// | 10 | 13312 | 832 |
///
/// `M` is the memory that it is in: a borrowed slice, or an array, a `Box` or a `Vec`, all of
/// [`TableEntry`]. See [`PreparedP256`](crate::PreparedP256) for what it is good for.
#[derive(Clone, Copy)]
pub struct P256Table<const W: usize, M = &'static [TableEntry]> {
    memory: M,
}

/// Those of three bits, the smallest.
pub(super) const MAX_WINDOWS: usize = Digits::<3>::LEN;

impl<const W: usize, M> P256Table<W, M> {
    /// The entries that it needs, of 64 bytes each.
    #[allow(clippy::arithmetic_side_effects, reason = "run by the compiler alone")]
    pub const LEN: usize = {
        assert!(W >= 3 && W <= 12);
        Digits::<W>::LEN << (W - 1)
    };
}

impl<const W: usize, M: AsRef<[TableEntry]> + AsMut<[TableEntry]>> P256Table<W, M> {
    /// Prepares the generator, of which there is one table for all keys.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`] for less than [`Self::LEN`] entries.
    pub fn generator(memory: M) -> Result<Self, Reason> {
        let generator = Native::GENERATOR.first().ok_or(Reason::UnsupportedKey)?;
        Self::of_point(generator, memory)
    }

    /// Prepares a key.
    ///
    /// That the point is on the curve is checked, and the table by other arithmetic than that which
    /// made it.
    ///
    /// # Errors
    ///
    /// [`Reason::UnsupportedKey`] for a key that is not on P-256, [`Reason::InvalidKey`] for a
    /// point that is not on the curve, [`Reason::MemoryTooSmall`] for less than [`Self::LEN`]
    /// entries.
    pub fn new(key: &ParsedKey<'_>, memory: M) -> Result<Self, Reason> {
        Self::of_point(&P256Key::<Native>::from_parsed(key)?.point, memory)
    }

    fn of_point(point: &Affine<<Native as Limbs>::Element>, mut memory: M) -> Result<Self, Reason> {
        fill::<Native, W>(point, memory.as_mut())?;
        let table = Self { memory };
        if table.is_consistent::<Native>(point) { Ok(table) } else { Err(Reason::InvalidKey) }
    }
}

impl<const W: usize, M: AsRef<[TableEntry]>> P256Table<W, M> {
    /// Which entries add up to `scalar` times the point, and whether to subtract them.
    ///
    /// Each is read once, so that those that are in no cache are fetched together, and not one by
    /// one when they are added.
    #[inline(always)]
    pub(super) fn addends(&self, scalar: &[u64; 4]) -> Option<[(usize, bool); MAX_WINDOWS]> {
        let entries = self.memory.as_ref();
        let mut addends = [(0, false); MAX_WINDOWS];
        let mut read = 0;
        for (addend, digit) in addends.iter_mut().zip(Digits::<W>::new(scalar)) {
            let [first, ..] = entries.get(digit.0)?.words;
            read |= first;
            *addend = digit;
        }
        black_box(read);
        Some(addends)
    }

    /// Adds them.
    #[inline(always)]
    pub(super) fn add<L: Limbs>(
        &self,
        addends: &[(usize, bool); MAX_WINDOWS],
        sum: &mut Xyzz<L::Element>,
    ) -> Option<()> {
        let entries = self.memory.as_ref();
        for (index, is_negative) in addends.iter().take(Digits::<W>::LEN) {
            sum.add(&entries.get(*index)?.point().negated_if(*is_negative));
        }
        Some(())
    }

    /// Whether the last entries of all windows are what they should be.
    ///
    /// That of window i is 2^W - 1 times 2^(W i), so with N windows their sum is 2^(W N) - 1. The
    /// other way to it is a multiplication that uses no table, with additions that divide by
    /// nothing.
    fn is_consistent<L: Limbs>(&self, point: &Affine<L::Element>) -> bool {
        let mut sum = Xyzz::<L::Element>::INFINITY;
        for window in
            self.memory.as_ref().chunks_exact(const { 1 << (W - 1) }).take(Digits::<W>::LEN)
        {
            let Some(last) = window.last() else { return false };
            sum.add(&last.point());
        }
        let mut factor = TWO_TO_256_LESS_ORDER;
        for _ in const { 256..W * Digits::<W>::LEN } {
            factor = integer::add(&factor, &factor).0;
        }
        let (factor, _) = integer::subtract(&factor, &[1, 0, 0, 0]);
        let other = double_scalar::<L>(&[0; 4], &factor, point);
        sum.equals(&other)
    }
}

impl<const W: usize, M> fmt::Debug for P256Table<W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P256Table").finish_non_exhaustive()
    }
}

impl TableEntry {
    #[cfg(feature = "internal")]
    pub(super) const fn words(&self) -> &[u64; 8] {
        &self.words
    }

    #[inline(always)]
    fn point<F: FieldElement>(&self) -> Affine<F> {
        Affine { x: self.x(), y: self.y() }
    }

    #[inline(always)]
    fn x<F: FieldElement>(&self) -> F {
        let [a, b, c, d, ..] = self.words;
        F::from_words(&[a, b, c, d])
    }

    #[inline(always)]
    fn y<F: FieldElement>(&self) -> F {
        let [.., a, b, c, d] = self.words;
        F::from_words(&[a, b, c, d])
    }

    fn set_x(&mut self, x: impl FieldElement) {
        let [.., e, f, g, h] = self.words;
        let [a, b, c, d] = x.to_words();
        self.words = [a, b, c, d, e, f, g, h];
    }

    fn set_y(&mut self, y: impl FieldElement) {
        let [a, b, c, d, ..] = self.words;
        let [e, f, g, h] = y.to_words();
        self.words = [a, b, c, d, e, f, g, h];
    }

    fn set(&mut self, point: &Affine<impl FieldElement>) {
        self.set_x(point.x);
        self.set_y(point.y);
    }
}

/// Doubles each coordinate so many times: another factor of Montgomery's form.
#[cfg(feature = "internal")]
pub(super) fn double_coordinates<L: Limbs>(doublings: u32, entries: &mut [TableEntry]) {
    let doubled = |coordinate: L::Element| {
        (0..doublings).fold(coordinate, |coordinate, _| coordinate.add(&coordinate))
    };
    for entry in entries {
        entry.set(&Affine { x: doubled(entry.x()), y: doubled(entry.y()) });
    }
}

/// Writes the odd multiples of `point` for windows of `W` bits.
///
/// Affine additions and doublings divide, and a hundred divisions cost little more than one: the
/// product of all divisors is inverted, and what has been multiplied up to each of them, and a
/// multiplication, gives the inverse of each. So the windows grow together, each from the multiples
/// that it has and a power of two times its base to twice as many. What is multiplied up to an
/// entry stands in its own place meanwhile.
///
/// No divisor is zero. The multiples that are added are below 2^W and different, so the points are
/// neither equal nor opposite; and the order is an odd prime, so no y is zero.
fn fill<L: Limbs, const W: usize>(
    point: &Affine<L::Element>,
    memory: &mut [TableEntry],
) -> Result<(), Reason> {
    let memory = memory.get_mut(..P256Table::<W>::LEN).ok_or(Reason::MemoryTooSmall)?;
    write_bases::<L, W>(point, memory);
    for level in 0..W {
        // 0, 1, 2, 4, ...
        grow::<L, W>((1 << level) >> 1, level.saturating_add(1) == W, memory);
    }
    Ok(())
}

/// Writes 2^(W i) times the point to both ends of each window i.
fn write_bases<L: Limbs, const W: usize>(point: &Affine<L::Element>, memory: &mut [TableEntry]) {
    let mut base = Jacobian::from_affine(point);
    let mut product = L::Element::ONE;
    for window in windows_mut::<W>(memory) {
        let [first, second, ..] = window else { return };
        first.set(&Affine { x: base.x, y: base.y });
        second.set(&Affine { x: base.z, y: product });
        product = product.multiply(&base.z);
        for _ in 0..W {
            base.double();
        }
    }
    let mut inverse = product.invert();
    for window in windows_mut::<W>(memory).rev() {
        let [first, second, .., last] = window else { return };
        let (z, product_before) = (second.x(), second.y());
        let z_inverse = inverse.multiply(&product_before);
        inverse = inverse.multiply(&z);
        let squared = z_inverse.square();
        first.set(&Affine {
            x: first.x::<L::Element>().multiply(&squared),
            y: first.y::<L::Element>().multiply(&squared.multiply(&z_inverse)),
        });
        *last = *first;
    }
}

/// From `count` multiples to twice as many, for all windows: adds to each the last entry, which is
/// 2 `count` times the base (once, at the beginning). Then that is doubled; at the end the last
/// sum takes its place.
fn grow<L: Limbs, const W: usize>(count: usize, is_end: bool, memory: &mut [TableEntry]) {
    let last_line = |multiples: &[TableEntry], addend: &Affine<L::Element>| match multiples.last() {
        Some(last) if is_end => Line::through(addend, &last.point()),
        _ => Line::tangent(addend),
    };
    let mut product = L::Element::ONE;
    for window in windows_mut::<W>(memory) {
        let Some((multiples, sums, last)) = parts(window, count) else { return };
        let addend = last.point();
        for (multiple, sum) in multiples.iter().zip(sums.iter_mut()) {
            sum.set_x(product);
            product = product.multiply(&Line::through(&addend, &multiple.point()).run);
        }
        // The last entry is not free yet.
        let Some(before_last) = sums.last_mut() else { return };
        before_last.set_y(product);
        product = product.multiply(&last_line(multiples, &addend).run);
    }
    let mut inverse = product.invert();
    for window in windows_mut::<W>(memory).rev() {
        let Some((multiples, sums, last)) = parts(window, count) else { return };
        let addend = last.point();
        let Some(before_last) = sums.last() else { return };
        let line = last_line(multiples, &addend);
        last.set(&line.third_point(&inverse.multiply(&before_last.y())));
        inverse = inverse.multiply(&line.run);
        for (multiple, sum) in multiples.iter().zip(sums.iter_mut()).rev() {
            let line = Line::through(&addend, &multiple.point());
            sum.set(&line.third_point(&inverse.multiply(&sum.x())));
            inverse = inverse.multiply(&line.run);
        }
    }
}

/// The multiples that a window has, the places of their sums, and the last entry.
fn parts(
    window: &mut [TableEntry],
    count: usize,
) -> Option<(&[TableEntry], &mut [TableEntry], &mut TableEntry)> {
    let (last, others) = window.split_last_mut()?;
    let (multiples, sums) = others.split_at_mut_checked(count)?;
    Some((multiples, sums, last))
}

fn windows_mut<const W: usize>(memory: &mut [TableEntry]) -> ChunksExactMut<'_, TableEntry> {
    memory.chunks_exact_mut(const { 1 << (W - 1) })
}

/// The line through two points, or the tangent where they are one.
struct Line<F> {
    points: [Affine<F>; 2],
    rise: F,
    run: F,
}

impl<F: FieldElement> Line<F> {
    #[inline(always)]
    fn through(p: &Affine<F>, q: &Affine<F>) -> Self {
        Self { points: [*p, *q], rise: p.y.subtract(&q.y), run: p.x.subtract(&q.x) }
    }

    #[inline(always)]
    fn tangent(p: &Affine<F>) -> Self {
        let three = F::ONE.add(&F::ONE).add(&F::ONE);
        let x_squared = p.x.square();
        let rise = x_squared.add(&x_squared).add(&x_squared).subtract(&three);
        Self { points: [*p; 2], rise, run: p.y.add(&p.y) }
    }

    /// The sum of the two: the third point on the line, mirrored. `inverse` is that of `run`.
    #[inline(always)]
    fn third_point(&self, inverse: &F) -> Affine<F> {
        let [p, q] = &self.points;
        let slope = self.rise.multiply(inverse);
        let x = slope.square().subtract(&p.x).subtract(&q.x);
        Affine { x, y: slope.multiply(&p.x.subtract(&x)).subtract(&p.y) }
    }
}

//! The formulas with the processor's vectors: AVX-512 F, IFMA and VBMI2.
//!
//! Every function here may only be called where [`Ifma::detect`](crate::arch::Ifma::detect) has
//! found these features. They are safe functions with `#[target_feature]`: the compiler lets them
//! call each other, and asks whoever calls them from elsewhere for `unsafe` and its reason.

use core::arch::x86_64 as intel;

use super::{Block, LOW_52};

/// Eight lanes of 64 bits.
pub(super) type Vector = intel::__m512i;
/// A lane in memory.
pub(super) type Word = u64;
const ZERO: Word = 0;

/// Writes functions for processors that have the features.
macro_rules! vector {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident $(<$(const $parameter:ident: $type:ty),+>)?
        ($($arguments:tt)*) $(-> $result:ty)? $body:block
    )+) => {$(
        $(#[$attribute])*
        #[target_feature(enable = "avx512f,avx512ifma,avx512vbmi2")]
        $visibility fn $name $(<$(const $parameter: $type),+>)? ($($arguments)*) $(-> $result)?
        $body
    )+};
}

#[path = "../formulas/p256/mod.rs"]
pub(in crate::arch) mod p256;
#[path = "../formulas/rsa/mod.rs"]
pub(in crate::arch) mod rsa;

vector! {
    #[inline]
    fn splat(value: i64) -> Vector {
        intel::_mm512_set1_epi64(value)
    }

    #[inline]
    fn load(words: &[Word; 8]) -> Vector {
        // SAFETY: reads the 64 bytes of the array; the instruction asks for no alignment.
        unsafe { intel::_mm512_loadu_si512(words.as_ptr().cast()) }
    }

    #[inline]
    fn store(words: &mut [Word; 8], a: Vector) {
        // SAFETY: writes the 64 bytes of the array; the instruction asks for no alignment.
        unsafe { intel::_mm512_storeu_si512(words.as_mut_ptr().cast(), a) }
    }

    /// One word in all lanes. As a load of its own: from `_mm512_set1_epi64` the compiler makes
    /// loads of the whole array and permutations, which are 4 % slower altogether.
    #[inline]
    fn broadcast(word: &Word) -> Vector {
        let word: *const Word = word;
        // SAFETY: reads the eight bytes of the word; the instruction asks for no alignment.
        intel::_mm512_broadcastq_epi64(unsafe { intel::_mm_loadl_epi64(word.cast()) })
    }

    #[inline]
    fn add(a: Vector, b: Vector) -> Vector {
        intel::_mm512_add_epi64(a, b)
    }

    #[inline]
    fn sub(a: Vector, b: Vector) -> Vector {
        intel::_mm512_sub_epi64(a, b)
    }

    #[inline]
    fn and(a: Vector, b: Vector) -> Vector {
        intel::_mm512_and_si512(a, b)
    }

    /// `sum` and the low 52 bits of the product of the low 52 bits of `a` and `b`.
    #[inline]
    fn madd52lo(sum: Vector, a: Vector, b: Vector) -> Vector {
        intel::_mm512_madd52lo_epu64(sum, a, b)
    }

    /// `sum` and the product of the low 52 bits of `a` and `b`, shifted right by 52 bits.
    #[inline]
    fn madd52hi(sum: Vector, a: Vector, b: Vector) -> Vector {
        intel::_mm512_madd52hi_epu64(sum, a, b)
    }

    /// Marks a factor of `madd52lo` and `madd52hi` whose bits above the low 52 are to be ignored.
    #[inline]
    fn truncated(a: Vector) -> Vector {
        a
    }

    #[inline]
    fn shift_left<const BITS: u32>(a: Vector) -> Vector {
        intel::_mm512_slli_epi64::<BITS>(a)
    }

    #[inline]
    fn shift_right<const BITS: u32>(a: Vector) -> Vector {
        intel::_mm512_srli_epi64::<BITS>(a)
    }

    /// Rounds down, negative numbers too.
    #[inline]
    fn shift_right_signed<const BITS: u32>(a: Vector) -> Vector {
        intel::_mm512_srai_epi64::<BITS>(a)
    }

    /// The low 64 of the 128 bits of `high` and `low` shifted right.
    #[inline]
    fn funnel_right<const BITS: i32>(low: Vector, high: Vector) -> Vector {
        intel::_mm512_shrdi_epi64::<BITS>(low, high)
    }

    /// `-a` in the lanes whose bit is set.
    #[inline]
    fn negate(lanes: u8, a: Vector) -> Vector {
        intel::_mm512_mask_sub_epi64(a, lanes, intel::_mm512_setzero_si512(), a)
    }

    /// `b` in the lanes whose bit is set, `a` in the others.
    #[inline]
    fn select(lanes: u8, a: Vector, b: Vector) -> Vector {
        intel::_mm512_mask_blend_epi64(lanes, a, b)
    }

    /// Lane `index[i]` of `a` in lane i.
    #[inline]
    fn permute(index: [i64; 8], a: Vector) -> Vector {
        intel::_mm512_permutexvar_epi64(lanes(index), a)
    }

    /// Lane `index[i]` of `a` and `b`, whose lanes count from 8, in lane i.
    #[inline]
    fn permute_two(index: [i64; 8], a: Vector, b: Vector) -> Vector {
        intel::_mm512_permutex2var_epi64(a, lanes(index), b)
    }

    #[inline]
    fn lanes(index: [i64; 8]) -> Vector {
        let [a, b, c, d, e, f, g, h] = index;
        intel::_mm512_setr_epi64(a, b, c, d, e, f, g, h)
    }

    /// The even lanes of `a` and `b` in turn.
    #[inline]
    fn interleave_even(a: Vector, b: Vector) -> Vector {
        intel::_mm512_unpacklo_epi64(a, b)
    }

    /// The odd lanes of `a` and `b` in turn.
    #[inline]
    fn interleave_odd(a: Vector, b: Vector) -> Vector {
        intel::_mm512_unpackhi_epi64(a, b)
    }

    /// The low four lanes of `a`, then those of `b`.
    #[inline]
    fn low_halves(a: Vector, b: Vector) -> Vector {
        intel::_mm512_shuffle_i64x2::<0x44>(a, b)
    }

    /// The high four lanes of `a`, then those of `b`.
    #[inline]
    fn high_halves(a: Vector, b: Vector) -> Vector {
        intel::_mm512_shuffle_i64x2::<0xee>(a, b)
    }

    /// The sixteen lanes of `low` and `high`, shifted down by `LANES`.
    #[inline]
    fn shift_lanes<const LANES: i32>(low: Vector, high: Vector) -> Vector {
        intel::_mm512_alignr_epi64::<LANES>(high, low)
    }

    #[inline]
    fn maximum(a: Vector, b: Vector) -> Vector {
        intel::_mm512_max_epu64(a, b)
    }

    /// Whether any lane of `a`, without sign, is above `limit`.
    #[inline]
    fn any_above(a: Vector, limit: u64) -> bool {
        intel::_mm512_cmpgt_epu64_mask(a, splat(limit.cast_signed())) != 0
    }

    /// The lanes that are equal.
    #[inline]
    fn equal(a: Vector, b: Vector) -> u8 {
        intel::_mm512_cmpeq_epi64_mask(a, b)
    }

    /// Claims that all limbs of a number are below 2^52 and that it is below `TENTHS` p / 10, p the
    /// prime of P-256. Nothing to do here: the instance with intervals proves it.
    #[inline]
    fn claim_below<const TENTHS: u64>(_: &[Vector; 5]) {}

    /// Claims that a number is above `TENTHS` p / 10: proved like [`claim_below`].
    #[inline]
    fn claim_above<const TENTHS: u64>(_: &[Vector; 5]) {}

    /// Claims that no lane is below zero or above `limit`: proved like [`claim_below`].
    #[inline]
    fn claim_at_most(_: Vector, _limit: u64) {}
}

/// Carries through all digits, in the rare case that a carry step of the lanes was not enough, and
/// returns what goes beyond the last.
#[cold]
#[inline(never)]
fn ripple(blocks: &mut [Block<Word>]) -> Word {
    super::ripple(blocks)
}

#[inline]
fn add_word(sum: &mut Word, word: Word) {
    *sum = sum.wrapping_add(word);
}

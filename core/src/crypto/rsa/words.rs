//! Powers modulo an RSA modulus for processors with words of 32 bits: small in code and on the
//! stack, of any size with the same code.

pub(super) mod kernel;

use kernel::{Chunk, is_less, minus_inverse, read_be_bytes, to_montgomery, write_be_bytes};

use super::{MAX_LEN, Modulus, bit_length};
use crate::Reason;

/// A modulus, which is all that is kept: what else the multiplication needs is made when it does.
#[derive(Clone)]
pub(in crate::crypto) struct Words {
    n: [Chunk<u32>; MAX_LEN / size_of::<Chunk<u32>>()],
    /// As many of them as the modulus needs.
    chunks: usize,
    bits: usize,
}

impl Modulus for Words {
    fn new(bytes: &[u8]) -> Result<Self, Reason> {
        if bytes.last().is_none_or(|last| last & 1 == 0) {
            return Err(Reason::InvalidKey);
        }
        if bytes.len() > MAX_LEN {
            return Err(Reason::UnsupportedKey);
        }
        let mut n = [kernel::ZERO; _];
        read_be_bytes(bytes, &mut n);
        let chunks = bytes.len().div_ceil(size_of::<Chunk<u32>>());
        Ok(Self { n, chunks, bits: bit_length(bytes) })
    }

    fn bits(&self) -> usize {
        self.bits
    }

    fn open(&self, base: &[u8], exponent: u32, judge: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        // The stack grows with the modulus, the code hardly does.
        match self.chunks {
            0..=4 => self.open_sized::<4>(base, exponent, judge),
            5..=6 => self.open_sized::<6>(base, exponent, judge),
            #[cfg(not(feature = "rsa-8192"))]
            _ => self.open_sized::<8>(base, exponent, judge),
            #[cfg(feature = "rsa-8192")]
            7..=8 => self.open_sized::<8>(base, exponent, judge),
            #[cfg(feature = "rsa-8192")]
            _ => self.open_sized::<16>(base, exponent, judge),
        }
    }
}

impl Words {
    #[inline(never)]
    fn open_sized<const CHUNKS: usize>(
        &self,
        base: &[u8],
        exponent: u32,
        judge: &mut dyn FnMut(&[u8]) -> bool,
    ) -> bool {
        let mut memory = [[0; size_of::<Chunk<u32>>()]; CHUNKS];
        let opened = memory.as_flattened_mut().get_mut(..self.bits.div_ceil(8));
        opened.is_some_and(|opened| {
            self.power_sized::<CHUNKS>(base, exponent, opened) && judge(opened)
        })
    }

    /// On its own so that its memory is free again when the result is judged.
    #[inline(never)]
    fn power_sized<const CHUNKS: usize>(
        &self,
        base: &[u8],
        exponent: u32,
        opened: &mut [u8],
    ) -> bool {
        let mut memory = [[kernel::ZERO; CHUNKS]; 2];
        let [power, other] = &mut memory;
        let memory = power.get_mut(..self.chunks).zip(other.get_mut(..self.chunks));
        memory.is_some_and(|(power, other)| self.power(base, exponent, power, other, opened))
    }

    /// Puts `base` to the power of `exponent`, which is odd and at least 3, into `opened`, which
    /// has as many bytes as the modulus; `false` unless `base` has that length and is less than
    /// the modulus. `power` and `other` have as many chunks as the modulus.
    fn power<'m>(
        &self,
        base: &[u8],
        exponent: u32,
        mut power: &'m mut [Chunk<u32>],
        mut other: &'m mut [Chunk<u32>],
        opened: &mut [u8],
    ) -> bool {
        let n = self.n.get(..self.chunks).unwrap_or(&[]);
        let inverse = minus_inverse(n);
        read_be_bytes(base, power);
        if base.len() != opened.len() || !is_less(power, n) {
            return false;
        }
        to_montgomery(power, n, self.bits, other);
        for bit in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            kernel::square(other, power, n, inverse);
            if exponent >> bit & 1 == 0 {
                core::mem::swap(&mut power, &mut other);
                continue;
            }
            // The base has no factor R and takes that of the power out, for good with the last bit.
            kernel::multiply_by_bytes(power, base, other, n, inverse);
            if bit > 0 {
                to_montgomery(power, n, self.bits, other);
            }
        }
        kernel::reduce_once(power, n);
        write_be_bytes(power, opened);
        true
    }
}

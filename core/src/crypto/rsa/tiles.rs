//! Powers modulo an RSA modulus for processors with words of 64 bits.

pub(super) mod kernel;

use kernel::{BITS, Number, SPARE_BITS, from_be_bytes, is_at_least, reduce_once, to_be_bytes};

use super::{MAX_LEN, Modulus, bit_length};
use crate::Reason;

/// A modulus in as many limbs as its size needs, which are multiples of a tile.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
pub(in crate::crypto) enum Tiles {
    Bits2048(TiledModulus<5, 7>),
    Bits3072(TiledModulus<4, 13>),
    Bits4096(TiledModulus<5, 14>),
    #[cfg(feature = "rsa-8192")]
    Bits8192(TiledModulus<5, 28>),
}

impl Modulus for Tiles {
    fn new(bytes: &[u8]) -> Result<Self, Reason> {
        let modulus = match bytes.len() {
            0..=256 => TiledModulus::new(bytes).map(Self::Bits2048),
            257..=384 => TiledModulus::new(bytes).map(Self::Bits3072),
            385..=512 => TiledModulus::new(bytes).map(Self::Bits4096),
            #[cfg(feature = "rsa-8192")]
            513..=1024 => TiledModulus::new(bytes).map(Self::Bits8192),
            _ => return Err(Reason::UnsupportedKey),
        };
        modulus.ok_or(Reason::InvalidKey)
    }

    fn bits(&self) -> usize {
        match self {
            Self::Bits2048(modulus) => modulus.bits,
            Self::Bits3072(modulus) => modulus.bits,
            Self::Bits4096(modulus) => modulus.bits,
            #[cfg(feature = "rsa-8192")]
            Self::Bits8192(modulus) => modulus.bits,
        }
    }

    fn open(&self, base: &[u8], exponent: u32, judge: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let mut memory = [0; MAX_LEN];
        let opened = match self {
            Self::Bits2048(modulus) => modulus.power(base, exponent, &mut memory),
            Self::Bits3072(modulus) => modulus.power(base, exponent, &mut memory),
            Self::Bits4096(modulus) => modulus.power(base, exponent, &mut memory),
            #[cfg(feature = "rsa-8192")]
            Self::Bits8192(modulus) => modulus.power(base, exponent, &mut memory),
        };
        opened.is_some_and(judge)
    }
}

/// An odd modulus with what Montgomery's multiplication needs.
#[derive(Clone)]
pub(in crate::crypto) struct TiledModulus<const T: usize, const V: usize> {
    n: Number<u64, T, V>,
    /// -n^-1 modulo 2^60.
    minus_inverse: u64,
    /// R^2 modulo n.
    r_squared: Number<u64, T, V>,
    bits: usize,
}

impl<const T: usize, const V: usize> TiledModulus<T, V> {
    /// `bytes` is big-endian and odd; `None` where it is not, or does not fit.
    fn new(bytes: &[u8]) -> Option<Self> {
        // A column takes the products of one multiplication, or of one reduction, at once.
        const { assert!(T * V < 256) };
        let bits = bit_length(bytes);
        let fits = bits.checked_add(SPARE_BITS)? <= const { BITS.saturating_mul(T * V) };
        if bits < 2 || !fits || bytes.last()? & 1 == 0 {
            return None;
        }
        let n: Number<u64, T, V> = from_be_bytes(bytes);
        let minus_inverse = kernel::minus_inverse(*n.as_flattened().first()?);
        let r_squared = kernel::r_squared(&n, minus_inverse, bits);
        Some(Self { n, minus_inverse, r_squared, bits })
    }

    /// `base` to the power of `exponent`, which is odd and at least 3, as many bytes as the
    /// modulus has; `None` unless `base` has that length and is less than the modulus.
    fn power<'m>(&self, base: &[u8], exponent: u32, memory: &'m mut [u8]) -> Option<&'m [u8]> {
        let opened = memory.get_mut(..self.bits.div_ceil(8))?;
        if base.len() != opened.len() {
            return None;
        }
        let base = from_be_bytes(base);
        if is_at_least(&base, &self.n) {
            return None;
        }
        let factor = self.multiply(&base, &self.r_squared);
        let mut power = factor;
        for bit in (1..exponent.checked_ilog2()?).rev() {
            power = self.square(&power);
            if exponent >> bit & 1 == 1 {
                power = self.multiply(&power, &factor);
            }
        }
        // The last bit is one. Its factor without the R takes the R out of the power.
        power = self.multiply(&self.square(&power), &base);
        reduce_once(&mut power, &self.n);
        to_be_bytes(&power, opened);
        Some(opened)
    }

    #[inline(never)]
    fn multiply(&self, a: &Number<u64, T, V>, b: &Number<u64, T, V>) -> Number<u64, T, V> {
        kernel::multiply(a, b, &self.n, self.minus_inverse)
    }

    #[inline(never)]
    fn square(&self, a: &Number<u64, T, V>) -> Number<u64, T, V> {
        kernel::square(a, &self.n, self.minus_inverse)
    }
}

//! RSA: powers modulo n with eight digits a vector.
//!
//! Numbers are V blocks of eight digits of 52 bits: 5 for 2048 bits, 8 for 3072, 10 for 4096. Those
//! have room above the modulus, at least 32 bits, so that intermediate results need not be reduced.
//! The formulas are in `formulas/rsa`: products column by column, and a reduction with V - 1 rows
//! of constants for each key, which takes 2, 5 or 7 KB.

mod number;

use super::lanes::{self, Block};
use super::{Ifma, Lanes};
use number::{
    divide_by_word, from_be_bytes, is_at_least, minus_inverse, montgomery_product, reduce_fully,
    to_be_bytes,
};

/// Bytes of the longest modulus.
pub(crate) const MAX_LEN: usize = 512;

/// A public key, prepared.
#[derive(Debug)]
pub(crate) struct PublicPower {
    ifma: Ifma,
    modulus: Modulus,
    exponent: u32,
    /// Bits of the modulus.
    bits: usize,
}

#[derive(Debug)]
enum Modulus {
    Bits2048(Box<Constants<u64, 5, 4>>),
    Bits3072(Box<Constants<u64, 8, 7>>),
    Bits4096(Box<Constants<u64, 10, 9>>),
}

/// What the formulas need of a modulus of V blocks; F is V - 1.
#[derive(Debug)]
pub(super) struct Constants<T, const V: usize, const F: usize> {
    pub(super) n: [Block<T>; V],
    /// -1/n modulo X = 2^416, the weight of a block.
    pub(super) minus_inverse: Block<T>,
    /// X^(j - V + 1) modulo n for each j below V - 1.
    pub(super) c: [[Block<T>; V]; F],
    /// R^2 modulo n, R = X^V.
    pub(super) r_squared: [Block<T>; V],
    /// V - 1 once more, where the compiler does not see it.
    pub(super) folded: usize,
}

impl PublicPower {
    /// `modulus` is big-endian, without leading zeros and odd; `exponent` is odd and at least 3.
    /// `None` unless the modulus has 256, 384 or 512 bytes: others are not for this code.
    pub(crate) fn new(ifma: Ifma, modulus: &[u8], exponent: u32) -> Option<Self> {
        let first = *modulus.first()?;
        if first == 0 || modulus.last()? & 1 == 0 || exponent < 3 || exponent & 1 == 0 {
            return None;
        }
        let bits = modulus.len() * 8 - usize::try_from(first.leading_zeros()).ok()?;
        let modulus = match modulus.len() {
            256 => Modulus::Bits2048(Constants::new(ifma, modulus, bits)?),
            384 => Modulus::Bits3072(Constants::new(ifma, modulus, bits)?),
            512 => Modulus::Bits4096(Constants::new(ifma, modulus, bits)?),
            _ => return None,
        };
        Some(Self { ifma, modulus, exponent, bits })
    }

    /// `signature` to the power of the exponent, as many bytes as the modulus has; `None` unless
    /// the signature has that length and is less than the modulus.
    pub(crate) fn power<'m>(
        &self,
        signature: &[u8],
        memory: &'m mut [u8; MAX_LEN],
    ) -> Option<&'m [u8]> {
        let encoded = memory.get_mut(..self.bits.div_ceil(8))?;
        if signature.len() != encoded.len() {
            return None;
        }
        match &self.modulus {
            Modulus::Bits2048(constants) => self.with(constants, signature, encoded)?,
            Modulus::Bits3072(constants) => self.with(constants, signature, encoded)?,
            Modulus::Bits4096(constants) => self.with(constants, signature, encoded)?,
        }
        Some(encoded)
    }

    /// Bits of the modulus.
    pub(crate) const fn bits(&self) -> usize {
        self.bits
    }

    /// Bytes of memory that a key takes besides its own size, for a modulus of `len` bytes.
    pub(crate) const fn memory_for(len: usize) -> usize {
        match len {
            256 => size_of::<Constants<u64, 5, 4>>(),
            384 => size_of::<Constants<u64, 8, 7>>(),
            512 => size_of::<Constants<u64, 10, 9>>(),
            _ => 0,
        }
    }

    #[inline]
    fn with<const V: usize, const F: usize>(
        &self,
        constants: &Constants<u64, V, F>,
        signature: &[u8],
        encoded: &mut [u8],
    ) -> Option<()> {
        let base = from_be_bytes(signature);
        if is_at_least(&base, &constants.n) {
            return None;
        }
        let mut power = match self.ifma.0 {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the features were found")]
            // SAFETY: `self.ifma` exists only where the processor has the features.
            Lanes::Processor => unsafe {
                lanes::processor::rsa::power(constants, &base, self.exponent)
            },
            #[cfg(any(test, feature = "internal"))]
            Lanes::Plain => lanes::plain::rsa::power(constants, &base, self.exponent),
        };
        reduce_fully(&mut power, &constants.n, self.bits);
        to_be_bytes(&power, encoded);
        Some(())
    }
}

impl<const V: usize, const F: usize> Constants<u64, V, F> {
    /// `None` where the vector code does not compute what this code does: that is never seen, and
    /// would be a fault of the machine.
    fn new(ifma: Ifma, modulus: &[u8], bits: usize) -> Option<Box<Self>> {
        const { assert!(F + 1 == V && V >= 4 && V <= 10) };
        let n = from_be_bytes(modulus);
        let zero = [Block([0; 8]); V];
        let minus_inverse = minus_inverse(&n);
        let word = minus_inverse.0[0];

        // 1 / X, 1 / X^2, …
        let mut c = [zero; F];
        let mut power = zero;
        power[0].0[0] = 1;
        for row in c.iter_mut().rev() {
            for _ in 0..8 {
                divide_by_word(&mut power, &n, word);
            }
            *row = power;
        }

        // 2^(bits - 1) < n, doubled until it is R 2^(digits / 2^k) modulo n; k squarings make the
        // second factor R.
        let r_bits = 416 * V;
        let squarings = r_bits.trailing_zeros();
        let mut r_squared = zero;
        let top = bits - 1;
        r_squared[top / 416].0[top % 416 / 52] = 1 << (top % 52);
        for _ in top..r_bits + (r_bits >> squarings) {
            number::double(&mut r_squared, &n);
        }
        for _ in 0..squarings {
            r_squared = montgomery_product(&r_squared, &r_squared, &n, word);
        }
        let this = Box::new(Self { n, minus_inverse, c, r_squared, folded: F });

        let mut product = match ifma.0 {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the features were found")]
            // SAFETY: `ifma` exists only where the processor has the features.
            Lanes::Processor => unsafe {
                lanes::processor::rsa::montgomery_product(&this, &r_squared, &r_squared)
            },
            #[cfg(any(test, feature = "internal"))]
            Lanes::Plain => lanes::plain::rsa::montgomery_product(&this, &r_squared, &r_squared),
        };
        reduce_fully(&mut product, &this.n, bits);
        let expected = montgomery_product(&r_squared, &r_squared, &this.n, word);
        (product == expected).then_some(this)
    }
}

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod tests;

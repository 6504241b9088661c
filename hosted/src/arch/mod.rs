//! Verification with AVX-512 IFMA: P-256 and RSA of 2048, 3072 and 4096 bits.
//!
//! The processor multiplies eight pairs of 52-bit numbers with an instruction. [`p256`] and [`rsa`]
//! say how that is used; the arithmetic is in `formulas/`, written once and compiled three times,
//! with each kind of [`lanes`].
//!
//! The tests of the code run with plain lanes on every machine and with the processor's where there
//! are any; `make lanes` runs them with the processor's lanes in an emulator.
//!
//! All numbers here are public: nothing has to take the same time for each.
//!
//! # What is unsafe
//!
//! - Calls of functions that need the processor's features. They take an [`Ifma`], or something
//!   that was made with one, and [`Ifma::detect`] looked for the features.
//! - Loads and stores of vectors, each through a reference to an array of the same size.
//! - Prefetches, which read nothing.
//!
//! # What a mistake could do
//!
//! A wrong RSA product makes random numbers of encoded messages: a good signature would be refused,
//! and for a bad one to be accepted every byte of its encoding would have to come out right. For
//! P-256, a sum that is wrong has an x that a sender cannot choose, except where it is wrong by
//! being zero: ZZ = 0 would fit every r. So that is looked at first, and left to other code.

#![allow(clippy::duplicate_mod, reason = "the formulas are compiled with each kind of lanes")]

mod lanes;
pub(crate) mod p256;
pub(crate) mod rsa;
#[cfg(any(test, target_arch = "x86_64"))]
mod self_check;
#[cfg(test)]
mod testing;

/// Proof that the processor has the vector instructions: there is a value only where they were
/// found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ifma(Lanes);

/// What the lanes are. On other processors there is nothing that they could be.
#[derive(Clone, Copy, Debug)]
enum Lanes {
    #[cfg(target_arch = "x86_64")]
    Processor,
    #[cfg(any(test, feature = "internal"))]
    Plain,
}

impl Ifma {
    /// Whether this processor can run the vector code: Intel's since Ice Lake, AMD's since Zen 4. An
    /// example is computed with it the first time.
    #[must_use]
    pub(crate) fn detect() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512ifma")
            && std::arch::is_x86_feature_detected!("avx512vbmi2")
        {
            static PASSES: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
            let this = Self(Lanes::Processor);
            return PASSES.get_or_init(|| self_check::passes(this)).then_some(this);
        }
        None
    }

    /// The same code with plain integers in place of vectors, for tests on any machine: a hundred
    /// times slower.
    #[cfg(any(test, feature = "internal"))]
    #[must_use]
    pub(crate) const fn simulated() -> Self {
        Self(Lanes::Plain)
    }
}

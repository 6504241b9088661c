//! What a new signature algorithm touches, in the order of the layers.
//!
//! 1. `jose/algorithm.rs`: a variant of [`Algorithm`](crate::Algorithm) with its registered name,
//!    and whether it is symmetric.
//! 2. `jose/key_material.rs`: where the kind of key is new, a variant of
//!    [`KeyMaterial`](crate::KeyMaterial) that holds the published numbers, and which algorithms it
//!    serves.
//! 3. `jose/jwk.rs` and `jose/spki.rs`: how the numbers are read; what other curves and lengths
//!    are refused with.
//! 4. `crypto/strength.rs`: what makes such a key weak or costly, if that can be told from its
//!    numbers; `crypto/thumbprint.rs`: its members of RFC 7638.
//! 5. `crypto/`: a file of its own with a type that is made from the numbers, checks what it
//!    prepared, and verifies; a feature of its own in `Cargo.toml`; an arm in
//!    [`PublicKey`](crate::PublicKey).
//! 6. `limits.rs`: where signatures or keys are longer than those there are.
//! 7. Proof: the vectors of its standard and of Wycheproof, an independent crate as oracle in the
//!    differential tests and a fuzz target, the cases of `testdata` (accepted, one bit flipped,
//!    cut short, empty, of another key), zero allocations, a row in the README and in the
//!    benchmarks.
//!
//! Nothing else should have to change. If something does, a layer knows more than it should.

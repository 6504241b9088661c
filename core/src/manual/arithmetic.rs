//! What an arithmetic mistake could and could not cause.
//!
//! The multiplications are our own, so the question is not whether they are tested but what a
//! mistake that no test has found would do: refuse a good token, or accept a bad one.
//!
//! # RSA
//!
//! Verification raises the signature to the public exponent and compares what comes out with the
//! one encoding, byte for byte. The comparison is no arithmetic: it reads every byte of the result,
//! and parses nothing (RFC 8017, sections 8.2.2 and 9.2).
//!
//! **A mistake for some operands refuses a good token.** The result is then another number, and
//! whatever the mistake was, the result is not the encoding of the message. For RS256 with a
//! modulus of 2048 bits all 2048 bits have to be right. A wrong result is right by chance once in
//! 2^2048. With PSS the hash decides: the seed and the salt that a wrong result happens to hold
//! would have to hash to the seed, by chance once in 2^256 for PS256.
//!
//! **To make a mistake accept, a sender would have to steer it.** The sender chooses the signature
//! and nothing else: the modulus and the exponent are the issuer's, the encoding is the hash's. For
//! a forgery the wrong result has to be a chosen number of 2048 bits. Who knows operands for which
//! one carry is lost gets a result that is off by a known amount: the signature of a number near
//! the encoding is needed then, and to find that is the RSA problem itself. What would help is a
//! mistake that makes the power easy to invert, such as one that leaves out the exponentiation or
//! reduces by another modulus. Those concern every operand, and no test vector would pass.
//!
//! **What is checked before counts.** A modulus that is even, too short or of the ROCA kind, and an
//! exponent that is even or less than 3, never get as far as the arithmetic. A signature that is
//! not less than the modulus, or has another length, is refused before it is used: there is one
//! signature for a result, not several.
//!
//! **What holds the bounds.** The formulas are written once and generic over the numbers they run
//! over. Beside the processor's words, they run over numbers without an end, which must give the
//! same results at the edges, and over intervals, which show for all operands that no sum leaves
//! its two words. Results that are not quite reduced are proved to stay below twice the modulus,
//! for the largest modulus of each size. The powers of both sizes of limbs are compared with those
//! of `num-bigint`, on operands of runs of ones and zeros, and on signatures made to open to the
//! small numbers for which the last subtraction matters: chance makes one of those in 2^38. The
//! verdicts are compared with those of the crate `rsa`.
//!
//! # P-256
//!
//! A signature (r, s) over a digest e is accepted where the x of R = u1 G + u2 Q is r modulo n, with
//! u1 = e / s and u2 = r / s (FIPS 186-5, section 6.4.2), and where R is not infinity. What is
//! compared at the end is r ZZ and X, of a point as x = X / ZZ.
//!
//! **A mistake for some operands refuses a good token.** R is then another point, or none, and its
//! x is the r of the signature by chance: once in 2^256, if wrong points are like any others,
//! which is likely and not proved. Unlike in RSA, r is the sender's; but it cannot be chosen after
//! R, as u2 and so R follow from it. Who could choose freely would have to solve for r an equation
//! that r enters through the digits of u2, sixty additions long.
//!
//! **One mistake accepts everything: a zero on both sides.** If Z were zero, or both products came
//! out as zero, every r would be right, and the rare cases of the formulas are where zeros come
//! from: equal points, opposite points, infinity. So each addition asks whether the two points have
//! the same x, doubles or ends at infinity where they have, and infinity is refused whatever r is.
//! Tests make these cases happen: with keys that are small multiples of G the scalars decide which
//! points meet.
//!
//! **A mistake in a quotient would let s or e be another.** u1 and u2 that are wrong in the same
//! way, as with the inverse of another s, make R that of another signature. It would have to be a
//! good one: (r, s') over e with s' ≠ ± s is as hard to find as any forgery.
//!
//! **A wrong table is another key.** A table's points are checked when it is made: the sum of the
//! last entries of all windows, each of which follows from those before it in its window, against a
//! multiplication without a table. An entry that is right when others are made from it, and is
//! spoilt afterwards, is not seen: memory that changes refuses good tokens; to make it accept chosen
//! ones is to write the key.
//!
//! **What is checked before counts.** Both coordinates are less than p and the point is on the
//! curve, whose group has prime order: there are no small subgroups. r and s are from 1 to below n,
//! each in 32 bytes: another length is refused before anything is hashed. For r + n < p there are
//! two x, and both are compared; s and n - s are equally good, as nothing in JOSE says otherwise.
//!
//! **What holds the bounds.** With limbs of 64 bits every element is reduced, with limbs of 32
//! bits every carry is taken in, so that neither has a bound that could be exceeded unseen. What
//! the comments claim about a sum is proved by a test: every sum grows, or falls, with each
//! operand, so that the ends of the operands' ranges are enough; the factors that an inversion
//! collects are followed step by step through the ends of theirs. That numbers of 256 bits need no
//! more than 590 steps with limbs of 32 bits is taken from the literature; with more, the
//! numerators would still fit. Both are compared with `num-bigint` at the edges of limbs and
//! moduli, and their verdicts, with tables and without, with those of AWS-LC and of the crate
//! `p256`. The inversion guesses which of two numbers is larger from their highest bits; a wrong
//! guess is seen and done again on whole numbers, and tests look for such numbers.
//!
//! # All of them
//!
//! **The vector code** of `gatepost-hosted` is written once, and compiled for the processor's vectors,
//! for plain integers, which test it on every machine, and for intervals, which prove its bounds. The
//! instructions themselves run in an emulated processor that has AVX-512 IFMA (`make lanes`), which
//! computes them on its own. Where a real processor disagreed on an example of RFC 7515, the portable
//! code would be used.
//!
//! **What was run.** `make differential` makes random cases of the kinds that chance does not: u1 or
//! u2 at an edge, u1 G = ± u2 Q, r + n < p, digests and numbers at 0, 1, n and p, one bit flipped,
//! encodings spoilt under a signature that is right. On 2026-11-24 the verdicts on 5,000,000
//! signatures of P-256 and 5,000,000 of RSA (`GATEPOST_SEED=2`) were those of AWS-LC without
//! exception: 2,709,319 and 341,329 of them accepted. Every one of P-256 was checked without a table
//! and with one, one in 16 with limbs of 32 bits, and one in 64 by the vector code's formulas; of RSA
//! one in four with limbs of 32 bits. 10,000,000 results of the field's and the order's arithmetic, in
//! limbs of both sizes, were those of `num-bigint`.
//!
//! **What time tells.** Nothing: all operands are public.

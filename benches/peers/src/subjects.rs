//! What is compared: each verifies the tokens of a sample.

use aws_lc_rs::signature::{self as aws_lc, ParsedPublicKey};
use gatepost::{Algorithm, KeySet, VerifyingKey as _, limits};
use gatepost_benches::results::Work;
use gatepost_benches::sample::{NOW, Sample, policy};

use crate::race::Subject;

/// What is signed, and the decoded signature, of each token.
type Signed<'a> = [(&'a [u8], Vec<u8>)];

pub(crate) fn aws_lc_signature<'a>(sample: &Sample, signed: &'a Signed<'a>) -> Subject<'a> {
    let der = &sample.public_key_der;
    let key = match sample.kind.algorithm() {
        Algorithm::Rs256 => ParsedPublicKey::new(&aws_lc::RSA_PKCS1_2048_8192_SHA256, der),
        Algorithm::Es256 => ParsedPublicKey::new(&aws_lc::ECDSA_P256_SHA256_FIXED, der),
        other => panic!("{other} is not compared"),
    };
    let key = key.expect("a good key");
    Subject {
        name: "aws-lc-rs",
        work: Work::Signature,
        verify: Box::new(move |number| {
            let (message, signature) = &signed[number % signed.len()];
            key.verify_sig(message, signature).expect("a good signature");
        }),
    }
}

pub(crate) fn gatepost_signature<'a>(
    sample: &Sample,
    keys: &'a KeySet<1>,
    signed: &'a Signed<'a>,
) -> Subject<'a> {
    let algorithm = sample.kind.algorithm();
    let key = keys.keys().iter().next().expect("one key").key();
    Subject {
        name: "gatepost",
        work: Work::Signature,
        verify: Box::new(move |number| {
            let (message, signature) = &signed[number % signed.len()];
            key.verify(algorithm, message, None, signature).expect("a good signature");
        }),
    }
}

pub(crate) fn gatepost_validation<'a>(sample: &'a Sample, keys: &'a KeySet<1>) -> Subject<'a> {
    let policy = policy().expect("a good policy");
    let mut memory = [0; limits::MEMORY];
    Subject {
        name: "gatepost",
        work: Work::Validation,
        verify: Box::new(move |number| {
            let token = &sample.tokens[number % sample.tokens.len()];
            policy.validate(token, keys, NOW, &mut memory).expect("a good token");
        }),
    }
}

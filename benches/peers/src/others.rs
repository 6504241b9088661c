//! The other libraries: each checks signature, expiry, issuer and audience of a token, and reads
//! the clock for it.

use std::collections::HashSet;

use aws_lc_rs::signature::{self as aws_lc, ParsedPublicKey};
use gatepost_benches::paths::round_robin;
use gatepost_benches::race::{Runner, Subject};
use gatepost_benches::sample::{AUDIENCE, ISSUER, Kind, Sample};
use josekit::jws::JwsVerifier;
use josekit::jws::alg::{ecdsa::EcdsaJwsAlgorithm, rsassa::RsassaJwsAlgorithm};
use josekit::jwt::{self, JwtPayloadValidator};
use jwt_simple::prelude::{
    ECDSAP256PublicKeyLike as _, ES256PublicKey, RS256PublicKey, RSAPublicKeyLike as _,
    VerificationOptions,
};
use serde_json::{Map, Value};

/// Those that can share this process.
pub(crate) fn validations(sample: &'static Sample) -> Vec<Subject<'static>> {
    vec![josekit(sample), jwt_simple(sample)]
}

/// The floor: the signature alone, with a parsed key, hash included.
pub(crate) fn aws_lc_signature(sample: &'static Sample) -> Subject<'static> {
    let der = &sample.public_key_der;
    let key = match sample.kind {
        Kind::Es256 => ParsedPublicKey::new(&aws_lc::ECDSA_P256_SHA256_FIXED, der),
        _ => ParsedPublicKey::new(&aws_lc::RSA_PKCS1_2048_8192_SHA256, der),
    };
    let key = key.expect("a good key");
    let signed = sample.signed_parts();
    subject("floor", "aws-lc-rs", "signature alone", move |number| {
        let (message, signature) = round_robin(&signed, number);
        key.verify_sig(message, signature).expect("a good signature");
    })
}

fn josekit(sample: &'static Sample) -> Subject<'static> {
    let der = &sample.public_key_der;
    let verifier: Box<dyn JwsVerifier> = match sample.kind {
        Kind::Es256 => {
            Box::new(EcdsaJwsAlgorithm::Es256.verifier_from_der(der).expect("a good key"))
        }
        _ => Box::new(RsassaJwsAlgorithm::Rs256.verifier_from_der(der).expect("a good key")),
    };
    let mut validator = JwtPayloadValidator::new();
    validator.set_issuer(ISSUER);
    validator.set_audience(AUDIENCE);
    subject("josekit", "josekit", "validation", move |number| {
        let token = round_robin(&sample.tokens, number);
        let (payload, _) = jwt::decode_with_verifier(token, &*verifier).expect("a good token");
        validator.validate(&payload).expect("good claims");
    })
}

fn jwt_simple(sample: &'static Sample) -> Subject<'static> {
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(HashSet::from([AUDIENCE.to_owned()])),
        ..VerificationOptions::default()
    };
    type Claims = Map<String, Value>;
    let der = &sample.public_key_der;
    let verify: Box<dyn Fn(&str, VerificationOptions)> = match sample.kind {
        Kind::Es256 => {
            let key = ES256PublicKey::from_der(der).expect("a good key");
            Box::new(move |token, options| {
                key.verify_token::<Claims>(token, Some(options)).expect("a good token");
            })
        }
        _ => {
            let key = RS256PublicKey::from_der(der).expect("a good key");
            Box::new(move |token, options| {
                key.verify_token::<Claims>(token, Some(options)).expect("a good token");
            })
        }
    };
    subject("jwt-simple", "jwt-simple, pure-rust", "validation", move |number| {
        let token: &String = round_robin(&sample.tokens, number);
        // It takes its options by value: to copy them is part of each use.
        verify(token, options.clone());
    })
}

fn subject(
    id: &'static str,
    subject: &'static str,
    work: &'static str,
    run: impl FnMut(usize) + 'static,
) -> Subject<'static> {
    Subject { id, subject, work, runner: Runner::Here(Box::new(run)) }
}

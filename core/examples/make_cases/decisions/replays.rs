//! Proofs that a guard has seen before, and nonces against proofs that were made long before.

use p256::ecdsa::SigningKey;

use crate::generator::decisions::answers::{Answer, refused};
use crate::generator::decisions::possession::{Client, sent};
use crate::generator::decisions::requests::{Request, call, token_with};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::{Keys, encode, mac};
use crate::generator::rsa_padding::Hash;
use crate::generator::setup::NOW;

/// The secrets of the guard that demands nonces, by their numbers; the first one seals.
pub(crate) const SECRETS: [(u8, [u8; 32]); 2] = [(2, [0x22; 32]), (1, [0x11; 32])];
/// Seconds that its nonces are good for.
pub(crate) const LIFETIME: u64 = 300;

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    seen_before(decisions, keys);
    nonces(decisions, keys);
}

/// A call with a proof of this identifier, which was made at `now`, perhaps with a nonce.
fn proved(keys: &Keys, key: &SigningKey, id: &str, now: u64, nonce: Option<&str>) -> Request {
    let client = Client::new(key);
    let bound = token_with(keys, |claims| claims.raw("cnf", client.confirmation()));
    let proof = client.proof(id, &bound, |claims| {
        let claims = claims.raw("iat", now.to_string());
        match nonce {
            Some(nonce) => claims.raw("nonce", nonce),
            None => claims,
        }
    });
    sent(&bound).with("DPoP", proof)
}

fn refusal(reason: &'static str) -> Answer {
    refused(401, reason).scope("mcp:read").schemes(&["DPoP"])
}

fn seen_before(decisions: &mut Decisions, keys: &Keys) {
    let by = |key, id, now| proved(keys, key, id, now, None);
    let own = |id, now| by(&keys.p256_other, id, now);
    let first = || own("seen", NOW);
    let other_body = call("y").body().expect("a body").to_vec();
    for (name, request) in [
        ("proof_seen_before", first()),
        ("proof_seen_before_for_another_operation", first().saying(other_body)),
        ("proof_seen_before_at_the_end_of_its_life", first().at(NOW + 300)),
        // What is remembered is the key and the identifier.
        ("proof_of_the_same_identifier_made_later", own("seen", NOW + 1)),
    ] {
        let request = request.after(first());
        decisions.respond(name, "bound", request, refusal("proof_replayed"));
    }
    for (name, request) in [
        ("proof_after_another", own("other", NOW)),
        ("proof_of_the_same_identifier_by_another_client", by(&keys.p256, "seen", NOW)),
    ] {
        decisions.proceed(name, "bound", request.after(first()), "user-1");
    }
    let third = first().after(first()).after(own("other", NOW));
    decisions.respond("proof_seen_before_another", "bound", third, refusal("proof_replayed"));
}

fn nonces(decisions: &mut Decisions, keys: &Keys) {
    let [newest, older] = SECRETS;
    let with = |id, nonce: Option<&str>| proved(keys, &keys.p256_other, id, NOW, nonce);
    let quoted = |nonce: String| format!("\"{nonce}\"");
    for (name, nonce) in [
        ("nonce", nonce(newest, NOW)),
        ("nonce_at_the_end_of_its_life", nonce(newest, NOW - 299)),
        ("nonce_of_a_clock_that_is_ahead", nonce(newest, NOW + 30)),
        ("nonce_of_the_older_secret", nonce(older, NOW)),
    ] {
        let request = with(name, Some(&quoted(nonce)));
        decisions.proceed(name, "nonces", request, "user-1");
    }

    // A new one comes with the answer.
    let required = || refusal("nonce_required").nonce(nonce(newest, NOW));
    decisions.respond("nonce_that_is_missing", "nonces", with("missing", None), required());
    let altered = nonce(newest, NOW).replace(|c: char| c.is_ascii_digit(), "0");
    for (name, nonce) in [
        ("nonce_that_has_expired", quoted(nonce(newest, NOW - 300))),
        ("nonce_of_the_future", quoted(nonce(newest, NOW + 31))),
        ("nonce_of_an_unknown_secret", quoted(nonce((3, [0x33; 32]), NOW))),
        ("nonce_of_another_secret_of_this_number", quoted(nonce((2, [0x33; 32]), NOW))),
        ("nonce_that_was_altered", quoted(altered)),
        ("nonce_that_is_empty", quoted(String::new())),
        ("nonce_that_is_no_text", "7".into()),
    ] {
        decisions.respond(name, "nonces", with(name, Some(&nonce)), required());
    }

    let good = quoted(nonce(newest, NOW));
    let again = || with("again", Some(&good));
    let answer = refusal("proof_replayed");
    decisions.respond("nonce_in_a_proof_seen_before", "nonces", again().after(again()), answer);
    decisions.proceed("nonce_that_nothing_asks_for", "bound", again(), "user-1");
}

/// The nonce of `now`: the number of the secret and the seconds, and the first half of their tag.
fn nonce((number, secret): (u8, [u8; 32]), now: u64) -> String {
    let mut nonce = now.to_be_bytes();
    nonce[0] = number;
    let message = [b"gatepost DPoP nonce 1", &8_u64.to_be_bytes()[..], &nonce].concat();
    let tag = mac(Hash::Sha256, &secret, &message);
    encode(&[&nonce[..], &tag[..16]].concat())
}

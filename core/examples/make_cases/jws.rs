//! A JWS and nothing more: any payload, and no claim is looked at.

use crate::generator::json::Json;
use crate::generator::keys::{ALGORITHMS, Keys, encode, signed, signed_parts};
use crate::generator::setup::{claims, header, header_for, key_set_for};
use crate::generator::suite::{Text, number};

pub(crate) fn cases(keys: &Keys) -> Json {
    let mut cases = Cases::default();
    accepted(&mut cases, keys);
    refused(&mut cases, keys);
    Json::List(cases.0)
}

#[derive(Default)]
struct Cases(Vec<Json>);

impl Cases {
    fn accept(
        &mut self,
        name: impl Into<String>,
        token: String,
        (set, algorithms): (&str, &[&str]),
        payload: impl Text,
    ) {
        self.push(name.into(), token, set, algorithms, "ok", Some(&payload.octets()));
    }

    fn refuse(
        &mut self,
        name: impl Into<String>,
        token: String,
        (set, algorithms): (&str, &[&str]),
        reason: &str,
    ) {
        self.push(name.into(), token, set, algorithms, reason, None);
    }

    fn push(
        &mut self,
        name: String,
        token: String,
        set: &str,
        algorithms: &[&str],
        reason: &str,
        payload: Option<&[u8]>,
    ) {
        let mut case = vec![
            ("name", Json::Text(name)),
            ("token", Json::Text(token)),
            ("key_set", Json::text(set)),
            ("algorithms", Json::texts(algorithms)),
            ("reason", Json::text(reason)),
            ("number", Json::Number(number(reason))),
        ];
        case.extend(payload.map(|octets| ("payload_b64u", Json::Text(encode(octets)))));
        self.0.push(Json::object(case));
    }
}

const ES256: (&str, &[&str]) = ("all", &["ES256"]);

fn accepted(cases: &mut Cases, keys: &Keys) {
    for algorithm in ALGORITHMS {
        let token = keys.token_as(algorithm, header_for(algorithm), "payload");
        let name = format!("jws_{}_accepted", algorithm.to_ascii_lowercase());
        cases.accept(name, token, (key_set_for(algorithm), &[algorithm]), "payload");
    }
    let mut accept = |name: &str, payload: &[u8]| {
        cases.accept(format!("jws_{name}_accepted"), keys.token(header(), payload), ES256, payload);
    };
    let every_octet: Vec<u8> = (0..=255).collect();
    accept("empty_payload", b"");
    accept("payload_of_every_octet", &every_octet);
    accept("payload_not_utf8", &[0xff]);
    accept("payload_half_an_object", b"{");
    accept("payload_with_duplicate_member", br#"{"exp":1,"exp":2}"#);
    accept("payload_expired_long_ago", br#"{"exp":1}"#);
    cases.accept(
        "jws_one_of_two_algorithms_accepted",
        keys.token(header(), "x"),
        ("all", &["RS256", "ES256"]),
        "x",
    );
    cases.accept(
        "jws_without_kid_accepted",
        keys.token(header().without("kid"), "x"),
        ("es256", &["ES256"]),
        "x",
    );
}

fn refused(cases: &mut Cases, keys: &Keys) {
    let mut refuse = |name: &str, token: String, reason: &str| {
        cases.refuse(format!("jws_{name}"), token, ES256, reason)
    };
    let token = keys.token(header(), "payload");
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    let forged = signed(header(), "payload", |message| keys.sign_with_other("ES256", message));
    refuse("signed_with_another_key", forged, "invalid_signature");
    refuse(
        "payload_changed",
        signed(header(), "paylaod", |_| keys.sign("ES256", input.as_bytes())),
        "invalid_signature",
    );
    refuse("signature_empty", format!("{input}."), "invalid_signature");
    refuse(
        "detached_payload",
        format!("{}..{signature}", encode(header().json().as_bytes())),
        "invalid_signature",
    );
    refuse(
        "algorithm_not_listed",
        keys.token_as("RS256", header_for("RS256"), "payload"),
        "algorithm_not_allowed",
    );
    refuse(
        "alg_none",
        signed(r#"{"alg":"none"}"#, "payload", |_| Vec::new()),
        "algorithm_not_allowed",
    );
    refuse("alg_missing", keys.token(r#"{"kid":"es256"}"#, "payload"), "algorithm_missing");
    refuse(
        "crit",
        keys.token(header().raw("crit", r#"["exp"]"#), "payload"),
        "critical_not_understood",
    );
    refuse(
        "b64_false",
        keys.token(header().raw("crit", r#"["b64"]"#).raw("b64", "false"), "payload"),
        "critical_not_understood",
    );
    refuse("unknown_kid", keys.token(header().text("kid", "nobody"), "payload"), "key_not_found");
    refuse(
        "kid_of_another_algorithm",
        keys.token(header().text("kid", "rs256"), "payload"),
        "key_algorithm_mismatch",
    );
    refuse("header_not_json", keys.token("x", "payload"), "invalid_json");
    refuse(
        "header_duplicate_member",
        keys.token(header().again("kid", "\"es256\""), "payload"),
        "duplicate_member",
    );
    refuse("one_dot", input.into(), "malformed");
    refuse("four_dots", format!("{token}.AA.AA"), "encrypted");
    let padded = signed_parts(&encode(header().json().as_bytes()), "cGF5bG9hZA==", |message| {
        keys.sign("ES256", message)
    });
    refuse("payload_padded", padded, "invalid_base64");
    let secret = keys.token_as("HS256", header_for("HS256"), claims());
    cases.refuse(
        "jws_hs256_where_only_es256_is_allowed",
        secret.clone(),
        ("hs256_secret", &["ES256"]),
        "algorithm_not_allowed",
    );
    cases.refuse("jws_hs256_with_public_keys", secret, ("all", &["HS256"]), "key_not_found");
}

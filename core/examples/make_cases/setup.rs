//! The key sets, policies and issuers that the cases name, and the token they all vary.

use core::slice;

use crate::generator::json::Json;
use crate::generator::keys::{self, ALGORITHMS, Keys};
use crate::generator::rsa_padding::Hash;
use crate::generator::suite::{Members, members};

/// The time of a case that sets none.
pub(crate) const NOW: u64 = 1_699_999_000;
/// When the usual token expires.
pub(crate) const EXPIRY: u64 = 1_700_000_000;
/// The leeway of a policy that sets none.
pub(crate) const LEEWAY: u64 = 30;
pub(crate) const ISSUER: &str = "https://tenant.auth0.com/";
pub(crate) const AUDIENCE: &str = "https://mcp.example.com/mcp";
pub(crate) const SECOND_ISSUER: &str = "https://login.example.org/realms/mcp";
pub(crate) const SECOND_AUDIENCE: &str = "https://mcp.example.com/second";

/// The usual claims.
pub(crate) fn claims() -> Members {
    members()
        .text("iss", ISSUER)
        .text("aud", AUDIENCE)
        .raw("exp", EXPIRY.to_string())
        .raw("iat", (NOW - 100).to_string())
        .text("sub", "user-1")
        .text("client_id", "client-1")
        .text("scope", "mcp:read mcp:write")
}

/// The claims of the second issuer.
pub(crate) fn second_claims() -> Members {
    claims().text("iss", SECOND_ISSUER).text("aud", SECOND_AUDIENCE)
}

/// The usual header.
pub(crate) fn header() -> Members {
    header_for("ES256")
}

pub(crate) fn header_for(algorithm: &str) -> Members {
    members().text("alg", algorithm).text("kid", algorithm.to_ascii_lowercase())
}

/// The key set whose key signs `algorithm`.
pub(crate) fn key_set_for(algorithm: &str) -> &'static str {
    match algorithm {
        "HS256" => "hs256_secret",
        "HS384" => "hs384_secret",
        "HS512" => "hs512_secret",
        _ => "all",
    }
}

pub(crate) fn key_sets(keys: &Keys) -> Json {
    let asymmetric: Vec<Members> = ALGORITHMS
        .iter()
        .filter(|name| !name.starts_with("HS"))
        .map(|name| keys.jwk(name))
        .collect();
    let mut all = asymmetric;
    all.extend(rsa_sizes(keys));
    let es256 = keys.jwk("ES256");
    let other = keys::p256_jwk(&keys.p256_other).text("alg", "ES256");
    let long_kid = es256.clone().text("kid", "k".repeat(128));
    let escaped = jwks_text(&es256.clone().raw("kid", r#""\u0065s256""#));
    let secrets = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(keys::secret_jwk);
    let second = other.clone().text("kid", "key-1");

    Json::object([
        ("all", jwks(&all)),
        ("es256", jwks(slice::from_ref(&es256))),
        ("es256_without_kid", jwks(&[es256.clone().without("kid")])),
        ("es256_without_alg", jwks(&[es256.clone().without("alg")])),
        ("es256_kid_with_escapes", Json::object([("jwks_text", Json::text(escaped))])),
        ("es256_kid_of_128_octets", jwks(&[long_kid])),
        ("es256_two_keys", jwks(&[es256.clone(), other.clone().text("kid", "es256-next")])),
        ("es256_and_one_without_kid", jwks(&[es256.clone(), other.without("kid")])),
        (
            "es256_and_rs256_of_one_kid",
            jwks(&[es256.clone().text("kid", "both"), keys.jwk("RS256").text("kid", "both")]),
        ),
        ("rs256", jwks(&[keys.jwk("RS256")])),
        ("rsa_without_alg", jwks(&[keys.jwk("RS256").without("alg")])),
        ("rs256_pem", pem(&keys.rsa_2048.public_pem(), None)),
        ("ps256_pem", pem(&keys.rsa_2048.public_pem(), Some("PS256"))),
        ("es256_pem", pem(&keys::p256_pem(&keys.p256), None)),
        ("hs256_secret", secret(Hash::Sha256)),
        ("hs384_secret", secret(Hash::Sha384)),
        ("hs512_secret", secret(Hash::Sha512)),
        ("secrets", symmetric(&secrets)),
        (
            "first_issuer",
            jwks(&[es256.text("kid", "key-1"), keys.jwk("RS256").text("kid", "key-2")]),
        ),
        (
            "second_issuer",
            jwks(&[second, keys.rsa_2048_other.jwk().text("kid", "key-2").text("alg", "RS256")]),
        ),
    ])
}

/// Keys that cross the algorithms with the other sizes of modulus.
fn rsa_sizes(keys: &Keys) -> Vec<Members> {
    let sizes = [("2049", &keys.rsa_2049), ("3072", &keys.rsa_3072), ("4096", &keys.rsa_4096)];
    let mut out = Vec::new();
    for (bits, key) in sizes {
        for algorithm in ["RS256", "PS256"] {
            let kid = format!("{}-{bits}", algorithm.to_ascii_lowercase());
            out.push(key.jwk().text("kid", kid).text("alg", algorithm));
        }
    }
    out
}

pub(crate) fn jwks(keys: &[Members]) -> Json {
    Json::object([("jwks", jwks_object(keys))])
}

pub(crate) fn symmetric(keys: &[Members]) -> Json {
    Json::object([("jwks", jwks_object(keys)), ("symmetric", Json::Bool(true))])
}

fn jwks_object(keys: &[Members]) -> Json {
    Json::object([("keys", Json::List(keys.iter().map(|key| Json::Raw(key.json())).collect()))])
}

fn jwks_text(key: &Members) -> String {
    format!(r#"{{"keys":[{}]}}"#, key.json())
}

pub(crate) fn pem(pem: &str, algorithm: Option<&str>) -> Json {
    let mut out = vec![("pem", Json::text(pem))];
    out.extend(algorithm.map(|name| ("algorithm", Json::text(name))));
    Json::object(out)
}

fn secret(hash: Hash) -> Json {
    let algorithm = format!("HS{}", 8 * hash.len());
    Json::object([
        ("secret", Json::text(keys::encode(&keys::secret(hash)))),
        ("kid", Json::text(algorithm.to_ascii_lowercase())),
        ("algorithm", Json::text(algorithm)),
    ])
}

pub(crate) fn policies() -> Json {
    let plain = || policy(ISSUER, &[AUDIENCE]);
    let with = |name: &str, value: Json| {
        plain().into_iter().chain([(String::from(name), value)]).collect::<Vec<_>>()
    };
    let texts = |texts: &[&str]| Json::texts(texts);
    let second = policy(SECOND_ISSUER, &[SECOND_AUDIENCE]);
    let second_only_rs256 =
        second.clone().into_iter().chain([("algorithms".into(), texts(&["RS256"]))]).collect();
    let policies: Vec<(&str, Vec<(String, Json)>)> = vec![
        ("default", plain()),
        ("two_audiences", policy(ISSUER, &[AUDIENCE, SECOND_AUDIENCE])),
        ("only_es256", with("algorithms", texts(&["ES256"]))),
        ("only_rs256", with("algorithms", texts(&["RS256"]))),
        ("es256_or_rs256", with("algorithms", texts(&["ES256", "RS256"]))),
        ("only_hs256", with("algorithms", texts(&["HS256"]))),
        ("leeway_0", with("leeway", Json::Number(0))),
        ("leeway_30", with("leeway", Json::Number(30))),
        ("leeway_300", with("leeway", Json::Number(300))),
        ("typ_at_jwt", with("typ", Json::text("at+jwt"))),
        ("typ_example", with("typ", Json::text("example+jwt"))),
        ("needs_read", with("required_scopes", texts(&["mcp:read"]))),
        ("needs_read_and_write", with("required_scopes", texts(&["mcp:read", "mcp:write"]))),
        ("requires_nothing", with("require", texts(&[]))),
        ("requires_exp_sub", with("require", texts(&["exp", "sub"]))),
        ("requires_exp_org_id", with("require", texts(&["exp", "org_id"]))),
        ("rfc9068", with("profile", Json::text("rfc9068"))),
        ("second_issuer", second),
        ("second_issuer_only_rs256", second_only_rs256),
    ];
    Json::object(policies.into_iter().map(|(name, members)| (name, Json::object(members))))
}

fn policy(issuer: &str, audience: &[&str]) -> Vec<(String, Json)> {
    vec![("issuer".into(), Json::text(issuer)), ("audience".into(), Json::texts(audience))]
}

/// Setups of more than one issuer: each policy with the keys that belong to it.
pub(crate) fn issuers() -> Json {
    let pair = |policy: &str, keys: &str| Json::texts(&[policy, keys]);
    Json::object([
        (
            "two",
            Json::List(vec![
                pair("default", "first_issuer"),
                pair("second_issuer", "second_issuer"),
            ]),
        ),
        (
            "two_with_their_own_algorithms",
            Json::List(vec![
                pair("only_es256", "first_issuer"),
                pair("second_issuer_only_rs256", "second_issuer"),
            ]),
        ),
    ])
}

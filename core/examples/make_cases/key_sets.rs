//! Import of keys: what is loaded, what is left out, and which sets are refused whole (RFC 7517;
//! RFC 7518, section 6).

mod pem;

use core::slice;

use crate::generator::json::{Json, quoted};
use crate::generator::keys::{self, Keys, encode, rsa_jwk, secret_jwk};
use crate::generator::octets::from_hex;
use crate::generator::rsa_padding::Hash;
use crate::generator::setup::{jwks, symmetric};
use crate::generator::suite::{Members, members, number};

pub(crate) fn cases(keys: &Keys) -> Json {
    let mut imports = Imports::default();
    loaded(&mut imports, keys);
    purpose(&mut imports, keys);
    private_keys(&mut imports, keys);
    rsa(&mut imports, keys);
    curves(&mut imports, keys);
    secrets(&mut imports, keys);
    unknown_kinds(&mut imports, keys);
    kids(&mut imports, keys);
    texts(&mut imports, keys);
    pem::add(&mut imports, keys);
    Json::List(imports.0)
}

#[derive(Default)]
struct Imports(Vec<Json>);

impl Imports {
    /// A set of which `count` keys are loaded and the others left out.
    fn load(
        &mut self,
        name: impl Into<String>,
        key_set: Json,
        count: u64,
        skipped: &[(u64, &str)],
    ) {
        self.push(name.into(), key_set, "ok", count, skipped);
    }

    /// A set that is refused.
    fn refuse(&mut self, name: impl Into<String>, key_set: Json, reason: &str) {
        self.push(name.into(), key_set, reason, 0, &[]);
    }

    /// A key that must not be loaded: alone, so that the set is refused, and with a good one, so
    /// that it is left out.
    fn refuse_key(&mut self, name: impl Into<String>, keys: &Keys, key: &Members, reason: &str) {
        let name = name.into();
        self.refuse(name.clone(), jwks(slice::from_ref(key)), reason);
        self.load(
            format!("{name}_left_out"),
            jwks(&[key.clone(), keys.jwk("EdDSA")]),
            1,
            &[(0, reason)],
        );
    }

    fn push(
        &mut self,
        name: String,
        key_set: Json,
        reason: &str,
        count: u64,
        skipped: &[(u64, &str)],
    ) {
        let skipped = skipped
            .iter()
            .map(|&(index, reason)| Json::List(vec![Json::Number(index), Json::text(reason)]));
        self.0.push(Json::object([
            ("name", Json::text(name)),
            ("key_set", key_set),
            ("reason", Json::text(reason)),
            ("number", Json::Number(number(reason))),
            ("keys", Json::Number(count)),
            ("skipped", Json::List(skipped.collect())),
        ]));
    }
}

fn loaded(imports: &mut Imports, keys: &Keys) {
    for algorithm in
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
    {
        imports.load(
            format!("one_{}_key", algorithm.to_ascii_lowercase()),
            jwks(&[keys.jwk(algorithm)]),
            1,
            &[],
        );
    }
    for algorithm in ["RS256", "ES256", "ES384", "EdDSA"] {
        let name = format!("one_{}_key_without_alg_and_kid", algorithm.to_ascii_lowercase());
        imports.load(name, jwks(&[keys.jwk(algorithm).without("alg").without("kid")]), 1, &[]);
    }
    imports.load("alg_ed25519", jwks(&[keys.jwk("EdDSA").text("alg", "Ed25519")]), 1, &[]);
    imports.load(
        "three_keys",
        jwks(&[keys.jwk("RS256"), keys.jwk("ES256"), keys.jwk("EdDSA")]),
        3,
        &[],
    );
    let certified = keys
        .jwk("RS256")
        .text("x5t", "AAAA")
        .raw("x5c", r#"["MIIB"]"#)
        .raw("exp", "1")
        .text("x-y", "z");
    imports.load("members_of_no_meaning_here", jwks(&[certified]), 1, &[]);
    let set = format!(r#"{{"x":[1,{{}}],"keys":[{}],"y":null}}"#, keys.jwk("ES256").json());
    imports.load("members_beside_keys", text(set), 1, &[]);
}

fn purpose(imports: &mut Imports, keys: &Keys) {
    let es256 = || keys.jwk("ES256");
    imports.load("use_sig", jwks(&[es256().text("use", "sig")]), 1, &[]);
    imports.load("key_ops_verify", jwks(&[es256().raw("key_ops", r#"["verify"]"#)]), 1, &[]);
    imports.load(
        "key_ops_sign_and_verify",
        jwks(&[es256().raw("key_ops", r#"["sign","verify"]"#)]),
        1,
        &[],
    );
    let both = es256().text("use", "sig").raw("key_ops", r#"["verify"]"#);
    imports.load("use_and_key_ops", jwks(&[both]), 1, &[]);

    let mut refuse =
        |name: &str, key: Members, reason: &str| imports.refuse_key(name, keys, &key, reason);
    refuse("use_enc", es256().text("use", "enc"), "key_not_for_verification");
    refuse("use_enc_of_rsa_key", keys.jwk("RS256").text("use", "enc"), "key_not_for_verification");
    refuse("use_in_capitals", es256().text("use", "SIG"), "key_not_for_verification");
    refuse("use_unknown", es256().text("use", "x"), "key_not_for_verification");
    refuse("key_ops_sign", es256().raw("key_ops", r#"["sign"]"#), "key_not_for_verification");
    refuse(
        "key_ops_encrypt",
        es256().raw("key_ops", r#"["encrypt","wrapKey"]"#),
        "key_not_for_verification",
    );
    refuse("key_ops_empty", es256().raw("key_ops", "[]"), "key_not_for_verification");
    let contrary = es256().text("use", "enc").raw("key_ops", r#"["verify"]"#);
    refuse("use_enc_and_key_ops_verify", contrary, "key_not_for_verification");
    refuse("use_number", es256().raw("use", "1"), "invalid_key");
    refuse("key_ops_string", es256().text("key_ops", "verify"), "invalid_key");
    refuse("key_ops_with_a_number", es256().raw("key_ops", r#"["verify",1]"#), "invalid_key");
    refuse("jwk_alg_number", es256().raw("alg", "256"), "invalid_key");
    refuse("jwk_kid_number", es256().raw("kid", "1"), "invalid_key");

    refuse("alg_rs256_of_ec_key", es256().text("alg", "RS256"), "key_algorithm_mismatch");
    refuse("alg_es384_of_p256_key", es256().text("alg", "ES384"), "key_algorithm_mismatch");
    refuse(
        "alg_es256_of_p384_key",
        keys.jwk("ES384").text("alg", "ES256"),
        "key_algorithm_mismatch",
    );
    refuse(
        "alg_es256_of_rsa_key",
        keys.jwk("RS256").text("alg", "ES256"),
        "key_algorithm_mismatch",
    );
    refuse(
        "alg_hs256_of_rsa_key",
        keys.jwk("RS256").text("alg", "HS256"),
        "key_algorithm_mismatch",
    );
    refuse(
        "jwk_alg_of_encryption",
        keys.jwk("RS256").text("alg", "RSA-OAEP-256"),
        "unsupported_key",
    );
    refuse("jwk_alg_unknown", keys.jwk("RS256").text("alg", "x"), "unsupported_key");
    refuse("jwk_alg_none", es256().text("alg", "none"), "unsupported_key");
    refuse("alg_eddsa_of_ec_key", es256().text("alg", "EdDSA"), "key_algorithm_mismatch");
    refuse(
        "alg_es256_of_ed25519_key",
        keys.jwk("EdDSA").text("alg", "ES256"),
        "key_algorithm_mismatch",
    );
}

/// A private key in a set was published by mistake: nothing signed with it means anything.
fn private_keys(imports: &mut Imports, keys: &Keys) {
    let d = encode(&[1; 32]);
    let mut refuse = |name: &str, key: Members| imports.refuse_key(name, keys, &key, "private_key");
    refuse("private_ec_key", keys.jwk("ES256").text("d", &d));
    refuse("private_ed25519_key", keys.jwk("EdDSA").text("kid", "other").text("d", &d));
    refuse("private_rsa_key", keys.jwk("RS256").text("d", &d));
    refuse("private_rsa_key_with_a_prime_only", keys.jwk("RS256").text("p", &d));
    refuse("private_rsa_key_with_other_primes", keys.jwk("RS256").raw("oth", "[]"));
}

fn rsa(imports: &mut Imports, keys: &Keys) {
    let modulus = &keys.rsa_2048.modulus;
    let with_modulus = |modulus: &[u8]| rsa_jwk(modulus, &[1, 0, 1]).text("alg", "RS256");
    let with_exponent = |exponent: &[u8]| rsa_jwk(modulus, exponent).text("alg", "RS256");
    imports.load("rsa_exponent_3", jwks(&[with_exponent(&[3])]), 1, &[]);
    imports.load("rsa_exponent_2_to_the_32_less_one", jwks(&[with_exponent(&[0xff; 4])]), 1, &[]);
    imports.load("rsa_2049_bits", jwks(&[with_modulus(&keys.rsa_2049.modulus)]), 1, &[]);
    imports.load("rsa_4096_bits", jwks(&[with_modulus(&keys.rsa_4096.modulus)]), 1, &[]);

    let mut refuse =
        |name: &str, key: Members, reason: &str| imports.refuse_key(name, keys, &key, reason);
    refuse("rsa_1024_bits", with_modulus(&keys::modulus_of_1024_bits()), "key_too_weak");
    refuse("rsa_2047_bits", with_modulus(&keys::modulus_of_2047_bits()), "key_too_weak");
    refuse("rsa_roca_fingerprint", with_modulus(&keys::roca_modulus()), "key_too_weak");
    refuse("rsa_exponent_1", with_exponent(&[1]), "invalid_key");
    // Longer than any feature of any language admits.
    let mut long = vec![0xff; 16_384 / 8];
    long[2047] = 0xfd;
    refuse("rsa_16384_bits", with_modulus(&long), "unsupported_key");
    let mut even = modulus.clone();
    even[modulus.len() - 1] &= 0xfe;
    refuse("rsa_modulus_even", with_modulus(&even), "invalid_key");
    refuse("rsa_exponent_0", with_exponent(&[0]), "invalid_key");
    refuse("rsa_exponent_even", with_exponent(&[1, 0, 0]), "invalid_key");
    refuse("rsa_exponent_2_to_the_32_plus_one", with_exponent(&[1, 0, 0, 0, 1]), "invalid_key");
    refuse("rsa_exponent_of_300_octets", with_exponent(&[0x7f; 300]), "invalid_key");
    refuse(
        "rsa_modulus_with_leading_zero_octet",
        with_modulus(&[&[0], &**modulus].concat()),
        "invalid_key",
    );
    refuse("rsa_exponent_with_leading_zero_octet", with_exponent(&[0, 1, 0, 1]), "invalid_key");
    refuse("rsa_modulus_empty", with_modulus(&[]), "invalid_key");
    refuse("rsa_exponent_empty", with_exponent(&[]), "invalid_key");
    let rs256 = || keys.jwk("RS256");
    let padded = rs256().text("n", encode(modulus) + "==");
    refuse("rsa_modulus_with_padding", padded, "invalid_key");
    refuse(
        "rsa_modulus_in_standard_alphabet",
        rs256().text("n", encode(modulus).replace('-', "+").replace('_', "/")),
        "invalid_key",
    );
    refuse("rsa_modulus_with_newline", rs256().text("n", encode(modulus) + "\n"), "invalid_key");
    refuse(
        "rsa_modulus_in_hexadecimal_digits_of_odd_number",
        rs256().text("n", "a".repeat(513)),
        "invalid_key",
    );
    refuse("rsa_modulus_number", rs256().raw("n", "3"), "invalid_key");
    refuse("rsa_modulus_missing", rs256().without("n"), "invalid_key");
    refuse("rsa_exponent_missing", rs256().without("e"), "invalid_key");
    refuse("rsa_exponent_number", rs256().raw("e", "65537"), "invalid_key");
}

fn curves(imports: &mut Imports, keys: &Keys) {
    let (p256, p384) = (&keys::p256_point(&keys.p256)[..], &keys::p384_point(&keys.p384)[..]);
    let (x, y) = p256.split_at(32);
    let coordinates =
        |x: &[u8], y: &[u8]| keys.jwk("ES256").text("x", encode(x)).text("y", encode(y));
    let flipped = |point: &[u8]| {
        let mut point = point.to_vec();
        point[0] ^= 1;
        point
    };
    /// The field prime of P-256 (SP 800-186, section 3.2.1.3): a coordinate is less than it.
    const PRIME: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

    let mut refuse = |name: &str, key: Members| imports.refuse_key(name, keys, &key, "invalid_key");
    refuse("p256_point_off_the_curve", coordinates(&flipped(x), y));
    refuse("p384_point_off_the_curve", keys::ec_jwk("P-384", &flipped(p384)));
    refuse("p256_coordinates_swapped", coordinates(y, x));
    refuse("p256_coordinates_zero", coordinates(&[0; 32], &[0; 32]));
    refuse("p256_coordinate_is_the_prime", coordinates(&from_hex(PRIME), y));
    refuse("p256_coordinate_of_ff", coordinates(&[0xff; 32], y));
    refuse("p256_coordinate_of_31_octets", coordinates(&x[1..], y));
    refuse("p256_coordinate_of_33_octets", coordinates(&[&[0], x].concat(), y));
    refuse("p256_coordinate_empty", coordinates(&[], y));
    refuse("p256_y_missing", keys.jwk("ES256").without("y"));
    refuse("p256_x_missing", keys.jwk("ES256").without("x"));
    refuse("p256_x_with_padding", keys.jwk("ES256").text("x", encode(x) + "="));
    refuse("p256_x_array", keys.jwk("ES256").raw("x", "[]"));
    refuse("p256_crv_missing", keys.jwk("ES256").without("crv"));
    refuse("p256_crv_number", keys.jwk("ES256").raw("crv", "256"));
    refuse("p256_point_under_the_name_of_p384", keys::ec_jwk("P-384", p256));
    refuse("p384_point_under_the_name_of_p256", keys::ec_jwk("P-256", p384));

    // About half of all octet strings are no y coordinate of a point.
    let no_point = (2_u8..)
        .map(|first| {
            let mut octets = [0; 32];
            octets[0] = first;
            octets
        })
        .find(|octets| ed25519_dalek::VerifyingKey::from_bytes(octets).is_err())
        .expect("a string that is no point");
    let ed25519 = |x: &[u8]| keys.jwk("EdDSA").text("kid", "other").text("x", encode(x));
    refuse("ed25519_off_the_curve", ed25519(&no_point));
    refuse("ed25519_of_31_octets", ed25519(&[7; 31]));
    refuse("ed25519_of_33_octets", ed25519(&[7; 33]));
    refuse("ed25519_x_missing", keys.jwk("EdDSA").text("kid", "other").without("x"));
}

fn secrets(imports: &mut Imports, keys: &Keys) {
    let [hs256, hs384, hs512] = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(secret_jwk);
    let es256 = keys.jwk("ES256");
    imports.load(
        "secrets_with_the_switch",
        symmetric(&[hs256.clone(), hs384.clone(), hs512.clone()]),
        3,
        &[],
    );
    imports.refuse(
        "secrets_without_the_switch",
        jwks(&[hs256.clone(), hs384]),
        "key_not_for_verification",
    );
    imports.refuse(
        "secret_and_public_key_with_the_switch",
        symmetric(&[hs256.clone(), es256.clone()]),
        "mixed_key_set",
    );
    imports.refuse(
        "secret_and_public_key_without_the_switch",
        jwks(&[hs256.clone(), es256.clone()]),
        "mixed_key_set",
    );
    imports.refuse(
        "public_key_alone_with_the_switch",
        symmetric(slice::from_ref(&es256)),
        "mixed_key_set",
    );
    imports.refuse(
        "public_key_and_secret_with_the_switch",
        symmetric(&[es256, hs256.clone()]),
        "mixed_key_set",
    );

    let short =
        |key: &Members, len: usize| symmetric(&[key.clone().text("k", encode(&vec![7; len]))]);
    imports.refuse("secret_of_31_octets_for_hs256", short(&hs256, 31), "key_too_weak");
    imports.refuse("secret_of_63_octets_for_hs512", short(&hs512, 63), "key_too_weak");
    imports.refuse("secret_empty", short(&hs256, 0), "key_too_weak");
    imports.load("secret_of_33_octets_for_hs256", short(&hs256, 33), 1, &[]);
    imports.refuse("secret_missing", symmetric(&[hs256.clone().without("k")]), "invalid_key");
    imports.refuse(
        "secret_with_padding",
        symmetric(&[hs256.clone().text("k", encode(&[7; 32]) + "=")]),
        "invalid_key",
    );
    imports.refuse(
        "secret_for_rs256",
        symmetric(&[hs256.text("alg", "RS256")]),
        "key_algorithm_mismatch",
    );

    let constructor = |octets: &[u8]| {
        Json::object([("secret", Json::text(encode(octets))), ("algorithm", Json::text("HS256"))])
    };
    imports.load("constructor_secret_of_32_octets", constructor(&[7; 32]), 1, &[]);
    imports.refuse("constructor_secret_of_31_octets", constructor(&[7; 31]), "key_too_weak");
    let pem = constructor(keys.rsa_2048.public_pem().as_bytes());
    imports.refuse("constructor_secret_is_a_public_key", pem, "key_not_for_verification");
    imports.refuse("constructor_secret_empty", constructor(&[]), "key_too_weak");
}

fn unknown_kinds(imports: &mut Imports, keys: &Keys) {
    // A point of secp256k1, made for this test.
    let point = from_hex(concat!(
        "ee672846eb966ba57c952fef27a9631deb147c10d8211459d09d0c1fb670cc59",
        "520f703fb58b15cd8e14b65a19bbec198a49505531d27ebd076d045af51f6cbb",
    ));
    let unknown = [
        ("crv_secp256k1", keys::ec_jwk("secp256k1", &point).text("alg", "ES256K")),
        ("crv_p521", keys::ec_jwk("P-521", &[1; 132]).text("alg", "ES512")),
        (
            "crv_x25519",
            members().text("kty", "OKP").text("crv", "X25519").text("x", encode(&[9; 32])),
        ),
        (
            "crv_ed448",
            members().text("kty", "OKP").text("crv", "Ed448").text("x", encode(&[9; 57])),
        ),
        ("crv_in_lower_case", keys.jwk("ES256").text("crv", "p-256")),
        (
            "kty_akp",
            members().text("kty", "AKP").text("alg", "ML-DSA-44").text("pub", encode(&[9; 1312])),
        ),
        ("kty_in_lower_case", keys.jwk("ES256").text("kty", "ec")),
        ("kty_unknown", members().text("kty", "x")),
    ];
    for (name, key) in &unknown {
        imports.refuse_key(*name, keys, key, "unsupported_key");
    }
    let mut all = vec![keys.jwk("ES256")];
    all.extend(unknown.iter().map(|(_, key)| key.clone()));
    all.push(keys.jwk("RS256"));
    let skipped: Vec<(u64, &str)> = (1..=8).map(|index| (index, "unsupported_key")).collect();
    imports.load("unknown_kinds_between_known_ones", jwks(&all), 2, &skipped);
    imports.refuse_key("kty_missing", keys, &keys.jwk("ES256").without("kty"), "invalid_key");
    imports.refuse_key("kty_number", keys, &keys.jwk("ES256").raw("kty", "1"), "invalid_key");
    let first = [keys.jwk("ES256").text("use", "enc"), members().text("kty", "x")];
    imports.refuse("first_reason_stands_for_the_set", jwks(&first), "key_not_for_verification");
}

fn kids(imports: &mut Imports, keys: &Keys) {
    let es256 = || keys.jwk("ES256");
    let other = || keys::p256_jwk(&keys.p256_other).text("kid", "es256");
    imports.refuse("same_kid_other_key", jwks(&[es256(), other()]), "key_ambiguous");
    imports.refuse(
        "same_kid_other_key_further_on",
        jwks(&[es256(), keys.jwk("RS256"), other()]),
        "key_ambiguous",
    );
    let escaped = text(format!(
        r#"{{"keys":[{},{}]}}"#,
        es256().json(),
        other().raw("kid", r#""\u0065s256""#).json()
    ));
    imports.refuse("same_kid_other_key_with_escape", escaped, "key_ambiguous");
    imports.load(
        "same_kid_other_algorithm",
        jwks(&[es256(), keys.jwk("RS256").text("kid", "es256")]),
        2,
        &[],
    );
    imports.load(
        "two_keys_without_kid",
        jwks(&[es256().without("kid"), other().without("kid")]),
        2,
        &[],
    );
    imports.load("same_key_twice", jwks(&[es256(), es256()]), 1, &[]);
    imports.refuse_key(
        "jwk_kid_of_129_octets",
        keys,
        &es256().text("kid", "k".repeat(129)),
        "invalid_key",
    );
    imports.load("kid_empty", jwks(&[es256().text("kid", "")]), 1, &[]);
    imports.load(
        "same_kid_of_a_key_left_out",
        jwks(&[es256(), other().text("use", "enc")]),
        1,
        &[(1, "key_not_for_verification")],
    );
}

/// The set as a text: JSON without leniency, and an object with an array of objects.
fn texts(imports: &mut Imports, keys: &Keys) {
    let es256 = keys.jwk("ES256").json();
    imports.refuse("empty_set", jwks(&[]), "key_not_found");
    for (name, set) in [
        ("empty_text", String::new()),
        ("not_json", "keys".into()),
        ("html", "<html></html>".into()),
        ("set_with_trailing_comma", format!(r#"{{"keys":[{es256},]}}"#)),
        ("set_with_text_after_it", format!(r#"{{"keys":[{es256}]}}x"#)),
        ("set_with_byte_order_mark", format!("\u{feff}{{\"keys\":[{es256}]}}")),
        ("set_is_an_array", format!("[{es256}]")),
        ("set_is_a_key", es256.clone()),
        ("set_empty_object", "{}".into()),
        ("keys_object", format!(r#"{{"keys":{es256}}}"#)),
        ("keys_null", r#"{"keys":null}"#.into()),
        ("key_is_a_string", r#"{"keys":["x"]}"#.into()),
        ("key_is_null", format!(r#"{{"keys":[{es256},null]}}"#)),
        ("key_is_an_array", format!(r#"{{"keys":[[{es256}]]}}"#)),
        ("set_cut_short", format!(r#"{{"keys":[{es256}"#)),
    ] {
        imports.refuse(name, text(set), "invalid_json");
    }
    for (name, set) in [
        ("duplicate_member_in_set", format!(r#"{{"keys":[],"keys":[{es256}]}}"#)),
        (
            "duplicate_member_in_key",
            format!(r#"{{"keys":[{}]}}"#, keys.jwk("ES256").again("alg", quoted("ES256")).json()),
        ),
        (
            "duplicate_member_in_key_with_escape",
            format!(r#"{{"keys":[{}]}}"#, keys.jwk("ES256").again(r"\u0078", quoted("AA")).json()),
        ),
        (
            "duplicate_member_in_a_key_of_unknown_kind",
            format!(r#"{{"keys":[{es256},{{"kty":"x","y":1,"y":2}}]}}"#),
        ),
    ] {
        imports.refuse(name, text(set), "duplicate_member");
    }
    imports.refuse(
        "set_too_deep",
        text(format!(r#"{{"x":{}1{},"keys":[{es256}]}}"#, "[".repeat(40), "]".repeat(40))),
        "too_deep",
    );
}

/// A set given as its exact text.
fn text(text: String) -> Json {
    Json::object([("jwks_text", Json::Text(text))])
}

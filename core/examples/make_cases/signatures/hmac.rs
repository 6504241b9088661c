//! HMAC: the whole tag, and only where a secret was configured (RFC 7518, section 3.2).

use super::forge;
use crate::generator::keys::{ALGORITHMS, Keys, encode, mac, secret, signed};
use crate::generator::rsa_padding::Hash;
use crate::generator::setup::{claims, header_for, key_set_for};
use crate::generator::suite::Suite;

pub(super) fn add(suite: &mut Suite, keys: &Keys) {
    for algorithm in ALGORITHMS.into_iter().filter(|name| name.starts_with("HS")) {
        let name = algorithm.to_ascii_lowercase();
        let token = keys.token_as(algorithm, header_for(algorithm), claims());
        suite.accept(format!("{name}_from_a_symmetric_set_accepted"), token).with_keys("secrets");
        forge(suite, &format!("{name}_tag_cut_in_half"), algorithm, |message| {
            let tag = keys.sign(algorithm, message);
            tag[..tag.len() / 2].to_vec()
        });
    }
    let token = keys.token_as("HS256", header_for("HS256"), claims());
    suite
        .accept("hs256_listed_by_the_policy_accepted", &token)
        .with_keys("hs256_secret")
        .with_policy("only_hs256");
    let no_kid = keys.token_as("HS256", header_for("HS256").without("kid"), claims());
    suite.accept("hs256_without_kid_accepted", no_kid).with_keys("hs256_secret");

    forge(suite, "hs256_tag_of_an_empty_secret", "HS256", |message| {
        mac(Hash::Sha256, b"", message)
    });
    forge(suite, "hs512_tag_of_sha_256", "HS512", |message| {
        mac(Hash::Sha256, &secret(Hash::Sha512), message)
    });
    forge(suite, "hs256_tag_of_the_base64url_text_of_the_secret", "HS256", |message| {
        let text = encode(&secret(Hash::Sha256));
        mac(Hash::Sha256, text.as_bytes(), message)
    });

    let hs384 = keys.token_as("HS384", header_for("HS384"), claims());
    suite.refuse("hs384_with_only_an_hs256_key", hs384, "key_not_found").with_keys("hs256_secret");
    let same_kid = keys.token_as("HS384", header_for("HS384").text("kid", "hs256"), claims());
    suite
        .refuse("hs384_under_the_kid_of_an_hs256_key", same_kid, "key_algorithm_mismatch")
        .with_keys("hs256_secret");
    suite
        .refuse(
            "es256_with_a_symmetric_set",
            keys.token(header_for("ES256"), claims()),
            "algorithm_not_allowed",
        )
        .with_keys(key_set_for("HS256"));

    // The public key of an asymmetric algorithm used as the secret of a symmetric one.
    let confusion = |text: String, kid: &str| {
        signed(header_for("HS256").text("kid", kid), claims(), |message| {
            mac(Hash::Sha256, text.as_bytes(), message)
        })
    };
    let public_pem = || keys.rsa_2048.public_pem();
    suite.refuse(
        "hs256_with_rsa_public_key_as_secret",
        confusion(public_pem(), "rs256"),
        "algorithm_not_allowed",
    );
    suite
        .refuse(
            "hs256_with_rsa_public_key_from_pem_as_secret",
            confusion(public_pem(), "rs256"),
            "algorithm_not_allowed",
        )
        .with_keys("rs256_pem");
    suite.refuse(
        "hs256_with_jwk_as_secret",
        confusion(keys.jwk("ES256").json(), "es256"),
        "algorithm_not_allowed",
    );
    suite
        .refuse(
            "hs256_with_rsa_public_key_as_secret_and_hs256_listed",
            confusion(public_pem(), "rs256"),
            "key_algorithm_mismatch",
        )
        .with_policy("only_hs256");
}

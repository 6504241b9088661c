//! The whole of `cases.json` and of `decisions.json`, put together from one file a subject.

mod claims;
mod decisions;
mod form;
mod header;
mod issuers;
mod json;
mod json_text;
mod jws;
mod key_choice;
mod key_sets;
mod keys;
mod limits;
mod octets;
mod order;
mod rsa_padding;
mod scopes;
mod setup;
mod signatures;
mod suite;

use json::Json;
use keys::Keys;
use suite::Suite;

/// The text of `cases.json`.
pub(crate) fn document() -> String {
    let keys = Keys::load();
    let mut suite = Suite::default();
    signatures::add(&mut suite, &keys);
    form::add(&mut suite, &keys);
    json_text::add(&mut suite, &keys);
    limits::add(&mut suite, &keys);
    header::add(&mut suite, &keys);
    key_choice::add(&mut suite, &keys);
    claims::add(&mut suite, &keys);
    scopes::add(&mut suite, &keys);
    order::add(&mut suite, &keys);
    issuers::add(&mut suite, &keys);

    let document = Json::object([
        ("about", Json::texts(ABOUT)),
        ("key_sets", setup::key_sets(&keys)),
        ("policies", setup::policies()),
        ("issuers", setup::issuers()),
        ("cases", suite.into_json()),
        ("key_set_cases", key_sets::cases(&keys)),
        ("signature_cases", jws::cases(&keys)),
    ]);
    document.to_document()
}

/// The text of `decisions.json`.
pub(crate) fn decisions() -> String {
    decisions::document(&Keys::load())
}

const ABOUT: &[&str] = &[
    "Made by `cargo run -p gatepost --example make_cases`: change the generator, never this file.",
    "cases: validate `token` at `now` with `policy` and `key_set`, or with `issuers`.",
    "What must come out is `reason` and `number`, and for an accepted token the values below them;",
    "`scopes` and `audience` are compared as sets.",
    "key_sets: `jwks` is a JWK Set; `jwks_text` is one whose exact text matters;",
    "`symmetric` is the switch that admits `oct` keys; `secret` is base64url; `pem` is a public key.",
    "policies: what is left out has its default: 30 seconds of leeway, `exp` required, every",
    "algorithm that fits the kind of the keys.",
    "key_set_cases: import `key_set`; `keys` is how many are loaded, `skipped` the places in the set",
    "of those left out, and why.",
    "signature_cases: check the signature of any payload with `algorithms`; no claim is looked at.",
];

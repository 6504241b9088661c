//! The whole of `decisions.json`, put together from one file a subject.

mod answers;
mod bodies;
mod credentials;
mod documents;
mod granted;
mod guards;
mod introspection;
mod operations;
mod origins;
mod people;
mod possession;
mod replays;
mod requests;
mod suite;
mod tokens;

use crate::generator::json::Json;
use crate::generator::keys::Keys;
use suite::Decisions;

pub(crate) fn document(keys: &Keys) -> String {
    let mut decisions = Decisions::default();
    credentials::add(&mut decisions, keys);
    tokens::add(&mut decisions, keys);
    operations::add(&mut decisions, keys);
    people::add(&mut decisions, keys);
    origins::add(&mut decisions, keys);
    documents::add(&mut decisions, keys);
    bodies::add(&mut decisions, keys);
    possession::add(&mut decisions, keys);
    replays::add(&mut decisions, keys);
    introspection::add(&mut decisions, keys);
    Json::object([
        ("about", Json::texts(ABOUT)),
        ("guards", guards::all(keys)),
        ("decisions", decisions.into_json()),
    ])
    .to_document()
}

const ABOUT: &[&str] = &[
    "Made by `cargo run -p gatepost --example make_decisions`: change the generator, never this file.",
    "decisions: ask `guard` about `request` at `now`, first with the head alone, then with what the",
    "body asks for; without a body (`null`), with what a request without one asks for.",
    "Each is on its own: the guard has seen no request but those of `before`, in their order, which",
    "it has all let in.",
    "`respond` means that one of the steps answers: `status`, `headers` in their order and `body`",
    "are compared byte for byte. A request that may `proceed` has status 0; `subject`, `client` and",
    "`scopes` are those of its token, null and none where it needs no token; `operation` is what it",
    "asks for. `reason` is `ok` where nothing is refused.",
    "`certificate_b64u` is the SHA-256 of the client's certificate, `body_b64u` the body.",
    "guards: `policy` and `key_set` decide about tokens; a `key_set` of null stands for keys that",
    "are not to be had now. `introspection` is \"opaque\" where `policy` decides as well about tokens",
    "that are no JSON Web Tokens, and \"all\" where it so decides about all, by what their issuer has",
    "answered when it was asked: `introspection_b64u` of a request, null where it was not. A rule's",
    "`needs` are alternatives of words, null any token;",
    "`user` is issuer and subject, `client` issuer and client. The `secrets` of nonces are numbers",
    "and secrets, the one that seals first. What is null or empty is not set.",
];

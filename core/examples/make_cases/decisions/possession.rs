//! Tokens that are bound to a key.

use p256::ecdsa::SigningKey;
use sha2::{Digest as _, Sha256};

use crate::generator::decisions::answers::refused;
use crate::generator::decisions::requests::{
    Request, call, get, modern_call, token, token_for, token_with,
};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::{Keys, encode, es256, p256_jwk, signed};
use crate::generator::setup::{AUDIENCE, NOW};
use crate::generator::suite::{Members, members};

const BASE: &str = "mcp:read";
/// The base64url of 32 bytes of 7.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    certificates(decisions, keys);
    proofs(decisions, keys);
    certificates_and_proofs(decisions, keys);
}

fn certificates(decisions: &mut Decisions, keys: &Keys) {
    let bound = |cnf: &str| call("x").bearer(token_with(keys, |claims| claims.raw("cnf", cnf)));
    let to_sevens = || bound(&format!(r#"{{"x5t#S256":"{SEVENS}"}}"#));
    let refusal = |reason| refused(401, reason);
    let shown = to_sevens().showing_certificate([7; 32]);
    decisions.proceed("certificate_that_is_shown", "plain", shown, "user-1");
    let unbound = call("x").bearer(token(keys)).showing_certificate([7; 32]);
    decisions.proceed("certificate_that_nothing_asks_for", "plain", unbound, "user-1");
    decisions.respond(
        "certificate_that_is_missing",
        "plain",
        to_sevens(),
        refusal("proof_required"),
    );
    let other = to_sevens().showing_certificate([8; 32]);
    decisions.respond("certificate_of_another", "plain", other, refusal("invalid_proof"));
    let claimed = to_sevens().with("X-Client-Cert-Hash", SEVENS);
    decisions.respond("certificate_in_a_header", "plain", claimed, refusal("proof_required"));
    let unknown = bound(r#"{"kid":"1"}"#);
    decisions.respond("bound_in_an_unknown_way", "plain", unknown, refusal("proof_required"));
    decisions.respond("bound_to_nonsense", "plain", bound("7"), refusal("invalid_claim"));
    let jkt = bound(&format!(r#"{{"jkt":"{SEVENS}"}}"#));
    decisions.respond(
        "bound_to_a_key_where_no_proof_is_taken",
        "plain",
        jkt,
        refusal("proof_required"),
    );
}

fn proofs(decisions: &mut Decisions, keys: &Keys) {
    let client = Client::new(&keys.p256_other);
    let bound = &*token_with(keys, |claims| claims.raw("cnf", client.confirmation()));
    let with = |proof: String| sent(bound).with("DPoP", proof);

    let accepted = with(client.proof("accepted", bound, |claims| claims));
    decisions.proceed("proof", "bound", accepted, "user-1");
    let accepted = with(client.proof("required", bound, |claims| claims));
    decisions.proceed("proof_where_one_is_required", "bound_only", accepted, "user-1");
    let spelled = client.proof("spelled", bound, |claims| {
        claims.text("htu", "HTTPS://MCP.example.com:443/%6dcp?q#f")
    });
    decisions.proceed("proof_for_another_spelling", "bound", with(spelled), "user-1");
    decisions.proceed(
        "bearer_where_proofs_are_taken",
        "bound",
        call("x").bearer(token(keys)),
        "user-1",
    );

    let missing = || refused(401, "credentials_missing").scope(BASE);
    decisions.respond(
        "both_schemes_are_offered",
        "bound",
        call("x"),
        missing().schemes(&["Bearer", "DPoP"]),
    );
    decisions.respond(
        "only_proofs_are_offered",
        "bound_only",
        call("x"),
        missing().schemes(&["DPoP"]),
    );
    decisions.respond(
        "both_schemes_are_offered_for_bad_form",
        "bound",
        call("x").with("Authorization", "DPoP"),
        refused(400, "invalid_credentials").schemes(&["Bearer", "DPoP"]),
    );

    let refusal = |reason| refused(401, reason).scope(BASE);
    let as_bearer = call("x").bearer(bound);
    decisions.respond(
        "bound_token_as_bearer",
        "bound",
        as_bearer.clone(),
        refusal("proof_required").schemes(&["Bearer", "DPoP"]),
    );
    let certificate =
        token_with(keys, |claims| claims.raw("cnf", format!(r#"{{"x5t#S256":"{SEVENS}"}}"#)));
    decisions.respond(
        "certificate_is_missing_where_proofs_are_taken",
        "bound",
        call("x").bearer(certificate),
        refusal("proof_required"),
    );
    let answer = refusal("proof_required").schemes(&["DPoP"]);
    decisions.respond(
        "bound_token_as_bearer_where_proofs_are_required",
        "bound_only",
        as_bearer,
        answer,
    );
    let unbound = call("x").bearer(token(keys));
    let answer = refusal("proof_required").schemes(&["DPoP"]);
    decisions.respond("bearer_where_proofs_are_required", "bound_only", unbound, answer);
    let answer = refusal("proof_required").schemes(&["DPoP"]);
    decisions.respond("proof_is_missing", "bound", sent(bound), answer);
    let expired =
        token_with(keys, |c| c.raw("cnf", client.confirmation()).raw("exp", "1600000000"));
    let request = sent(&expired).with("DPoP", client.proof("expired", &expired, |claims| claims));
    decisions.respond(
        "expired_token_with_a_proof",
        "bound",
        request,
        refusal("expired").schemes(&["DPoP"]),
    );

    let early = (NOW - 301).to_string();
    let late = (NOW + 301).to_string();
    for (name, change) in [
        ("proof_for_another_method", ("htm", r#""GET""#)),
        ("proof_for_another_endpoint", ("htu", r#""https://mcp.example.com/""#)),
        ("proof_that_is_too_old", ("iat", &*early)),
        ("proof_of_the_future", ("iat", &*late)),
        ("proof_for_another_token", ("ath", &*format!("\"{SEVENS}\""))),
        ("proof_without_an_identifier", ("jti", r#""""#)),
    ] {
        let proof = client.proof(name, bound, |claims| claims.raw(change.0, change.1));
        let answer = refusal("invalid_proof").schemes(&["DPoP"]);
        decisions.respond(name, "bound", with(proof), answer);
    }
    let invalid = || refusal("invalid_proof").schemes(&["DPoP"]);
    let proof = client.proof("twice", bound, |claims| claims);
    decisions.respond("proof_twice", "bound", with(proof.clone()).with("DPoP", proof), invalid());
    let plain = token(keys);
    let request = sent(&plain).with("DPoP", client.proof("unbound", &plain, |claims| claims));
    decisions.respond("proof_for_a_token_that_is_not_bound", "bound", request, invalid());
    let proof = client.proof("one", bound, |claims| claims);
    let other = client.proof("another", bound, |claims| claims);
    let (input, _) = proof.rsplit_once('.').expect("a signature");
    let (_, signature) = other.rsplit_once('.').expect("a signature");
    let crossed = with(format!("{input}.{signature}"));
    decisions.respond("proof_with_another_signature", "bound", crossed, invalid());

    let narrow = token_with(keys, |c| c.raw("cnf", client.confirmation()).text("scope", ""));
    let request = sent(&narrow).with("DPoP", client.proof("narrow", &narrow, |claims| claims));
    let answer = refused(403, "insufficient_scope").scope(BASE).schemes(&["DPoP"]);
    decisions.respond("step_up_by_dpop", "bound", request, answer);
    let request = call("x").bearer(token_for(keys, ""));
    let answer = refused(403, "insufficient_scope").scope(BASE);
    decisions.respond("step_up_by_bearer", "bound", request, answer);
    let answer = missing().schemes(&["Bearer", "DPoP"]);
    decisions.respond("headers_do_not_replace_a_proof", "bound", modern_call("x"), answer);
    let answer = missing().schemes(&["DPoP"]);
    decisions.respond("get_where_proofs_are_required", "bound_only", get("/mcp"), answer);
}

/// RFC 8705, section 3: another certificate is no fault of the proof.
fn certificates_and_proofs(decisions: &mut Decisions, keys: &Keys) {
    let client = Client::new(&keys.p256_other);
    let jkt = client.confirmation();
    let cnf = format!(r#"{},"x5t#S256":"{SEVENS}"}}"#, jkt.trim_end_matches('}'));
    let bound = &*token_with(keys, |claims| claims.raw("cnf", cnf));
    let with = |id| sent(bound).with("DPoP", client.proof(id, bound, |claims| claims));
    let refusal = |reason| refused(401, reason).scope(BASE).schemes(&["DPoP"]);

    let both = with("with its certificate").showing_certificate([7; 32]);
    decisions.proceed("proof_and_certificate", "bound", both, "user-1");
    let other = with("with another certificate").showing_certificate([8; 32]);
    let answer = refusal("invalid_proof").error("invalid_token");
    decisions.respond("proof_with_another_certificate", "bound", other, answer);
    let none = with("without a certificate");
    decisions.respond("proof_without_a_certificate", "bound", none, refusal("proof_required"));
    let alone = sent(bound).showing_certificate([7; 32]);
    decisions.respond("certificate_without_a_proof", "bound", alone, refusal("proof_required"));
}

/// The request with the token of a client that has a key.
pub(crate) fn sent(token: &str) -> Request {
    call("x").with("Authorization", format!("DPoP {token}"))
}

/// A client that has a key.
pub(crate) struct Client<'k> {
    key: &'k SigningKey,
    jwk: Members,
}

impl<'k> Client<'k> {
    pub(crate) fn new(key: &'k SigningKey) -> Self {
        Self { key, jwk: p256_jwk(key) }
    }

    /// The claim `cnf` of a token for this client: the thumbprint of its key (RFC 7638), whose
    /// members are in the order of their names.
    pub(crate) fn confirmation(&self) -> String {
        let jwk = self.jwk.json();
        let member = |name: &str| {
            let (_, rest) = jwk.split_once(&format!("\"{name}\":\"")).expect("a member");
            rest.split_once('"').expect("its end").0
        };
        let canonical =
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, member("x"), member("y"));
        format!(r#"{{"jkt":"{}"}}"#, encode(&Sha256::digest(canonical)))
    }

    /// A proof for a call with `token` (RFC 9449, section 4.2).
    pub(crate) fn proof(
        &self,
        id: &str,
        token: &str,
        change: impl FnOnce(Members) -> Members,
    ) -> String {
        let header =
            members().text("typ", "dpop+jwt").text("alg", "ES256").raw("jwk", self.jwk.json());
        let claims = members()
            .text("jti", id)
            .text("htm", "POST")
            .text("htu", AUDIENCE)
            .raw("iat", NOW.to_string())
            .text("ath", encode(&Sha256::digest(token)));
        signed(header, change(claims), |message| es256(self.key, message))
    }
}

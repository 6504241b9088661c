//! Proofs of possession: what is accepted is what RFC 9449, section 4.3, asks for as `serde_json`
//! reads the proof, and is accepted once.
//!
//! Input: a proof as it is; or, where a line break is in it, a header and claims with the line break
//! between them, which are signed here, so that what stands behind the signature is reached. In the
//! claims `$ATH` stands for the hash of the token, and in the header `$KEY` for the members of the
//! key.

#![no_main]

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::oauth::{DpopVerifier, FixedReplayStore};
use gatepost::{Keys, Policy, Reason, UnixTime};
use gatepost_fuzz::keys::{AnySignature, Es256};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::{Digest, Sha256};

const RESOURCE: &str = "https://mcp.example.com/mcp";
const NOW: u64 = 1_700_000_000;

struct Client {
    key: Es256,
    /// A token that is bound to the key, and what `ath` has to be.
    token: String,
    ath: String,
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let key = Es256::new();
    let jkt = BASE64URL.encode(Sha256::digest(&key.jwk));
    let claims = format!(
        r#"{{"iss":"https://issuer.example","aud":"{RESOURCE}","exp":{},"cnf":{{"jkt":"{jkt}"}}}}"#,
        NOW + 600
    );
    // Whose the token is, is not the question here.
    let token =
        format!("{}.{}.AAAA", BASE64URL.encode(r#"{"alg":"ES256"}"#), BASE64URL.encode(claims));
    let ath = BASE64URL.encode(Sha256::digest(&token));
    Client { key, token, ath }
});

fuzz_target!(|input: &[u8]| {
    let client = &*CLIENT;
    let composed;
    let proof = match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => {
            let (header, claims) = (&input[..at], &input[at + 1..]);
            let members = client.key.jwk.trim_matches(['{', '}']);
            let header = replace(header, b"$KEY", members.as_bytes());
            let claims = replace(claims, b"$ATH", client.ath.as_bytes());
            composed = client.key.sign(&header, &claims);
            composed.as_bytes()
        }
        None => input,
    };

    let slots = AnySignature::key_set();
    let keys = Keys::from(&slots[..]);
    let policy = Policy::new("https://issuer.example", RESOURCE).expect("a policy");
    let now = UnixTime::from_secs(NOW);
    let mut memory = [0; 2048];
    let presented = policy
        .validate_before_proof(&client.token, keys, now, &mut memory)
        .expect("a token that is bound");

    let verifier = DpopVerifier::new(RESOURCE, FixedReplayStore::<2>::new()).expect("a resource");
    let mut memory = [0; gatepost::limits::MEMORY];
    let verdict = verifier.verify(&presented, [proof], "POST", now, &mut memory);
    match verdict {
        Ok(verified) => {
            let parts: Vec<_> = proof.split(|byte| *byte == b'.').collect();
            let [header, claims] = [parts[0], parts[1]].map(|part| {
                let json = BASE64URL.decode(part).expect("base64 refuses what was accepted");
                serde_json::from_slice::<Value>(&json)
            });
            // A number beyond f64 is good JSON, which serde_json does not take as a value.
            if let (Ok(header), Ok(claims)) = (header, claims) {
                holds(&header, &claims, client);
            }
            let again = verifier.verify(&presented, [proof], "POST", now, &mut memory);
            assert_eq!(again.unwrap_err(), Reason::ProofReplayed);
            assert!(presented.prove(&verified.evidence()).is_ok());
        }
        Err(reason) => assert_eq!(reason, Reason::InvalidProof),
    }
});

fn holds(header: &Value, claims: &Value, client: &Client) {
    let typ = header["typ"].as_str().expect("a type").to_ascii_lowercase();
    assert_eq!(typ.strip_prefix("application/").unwrap_or(&typ), "dpop+jwt");
    assert_eq!(header["alg"], "ES256");
    let jwk = header["jwk"].as_object().expect("a key");
    let members: Value = serde_json::from_str(&client.key.jwk).expect("the client's key");
    for (name, value) in members.as_object().expect("an object") {
        assert_eq!(jwk.get(name), Some(value));
    }
    assert!(!jwk.contains_key("d") && !jwk.contains_key("k"));
    assert!(header.get("crit").is_none());

    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(claims["htm"], "POST");
    assert_eq!(claims["ath"], *client.ath);
    let iat = claims["iat"].as_f64().expect("a number");
    assert!((iat - NOW as f64).abs() < 302.0);
    let htu = claims["htu"].as_str().expect("a URI").to_ascii_lowercase();
    let end = htu.find(['?', '#']).unwrap_or(htu.len());
    assert!(htu.starts_with("https://") && htu[..end].is_ascii());
    // Encodings, dot segments and ports apart, it is the resource.
    if !htu[..end].contains('%') && !htu[..end].contains("/.") && !htu[6..end].contains(':') {
        assert_eq!(htu[..end], *RESOURCE);
    }
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|window| window == from) {
        Some(at) => [&text[..at], to, &text[at + from.len()..]].concat(),
        None => text.to_vec(),
    }
}

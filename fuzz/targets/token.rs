//! The compact form, the header and the form of the claims, before any key.

#![no_main]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::limits::MEMORY;
use gatepost::{Reason, UntrustedToken};
use gatepost_fuzz::facts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|compact: &[u8]| {
    let mut memory = [0; MEMORY];
    let verdict = UntrustedToken::parse(compact, &mut memory).map(|token| {
        (token.algorithm(), token.key_id(), token.unverified_issuer().map(str::to_owned))
    });
    match &verdict {
        Ok((_, key_id, issuer)) => {
            let parts: Vec<_> = compact.split(|byte| *byte == b'.').collect();
            assert_eq!(parts.len(), 3);
            let [header, claims] = [parts[0], parts[1]].map(|part| {
                let json = BASE64URL.decode(part).expect("base64 refuses what was accepted");
                facts(&json).expect("serde_json refuses what was accepted");
                serde_json::from_slice::<serde_json::Value>(&json)
            });
            // A number beyond f64 is good JSON, which serde_json does not take as a value.
            if let Ok(header) = header {
                assert!(header["alg"].is_string());
                assert_eq!(header["kid"].as_str(), *key_id);
            }
            if let Ok(claims) = claims {
                assert_eq!(claims["iss"].as_str(), issuer.as_deref().ok());
            }
        }
        Err(reason) => assert_ne!(*reason, Reason::MemoryTooSmall),
    }

    // With less memory the verdict is the same, or that there was too little.
    let mut little = vec![0; compact.len() / 2];
    match UntrustedToken::parse(compact, &mut little) {
        Ok(_) => assert!(verdict.is_ok()),
        Err(Reason::MemoryTooSmall) => {}
        Err(reason) => assert_eq!(verdict.err(), Some(reason)),
    }
});

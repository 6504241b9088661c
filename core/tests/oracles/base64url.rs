//! Base64url against `base64ct`, through tokens whose signature is good.

use base64ct::{Base64UrlUnpadded, Encoding};
use gatepost::{Algorithm, KeySet, Reason};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::common::random::Random;
use crate::common::{base64url, key_set, signer::SECRET};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// All texts of up to two bytes, and all of three that begin with a given letter.
#[test]
fn short_texts() {
    let oracle = Oracle::new();
    let mut accepted = u32::from(oracle.accepts(b""));
    for a in 0..=u8::MAX {
        accepted += u32::from(oracle.accepts(&[a]));
        for b in 0..=u8::MAX {
            accepted += u32::from(oracle.accepts(&[a, b]));
        }
    }
    // The empty one, and one text for each byte.
    assert_eq!(accepted, 1 + 256);

    let mut accepted = 0;
    for b in ALPHABET {
        for c in 0..=u8::MAX {
            accepted += u32::from(oracle.accepts(&[b'-', *b, c]));
        }
    }
    // Two letters make twelve bits, and four of the last one's six are used.
    assert_eq!(accepted, 64 * 16);
}

#[test]
fn long_texts_with_something_wrong() {
    let oracle = Oracle::new();
    let random = &mut Random(6);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..6000 {
        let len = random.below(80);
        let mut text = base64url(random.bytes(len)).into_bytes();
        match random.below(8) {
            // Another letter, which may leave bits over at the end.
            0 | 1 if !text.is_empty() => {
                let at = random.below(text.len());
                text[at] = *random.choose(ALPHABET);
            }
            2 if !text.is_empty() => *text.last_mut().unwrap() = *random.choose(ALPHABET),
            3 => {
                let at = random.below(text.len() + 1);
                text.insert(at, random.bytes(1)[0]);
            }
            4 => {
                let at = random.below(text.len() + 1);
                text.insert(at, *random.choose(b"=+/ \n\r\t\0\x80\xff,:@[`{"));
            }
            5 => drop(text.pop()),
            6 => text.extend(random.choose(&["=", "==", "===", "A", "AA"]).bytes()),
            _ => {}
        }
        if oracle.accepts(&text) { accepted += 1 } else { refused += 1 }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} and {refused}");
}

struct Oracle {
    keys: KeySet<1>,
    header: String,
}

impl Oracle {
    fn new() -> Self {
        Self { keys: key_set(Algorithm::Hs256), header: base64url(r#"{"alg":"HS256"}"#) }
    }

    /// Whether `text` is taken as a payload; both must agree, and on the bytes, too.
    fn accepts(&self, text: &[u8]) -> bool {
        if text.contains(&b'.') {
            // It would be two parts.
            return false;
        }
        let mut compact = format!("{}.", self.header).into_bytes();
        compact.extend_from_slice(text);
        let mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap().chain_update(&compact);
        compact.push(b'.');
        compact.extend_from_slice(base64url(mac.finalize().into_bytes()).as_bytes());

        let mut memory = [0; 512];
        let ours = self.keys.verify_signature(&compact, Algorithm::Hs256, &mut memory);
        let theirs =
            str::from_utf8(text).ok().and_then(|text| Base64UrlUnpadded::decode_vec(text).ok());
        assert_eq!(ours, theirs.as_deref().ok_or(Reason::InvalidBase64), "{text:02x?}");
        ours.is_ok()
    }
}

//! What must not become a shared secret: a public key, in whatever dress.
//!
//! Libraries that took a public key's text for an HMAC secret let everybody sign who could read
//! the key. Here a secret enters by a constructor of its own; this is the second line.

use zeroize::Zeroizing;

use crate::limits::MAX_SECRET_LEN;

/// Whether `secret` is, or contains, what somebody publishes as a key: PEM, DER, OpenSSH, a JSON
/// Web Key or set, or one of these in base64.
pub(super) fn looks_like_a_public_key(secret: &[u8]) -> bool {
    // Wiped when dropped: it may well be a secret.
    let mut memory = Zeroizing::new([0; MAX_SECRET_LEN]);
    is_public_key(secret) || decode_base64(secret, &mut *memory).is_some_and(is_public_key)
}

fn is_public_key(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    contains(text, b"-----BEGIN")
        || is_json_key(text)
        || is_der(bytes)
        || OPEN_SSH.iter().any(|prefix| text.starts_with(prefix))
}

const OPEN_SSH: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];

/// Decodes base64 in either alphabet, padded or not, with white space wherever it stands: as
/// lenient as can be, unlike what reads tokens. `None` where it is no base64, or longer than any
/// secret.
fn decode_base64<'m>(text: &[u8], memory: &'m mut [u8]) -> Option<&'m [u8]> {
    let (mut len, mut bits, mut pending) = (0_usize, 0_u32, 0_u32);
    let letters = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    for letter in letters.take_while(|byte| *byte != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter.wrapping_sub(b'A'),
            b'a'..=b'z' => letter.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => letter.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        pending = pending.saturating_add(6);
        if let Some(left) = pending.checked_sub(8) {
            let [.., decoded] = (bits >> left).to_be_bytes();
            *memory.get_mut(len)? = decoded;
            len = len.saturating_add(1);
            pending = left;
        }
    }
    memory.get(..len)
}

fn is_json_key(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'[', ..]) && contains(text, b"\"kty\"")
}

/// A SEQUENCE that ends where the bytes end, of an INTEGER (PKCS#1) or a SEQUENCE
/// (SubjectPublicKeyInfo) and more; a random secret looks so once in eight million.
fn is_der(bytes: &[u8]) -> bool {
    let (len, content) = match bytes {
        [0x30, len @ 0..=0x7f, content @ ..] => (usize::from(*len), content),
        [0x30, 0x81, len, content @ ..] => (usize::from(*len), content),
        [0x30, 0x82, high, low, content @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), content)
        }
        _ => return false,
    };
    len == content.len() && matches!(content, [0x02 | 0x30, ..])
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_recognised_in_every_dress() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nMFkw",
            "\u{feff}-----BEGIN RSA PUBLIC KEY-----",
            "junk before -----BEGIN PUBLIC KEY-----",
            " \n{\"kty\":\"RSA\"}",
            "{\"keys\":[{\"kty\":\"EC\"}]}",
            "[{\"kty\":\"EC\"}]",
            "ssh-ed25519 AAAA",
            "ecdsa-sha2-nistp256 AAAA",
            "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K",
            "eyJrdHkiOiJSU0EifQ",
            "eyJrZXlzIjpbeyJrdHkiOiJFQyJ9XX0",
            "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
            "ewogICJrZXlzIjogW3sia3R5IjogIlJTQSJ9XQp9",
            "eyJhbGciOiJSUzI1NiIs\nImt0eSI6IlJTQSJ9Cg==",
            "c3NoLWVkMjU1MTkgQUFBQQ",
            "\u{30}\u{3}\u{2}\u{1}\u{5}",
        ] {
            assert!(looks_like_a_public_key(text.as_bytes()), "{text:?}");
        }
        let mut long = vec![0x30, 0x82, 1, 0, 0x30];
        long.resize(260, 7);
        assert!(looks_like_a_public_key(&long));
    }

    #[test]
    fn secrets_are_let_through() {
        for secret in [
            "correct horse battery staple, thirty-two",
            "{\"not a key\": 1} but a passphrase with braces",
            "0123456789abcdef0123456789abcdef",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
            "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI",
        ] {
            assert!(!looks_like_a_public_key(secret.as_bytes()), "{secret}");
        }
        assert!(!looks_like_a_public_key(&[0x30; 32]));
    }
}

//! What must not become a shared secret: a public key, in whatever dress.
//!
//! Libraries that took a public key's text for an HMAC secret let everybody sign who could read
//! the key. Here a secret enters by a constructor of its own; this is the second line.

/// Whether `secret` is, or contains, what somebody publishes as a key: PEM, DER, OpenSSH, a JSON
/// Web Key or set, or one of these in base64.
pub(super) fn looks_like_a_public_key(secret: &[u8]) -> bool {
    let text = secret.strip_prefix(b"\xef\xbb\xbf").unwrap_or(secret).trim_ascii_start();
    contains(text, b"-----BEGIN")
        || is_json_key(text)
        || is_der(secret)
        || PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

const PREFIXES: [&[u8]; 11] = [
    // OpenSSH
    b"ssh-",
    b"ecdsa-sha2-",
    b"sk-ssh-",
    b"sk-ecdsa-",
    // base64 of a PEM block, of a JSON Web Key, and of DER: RSA (2048 bits and more), P-256,
    // P-384, Ed25519
    b"LS0tLS1CRUdJTi",
    b"eyJrdHki",
    b"eyJrZXlzI",
    b"MIIB",
    b"MFkwEwYHKoZIzj0",
    b"MHYwEAYHKoZIzj0",
    b"MCowBQYDK2Vw",
];

fn is_json_key(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'[', ..]) && contains(text, b"\"kty\"")
}

/// A SEQUENCE that ends where the bytes end; a random secret looks so once in 65 000.
fn is_der(bytes: &[u8]) -> bool {
    let (len, content) = match bytes {
        [0x30, len @ 0..=0x7f, content @ ..] => (usize::from(*len), content),
        [0x30, 0x81, len, content @ ..] => (usize::from(*len), content),
        [0x30, 0x82, high, low, content @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), content)
        }
        _ => return false,
    };
    len == content.len()
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
            "eyJrZXlzIjpbXX0",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
            "\u{30}\u{3}abc",
        ] {
            assert!(looks_like_a_public_key(text.as_bytes()), "{text:?}");
        }
        let mut long = vec![0x30, 0x82, 1, 0];
        long.resize(260, 7);
        assert!(looks_like_a_public_key(&long));
    }

    #[test]
    fn secrets_are_let_through() {
        for secret in [
            "correct horse battery staple, thirty-two",
            "{\"not a key\": 1} but a passphrase with braces",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(!looks_like_a_public_key(secret.as_bytes()), "{secret}");
        }
        assert!(!looks_like_a_public_key(&[0x30; 32]));
    }
}

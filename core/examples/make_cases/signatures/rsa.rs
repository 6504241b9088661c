//! RSA: paddings of PKCS #1 v1.5 and PSS (RFC 8017, sections 8 and 9).

use super::{claims_until, forge};
use crate::generator::keys::{Keys, RsaKey, signed};
use crate::generator::octets;
use crate::generator::rsa_padding::{self, Hash, Pss};
use crate::generator::setup::{claims, header_for};
use crate::generator::suite::Suite;

pub(super) fn add(suite: &mut Suite, keys: &Keys) {
    sizes(suite, keys);
    numbers(suite, keys);
    pkcs1(suite, &keys.rsa_2048);
    pss(suite, &keys.rsa_2048);

    forge(suite, "rs256_header_ps256_signature", "RS256", |message| keys.sign("PS256", message));
    forge(suite, "ps256_header_rs256_signature", "PS256", |message| keys.sign("RS256", message));
    forge(suite, "rs256_signature_of_sha_512", "RS256", |message| {
        keys.rsa_2048.pkcs1(Hash::Sha512, message)
    });
    forge(suite, "ps256_signature_of_sha_512", "PS256", |message| {
        keys.rsa_2048.pss(Pss::new(Hash::Sha512), message)
    });
}

fn sizes(suite: &mut Suite, keys: &Keys) {
    let sizes = [("2049", &keys.rsa_2049), ("3072", &keys.rsa_3072), ("4096", &keys.rsa_4096)];
    for (bits, key) in sizes {
        let token =
            signed(header_for("RS256").text("kid", format!("rs256-{bits}")), claims(), |message| {
                key.pkcs1(Hash::Sha256, message)
            });
        suite.accept(format!("rs256_accepted_{bits}_bits"), token);
        let token =
            signed(header_for("PS256").text("kid", format!("ps256-{bits}")), claims(), |message| {
                key.pss(Pss::new(Hash::Sha256), message)
            });
        suite.accept(format!("ps256_accepted_{bits}_bits"), token);
    }
}

/// The signature as a number: it has one length and one value.
fn numbers(suite: &mut Suite, keys: &Keys) {
    let modulus = &keys.rsa_2048.modulus;
    let header = header_for("RS256");
    let number = |value: u8| {
        let mut octets = vec![0; modulus.len()];
        octets[modulus.len() - 1] = value;
        octets
    };
    forge(suite, "rs256_signature_is_one", "RS256", |_| number(1));
    forge(suite, "rs256_signature_is_the_modulus", "RS256", |_| modulus.clone());
    forge(suite, "rs256_signature_is_the_modulus_less_one", "RS256", |_| {
        octets::subtract(modulus, &number(1))
    });
    forge(suite, "rs256_signature_of_ff", "RS256", |_| vec![0xff; modulus.len()]);
    forge(suite, "rs256_signature_with_leading_zero_octet", "RS256", |message| {
        [vec![0], keys.sign("RS256", message)].concat()
    });

    let sign = |message: &[u8]| keys.sign("RS256", message);
    let (claims, sum) = claims_until(&header, |message| octets::add(&sign(message), modulus));
    suite.refuse(
        "rs256_modulus_added_to_signature",
        signed(&header, claims, |_| sum),
        "invalid_signature",
    );

    let (claims, signature) =
        claims_until(&header, |message| Some(sign(message)).filter(|found| found[0] == 0));
    suite.accept(
        "rs256_signature_begins_with_zero",
        signed(&header, &claims, |_| signature.clone()),
    );
    suite.refuse(
        "rs256_leading_zero_octet_left_out",
        signed(&header, &claims, |_| signature[1..].to_vec()),
        "invalid_signature",
    );
}

fn pkcs1(suite: &mut Suite, key: &RsaKey) {
    let len = key.modulus.len();
    let hash = Hash::Sha256;
    let mut forge = |name: &str, encode: &dyn Fn(&[u8]) -> Vec<u8>| {
        forge(suite, name, "RS256", |message| key.raw(&encode(message)));
    };
    let info = |message: &[u8]| rsa_padding::digest_info(hash, message);

    forge("rs256_padding_too_short_with_garbage_after_hash", &|message| {
        let mut encoded = vec![0x00, 0x01];
        encoded.extend([0xff; 8]);
        encoded.push(0x00);
        encoded.extend(info(message));
        encoded.resize(len, 0x00);
        encoded
    });
    forge("rs256_one_padding_octet_too_few_and_one_octet_after_hash", &|message| {
        rsa_padding::pkcs1(&[info(message), vec![0x00]].concat(), len)
    });
    forge("rs256_padding_ends_one_octet_early", &|message| {
        rsa_padding::pkcs1(&[vec![0x00], info(message)].concat(), len)
    });
    forge("rs256_padding_with_another_octet", &|message| {
        let mut encoded = rsa_padding::pkcs1(&info(message), len);
        encoded[100] = 0xfe;
        encoded
    });
    forge("rs256_padding_of_zeros", &|message| {
        let mut encoded = rsa_padding::pkcs1(&info(message), len);
        let end = len - info(message).len() - 1;
        encoded[2..end].fill(0x00);
        encoded
    });
    forge("rs256_block_type_of_encryption", &|message| {
        let mut encoded = rsa_padding::pkcs1(&info(message), len);
        encoded[1] = 0x02;
        encoded
    });
    forge("rs256_first_octet_not_zero", &|message| {
        let mut encoded = rsa_padding::pkcs1(&info(message), len);
        encoded[0] = 0x01;
        encoded
    });
    forge("rs256_no_octet_between_padding_and_hash", &|message| {
        let mut encoded = rsa_padding::pkcs1(&info(message), len);
        encoded[len - info(message).len() - 1] = 0xff;
        encoded
    });
    forge("rs256_digest_info_without_null", &|message| {
        let mut info = vec![0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09];
        info.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20]);
        info.extend(hash.digest(message));
        rsa_padding::pkcs1(&info, len)
    });
    forge("rs256_digest_info_with_long_form_length", &|message| {
        let info = info(message);
        rsa_padding::pkcs1(&[&[0x30, 0x81, 0x31], &info[2..]].concat(), len)
    });
    forge("rs256_digest_info_of_another_hash", &|message| {
        let mut info = info(message);
        info[14] = 0x03;
        rsa_padding::pkcs1(&info, len)
    });
    forge("rs256_hash_without_digest_info", &|message| {
        rsa_padding::pkcs1(&hash.digest(message), len)
    });
    forge("rs256_message_hash_of_nothing", &|_| rsa_padding::pkcs1(&info(b""), len));
}

fn pss(suite: &mut Suite, key: &RsaKey) {
    let right = Pss::new(Hash::Sha256);
    let forms = [
        ("ps256_without_salt", Pss { salt_len: 0, ..right }),
        ("ps256_salt_of_20_octets", Pss { salt_len: 20, ..right }),
        ("ps256_salt_of_31_octets", Pss { salt_len: 31, ..right }),
        ("ps256_salt_of_33_octets", Pss { salt_len: 33, ..right }),
        ("ps256_salt_as_long_as_fits", Pss { salt_len: 256 - 32 - 2, ..right }),
        ("ps256_mask_with_sha_384", Pss { mask_hash: Hash::Sha384, ..right }),
        ("ps256_hash_of_sha_384", Pss { hash: Hash::Sha384, salt_len: 32, ..right }),
        ("ps256_wrong_trailer", Pss { trailer: 0xcc, ..right }),
        ("ps256_wrong_octet_before_salt", Pss { separator: 0x02, ..right }),
    ];
    for (name, form) in forms {
        forge(suite, name, "PS256", |message| key.pss(form, message));
    }
    forge(suite, "ps256_padding_not_zero", "PS256", |message| {
        let mut encoded = right.encode(message, 2048);
        encoded[1] ^= 0x01;
        key.raw(&encoded)
    });
    // An encoding with the forbidden first bit set can still be smaller than the modulus.
    let header = header_for("PS256");
    let (claims, signature) = claims_until(&header, |message| {
        let mut encoded = right.encode(message, 2048);
        encoded[0] |= 0x80;
        (encoded < key.modulus).then(|| key.raw(&encoded))
    });
    suite.refuse(
        "ps256_unused_bit_set",
        signed(&header, claims, |_| signature),
        "invalid_signature",
    );
}

//! The compact form: how many parts there are, and base64url without leniency (RFC 7515, sections 2
//! and 7.1).

use crate::generator::keys::{Keys, encode, signed, signed_parts};
use crate::generator::setup::{claims, header};
use crate::generator::suite::Suite;

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    dots(suite, keys);
    around(suite, keys);
    header_and_payload(suite, keys);
    signature(suite, keys);
}

fn dots(suite: &mut Suite, keys: &Keys) {
    let token = keys.token(header(), claims());
    let parts: Vec<&str> = token.split('.').collect();
    let [first, second, third] = parts[..] else { panic!("three parts") };

    suite.refuse("empty_token", "", "malformed");
    suite.refuse("no_dot", first, "malformed");
    suite.refuse("one_dot", format!("{first}.{second}"), "malformed");
    suite.refuse("one_dot_and_nothing_else", ".", "malformed");
    suite.refuse("three_dots", format!("{token}.{third}"), "malformed");
    suite.refuse("three_dots_the_last_at_the_end", format!("{token}."), "malformed");
    suite.refuse("three_dots_the_first_at_the_start", format!(".{token}"), "malformed");
    suite.refuse("five_dots", format!("{token}.a.b.c"), "malformed");
    suite.refuse(
        "json_serialization",
        format!(r#"{{"payload":"{second}","protected":"{first}","signature":"{third}"}}"#),
        "malformed",
    );
    let encrypted = encode(br#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#);
    suite.refuse("encrypted_token", format!("{encrypted}.AAAA.AAAA.AAAA.AAAA"), "encrypted");
    suite.refuse("signed_token_with_two_more_parts", format!("{token}.AAAA.AAAA"), "encrypted");
    suite.refuse("four_dots_and_nothing_else", "....", "encrypted");
}

fn around(suite: &mut Suite, keys: &Keys) {
    let token = keys.token(header(), claims());
    let forms = [
        ("space_before_token", format!(" {token}")),
        ("space_after_token", format!("{token} ")),
        ("newline_after_token", format!("{token}\n")),
        ("carriage_return_after_token", format!("{token}\r\n")),
        ("tab_before_token", format!("\t{token}")),
        ("bearer_before_token", format!("Bearer {token}")),
        ("quotation_marks_around_token", format!("\"{token}\"")),
        ("comma_after_token", format!("{token},")),
    ];
    for (name, token) in forms {
        suite.refuse(name, token, "invalid_base64");
    }
}

/// Parts that a lenient decoder takes, signed as they stand: only the form can refuse them.
fn header_and_payload(suite: &mut Suite, keys: &Keys) {
    // The digits in which base64 and base64url differ are in these, and the length leaves a last
    // digit with unused bits.
    let header = header().text("x", "???>>>~~~ ???>>>~~~ ???>>>~~~").json();
    let payload = claims().text("x", "???>>>~~~ ???>>>~~~ ???>>>~~~").json();
    let [header, payload] = [header, payload].map(|text| {
        let spaces = (4 - text.len() % 3) % 3;
        encode(format!("{text}{}", " ".repeat(spaces)).as_bytes())
    });
    let sign = |message: &[u8]| keys.sign("ES256", message);
    suite.accept("digits_of_base64url_accepted", signed_parts(&header, &payload, sign));
    for (name, change) in CHANGES {
        let token = signed_parts(&change(&header), &payload, sign);
        suite.refuse(format!("header_part_{name}"), token, "invalid_base64");
        let token = signed_parts(&header, &change(&payload), sign);
        suite.refuse(format!("payload_part_{name}"), token, "invalid_base64");
    }
    suite.refuse("header_part_empty", signed_parts("", &payload, sign), "malformed");
    suite.refuse("payload_part_empty", signed_parts(&header, "", sign), "invalid_json");
    suite.refuse("two_dots_and_nothing_else", "..", "malformed");
}

fn signature(suite: &mut Suite, keys: &Keys) {
    // The first token whose signature has both digits that differ between the alphabets.
    let token = (0..100_000)
        .map(|attempt| keys.token(header(), claims().text("jti", attempt.to_string())))
        .find(|token| {
            token.rsplit('.').next().is_some_and(|part| part.contains('-') && part.contains('_'))
        })
        .expect("nearly every signature has both");
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    suite.accept("digits_of_base64url_in_signature_accepted", &token);
    for (name, change) in CHANGES {
        suite.refuse(
            format!("signature_part_{name}"),
            format!("{input}.{}", change(signature)),
            "invalid_base64",
        );
    }
    let whole = signed(header(), claims(), |_| b"not a signature of 64 octets".to_vec());
    suite.refuse("signature_part_of_another_length", whole, "invalid_signature");
}

type Change = fn(&str) -> String;

/// Ways to write a part that decode to the same octets, or nearly so, in lenient decoders.
const CHANGES: [(&str, Change); 13] = [
    ("padded", |part| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4))),
    ("with_one_equals_sign", |part| format!("{part}=")),
    ("with_space_inside", |part| inside(part, " ")),
    ("with_newline_inside", |part| inside(part, "\n")),
    ("with_newline_at_end", |part| format!("{part}\n")),
    ("with_tab_inside", |part| inside(part, "\t")),
    ("in_standard_alphabet", |part| {
        assert!(part.contains('-') && part.contains('_'));
        part.replace('-', "+").replace('_', "/")
    }),
    ("with_plus_for_minus", |part| part.replacen('-', "+", 1)),
    ("with_slash_for_underscore", |part| part.replacen('_', "/", 1)),
    ("with_unused_bits_set", |part| {
        // 'A', 'Q', 'g' and 'w' stand for 0, 16, 32 and 48: the low bits are free in each.
        let (rest, last) = part.split_at(part.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        assert!("AQgw".contains(last), "{last}");
        format!("{rest}{next}")
    }),
    ("with_a_single_last_digit", |part| {
        let digits = part.len() - part.len() % 4;
        format!("{}A", &part[..digits])
    }),
    ("with_letter_outside_ascii", |part| inside(part, "é")),
    ("with_percent_escape", |part| inside(part, "%3D")),
];

fn inside(part: &str, text: &str) -> String {
    let (start, end) = part.split_at(8);
    format!("{start}{text}{end}")
}

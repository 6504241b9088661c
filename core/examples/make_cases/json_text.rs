//! JSON as RFC 8259 has it, in the header and in the claims.

use crate::generator::json::quoted;
use crate::generator::keys::Keys;
use crate::generator::setup::{AUDIENCE, ISSUER, claims, header};
use crate::generator::suite::{Members, Suite, members};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    accepted(suite, keys);
    for (name, change) in BROKEN {
        suite.refuse(
            format!("header_{name}"),
            keys.token(change(header()), claims()),
            "invalid_json",
        );
        suite.refuse(
            format!("claims_{name}"),
            keys.token(header(), change(claims())),
            "invalid_json",
        );
    }
    for (name, number) in BROKEN_NUMBERS {
        let token = keys.token(header(), claims().raw("x", *number));
        suite.refuse(format!("claims_number_{name}"), token, "invalid_json");
    }
    for (name, octets) in BROKEN_UTF8 {
        let mut text = claims().json().into_bytes();
        text.truncate(text.len() - 1);
        let text = [&text, &b",\"x\":\""[..], octets, b"\"}"].concat();
        suite.refuse(format!("claims_{name}"), keys.token(header(), text), "invalid_json");
    }
    duplicates(suite, keys);
}

fn accepted(suite: &mut Suite, keys: &Keys) {
    let mut accept = |name: &str, header: &str, claims: &str| {
        suite.accept(name, keys.token(header, claims));
    };
    let (header, claims) = (header(), claims());
    let spaced = |text: &Members| format!(" \t\r\n{} \t\r\n", text.json().replace(',', " ,\n\t"));
    accept("whitespace_around_json_accepted", &spaced(&header), &spaced(&claims));
    let others = [
        ("surrogate_pair", r#""\ud83d\udd11""#),
        ("letters_outside_ascii", "\"clé 鍵 🔑\""),
        ("every_short_escape", r#""\"\\\/\b\f\n\r\t""#),
        ("escaped_nul", r#""\u0000""#),
        ("delete_character", "\"\u{7f}\""),
        ("noncharacter", "\"\u{ffff}\""),
        ("line_separator", "\"\u{2028}\""),
        ("null", "null"),
        ("empty_object", "{}"),
        ("empty_array", "[ ]"),
        ("number_out_of_range", "1e999"),
        ("number_with_everything", "-0.10E+02"),
        ("literals", "[true,false,null]"),
    ];
    for (name, value) in others {
        let header = header.clone().raw("x", value).json();
        let claims = claims.clone().raw("x", value).json();
        accept(&format!("{name}_in_other_members_accepted"), &header, &claims);
    }
    let slashes = claims.clone().raw("iss", format!("\"{}\"", ISSUER.replace('/', r"\/")));
    accept("escaped_slashes_in_issuer_accepted", &header.json(), &slashes.json());
    let escaped = claims
        .raw("iss", escaped(ISSUER))
        .raw("aud", escaped(AUDIENCE))
        .raw("sub", escaped("user-1"));
    let escaped = escaped
        .raw("client_id", self::escaped("client-1"))
        .raw("scope", self::escaped("mcp:read mcp:write"));
    accept("escaped_values_accepted", &header.json(), &escaped.json());
    let names = members()
        .text(r"\u0069ss", ISSUER)
        .text(r"a\u0075d", AUDIENCE)
        .raw(r"ex\u0070", "1700000000")
        .text(r"\u0073\u0075\u0062", "user-1")
        .text(r"client\u005fid", "client-1")
        .text(r"scop\u0065", "mcp:read mcp:write");
    accept(
        "escaped_names_accepted",
        r#"{"\u0061lg":"\u0045S256","ki\u0064":"es\u0032\u0035\u0036"}"#,
        &names.json(),
    );
}

/// `text` as a JSON string that writes each character as an escape.
fn escaped(text: &str) -> String {
    let escapes: String = text.bytes().map(|octet| format!("\\u{octet:04X}")).collect();
    format!("\"{escapes}\"")
}

type Change = fn(Members) -> Vec<u8>;

/// Texts that are not JSON, or not an object.
const BROKEN: &[(&str, Change)] = &[
    ("of_one_space", |_| b" ".to_vec()),
    ("is_an_array", |text| format!("[{}]", text.json()).into_bytes()),
    ("is_a_string", |text| quoted(&text.json()).into_bytes()),
    ("is_null", |_| b"null".to_vec()),
    ("is_a_number", |_| b"1".to_vec()),
    ("with_text_after_it", |text| (text.json() + "x").into_bytes()),
    ("with_nul_after_it", |text| (text.json() + "\0").into_bytes()),
    ("twice", |text| text.json().repeat(2).into_bytes()),
    ("without_closing_brace", |text| text.json().trim_end_matches('}').as_bytes().to_vec()),
    ("with_two_closing_braces", |text| (text.json() + "}").into_bytes()),
    ("with_bracket_for_brace", |text| text.json().replace('}', "]").into_bytes()),
    ("with_trailing_comma", |text| text.json().replace('}', ",}").into_bytes()),
    ("with_leading_comma", |text| text.json().replace('{', "{,").into_bytes()),
    ("without_comma", |text| text.json().replacen(',', " ", 1).into_bytes()),
    ("with_equals_sign_for_colon", |text| text.json().replacen(':', "=", 1).into_bytes()),
    ("with_single_quotes", |text| text.json().replace('"', "'").into_bytes()),
    ("with_unquoted_name", |text| text.json().replacen('"', "", 2).into_bytes()),
    ("with_comment", |text| text.json().replacen(',', ",/* */", 1).into_bytes()),
    ("with_byte_order_mark", |text| format!("\u{feff}{}", text.json()).into_bytes()),
    ("in_utf_16", |text| text.json().encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("with_no_break_space", |text| text.json().replacen(',', ",\u{a0}", 1).into_bytes()),
    ("with_form_feed", |text| text.json().replacen(',', ",\u{c}", 1).into_bytes()),
    ("with_nan", |text| text.raw("x", "NaN").json().into_bytes()),
    ("with_capital_true", |text| text.raw("x", "True").json().into_bytes()),
    ("with_missing_value", |text| text.raw("x", "").json().into_bytes()),
    ("with_newline_in_string", |text| text.raw("x", "\"a\nb\"").json().into_bytes()),
    ("with_tab_in_name", |text| text.raw("x\t", "1").json().into_bytes()),
    ("with_nul_in_string", |text| text.raw("x", "\"\0\"").json().into_bytes()),
    ("with_unknown_escape", |text| text.raw("x", r#""\x41""#).json().into_bytes()),
    ("with_escape_of_three_digits", |text| text.raw("x", r#""\u004""#).json().into_bytes()),
    ("with_capital_u_escape", |text| text.raw("x", r#""\U0041""#).json().into_bytes()),
    ("with_lone_high_surrogate", |text| text.raw("x", r#""\ud83d""#).json().into_bytes()),
    ("with_lone_low_surrogate", |text| text.raw("x", r#""\udd11""#).json().into_bytes()),
    ("with_surrogates_in_wrong_order", |text| {
        text.raw("x", r#""\udd11\ud83d""#).json().into_bytes()
    }),
    ("with_lone_surrogate_in_name", |text| text.raw(r"\ud83d", "1").json().into_bytes()),
    ("with_octet_ff", |text| [text.json().as_bytes(), &[0xff]].concat()),
];

/// What RFC 8259, section 6 does not call a number, in a member that nobody looks at.
const BROKEN_NUMBERS: &[(&str, &str)] = &[
    ("with_leading_zero", "01"),
    ("with_leading_zero_after_minus", "-01"),
    ("with_plus", "+1"),
    ("without_integer_part", ".5"),
    ("without_fraction_digits", "1."),
    ("without_exponent_digits", "1e"),
    ("without_exponent_digits_after_sign", "1e+"),
    ("of_a_minus", "-"),
    ("in_hexadecimal", "0x10"),
    ("infinity", "Infinity"),
    ("minus_infinity", "-Infinity"),
    ("with_underscore", "1_000"),
    ("with_two_points", "1.2.3"),
];

/// What stands inside a string and is not UTF-8.
const BROKEN_UTF8: &[(&str, &[u8])] = &[
    ("utf8_lone_continuation", &[0x80]),
    ("utf8_overlong_nul", &[0xc0, 0x80]),
    ("utf8_overlong_slash", &[0xe0, 0x80, 0xaf]),
    ("utf8_surrogate", &[0xed, 0xa0, 0x80]),
    ("utf8_above_the_last_character", &[0xf4, 0x90, 0x80, 0x80]),
    ("utf8_cut_short", &[0xe2, 0x82]),
    ("utf8_latin_1", &[0xe9]),
];

fn duplicates(suite: &mut Suite, keys: &Keys) {
    let in_header = [
        ("alg", header().again("alg", "\"ES256\"")),
        (
            "alg_none_first",
            members().raw("alg", "\"none\"").again("alg", "\"ES256\"").text("kid", "es256"),
        ),
        ("alg_with_escape", header().again(r"\u0061lg", "\"ES256\"")),
        ("kid", header().again("kid", "\"es256\"")),
        ("unknown", header().raw("x", "1").again("x", "1")),
        ("nested", header().raw("x", r#"{"y":1,"y":1}"#)),
    ];
    for (name, header) in in_header {
        suite.refuse(
            format!("header_duplicate_{name}"),
            keys.token(header, claims()),
            "duplicate_member",
        );
    }
    let in_claims = [
        ("aud", claims().again("aud", quoted(AUDIENCE))),
        ("aud_with_escape", claims().again(r"\u0061ud", quoted(AUDIENCE))),
        ("aud_with_all_escapes", claims().again(r"\u0061\u0075\u0064", "\"x\"")),
        ("exp", claims().again("exp", "1900000000")),
        ("sub", claims().again("sub", "\"admin\"")),
        ("unknown", claims().raw("x", "1").again("x", "2")),
        ("empty_name", claims().raw("", "1").again("", "2")),
        ("nested", claims().raw("x", r#"{"y":1,"z":2,"y":1}"#)),
        ("nested_with_escape", claims().raw("x", r#"{"y":1,"\u0079":1}"#)),
        ("in_object_in_array", claims().raw("x", r#"[0,{"y":1,"y":1}]"#)),
        ("after_nested_object", claims().raw("x", r#"{"y":{"z":1},"y":1}"#)),
        ("of_slash_and_escaped_slash", claims().raw("a/b", "1").again(r"a\/b", "2")),
        ("outside_ascii", claims().raw("clé", "1").again(r"cl\u00e9", "2")),
        ("of_surrogate_pair", claims().raw("🔑", "1").again(r"\uD83D\uDD11", "2")),
    ];
    for (name, claims) in in_claims {
        suite.refuse(
            format!("claims_duplicate_{name}"),
            keys.token(header(), claims),
            "duplicate_member",
        );
    }
    let no_duplicates = [
        ("at_two_levels", claims().raw("x", r#"{"aud":1,"x":{"x":{"aud":2}}}"#)),
        ("in_two_objects_of_an_array", claims().raw("x", r#"[{"y":1},{"y":1}]"#)),
        ("that_differ_in_case", claims().raw("Aud", "1").raw("AUD", "2")),
        ("that_look_alike", claims().raw("аud", "\"with a Cyrillic first letter\"")),
        ("one_beginning_with_the_other", claims().raw("au", "1").raw("audi", "2")),
    ];
    for (name, claims) in no_duplicates {
        suite.accept(format!("same_name_{name}_accepted"), keys.token(header(), claims));
    }
}

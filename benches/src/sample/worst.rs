//! Payloads that cost a reader as much as possible.

use super::{AUDIENCE, EXPIRES_AT, ISSUER};

/// A payload and what makes it costly.
#[derive(Clone, Debug)]
pub struct Worst {
    /// What bars know it by.
    pub id: &'static str,
    /// What it is full of.
    pub work: &'static str,
    /// The payload: acceptable claims, and 8192 bytes or a few less.
    pub payload: String,
}

/// Bytes of a payload, the most that is read.
const LEN: usize = gatepost::limits::MAX_PAYLOAD_LEN;
/// Members beside the four claims: no more may be open at once.
const MEMBERS: usize = gatepost::limits::MAX_MEMBERS - 8;

/// The payloads that are measured.
#[must_use]
pub fn worst() -> Vec<Worst> {
    let one = |id, work, payload| Worst { id, work, payload };
    let names =
        |name: fn(usize) -> String| filled(MEMBERS, |number| format!(r#","{}":0"#, name(number)));
    vec![
        one("members", "as many members as there may be", names(|number| format!("{number:011x}"))),
        one("escapes", "names that are written with escapes", names(escaped)),
        one("short_escapes", "names of short escapes", names(shortly_escaped)),
        one("objects", "small objects", in_array(r#"{"a":0}"#)),
        one("escaped_objects", "small objects, their names with escapes", in_array(r#"{"\n":0}"#)),
        one("text", "a string of escapes", in_array(r#""\u00e9\n\ud83d\ude00""#)),
        one("nesting", "arrays, one in another", in_array("[[[[[[[[[[[[0]]]]]]]]]]]]")),
        one("numbers", "numbers with exponents", in_array("-1.5e-3")),
    ]
}

/// Two characters of it as escapes.
fn escaped(number: usize) -> String {
    let letter = |place: usize| 0x61 + (number >> (4 * place) & 15);
    format!("\\u{:04x}\\u{:04x}{number:x}", letter(0), letter(1))
}

/// It as escapes of a character each, six of them.
fn shortly_escaped(number: usize) -> String {
    let escapes = [r#"\""#, r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t"];
    (0..6).map(|place| escapes[number >> (2 * place) & 7]).collect()
}

/// An array in a claim of its own, with as many of `element` as there is room for.
fn in_array(element: &str) -> String {
    let head = format!(r#","x":[{element}"#);
    let more = format!(",{element}");
    let count = (LEN - claims().len() - head.len() - 2) / more.len();
    format!("{}{head}{}]}}", claims(), more.repeat(count))
}

/// Members until there is no room or no more are allowed.
fn filled(most: usize, member: impl Fn(usize) -> String) -> String {
    let mut payload = claims();
    for number in 0..most {
        let next = member(number);
        if payload.len() + next.len() + 1 > LEN {
            break;
        }
        payload.push_str(&next);
    }
    payload.push('}');
    payload
}

/// What every token has to have; the object is left open.
fn claims() -> String {
    format!(r#"{{"iss":"{ISSUER}","sub":"worst","aud":"{AUDIENCE}","exp":{EXPIRES_AT}"#)
}

#[cfg(test)]
mod tests {
    use gatepost::limits;

    use super::super::{Kind, NOW, Sample, policy};
    use super::*;

    #[test]
    fn all_of_them_are_large_and_acceptable() {
        let policy = policy().unwrap();
        for worst in worst() {
            let len = worst.payload.len();
            assert!(len <= LEN && len > LEN - 512, "{}: {len}", worst.id);
            let sample = Sample::of_payload(Kind::Es256, &worst.payload);
            let keys = sample.keys().unwrap();
            let mut memory = [0; limits::MEMORY];
            let accepted = policy.validate(&sample.tokens[0], &keys, NOW, &mut memory);
            assert!(accepted.is_ok(), "{}: {:?}", worst.id, accepted.unwrap_err());
        }
    }
}

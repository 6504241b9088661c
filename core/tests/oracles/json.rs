//! The JSON reader against `serde_json`, which is as strict about the grammar, and lets pass what
//! this reader refuses on purpose: names that stand twice, deep nesting, lone surrogates.

use core::fmt;
use std::collections::HashSet;

use gatepost::{Reason, internal, limits};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::common::random::Random;

const DOCUMENTS: [&str; 12] = [
    r#"{}"#,
    r#"{"alg":"RS256","kid":"1"}"#,
    r#" { "a" : [ 1 , -2.5e+3 , 0 , 0.0 , 1E-2 ] , "b" : { } } "#,
    r#"{"iss":"https:\/\/issuer.example","aud":["a","b"],"exp":1700000000,"scope":"a b"}"#,
    r#"{"a":{"a":{"a":{"a":[[[[{"a":null}]]]]}}}}"#,
    r#"{"a":true,"b":false,"c":null,"d":"","e":[],"":0}"#,
    r#"{"\u0061":1,"b\n":2,"\ud83d\ude00":3,"é":"\u00e9","\"\\\/\b\f\r\t":4}"#,
    r#"{"a":1,"\u0061b":2,"ab\u0000":3,"abc":{"a":1},"abcd":[{"a":1},{"a":1}]}"#,
    r#"{"long name of many words":1,"long name of many wordt":2,"long name of many word":3}"#,
    r#"{"x":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    r#"{"n":[0,-0,0.10,1e1,12345678901234567890,0.000001,-1.5E+10]}"#,
    r#"{"aaaaaaaa":1,"aaaaaaab":2,"aaaaaaac":[],"b":"💶 \ud83d\udcb6"}"#,
];

/// Pieces that are likely to make a document nearly right.
const PIECES: [&str; 44] = [
    "\"",
    "\"\"",
    "\"a\"",
    "\"a\":1,",
    ",\"a\":1",
    "\"\\u0061\":0,",
    "\\u0061",
    "\\",
    "\\\"",
    "\\n",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\u00",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{}",
    "[[[[",
    "]]]]",
    ":",
    ",",
    "0",
    "-",
    "+",
    ".",
    "e",
    "E1",
    "1e5",
    "01",
    "null",
    "tru",
    "true",
    " ",
    "\t",
    "\n",
    "\r",
    "\u{b}",
    "\0",
    "\u{feff}",
    "\u{7f}é",
];

/// Members to stand before others, whose names are those of the documents.
const MEMBERS: [&str; 6] = [
    "\"a\":1,",
    "\"\\u0061\":{},",
    " \"alg\" : \"none\" , ",
    "\"m\":[{}],",
    "\"aaaaaaa\\u0062\":0,",
    "\"long name of many words\":2,",
];

#[test]
fn documents_that_are_nearly_right() {
    let random = &mut Random(8);
    let mut counts = [0_u32; 4];
    for _ in 0..30_000 {
        let mut text = random.choose(&DOCUMENTS).as_bytes().to_vec();
        for _ in 0..random.below(4) {
            mutate(&mut text, random);
        }
        counts[compare(&text)] += 1;
    }
    // Every outcome was met often: accepted, refused by both, named twice, too deep.
    assert!(counts.iter().all(|count| *count > 200), "{counts:?}");
}

/// Names and strings are read eight bytes at a time: every byte, at every place of a word, in
/// documents that end at every place of one.
#[test]
fn every_byte_at_every_place_of_a_word() {
    let mut counts = [0_u32; 4];
    for (before, after) in
        [("\"", "\":0}"), ("\"k\":\"", "\"}"), ("\"k\":[1", "]}"), ("\"k\":", "}")]
    {
        for space in 0..8 {
            for len in 0..20 {
                for at in 0..len {
                    for byte in BYTES {
                        let mut text = format!("{{{}{before}", " ".repeat(space)).into_bytes();
                        let start = text.len();
                        text.resize(start + len, b'1');
                        text[start + at] = byte;
                        text.extend_from_slice(after.as_bytes());
                        counts[compare(&text)] += 1;
                    }
                }
            }
        }
    }
    assert!(counts[0] > 1000 && counts[1] > 1000, "{counts:?}");
}

/// What stops a reader, and what stands next to that.
const BYTES: [u8; 26] = [
    0, 1, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x5b, 0x5c, 0x5d,
    0x65, 0x7d, 0x7f, 0x80, 0xa0, 0xa2, 0xdc, 0xe9, 0xff,
];

/// Names with escapes at every place of a word are the names that they stand for.
#[test]
fn escapes_at_every_place_of_a_word() {
    let name = "abcdefghijklmnopqrstuvwxyz";
    for len in 1..name.len() {
        for at in 0..len {
            for letter in ["\\u0061", "\\n", "\\ud83d\\ude00", "é", "\\u00e9"] {
                let plain = &name[..len];
                let decoded: String = serde_json::from_str(&format!("\"{letter}\"")).unwrap();
                let raw = format!("{}{letter}{}", &plain[..at], &plain[at..]);
                let same = raw.replace(letter, &decoded);
                let same = same.replace('\n', "\\u000a");
                assert_eq!(compare(format!("{{\"{raw}\":1}}").as_bytes()), 0);
                let other = format!("{{\"{raw}\":1,\"x\":[],\"{same}\":1}}");
                assert_eq!(compare(other.as_bytes()), 2, "{other}");
                let longer = format!("{{\"{raw}\":1,\"{same}!\":1}}");
                assert_eq!(compare(longer.as_bytes()), 0, "{longer}");
            }
        }
    }
}

fn mutate(text: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(text.len() + 1);
    let end = (at + random.below(6)).min(text.len());
    match random.below(8) {
        0 => drop(text.drain(at..end)),
        1 => drop(text.splice(at..at, random.choose(&PIECES).bytes())),
        2 => drop(text.splice(at..end, random.choose(&PIECES).bytes())),
        3 => {
            // Something that stands there already.
            let from = random.below(text.len() + 1);
            let to = (from + random.below(24)).min(text.len());
            let copy = text[from..to].to_vec();
            drop(text.splice(at..at, copy));
        }
        4 if at < text.len() => text[at] ^= 1 << random.below(8),
        // One member more, whose name may stand there already.
        5 => insert(text, at, b"{", random.choose(&MEMBERS).as_bytes()),
        6 => insert(text, 0, b"{", random.choose(&MEMBERS).as_bytes()),
        // Some levels more.
        7 => {
            let levels = random.below(40);
            let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            insert(text, 0, b"{", format!("\"m\":[{nested}],").as_bytes());
        }
        _ => {}
    }
}

/// Inserts `piece` behind the next `place` from `at` on.
fn insert(text: &mut Vec<u8>, at: usize, place: &[u8], piece: &[u8]) {
    if let Some(found) = text[at..].windows(place.len()).position(|window| window == place) {
        let behind = at + found + place.len();
        drop(text.splice(behind..behind, piece.iter().copied()));
    }
}

/// Compares the verdicts and says which outcome it was.
fn compare(text: &[u8]) -> usize {
    let ours = internal::json_object(text, &mut [0; limits::MAX_MEMBERS * limits::NAME_LEN]);
    let shown = String::from_utf8_lossy(text);
    let theirs = str::from_utf8(text).ok().filter(|text| {
        text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
    });
    let Some(text) = theirs else {
        assert!(ours.is_err(), "only we accept {shown}");
        return 1;
    };
    let shape = match serde_json::from_str::<Shape>(text) {
        Ok(shape) => shape,
        Err(error) => {
            // A number that `serde_json` has no room for, which we have; or a lone surrogate.
            // Whatever else is wrong may stand before it.
            let may_be_accepted = error.to_string().contains("number out of range");
            assert!(may_be_accepted || ours.is_err(), "we let pass {shown}: {error}");
            let by_other_rules = [Reason::InvalidJson, Reason::DuplicateMember, Reason::TooDeep];
            let is_fine = ours.err().is_none_or(|reason| by_other_rules.contains(&reason));
            assert!(is_fine, "{ours:?} for {shown}: {error}");
            return 1;
        }
    };
    let is_too_deep = shape.depth > limits::MAX_DEPTH;
    match ours {
        Ok(()) => assert!(!is_too_deep && !shape.names_twice, "we let pass {shown}"),
        Err(Reason::TooDeep) => assert!(is_too_deep, "not too deep: {shown}"),
        Err(Reason::DuplicateMember) => assert!(shape.names_twice, "no name twice: {shown}"),
        Err(other) => panic!("{other:?} for {shown}"),
    }
    match ours {
        Ok(()) => 0,
        Err(Reason::DuplicateMember) => 2,
        Err(_) => 3,
    }
}

/// What a document looks like to `serde_json`.
#[derive(Clone, Copy, Default)]
struct Shape {
    depth: usize,
    names_twice: bool,
}

impl Shape {
    fn around(self, inner: Self) -> Self {
        Self {
            depth: self.depth.max(inner.depth + 1),
            names_twice: self.names_twice || inner.names_twice,
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut names = HashSet::new();
        let mut shape = Shape { depth: 1, names_twice: false };
        while let Some(name) = map.next_key::<String>()? {
            shape.names_twice |= !names.insert(name);
            shape = shape.around(map.next_value()?);
        }
        Ok(shape)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Shape, A::Error> {
        let mut shape = Shape { depth: 1, names_twice: false };
        while let Some(element) = elements.next_element()? {
            shape = shape.around(element);
        }
        Ok(shape)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::default())
    }
}

//! How much work a document takes, counted in tests: steps of a cursor, looks at eight bytes, and
//! comparisons of hashes, sixteen at a time. No clock, so that every machine counts the same.

#[cfg(test)]
pub(super) use counter::count;

/// Counts a step.
#[cfg(not(test))]
#[inline(always)]
pub(super) const fn count() {}

#[cfg(test)]
mod counter {
    use core::cell::Cell;

    std::thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(in super::super) fn count() {
        STEPS.set(STEPS.get() + 1);
    }

    /// The steps of `work`, and what it returns.
    pub(super) fn steps_of<T>(work: impl FnOnce() -> T) -> (usize, T) {
        let before = STEPS.get();
        let result = work();
        (STEPS.get() - before, result)
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::super::names::mix;
    use super::super::{Known, Value, object};
    use super::counter::steps_of;
    use crate::Reason;
    use crate::limits::{MAX_DEPTH, MAX_MEMBERS, MAX_NAME_COLLISIONS, MAX_PAYLOAD_LEN, NAME_LEN};

    /// Steps for each byte of the largest document, whatever it holds.
    const STEPS_A_BYTE: usize = 7;

    fn steps(json: &str) -> (usize, Result<(), Reason>) {
        let names = &mut [0; MAX_MEMBERS * NAME_LEN];
        steps_of(|| object(json.as_bytes(), &Known::new(["a", "sub"]), names).map(|_| ()))
    }

    /// As many of `parts` as fit, one behind the other, in an object.
    fn filled(before: &str, mut part: impl FnMut(usize) -> String, after: &str) -> String {
        let mut json = String::from(before);
        for number in 0.. {
            let next = part(number);
            if json.len() + next.len() + after.len() > MAX_PAYLOAD_LEN {
                break;
            }
            json.push_str(&next);
        }
        json + after
    }

    #[test]
    fn no_document_takes_more_than_some_steps_a_byte() {
        let escaped = |name: &str| -> String {
            name.bytes().map(|byte| format!("\\u{:04x}", u16::from(byte))).collect()
        };
        let deep = "[".repeat(MAX_DEPTH - 2) + &"]".repeat(MAX_DEPTH - 2);
        let objects = "{\"\":".repeat(MAX_DEPTH - 2) + "0" + &"}".repeat(MAX_DEPTH - 2);
        for json in [
            filled(
                "{\"a\":0",
                |i| if i < 511 { format!(",\"n{i:x}\":0") } else { " ".into() },
                "}",
            ),
            filled("{\"a\":0", |i| format!(",\"{}\":0", escaped(&format!("n{i:x}"))), "}"),
            filled("{\"a\":0", |i| format!(",\"{}{i:x}\":0", "\\n".repeat(12)), "}"),
            filled("{\"", |_| "\\n".into(), "\":0}"),
            filled("{\"sub\":\"", |_| "\\n".into(), "\"}"),
            filled("{\"sub\":\"", |_| "\\ud83d\\ude00".into(), "\"}"),
            filled("{\"sub\":[\"\"", |_| ",\"\\n\"".into(), "]}"),
            filled("{\"sub\":\"", |_| "é".into(), "\"}"),
            filled("{\"a\":[0", |_| ",0".into(), "]}"),
            filled("{\"a\":[0", |_| ",-1.5e3".into(), "]}"),
            filled("{\"a\":[0", |_| ",\"\"".into(), "]}"),
            filled("{\"a\":[0", |_| ",{}".into(), "]}"),
            filled("{\"a\":[0", |_| ",[]".into(), "]}"),
            filled("{\"a\":[0", |_| ",{\"\":0}".into(), "]}"),
            filled("{\"a\":[0", |_| format!(",{deep}"), "]}"),
            filled("{\"a\":[0", |_| format!(",{objects}"), "]}"),
            filled("{\"a\":", |_| " ".into(), "0}"),
            filled("{\"a\":[0", |_| " ,\n0".into(), "]}"),
            filled("{\"a\":", |_| "1".into(), "}"),
        ] {
            let (steps, result) = steps(&json);
            assert_eq!(result, Ok(()), "{json:.60}");
            let most = STEPS_A_BYTE * MAX_PAYLOAD_LEN;
            assert!(steps <= most, "{steps} steps for {json:.60}");
        }
    }

    /// Names that begin alike, are written in escapes, and have the same hash: each is compared
    /// with each, to its end.
    #[test]
    fn names_made_to_collide_take_no_more_either() {
        let alike = "\n".repeat(1000);
        let words = alike.as_bytes().as_chunks().0;
        let hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        let is_name = |word: &[u8; 8]| word.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let names: Vec<String> = (0_u64..)
            .map(|i| *format!("{i:08x}").as_bytes().first_chunk().unwrap())
            .map(|free| (free, (unmix(7, 0) ^ mix(hash, u64::from_le_bytes(free))).to_le_bytes()))
            .filter(|(_, last)| is_name(last) && !last.contains(&b'"') && !last.contains(&b'\\'))
            .take(4)
            .map(|(free, last)| String::from_utf8([free, last].concat()).unwrap())
            .collect();
        let members = |count: usize| {
            let member = |end: &String| format!("\"{}{end}\":0", "\\n".repeat(1000));
            format!("{{{}}}", names[..count].iter().map(member).collect::<Vec<_>>().join(","))
        };
        // Three names are three pairs, four are six.
        assert_eq!(MAX_NAME_COLLISIONS, 4);
        let (accepted, result) = steps(&members(3));
        assert_eq!(result, Ok(()));
        let (refused, result) = steps(&members(4));
        assert_eq!(result, Err(Reason::TooLarge));
        assert!(members(4).len() <= MAX_PAYLOAD_LEN);
        for steps in [accepted, refused] {
            assert!(steps <= STEPS_A_BYTE * MAX_PAYLOAD_LEN, "{steps} steps");
        }
    }

    #[test]
    fn decoding_takes_no_more_than_reading() {
        for escape in ["\\n", "\\u0061", "\\ud83d\\ude00", "\\na"] {
            let json = filled("{\"a\":\"", |_| escape.into(), "\"}");
            let names = &mut [0; NAME_LEN];
            let members = object(json.as_bytes(), &Known::new(["a"]), names).unwrap();
            let Some(Value::String(text)) = members.value(0) else { panic!() };
            let (steps, result) = steps_of(|| text.copy_to(&mut [0; MAX_PAYLOAD_LEN]).map(|_| ()));
            assert_eq!(result, Ok(()));
            assert!(steps <= 2 * MAX_PAYLOAD_LEN, "{steps} for {escape}");
        }
    }

    #[test]
    fn mixing_can_be_undone() {
        for word in [0, 1, 0x1234_5678_9abc_def0, u64::MAX] {
            for hash in [0, 7, u64::MAX >> 3] {
                assert_eq!(unmix(mix(hash, word), hash), word);
                assert_eq!(unmix(mix(hash, word), word), hash);
            }
        }
    }

    /// The word, or the hash, that [`mix`] made `result` of, by the other.
    fn unmix(result: u64, other: u64) -> u64 {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let inverse = (0..6).fold(FACTOR, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)))
        });
        (result ^ result >> 32).wrapping_mul(inverse) ^ other
    }
}

//! What the targets share: keys, and facts about a JSON document found with `serde_json` alone, to
//! judge the verdicts of the strict reader by.

pub mod keys;

use std::collections::HashSet;
use std::fmt;

use gatepost::limits::MAX_DEPTH;
use gatepost::{ImportOptions, KeySlot, ParsedKey, PublicKey, Reason};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Facts about a document that `serde_json` takes for one JSON value.
#[derive(Debug, Default)]
pub struct Facts {
    pub is_object: bool,
    /// The bytes are UTF-8, which `serde_json` does not look at where it ignores a string.
    pub is_utf8: bool,
    /// An escape that is no character, such as half of a surrogate pair. What stands behind it in
    /// the same object or array was not looked at.
    pub has_bad_escape: bool,
    /// Some object names a member twice.
    pub has_duplicate: bool,
    /// Objects and arrays open at once; what is nested deeper than the limit counts as one more.
    pub depth: usize,
    /// Member names of open objects, at the most.
    pub open_names: usize,
}

/// The facts about `text`, or `None` where `serde_json` refuses it.
pub fn facts(text: &[u8]) -> Option<Facts> {
    serde_json::from_slice::<IgnoredAny>(text).ok()?;
    let mut facts = Facts::default();
    let Ok(text) = str::from_utf8(text) else { return Some(facts) };
    facts.is_utf8 = true;
    facts.is_object = text.trim_start().starts_with('{');
    facts.look_at(text.trim(), 0, 0);
    Some(facts)
}

impl Facts {
    fn look_at(&mut self, value: &str, depth: usize, names_before: usize) {
        match value.as_bytes().first() {
            Some(b'{' | b'[') => {
                self.depth = self.depth.max(depth + 1);
                if depth < MAX_DEPTH {
                    let parts = Parts { facts: self, depth: depth + 1, names_before };
                    let mut reader = serde_json::Deserializer::from_str(value);
                    if reader.deserialize_any(parts).is_err() {
                        self.has_bad_escape = true;
                    }
                }
            }
            Some(b'"') => self.has_bad_escape |= serde_json::from_str::<String>(value).is_err(),
            _ => {}
        }
    }
}

/// Looks at each part of an object or an array.
struct Parts<'f> {
    facts: &'f mut Facts,
    depth: usize,
    names_before: usize,
}

impl<'de> Visitor<'de> for Parts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        let mut count = 0;
        while let Some(name) = map.next_key::<String>()? {
            count += 1;
            self.facts.has_duplicate |= !names.insert(name);
            let open = self.names_before + count;
            self.facts.open_names = self.facts.open_names.max(open);
            let value: &RawValue = map.next_value()?;
            self.facts.look_at(value.get(), self.depth, open);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&RawValue>()? {
            self.facts.look_at(element.get(), self.depth, self.names_before);
        }
        Ok(())
    }
}

/// The one key of a set, as the core prepares it. `members` is the JWK without its braces.
pub fn prepare(members: &str) -> Result<PublicKey, Reason> {
    prepare_with(members, PublicKey::new)
}

/// The same, as `make` prepares it.
pub fn prepare_with<K>(
    members: &str,
    mut make: impl FnMut(&ParsedKey<'_>) -> Result<K, Reason>,
) -> Result<K, Reason> {
    let mut slots = [const { None::<KeySlot<()>> }; 1];
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    let (mut made, mut skipped) = (None, None);
    gatepost::load(
        set.as_bytes(),
        ImportOptions::default(),
        &mut slots,
        |key| make(key).map(|key| made = Some(key)),
        |key| skipped = Some(key.reason),
    )?;
    made.ok_or_else(|| skipped.expect("neither loaded nor skipped"))
}

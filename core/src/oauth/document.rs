//! How metadata documents are read, and lists written.

use core::mem;

use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::limits::MAX_METADATA_LEN;
use crate::text::json::{self, Known, Members, Object, Value};
use crate::text::uri::Uri;
use crate::{Reason, StringList, Strings};

/// A document whose known members are read one by one.
///
/// `null` and an empty array stand for a member that is not there: they must be omitted
/// ([RFC 8414, section 3.2](https://www.rfc-editor.org/rfc/rfc8414#section-3.2)), and some
/// servers write them nevertheless.
pub(super) struct Reader<'d, const N: usize> {
    members: Members<'d, N>,
    /// For what holds escapes.
    memory: &'d mut [u8],
}

impl<'d, const N: usize> Reader<'d, N> {
    pub(super) fn new(
        document: &'d [u8],
        names: &Known<N>,
        memory: &'d mut [u8],
    ) -> Result<Self, Reason> {
        if document.len() > MAX_METADATA_LEN {
            return Err(Reason::TooLarge);
        }
        let members = json::object(document, names, memory)?;
        Ok(Self { members, memory })
    }

    pub(super) fn object(&self) -> Object<'d> {
        Object::new(self.members.document())
    }

    fn value(&self, member: usize) -> Option<Value<'d>> {
        self.members.value(member).filter(|value| *value != Value::Null)
    }

    pub(super) fn text(&mut self, member: usize) -> Result<Option<&'d str>, Reason> {
        let Some(value) = self.value(member) else { return Ok(None) };
        let text = value.as_text().ok_or(Reason::InvalidMetadata)?;
        let (text, rest) = text.decode_or_borrow(mem::take(&mut self.memory))?;
        self.memory = rest;
        Ok(Some(text))
    }

    /// A URL to fetch from, or to send people and secrets to.
    pub(super) fn url(&mut self, member: usize) -> Result<Option<&'d str>, Reason> {
        let Some(url) = self.text(member)? else { return Ok(None) };
        let is_good = Uri::parse(url).is_some_and(|u| u.is_secure() && u.fragment.is_none());
        if is_good { Ok(Some(url)) } else { Err(Reason::InvalidMetadata) }
    }

    pub(super) fn list(&mut self, member: usize) -> Result<Option<StringList<'d>>, Reason> {
        if self.value(member).is_none() {
            return Ok(None);
        }
        let memory = mem::take(&mut self.memory);
        let (list, rest) =
            StringList::of_array(&self.members, member, memory).map_err(|reason| {
                if reason == Reason::InvalidClaim { Reason::InvalidMetadata } else { reason }
            })?;
        self.memory = rest;
        Ok(Some(list).filter(|list| list.clone().next().is_some()))
    }

    /// A truth value, `false` where it is not there.
    pub(super) fn flag(&self, member: usize) -> Result<bool, Reason> {
        match self.value(member) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or(Reason::InvalidMetadata),
        }
    }
}

/// A list of strings as JSON.
#[derive(Clone, Copy)]
pub(super) struct List<'m>(pub(super) Strings<'m>);

impl List<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().next().is_none()
    }
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for element in self.0.iter() {
            sequence.serialize_element(element)?;
        }
        sequence.end()
    }
}

/// Whether `text` is one scope
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
pub(super) fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| matches!(c, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}

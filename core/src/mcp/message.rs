//! One pass over the body of a request: the few members that say what is asked for.
//!
//! Servers read the same body with readers of their own, which differ. Where they could
//! differ about a member that decides, the message is refused: two members of one name, names that
//! a reader without regard to case takes for it, wrong types, lone surrogates. All else is skipped,
//! but has to be JSON: readers that take more, such as comments, would see its end elsewhere.

use super::subscriptions::Subscriptions;
use crate::Reason;
use crate::limits::MAX_MESSAGE_MEMBERS;
use crate::text::json::{Number, Skim, Text};

/// What decides in a message. Strings are kept as they stand there.
#[derive(Default)]
pub(super) struct Message<'b> {
    pub(super) method: Option<Text<'b>>,
    pub(super) id: Option<Id<'b>>,
    pub(super) params: Params<'b>,
}

/// A fraction and a number of any size are for the server to judge; what is echoed is what was
/// sent. A `null` is none: MCP forbids it for requests, and JSON-RPC 2.0, section 5, has it in an
/// error alone, where the sender could not read the request.
pub(super) enum Id<'b> {
    Number(Number<'b>),
    String(Text<'b>),
}

/// The members of `params` that name what is asked for.
#[derive(Default)]
pub(super) struct Params<'b> {
    pub(super) name: Option<Member<Text<'b>>>,
    pub(super) uri: Option<Member<Text<'b>>>,
    pub(super) task_id: Option<Member<Text<'b>>>,
    pub(super) reference: Option<Member<Reference<'b>>>,
    /// What `notifications` says of resources.
    pub(super) subscriptions: Option<Member<Subscriptions<'b>>>,
    /// The protocol version in `_meta`.
    pub(super) version: Option<Text<'b>>,
}

/// A member that decides in some methods, and may be anything in others.
#[derive(Clone, Copy)]
pub(super) enum Member<T> {
    /// Of the type that it has where it decides.
    Fitting(T),
    OfAnotherType,
}

/// The `ref` of `completion/complete`.
#[derive(Clone, Copy, Default)]
pub(super) struct Reference<'b> {
    pub(super) kind: Option<Member<Text<'b>>>,
    pub(super) name: Option<Member<Text<'b>>>,
    pub(super) uri: Option<Member<Text<'b>>>,
}

impl<'b> Message<'b> {
    /// Reads the one message that `body` is.
    ///
    /// # Errors
    ///
    /// [`Reason::BatchRefused`] for an array, [`Reason::InvalidMessage`] for what is no JSON, as far
    /// as it was read, else [`Reason::InvalidRequest`].
    pub(super) fn read(body: &'b [u8]) -> Result<Self, Reason> {
        let body = core::str::from_utf8(body).map_err(|_| Reason::InvalidMessage)?;
        let skim = Skim::new(body);
        if skim.peek() == b'[' {
            return Err(Reason::BatchRefused);
        }
        let read = Reader { skim, members_left: MAX_MESSAGE_MEMBERS }.message();
        read.map_err(|reason| match reason {
            Reason::InvalidRequest => reason,
            _ => Reason::InvalidMessage,
        })
    }
}

/// The names that decide, at each level.
const IN_MESSAGE: [&str; 6] = ["jsonrpc", "method", "id", "params", "result", "error"];
const IN_PARAMS: [&str; 6] = ["name", "uri", "taskId", "ref", "notifications", "_meta"];
const IN_REFERENCE: [&str; 3] = ["type", "name", "uri"];
const IN_NOTIFICATIONS: [&str; 1] = ["resourceSubscriptions"];
const IN_META: [&str; 1] = ["io.modelcontextprotocol/protocolVersion"];

struct Reader<'b> {
    skim: Skim<'b>,
    members_left: u32,
}

impl<'b> Reader<'b> {
    fn message(mut self) -> Result<Message<'b>, Reason> {
        let mut message = Message::default();
        let (mut is_json_rpc, mut is_response) = (false, false);
        let (mut is_null_id, mut is_error) = (false, false);
        self.members(&IN_MESSAGE, |reader, name| {
            match name {
                "jsonrpc" => {
                    let mut version = None;
                    reader.text(&mut version)?;
                    is_json_rpc = version.is_some_and(|version| version == *"2.0");
                }
                "method" => reader.text(&mut message.method)?,
                "id" if reader.skim.peek() == b'"' => {
                    let mut id = None;
                    reader.text(&mut id)?;
                    message.id = id.map(Id::String);
                }
                "id" if reader.take_null()? => is_null_id = true,
                "id" => {
                    reader.require(|first| matches!(first, b'-' | b'0'..=b'9'))?;
                    message.id = Some(Id::Number(reader.skim.take_number()?));
                }
                "params" => reader.params(&mut message.params)?,
                // One of the two: a message with both says nothing clearly.
                _ if is_response => return Err(Reason::InvalidRequest),
                _ => {
                    is_response = true;
                    is_error = name == "error";
                    reader.skim.skip()?;
                }
            }
            Ok(())
        })?;
        let is_request = message.method.is_some();
        let has_fitting_id = !is_null_id || is_error;
        if !self.skim.is_at_end() {
            return Err(Reason::InvalidMessage);
        }
        if is_json_rpc && is_request != is_response && has_fitting_id {
            Ok(message)
        } else {
            Err(Reason::InvalidRequest)
        }
    }

    fn params(&mut self, params: &mut Params<'b>) -> Result<(), Reason> {
        if self.take_null()? {
            return Ok(());
        }
        self.members(&IN_PARAMS, |reader, name| {
            match name {
                "name" => reader.text_or_other(&mut params.name)?,
                "uri" => reader.text_or_other(&mut params.uri)?,
                "taskId" => reader.text_or_other(&mut params.task_id)?,
                "ref" if reader.skim.peek() == b'{' => {
                    params.reference = Some(Member::Fitting(reader.reference()?));
                }
                "ref" => {
                    reader.skim.skip()?;
                    params.reference = Some(Member::OfAnotherType);
                }
                "notifications" if reader.skim.peek() == b'{' => {
                    params.subscriptions = Some(reader.notifications()?);
                }
                "notifications" => {
                    reader.skim.skip()?;
                    params.subscriptions = Some(Member::OfAnotherType);
                }
                _ => reader.version(&mut params.version)?,
            }
            Ok(())
        })
    }

    fn reference(&mut self) -> Result<Reference<'b>, Reason> {
        let mut reference = Reference::default();
        self.members(&IN_REFERENCE, |reader, name| {
            reader.text_or_other(match name {
                "type" => &mut reference.kind,
                "name" => &mut reference.name,
                _ => &mut reference.uri,
            })
        })?;
        Ok(reference)
    }

    /// The URIs in `notifications`.
    fn notifications(&mut self) -> Result<Member<Subscriptions<'b>>, Reason> {
        let mut subscriptions = Member::Fitting(Subscriptions::NONE);
        self.members(&IN_NOTIFICATIONS, |reader, _| {
            if reader.take_null()? {
                return Ok(());
            }
            let mut behind = reader.skim;
            subscriptions = match Subscriptions::take(&mut behind) {
                Ok(found) => {
                    reader.skim = behind;
                    Member::Fitting(found)
                }
                // Where it decides nothing it may be anything.
                Err(_) => {
                    reader.skim.skip()?;
                    Member::OfAnotherType
                }
            };
            Ok(())
        })?;
        Ok(subscriptions)
    }

    /// The version in `_meta`.
    fn version(&mut self, version: &mut Option<Text<'b>>) -> Result<(), Reason> {
        if self.take_null()? {
            return Ok(());
        }
        self.members(&IN_META, |reader, _| reader.text(version))
    }

    /// Whether a `null` stood here: readers take one for a member that is not there.
    fn take_null(&mut self) -> Result<bool, Reason> {
        let is_null = self.skim.peek() == b'n';
        if is_null {
            self.skim.skip()?;
        }
        Ok(is_null)
    }

    /// Takes the string that stands here, and writes it to its place. (In a `Result` a text and a
    /// reason would share a place, to which the one is written in pieces and read as the other,
    /// which processors wait for.)
    fn text(&mut self, place: &mut Option<Text<'b>>) -> Result<(), Reason> {
        self.require(|first| first == b'"')?;
        *place = self.skim.take_text();
        if place.is_some() { Ok(()) } else { Err(Reason::InvalidMessage) }
    }

    /// Refuses a value of another type, and what is none.
    fn require(&self, is_wanted: impl Fn(u8) -> bool) -> Result<(), Reason> {
        match self.skim.peek() {
            first if is_wanted(first) => Ok(()),
            b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                Err(Reason::InvalidRequest)
            }
            _ => Err(Reason::InvalidMessage),
        }
    }

    fn text_or_other(&mut self, place: &mut Option<Member<Text<'b>>>) -> Result<(), Reason> {
        if self.skim.peek() == b'"' {
            *place = self.skim.take_text().map(Member::Fitting);
            return if place.is_some() { Ok(()) } else { Err(Reason::InvalidMessage) };
        }
        self.skim.skip()?;
        *place = Some(Member::OfAnotherType);
        Ok(())
    }

    /// Goes through the members of the object that stands here, hands those that decide to `each`,
    /// which takes their value, and skips the others.
    #[inline(always)]
    fn members<const N: usize>(
        &mut self,
        deciding: &'static [&'static str; N],
        mut each: impl FnMut(&mut Self, &'static str) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let mut seen = 0_u8;
        self.require(|first| first == b'{')?;
        let mut has_more = self.skim.open()?;
        while has_more {
            self.members_left = self.members_left.checked_sub(1).ok_or(Reason::InvalidRequest)?;
            let Some(name) = self.skim.take_name() else { return Err(Reason::InvalidMessage) };
            let plain = name.as_str();
            // Written as usual, it is compared as one number or two.
            let place = match deciding.iter().position(|known| plain == Some(*known)) {
                Some(place) => Some(place),
                None => place_of(name, deciding)?,
            };
            match place.and_then(|place| deciding.get(place).map(|name| (bit(place), *name))) {
                Some((bit, name)) => {
                    if seen & bit != 0 {
                        return Err(Reason::InvalidRequest);
                    }
                    seen |= bit;
                    each(self, name)?;
                }
                None => self.skim.skip()?,
            }
            has_more = self.skim.has_more()?;
        }
        Ok(())
    }
}

/// A bit for each of the names that decide.
#[inline(always)]
fn bit(place: usize) -> u8 {
    u32::try_from(place).map_or(0, |place| 1_u8.unbounded_shl(place))
}

/// Which of the names that decide `name` is.
///
/// A name that differs only in case is refused: Go's `encoding/json` takes it for the same. So is
/// one that goes on behind a NUL, where readers in C see its end, and `__proto__`, with which a
/// careless copy in JavaScript brings members that do not stand there.
#[inline(never)]
fn place_of(name: Text<'_>, deciding: &[&str]) -> Result<Option<usize>, Reason> {
    let plain = name.as_str().filter(|name| name.is_ascii());
    let is = |known: &str| plain.map_or_else(|| name == *known, |name| name == known);
    if is("__proto__") {
        return Err(Reason::InvalidRequest);
    }
    let is_like_it = |known: &&str| match plain {
        Some(name) => name.eq_ignore_ascii_case(known),
        None => {
            let cut = name.chars().take_while(|c| *c != '\0');
            cut.map(folded).eq(known.chars().map(folded))
        }
    };
    match deciding.iter().position(is_like_it) {
        // In another case or cut it is another name here, and perhaps not there.
        Some(place) if deciding.get(place).is_some_and(|known| is(known)) => Ok(Some(place)),
        Some(_) => Err(Reason::InvalidRequest),
        None => Ok(None),
    }
}

/// The character without its case. Beside the letters of ASCII there are four whose upper or lower
/// case, by one table of Unicode or another, is a letter of ASCII.
const fn folded(c: char) -> char {
    match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        '\u{130}' | '\u{131}' => 'i',
        c => c.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_letters_are_all_that_unicode_folds_into_ascii() {
        for c in (0x80..=0x10_ffff).filter_map(char::from_u32) {
            let is_ascii = |c: char| c.is_ascii_alphabetic();
            // Letters that become several are no folding of one name into another in any reader,
            // but for the dotted capital I, whose first is a letter of ASCII.
            let mut upper = c.to_uppercase();
            let folds = c.to_lowercase().next().is_some_and(is_ascii)
                || upper.len() == 1 && upper.next().is_some_and(is_ascii);
            assert_eq!(folds, folded(c).is_ascii(), "{c:?}");
        }
    }

    #[test]
    fn every_name_has_a_bit_of_its_own() {
        for level in [&IN_MESSAGE[..], &IN_PARAMS, &IN_REFERENCE, &IN_NOTIFICATIONS, &IN_META] {
            assert!(level.len() <= 8);
        }
    }
}

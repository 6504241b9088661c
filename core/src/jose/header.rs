//! The JOSE header of a token
//! ([RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).

use super::Algorithm;
use crate::Reason;
use crate::limits::{MAX_HEADER_LEN, MAX_KEY_ID_LEN, MAX_LISTED_NAMES};
use crate::text::json::{self, Known, Members, Text, Value};

/// What the header says that matters. `jku`, `jwk`, `x5u` and `x5c` are not read at all: where
/// keys come from is not the sender's choice. (Of a proof of possession [`key`] reads `jwk`.)
#[derive(Clone, Copy)]
pub(super) struct Header<'t> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<&'t str>,
    pub(super) typ: Option<&'t str>,
    /// What is to be said of `crit` and `b64`, once algorithm and type are accepted.
    pub(super) extensions: Result<(), Reason>,
    document: &'t str,
}

/// What an accepted header says, and where, for one that comes again.
#[derive(Clone, Copy)]
pub(crate) struct HeaderOutline {
    algorithm: Algorithm,
    key_id: Option<Span>,
    typ: Option<Span>,
}

/// Where a text stands in a document.
#[derive(Clone, Copy)]
struct Span {
    start: u16,
    end: u16,
}

impl Span {
    /// That of a part of a document; `None` for what is none, as a text that had escapes.
    fn of(part: &str, document: &str) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(document.as_ptr().addr())?;
        let end = start.checked_add(part.len())?;
        let is_there = document.get(start..end)? == part;
        let span = Self { start: u16::try_from(start).ok()?, end: u16::try_from(end).ok()? };
        is_there.then_some(span)
    }

    fn text(self, document: &str) -> Option<&str> {
        document.get(usize::from(self.start)..usize::from(self.end))
    }
}

const ALG: usize = 0;
const KID: usize = 1;
const TYP: usize = 2;
const CRIT: usize = 3;
const B64: usize = 4;
static NAMES: Known<5> = Known::new(["alg", "kid", "typ", "crit", "b64"]);

impl<'t> Header<'t> {
    /// Reads the decoded header; `memory` is for its member names and for what holds escapes.
    /// Returns the memory that is left.
    pub(super) fn read(
        json: &'t [u8],
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        if json.len() > MAX_HEADER_LEN {
            return Err(Reason::TooLarge);
        }
        let members = json::object(json, &NAMES, memory)?;

        let algorithm = match members.value(ALG).ok_or(Reason::AlgorithmMissing)? {
            Value::String(name) => algorithm(name).ok_or(Reason::AlgorithmNotAllowed)?,
            _ => return Err(Reason::InvalidHeader),
        };
        let (key_id, memory) = string(&members, KID, memory)?;
        if key_id.is_some_and(|key_id| key_id.len() > MAX_KEY_ID_LEN) {
            return Err(Reason::InvalidHeader);
        }
        let (typ, memory) = string(&members, TYP, memory)?;
        let extensions = judge_extensions(members.value(CRIT), members.value(B64));
        let document = members.document();
        Ok((Self { algorithm, key_id, typ, extensions, document }, memory))
    }

    /// The outline of an accepted header; `None` where what matters is written with escapes.
    pub(super) fn outline(&self) -> Option<HeaderOutline> {
        self.extensions.ok()?;
        let span = |text: Option<&str>| match text {
            None => Some(None),
            Some(text) => Span::of(text, self.document).map(Some),
        };
        let (key_id, typ) = (span(self.key_id)?, span(self.typ)?);
        Some(HeaderOutline { algorithm: self.algorithm, key_id, typ })
    }

    /// Reads a decoded header of which the outline is known.
    pub(super) fn recall(json: &'t [u8], outline: &HeaderOutline) -> Result<Self, Reason> {
        let document = core::str::from_utf8(json).map_err(|_| Reason::InvalidJson)?;
        let text = |span: Option<Span>| span.and_then(|span| span.text(document));
        Ok(Self {
            algorithm: outline.algorithm,
            key_id: text(outline.key_id),
            typ: text(outline.typ),
            extensions: Ok(()),
            document,
        })
    }
}

/// The key that the header brings (`jwk`), as it stands there.
#[cfg(feature = "mcp")]
pub(super) fn key<'t>(json: &'t [u8], memory: &mut [u8]) -> Result<&'t str, Reason> {
    static JWK: Known<1> = Known::new(["jwk"]);
    match json::object(json, &JWK, memory)?.value(0) {
        Some(Value::Object(key)) => Ok(key.as_json()),
        _ => Err(Reason::InvalidHeader),
    }
}

fn algorithm(name: Text<'_>) -> Option<Algorithm> {
    match name.as_str() {
        Some(name) => Algorithm::from_name(name),
        // The longest name has seven letters.
        None => Algorithm::from_name(name.decode(&mut [0; 8]).ok()?),
    }
}

fn judge_extensions(crit: Option<Value<'_>>, b64: Option<Value<'_>>) -> Result<(), Reason> {
    // No extension is understood, so whatever `crit` names is not.
    if let Some(crit) = crit {
        return Err(judge_critical(crit));
    }
    // RFC 7797: an unencoded payload is an extension, even where `crit` forgets to say so.
    match b64 {
        None | Some(Value::Bool(true)) => Ok(()),
        Some(Value::Bool(false)) => Err(Reason::CriticalNotUnderstood),
        Some(_) => Err(Reason::InvalidHeader),
    }
}

fn judge_critical(crit: Value<'_>) -> Reason {
    let Value::Array(names) = crit else { return Reason::InvalidHeader };
    let is_well_formed =
        names.elements().next().is_some() && names.holds_distinct_strings(MAX_LISTED_NAMES);
    if is_well_formed { Reason::CriticalNotUnderstood } else { Reason::InvalidHeader }
}

#[inline(always)]
fn string<'t>(
    members: &Members<'t, 5>,
    member: usize,
    memory: &'t mut [u8],
) -> Result<(Option<&'t str>, &'t mut [u8]), Reason> {
    match members.value(member) {
        None => Ok((None, memory)),
        Some(Value::String(text)) => {
            let (text, memory) = text.decode_or_borrow(memory)?;
            Ok((Some(text), memory))
        }
        Some(_) => Err(Reason::InvalidHeader),
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn refused(json: &str) -> Reason {
        let memory = &mut [0; 256];
        let header = Header::read(json.as_bytes(), memory);
        header.and_then(|(header, _)| header.extensions).unwrap_err()
    }

    #[test]
    fn what_matters_is_read() {
        let memory = &mut [0; 256];
        let json = br#"{"alg":"ES\u0032\u0035\u0036","kid":"a\u0062","typ":"at+jwt","jku":7}"#;
        let (header, _) = Header::read(json, memory).unwrap();
        assert_eq!(header.algorithm, Algorithm::Es256);
        assert_eq!((header.key_id, header.typ), (Some("ab"), Some("at+jwt")));
    }

    #[test]
    fn each_parameter_has_its_form() {
        assert_eq!(refused("{}"), Reason::AlgorithmMissing);
        for alg in ["none", "NONE", "nOnE", "", "ES512", "\\u006eone"] {
            assert_eq!(refused(&format!(r#"{{"alg":"{alg}"}}"#)), Reason::AlgorithmNotAllowed);
        }
        for json in [
            r#"{"alg":null}"#,
            r#"{"alg":["RS256"]}"#,
            r#"{"alg":"RS256","kid":1}"#,
            r#"{"alg":"RS256","typ":null}"#,
            r#"{"alg":"RS256","b64":0}"#,
            r#"{"alg":"RS256","crit":[]}"#,
            r#"{"alg":"RS256","crit":"exp"}"#,
            r#"{"alg":"RS256","crit":[1]}"#,
            r#"{"alg":"RS256","crit":["a","\u0061"]}"#,
        ] {
            assert_eq!(refused(json), Reason::InvalidHeader, "{json}");
        }
        let long = "k".repeat(MAX_KEY_ID_LEN + 1);
        assert_eq!(refused(&format!(r#"{{"alg":"RS256","kid":"{long}"}}"#)), Reason::InvalidHeader);
    }

    #[test]
    fn extensions_are_not_understood() {
        let listed = |names: usize| {
            let names: Vec<_> = (0..names).map(|name| format!("\"{name}\"")).collect();
            format!(r#"{{"alg":"RS256","crit":[{}]}}"#, names.join(","))
        };
        assert_eq!(refused(&listed(MAX_LISTED_NAMES)), Reason::CriticalNotUnderstood);
        assert_eq!(refused(&listed(MAX_LISTED_NAMES + 1)), Reason::InvalidHeader);
        for json in [
            r#"{"alg":"RS256","crit":["exp"]}"#,
            r#"{"alg":"RS256","crit":["b64"],"b64":true}"#,
            r#"{"alg":"RS256","b64":false}"#,
        ] {
            assert_eq!(refused(json), Reason::CriticalNotUnderstood, "{json}");
        }
    }
}

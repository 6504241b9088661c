//! Bodies that readers could take for different ones, in the file that the tests of other
//! languages read as well.

use gatepost::Reason;
use serde_json::Value;

use crate::refusal;

/// `[text, reason or null]`: the text is written with `\x` escapes for what is not ASCII.
pub(crate) fn bodies() -> Vec<(Vec<u8>, Option<Reason>)> {
    let file: Value = serde_json::from_str(include_str!("../../../testdata/bodies.json")).unwrap();
    let bodies = file["bodies"].as_array().unwrap().iter();
    bodies.map(|body| (bytes(&body["latin1"]), reason(&body["refused"]))).collect()
}

/// A byte for each character, so that what is no UTF-8 can be written.
fn bytes(text: &Value) -> Vec<u8> {
    text.as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn reason(name: &Value) -> Option<Reason> {
    let name = name.as_str()?;
    Some(Reason::ALL.into_iter().find(|reason| reason.name() == name).unwrap())
}

#[test]
fn each_body_is_taken_or_refused_as_listed() {
    let bodies = bodies();
    for (body, reason) in &bodies {
        assert_eq!(refusal(body), *reason, "{}", body.escape_ascii());
    }
    assert!(bodies.iter().filter(|(_, reason)| reason.is_none()).count() > 20);
}

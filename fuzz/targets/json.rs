//! The strict reader: what it accepts, `serde_json` accepts; what `serde_json` accepts and it
//! refuses has the duplicate, the limit or the bad escape that the reason names.

#![no_main]

use gatepost::Reason;
use gatepost::limits::{MAX_DEPTH, MAX_MEMBERS, NAME_LEN};
use gatepost_fuzz::facts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let verdict = gatepost::internal::json_object(text, &mut [0; MAX_MEMBERS * NAME_LEN]);
    let Some(facts) = facts(text) else {
        assert!(verdict.is_err(), "accepted, and serde_json refuses it");
        return;
    };
    let justified = match verdict {
        Ok(()) => {
            facts.is_object
                && facts.is_utf8
                && !facts.has_bad_escape
                && !facts.has_duplicate
                && facts.depth <= MAX_DEPTH
                && facts.open_names <= MAX_MEMBERS
        }
        Err(Reason::InvalidJson) => !facts.is_object || !facts.is_utf8 || facts.has_bad_escape,
        Err(Reason::DuplicateMember) => facts.has_duplicate || facts.has_bad_escape,
        Err(Reason::TooDeep) => facts.depth > MAX_DEPTH || facts.has_bad_escape,
        Err(Reason::TooLarge) => facts.open_names > MAX_MEMBERS || facts.has_bad_escape,
        Err(_) => false,
    };
    assert!(justified, "{verdict:?} of {facts:?}");
});

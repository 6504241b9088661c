//! What the numbers mean. The enum of them in the header is made from the core's table.

use gatepost_core::Reason;

use crate::boundary::guard;
use crate::gatepost_slice;

/// The name of a reason, such as "expired"; "ok" for GATEPOST_OK.
///
/// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_reason_name(number: u32) -> gatepost_slice {
    text(number, Some("ok"), |reason| Some(reason.name()))
}

/// What a reason means, one clause in plain English, safe in a log and in a WWW-Authenticate
/// header; "accepted" for GATEPOST_OK.
///
/// The text lives for ever. Its `ptr` is NULL for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_reason_description(number: u32) -> gatepost_slice {
    text(number, Some("accepted"), |reason| Some(reason.description()))
}

/// The `error` of the challenge (RFC 6750, section 3.1), such as "invalid_token",
/// "insufficient_scope" or "invalid_request".
///
/// The text lives for ever. Its `ptr` is NULL where neither token nor request is at fault, where
/// credentials are missing, and for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_reason_oauth_error(number: u32) -> gatepost_slice {
    text(number, None, Reason::oauth_error)
}

/// The HTTP status to answer with (RFC 6750, section 3.1): 400, 401, 403, 413 or 503; 200 for
/// GATEPOST_OK.
///
/// 503 stands for what is no fault of the request, and for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_reason_http_status(number: u32) -> u32 {
    guard(503, || match (number, reason(number)) {
        (0, _) => 200,
        (_, Some(reason)) => u32::from(reason.http_status()),
        (_, None) => 503,
    })
}

fn text(
    number: u32,
    ok: Option<&'static str>,
    of: impl FnOnce(Reason) -> Option<&'static str>,
) -> gatepost_slice {
    guard(gatepost_slice::NONE, || {
        gatepost_slice::from(if number == 0 { ok } else { reason(number).and_then(of) })
    })
}

pub(crate) fn reason(number: u32) -> Option<Reason> {
    Reason::from_number(u16::try_from(number).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(slice: gatepost_slice) -> Option<&'static str> {
        // SAFETY: the texts of reasons are static.
        unsafe { slice.optional_text() }.unwrap()
    }

    #[test]
    fn every_reason_says_what_it_says_in_the_core() {
        for reason in Reason::ALL {
            let number = u32::from(reason.number());
            assert_eq!(read(gatepost_reason_name(number)), Some(reason.name()));
            assert_eq!(read(gatepost_reason_description(number)), Some(reason.description()));
            assert_eq!(read(gatepost_reason_oauth_error(number)), reason.oauth_error());
            assert_eq!(gatepost_reason_http_status(number), u32::from(reason.http_status()));
        }
    }

    #[test]
    fn what_is_no_reason_has_no_text() {
        assert_eq!(read(gatepost_reason_name(0)), Some("ok"));
        assert_eq!(read(gatepost_reason_description(0)), Some("accepted"));
        assert_eq!(read(gatepost_reason_oauth_error(0)), None);
        assert_eq!(gatepost_reason_http_status(0), 200);
        // The last one is 501 where somebody cuts it down to 16 bits.
        for number in [1, 100, 999, u32::MAX, 0x1_01f5] {
            assert_eq!(read(gatepost_reason_name(number)), None);
            assert_eq!(read(gatepost_reason_description(number)), None);
            assert_eq!(read(gatepost_reason_oauth_error(number)), None);
            assert_eq!(gatepost_reason_http_status(number), 503);
        }
    }
}

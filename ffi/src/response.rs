//! What to answer: one flat struct.

use core::ops::Range;

use gatepost_core::Reason;
use gatepost_core::mcp::{MAX_RESPONSE_HEADERS, Response};

use crate::boundary::{self, Output, guard};
use crate::{gatepost_header, gatepost_slice};

/// The code for an answer that is no refusal: a metadata document, or the answer to a preflight
/// request. No reason has this number.
pub const GATEPOST_RESPOND: u32 = 1;

/// The most headers that a response has.
pub const GATEPOST_MAX_RESPONSE_HEADERS: usize = 16;

// Some room, so that a header more is no change of the layout.
const _: () = assert!(GATEPOST_MAX_RESPONSE_HEADERS >= MAX_RESPONSE_HEADERS);

/// An answer to send as it is: a refusal, a document or the answer to a preflight request.
///
/// A plain value: it may be copied. What it points to lies in the memory that was passed, in the
/// strings of the guard's configuration, or lives for ever. Header values are ASCII, the body is
/// UTF-8; nothing in them comes from the request but the `id` of a JSON-RPC message, and the names
/// of headers `Mcp-Param-…` that a browser asks for.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_response {
    /// The HTTP status.
    pub status: u32,
    /// The number of the reason; GATEPOST_OK where nothing is refused.
    pub reason: u32,
    /// Names and values, the first `header_count` of them. A name may come twice.
    pub headers: [gatepost_header; GATEPOST_MAX_RESPONSE_HEADERS],
    /// How many headers there are.
    pub header_count: usize,
    /// The body, JSON; `ptr` is NULL where there is none.
    pub body: gatepost_slice,
}

/// What a call says.
pub(crate) enum Answer {
    /// Go on; the response stays as it was.
    LetIn,
    /// Go on, with these headers.
    LetInWith(gatepost_response),
    Respond(gatepost_response),
}

/// Runs `call`, which is given the addresses of the response, writes the response, and returns the
/// number for it. Unless the request is let in there is always something to send: where the caller
/// made a mistake, 503.
pub(crate) fn respond(
    response: *mut gatepost_response,
    call: impl FnOnce(Range<usize>) -> Result<Answer, Reason>,
) -> u32 {
    let Ok(output) = Output::new(response) else {
        return Reason::Misuse.number().into();
    };
    let answer = match guard(Err(Reason::Misuse), || call(output.addresses())) {
        Ok(answer) => answer,
        Err(reason) => Answer::Respond(gatepost_response::bare(reason)),
    };
    let (number, response) = match answer {
        Answer::LetIn => return 0,
        Answer::LetInWith(response) => (0, response),
        Answer::Respond(response) if response.reason == 0 => (GATEPOST_RESPOND, response),
        Answer::Respond(response) => (response.reason, response),
    };
    // SAFETY: the caller vouches for the place of the response.
    unsafe { output.write(response) }
    number
}

impl gatepost_response {
    /// A refusal without headers and body.
    fn bare(reason: Reason) -> Self {
        Self::new(reason.http_status(), reason.number())
    }

    fn new(status: u16, reason: u16) -> Self {
        const NONE: gatepost_header =
            gatepost_header { name: gatepost_slice::NONE, value: gatepost_slice::NONE };
        Self {
            status: status.into(),
            reason: reason.into(),
            headers: [NONE; GATEPOST_MAX_RESPONSE_HEADERS],
            header_count: 0,
            body: gatepost_slice::NONE,
        }
    }

    /// What the server's own response needs.
    pub(crate) fn let_in<'h>(headers: impl Iterator<Item = (&'static str, &'h str)>) -> Self {
        Self::new(200, 0).with_headers(headers)
    }

    /// With these headers. An answer that lacked one would not be that answer any more: where
    /// there is no room for all, it is a refusal without any.
    fn with_headers<'h>(mut self, headers: impl Iterator<Item = (&'static str, &'h str)>) -> Self {
        for (name, value) in headers {
            let Some(place) = self.headers.get_mut(self.header_count) else {
                return Self::bare(Reason::Misuse);
            };
            *place = gatepost_header { name: name.into(), value: value.into() };
            self.header_count = self.header_count.saturating_add(1);
        }
        self
    }
}

impl From<Response<'_>> for gatepost_response {
    fn from(response: Response<'_>) -> Self {
        let reason = response.reason().map_or(0, Reason::number);
        let body = Some(response.body()).filter(|body| !body.is_empty()).into();
        Self { body, ..Self::new(response.status(), reason) }
            .with_headers(response.headers().iter().copied())
    }
}

/// Where `T` is, for [`Request::read`](crate::request::Request::read).
pub(crate) fn place_of<T>(pointer: *const T) -> Range<usize> {
    boundary::addresses(pointer.cast(), if pointer.is_null() { 0 } else { size_of::<T>() })
}

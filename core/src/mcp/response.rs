//! What to answer a request that goes no further.

use core::fmt;

use heapless::Vec;

use crate::Reason;

/// The most headers that a [`Response`] has, for those who keep them in an array.
///
/// ```
/// use gatepost::mcp::{MAX_RESPONSE_HEADERS, Response};
///
/// fn names<'r>(response: &Response<'r>) -> [&'r str; MAX_RESPONSE_HEADERS] {
///     let mut names = response.headers().iter().map(|(name, _)| *name);
///     std::array::from_fn(|_| names.next().unwrap_or(""))
/// }
/// ```
pub const MAX_RESPONSE_HEADERS: usize = 10;

/// An answer to send as it is: a refusal, a document or the answer to a preflight request.
///
/// Header values are ASCII, the body is UTF-8; they lie in the memory that the caller passed, in the
/// guard, or live for ever. Nothing in them comes from the request but the `id` of a JSON-RPC
/// message, and the names of headers `Mcp-Param-…` that a browser asks for.
#[derive(Clone)]
pub struct Response<'m> {
    status: u16,
    reason: Option<Reason>,
    headers: Vec<(&'static str, &'m str), MAX_RESPONSE_HEADERS>,
    body: &'m str,
}

impl<'m> Response<'m> {
    pub(super) const fn new(status: u16, reason: Option<Reason>) -> Self {
        Self { status, reason, headers: Vec::new(), body: "" }
    }

    /// Adds a header. There is room for all that one response has: where there were none, the
    /// answer would lack it, so a test holds that there is.
    pub(super) fn add(&mut self, name: &'static str, value: &'m str) {
        let has_room = self.headers.push((name, value)).is_ok();
        debug_assert!(has_room, "no room for {name}");
    }

    pub(super) fn set_json(&mut self, body: &'m str) {
        self.add("Content-Type", "application/json");
        self.body = body;
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Why the request is refused; `None` where it is not.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Names and values of the headers. A name may come twice.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, &'m str)] {
        &self.headers
    }

    /// The value of the first header with this name, as it is written here.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'m str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    /// The body: JSON, or nothing.
    #[must_use]
    pub const fn body(&self) -> &'m str {
        self.body
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

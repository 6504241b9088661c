//! The head of an HTTP request.

use core::fmt;

/// What a server knows of a request before it reads the body.
///
/// ```
/// use gatepost::oauth::{Header, RequestHead};
///
/// let headers = [Header::new("Host", "mcp.example.com"), Header::new("Accept", "*/*")];
/// let head =
///     RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
/// assert_eq!(head.values("accept").collect::<Vec<_>>(), [b"*/*"]);
/// ```
#[derive(Clone, Copy)]
pub struct RequestHead<'r> {
    /// The method, such as `POST`.
    pub method: &'r str,
    /// The path and the query, as they stand in the request line
    /// ([RFC 9112, section 3.2.1](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1)).
    pub target: &'r str,
    /// All headers, in any order. A name may come several times.
    pub headers: &'r [Header<'r>],
    /// The SHA-256 of the client's certificate in DER, where it showed one in the TLS handshake of
    /// this connection ([RFC 8705, section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    /// It comes from the TLS layer, and never from a header that a client can send.
    pub certificate: Option<[u8; 32]>,
}

/// A header of a request.
#[derive(Clone, Copy)]
pub struct Header<'r> {
    /// The name, in any case.
    pub name: &'r [u8],
    /// The value, as it came.
    pub value: &'r [u8],
}

impl<'r> Header<'r> {
    /// A header of texts or bytes.
    #[must_use]
    pub fn new(
        name: &'r (impl AsRef<[u8]> + ?Sized),
        value: &'r (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        Self { name: name.as_ref(), value: value.as_ref() }
    }
}

impl<'r> RequestHead<'r> {
    /// The values of the headers with this name, in any case, without white space around them.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        let name = name.as_bytes();
        self.headers
            .iter()
            .filter(move |header| {
                // Mostly both are in lower case, as in HTTP/2.
                header.name.len() == name.len()
                    && (header.name == name || header.name.eq_ignore_ascii_case(name))
            })
            .map(|header| header.value.trim_ascii())
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers hold tokens, targets whatever a client puts there.
        f.debug_struct("RequestHead").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Header")
    }
}

//! Whose pages may ask.

use core::fmt::Write as _;

use heapless::String;

use crate::text::uri::Uri;
use crate::{Reason, Strings};

/// `https://`, a host of 253 characters, and a port.
const MAX_ORIGIN_LEN: usize = 272;

/// An origin in the form of [`browser_form`].
pub(super) type Origin = String<MAX_ORIGIN_LEN>;

/// The origins that may ask.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origins<'g> {
    /// These, and the resource's own.
    Listed(Strings<'g>),
    Any,
}

/// Whether `text` is an origin as browsers send it.
pub(super) fn is_origin(text: &str) -> bool {
    Uri::parse(text).is_some_and(|uri| {
        let has_host = uri.authority.is_some_and(|authority| !authority.has_user);
        has_host && browser_form(&uri).is_ok_and(|form| form == text)
    })
}

/// The origin of `uri` as browsers send it
/// ([RFC 6454, section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)): in lower case, and
/// without the port that the scheme has anyway.
///
/// # Errors
///
/// [`Reason::Misuse`] for a host that is longer than the name of one may be.
pub(super) fn browser_form(uri: &Uri<'_>) -> Result<Origin, Reason> {
    let port = uri.authority.and_then(|authority| authority.port);
    let without_port = match port {
        Some(_) => uri.origin.rsplit_once(':').map_or(uri.origin, |(front, _)| front),
        None => uri.origin,
    };
    let is_default = |port: &u16| uri.is_https() && *port == 443 || uri.is_http() && *port == 80;
    let mut form = Origin::new();
    for c in without_port.chars() {
        form.push(c.to_ascii_lowercase()).map_err(|_| Reason::Misuse)?;
    }
    if let Some(port) = port.filter(|port| !is_default(port)) {
        write!(form, ":{port}").map_err(|_| Reason::Misuse)?;
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_send_them() {
        for (uri, expected) in [
            ("https://MCP.Example.com:443/mcp", "https://mcp.example.com"),
            ("HTTPS://mcp.example.com/mcp", "https://mcp.example.com"),
            ("https://mcp.example.com:8443/mcp", "https://mcp.example.com:8443"),
            ("https://mcp.example.com:80/", "https://mcp.example.com:80"),
            ("http://LOCALHOST:80/mcp", "http://localhost"),
            ("http://127.0.0.1:443/mcp", "http://127.0.0.1:443"),
            ("http://[::1]:8080/mcp", "http://[::1]:8080"),
            ("https://[::1]/mcp", "https://[::1]"),
            ("https://[2001:DB8::1]:443/mcp", "https://[2001:db8::1]"),
        ] {
            let form = browser_form(&Uri::parse(uri).unwrap()).unwrap();
            assert_eq!(form, expected, "{uri}");
            assert!(is_origin(&form));
            assert!(!is_origin(uri), "{uri}");
        }
        assert!(is_origin("chrome-extension://abc"));
        for text in
            ["https://u@h.example", "https://h.example:443", "http://h.example:80", "about:x"]
        {
            assert!(!is_origin(text), "{text}");
        }
        let long = std::format!("https://{}.example/mcp", "h".repeat(300));
        assert_eq!(browser_form(&Uri::parse(&long).unwrap()), Err(Reason::Misuse));
    }
}

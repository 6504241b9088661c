//! Values of queries and forms, percent-encoded.

use core::fmt;

use super::uri::is_unreserved;

/// Writes `text` so that it is one value of a query and of a form alike: all but the unreserved
/// characters of [RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)
/// encoded, a space too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoded<'t>(pub(crate) &'t str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            byte if is_unreserved(byte) => fmt::Write::write_char(f, char::from(byte)),
            byte => write!(f, "%{byte:02X}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_value_is_encoded() {
        let encoded = |text| format!("{}", Encoded(text));
        assert_eq!(
            encoded("https://a.example/b?c=d&e#f"),
            "https%3A%2F%2Fa.example%2Fb%3Fc%3Dd%26e%23f"
        );
        assert_eq!(encoded("a b+c%\r\n\"é"), "a%20b%2Bc%25%0D%0A%22%C3%A9");
        assert_eq!(encoded("Az09-._~"), "Az09-._~");
    }
}

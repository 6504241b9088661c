//! Claims that must have certain values.

use super::{AccessToken, Strings};
use crate::Reason;
use crate::text::json::{Object, Value};

/// A claim that must have one of certain values.
///
/// ```
/// use gatepost::ClaimRule;
///
/// let rules = [
///     ClaimRule::one_of("org_id", &["org_a", "org_b"])?,
///     ClaimRule::one_of("token_use", "access")?,
///     ClaimRule::includes("groups", "mcp-users")?,
/// ];
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClaimRule<'r> {
    name: &'r str,
    values: Strings<'r>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    String,
    Array,
}

impl<'r> ClaimRule<'r> {
    /// The claim is a string, and it is one of `values`, byte for byte.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty name, no value or an empty one.
    pub fn one_of(name: &'r str, values: impl Into<Strings<'r>>) -> Result<Self, Reason> {
        Self::new(name, values.into(), Form::String)
    }

    /// The claim is an array, and at least one of `values` is an element of it, byte for byte.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty name, no value or an empty one.
    pub fn includes(name: &'r str, values: impl Into<Strings<'r>>) -> Result<Self, Reason> {
        Self::new(name, values.into(), Form::Array)
    }

    /// A rule of this crate's own.
    #[cfg(feature = "mcp")]
    pub(crate) const fn known(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, values: Strings::known(values), form: Form::String }
    }

    fn new(name: &'r str, values: Strings<'r>, form: Form) -> Result<Self, Reason> {
        let values = values.refuse_empty_ones()?;
        if name.is_empty() || values.iter().next().is_none() {
            return Err(Reason::Misuse);
        }
        Ok(Self { name, values, form })
    }

    /// Whether the token's claim is as this rule wants it; one that is not there is not.
    #[must_use]
    pub fn accepts(&self, token: &AccessToken<'_>) -> bool {
        self.accepts_claims(token.claims())
    }

    pub(super) fn accepts_claims(&self, claims: Object<'_>) -> bool {
        let is_one = |value: Value<'_>| {
            value.as_text().is_some_and(|text| self.values.iter().any(|accepted| text == *accepted))
        };
        match (claims.member(self.name), self.form) {
            (Some(value), Form::String) => is_one(value),
            (Some(Value::Array(array)), Form::Array) => array.elements().any(is_one),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_has_the_form_and_one_of_the_values() {
        let claims = Object::new(r#"{"a":"x","b":["x","\u0079"],"c":1,"d":"\u0078","e":[["x"]]}"#);
        let one_of =
            |name, values: &[&str]| ClaimRule::one_of(name, values).unwrap().accepts_claims(claims);
        assert!(one_of("a", &["x"]) && one_of("a", &["w", "x"]) && one_of("d", &["x"]));
        for (name, value) in [("a", "X"), ("a", "xx"), ("b", "x"), ("c", "1"), ("f", "x")] {
            assert!(!one_of(name, &[value]), "{name} {value}");
        }
        let includes =
            |name, value| ClaimRule::includes(name, value).unwrap().accepts_claims(claims);
        assert!(includes("b", "x") && includes("b", "y"));
        for (name, value) in [("a", "x"), ("b", "z"), ("c", "1"), ("e", "x"), ("f", "x")] {
            assert!(!includes(name, value), "{name} {value}");
        }
    }

    #[test]
    fn a_rule_that_nothing_could_meet_is_a_mistake() {
        for (name, values) in [("", &["x"][..]), ("a", &[]), ("a", &["x", ""])] {
            assert_eq!(ClaimRule::one_of(name, values).unwrap_err(), Reason::Misuse);
        }
    }
}

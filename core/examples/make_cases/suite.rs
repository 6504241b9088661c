//! One case, and the list of all of them.

use crate::generator::json::{Json, quoted};
use crate::generator::setup;

#[derive(Default)]
pub(crate) struct Suite {
    cases: Vec<Case>,
}

impl Suite {
    /// A token that must be let in, with the values of [`setup::claims`] unless the case says
    /// otherwise.
    pub(crate) fn accept(
        &mut self,
        name: impl Into<String>,
        token: impl Into<String>,
    ) -> &mut Case {
        self.push(name, token, "ok")
    }

    /// A token that must be kept out for `reason`.
    pub(crate) fn refuse(
        &mut self,
        name: impl Into<String>,
        token: impl Into<String>,
        reason: &'static str,
    ) -> &mut Case {
        self.push(name, token, reason)
    }

    fn push(
        &mut self,
        name: impl Into<String>,
        token: impl Into<String>,
        reason: &'static str,
    ) -> &mut Case {
        self.cases.push(Case {
            name: name.into(),
            token: token.into(),
            rules: Rules::One { key_set: "all", policy: "default" },
            now: setup::NOW,
            reason,
            values: Values::default(),
        });
        self.cases.last_mut().expect("just pushed")
    }

    pub(crate) fn into_json(self) -> Json {
        Json::List(self.cases.into_iter().map(Case::into_json).collect())
    }
}

pub(crate) struct Case {
    name: String,
    token: String,
    rules: Rules,
    now: u64,
    reason: &'static str,
    values: Values,
}

enum Rules {
    One { key_set: &'static str, policy: &'static str },
    Several { issuers: &'static str },
}

impl Case {
    pub(crate) fn with_keys(&mut self, name: &'static str) -> &mut Self {
        if let Rules::One { key_set, .. } = &mut self.rules {
            *key_set = name;
        }
        self
    }

    pub(crate) fn with_policy(&mut self, name: &'static str) -> &mut Self {
        if let Rules::One { policy, .. } = &mut self.rules {
            *policy = name;
        }
        self
    }

    pub(crate) fn with_issuers(&mut self, issuers: &'static str) -> &mut Self {
        self.rules = Rules::Several { issuers };
        self
    }

    pub(crate) fn at(&mut self, now: u64) -> &mut Self {
        self.now = now;
        self
    }

    pub(crate) fn subject(&mut self, subject: Option<&str>) -> &mut Self {
        self.values.subject = subject.map(String::from);
        self
    }

    pub(crate) fn client_id(&mut self, client_id: Option<&str>) -> &mut Self {
        self.values.client_id = client_id.map(String::from);
        self
    }

    pub(crate) fn scopes(&mut self, scopes: &[&str]) -> &mut Self {
        self.values.scopes = owned(scopes);
        self
    }

    pub(crate) fn audience(&mut self, audience: &[&str]) -> &mut Self {
        self.values.audience = owned(audience);
        self
    }

    pub(crate) fn expires_at(&mut self, expires_at: Option<u64>) -> &mut Self {
        self.values.expires_at = expires_at;
        self
    }

    fn into_json(self) -> Json {
        let mut out = vec![("name", Json::text(self.name)), ("token", Json::text(self.token))];
        match self.rules {
            Rules::One { key_set, policy } => {
                out.extend([("key_set", Json::text(key_set)), ("policy", Json::text(policy))]);
            }
            Rules::Several { issuers } => out.push(("issuers", Json::text(issuers))),
        }
        out.push(("now", Json::Number(self.now)));
        out.push(("reason", Json::text(self.reason)));
        out.push(("number", Json::Number(number(self.reason))));
        if self.reason == "ok" {
            out.extend([
                ("subject", self.values.subject.map_or(Json::Null, Json::Text)),
                ("client_id", self.values.client_id.map_or(Json::Null, Json::Text)),
                ("scopes", Json::texts(&self.values.scopes)),
                ("audience", Json::texts(&self.values.audience)),
                ("expires_at", self.values.expires_at.map_or(Json::Null, Json::Number)),
            ]);
        }
        Json::object(out)
    }
}

/// What an accepted token must be read as.
struct Values {
    subject: Option<String>,
    client_id: Option<String>,
    scopes: Vec<String>,
    audience: Vec<String>,
    expires_at: Option<u64>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            subject: Some("user-1".into()),
            client_id: Some("client-1".into()),
            scopes: owned(&["mcp:read", "mcp:write"]),
            audience: owned(&[setup::AUDIENCE]),
            expires_at: Some(setup::EXPIRY),
        }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

/// The number of a reason: written down here a second time, because the numbers are a promise.
pub(crate) fn number(reason: &str) -> u64 {
    match reason {
        "ok" => 0,
        "malformed" => 101,
        "too_large" => 102,
        "invalid_base64" => 103,
        "invalid_json" => 104,
        "duplicate_member" => 105,
        "too_deep" => 106,
        "encrypted" => 107,
        "audience_not_requested" => 108,
        "credentials_missing" => 111,
        "invalid_credentials" => 112,
        "several_credentials" => 113,
        "origin_refused" => 114,
        "invalid_message" => 115,
        "batch_refused" => 116,
        "message_too_large" => 117,
        "header_mismatch" => 118,
        "invalid_request" => 119,
        "invalid_introspection" => 141,
        "algorithm_missing" => 201,
        "algorithm_not_allowed" => 202,
        "type_mismatch" => 203,
        "critical_not_understood" => 204,
        "invalid_header" => 205,
        "key_not_found" => 301,
        "key_ambiguous" => 302,
        "key_algorithm_mismatch" => 303,
        "invalid_key" => 310,
        "key_too_weak" => 311,
        "key_not_for_verification" => 312,
        "private_key" => 313,
        "mixed_key_set" => 314,
        "unsupported_key" => 316,
        "invalid_signature" => 401,
        "expired" => 501,
        "not_yet_valid" => 502,
        "issued_in_future" => 503,
        "issuer_mismatch" => 504,
        "audience_mismatch" => 505,
        "missing_claim" => 506,
        "invalid_claim" => 507,
        "token_inactive" => 509,
        "insufficient_scope" => 601,
        "operation_refused" => 602,
        "proof_required" => 701,
        "invalid_proof" => 702,
        "proof_replayed" => 703,
        "nonce_required" => 704,
        "keys_unavailable" => 801,
        "introspection_unavailable" => 803,
        _ => panic!("{reason} is no reason"),
    }
}

/// The members of a JSON object in order, each value as JSON text, right or wrong.
#[derive(Clone)]
pub(crate) struct Members(Vec<(String, String)>);

/// An object without members, to be filled.
pub(crate) fn members() -> Members {
    Members(Vec::new())
}

impl Members {
    /// Sets `name` to the JSON text `value`, in its old place if it has one.
    pub(crate) fn raw(mut self, name: &str, value: impl Into<String>) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(member) => member.1 = value.into(),
            None => self.0.push((name.into(), value.into())),
        }
        self
    }

    /// Sets `name` to a string.
    pub(crate) fn text(self, name: &str, value: impl AsRef<str>) -> Self {
        self.raw(name, quoted(value.as_ref()))
    }

    /// Adds a member at the end, even if the name is there already.
    pub(crate) fn again(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// The object as JSON text; names are put between quotation marks as they are, escapes
    /// included.
    pub(crate) fn json(&self) -> String {
        let members: Vec<String> =
            self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// What a part of a token can be made of.
pub(crate) trait Text {
    fn octets(&self) -> Vec<u8>;
}

impl<T: Text + ?Sized> Text for &T {
    fn octets(&self) -> Vec<u8> {
        (**self).octets()
    }
}

impl Text for Members {
    fn octets(&self) -> Vec<u8> {
        self.json().into_bytes()
    }
}

impl Text for str {
    fn octets(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Text for String {
    fn octets(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Text for [u8] {
    fn octets(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Text for Vec<u8> {
    fn octets(&self) -> Vec<u8> {
        self.clone()
    }
}

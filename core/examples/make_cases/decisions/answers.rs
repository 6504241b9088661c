//! The answers: status, reason, scopes and codes are those that each decision is written with; here
//! stand, a second time and apart from the core, the texts that they are put together from.

use crate::generator::decisions::guards;

pub(crate) struct Answer {
    status: u64,
    reason: &'static str,
    form: Form,
    origin: Option<&'static str>,
    nonce: Option<String>,
}

enum Form {
    /// With challenges of these schemes, which name these scopes.
    Refusal {
        schemes: &'static [&'static str],
        scope: Option<&'static str>,
        /// Where another error than the usual one of the reason is named.
        error: Option<&'static str>,
    },
    /// A JSON-RPC error.
    Error {
        code: &'static str,
        id: Option<&'static str>,
    },
    /// A metadata document.
    Document(&'static str),
    NotAllowed,
    /// With these headers allowed besides those of any client.
    Preflight(String),
}

/// A refusal with a challenge of the scheme `Bearer`.
pub(crate) const fn refused(status: u64, reason: &'static str) -> Answer {
    let form = Form::Refusal { schemes: &["Bearer"], scope: None, error: None };
    Answer { status, reason, form, origin: None, nonce: None }
}

/// A message that is refused, with the code of a JSON-RPC error, and the `id` of the message.
pub(crate) const fn rejected(
    status: u64,
    reason: &'static str,
    code: &'static str,
    id: Option<&'static str>,
) -> Answer {
    Answer { status, reason, form: Form::Error { code, id }, origin: None, nonce: None }
}

pub(crate) const fn document(text: &'static str) -> Answer {
    Answer { status: 200, reason: "ok", form: Form::Document(text), origin: None, nonce: None }
}

pub(crate) const fn not_allowed() -> Answer {
    Answer { status: 405, reason: "ok", form: Form::NotAllowed, origin: None, nonce: None }
}

/// What a browser is told before it asks.
pub(crate) fn preflight(origin: Option<&'static str>) -> Answer {
    preflight_with(origin, "")
}

/// The same, with these headers allowed, each with a comma before it.
pub(crate) fn preflight_with(origin: Option<&'static str>, headers: &str) -> Answer {
    Answer { status: 204, reason: "ok", form: Form::Preflight(headers.into()), origin, nonce: None }
}

impl Answer {
    /// Names these scopes.
    pub(crate) fn scope(mut self, words: &'static str) -> Self {
        if let Form::Refusal { scope, .. } = &mut self.form {
            *scope = Some(words);
        }
        self
    }

    /// With challenges of these schemes.
    pub(crate) fn schemes(mut self, names: &'static [&'static str]) -> Self {
        if let Form::Refusal { schemes, .. } = &mut self.form {
            *schemes = names;
        }
        self
    }

    /// With challenges that name this error.
    pub(crate) fn error(mut self, name: &'static str) -> Self {
        if let Form::Refusal { error, .. } = &mut self.form {
            *error = Some(name);
        }
        self
    }

    /// Lets pages of this origin see it.
    pub(crate) fn seen_by(self, origin: &'static str) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// Hands out this nonce.
    pub(crate) fn nonce(self, nonce: String) -> Self {
        Self { nonce: Some(nonce), ..self }
    }

    /// Status, reason, headers and body.
    pub(crate) fn into_parts(
        self,
        guard: &str,
    ) -> (u64, &'static str, Vec<(&'static str, String)>, String) {
        let Self { status, reason, form, origin, nonce } = self;
        let mut headers = Vec::new();
        let mut add = |name, value: &str| headers.push((name, String::from(value)));
        let is_refusal = matches!(form, Form::Refusal { .. } | Form::Error { .. });
        let is_public = matches!(form, Form::Document(_) | Form::NotAllowed);
        if is_refusal {
            add("Cache-Control", "no-store");
        }
        if status == 503 {
            add("Retry-After", "5");
        }
        if let Some(origin) = origin {
            add("Access-Control-Allow-Origin", origin);
            add(
                "Access-Control-Expose-Headers",
                "WWW-Authenticate, Retry-After, DPoP-Nonce, Mcp-Session-Id",
            );
            add("Vary", "Origin");
        }
        let body = match form {
            Form::Refusal { schemes, scope, error: named } => {
                for scheme in schemes {
                    let named = named.or_else(|| error_of(scheme, reason));
                    add("WWW-Authenticate", &challenge(guard, scheme, reason, named, scope));
                }
                if let Some(nonce) = nonce {
                    add("DPoP-Nonce", &nonce);
                }
                let error = error(reason).map(|error| format!(r#""error":"{error}","#));
                format!(
                    r#"{{{}"error_description":"{}","reason":"{reason}"}}"#,
                    error.unwrap_or_default(),
                    description(reason)
                )
            }
            Form::Error { code, id } => {
                let id = id.map(|id| format!(r#""id":{id},"#)).unwrap_or_default();
                let message = description(reason);
                format!(
                    r#"{{"jsonrpc":"2.0",{id}"error":{{"code":{code},"message":"{message}"}}}}"#
                )
            }
            Form::Document(text) => {
                add("Cache-Control", "max-age=300");
                text.into()
            }
            Form::NotAllowed => {
                add("Allow", "GET, HEAD, OPTIONS");
                String::new()
            }
            Form::Preflight(headers) => {
                add("Access-Control-Allow-Methods", "GET, POST, DELETE");
                add(
                    "Access-Control-Allow-Headers",
                    &format!(
                        "Authorization, Content-Type, Accept, DPoP, MCP-Protocol-Version, \
                         Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID{headers}"
                    ),
                );
                add("Access-Control-Max-Age", "600");
                String::new()
            }
        };
        if !body.is_empty() {
            add("Content-Type", "application/json");
        }
        if is_public {
            add("Access-Control-Allow-Origin", "*");
        }
        (status, reason, headers, body)
    }
}

/// The value of `WWW-Authenticate`.
fn challenge(
    guard: &str,
    scheme: &str,
    reason: &str,
    error: Option<&str>,
    scope: Option<&str>,
) -> String {
    let mut parameters = Vec::new();
    if let Some(error) = error {
        parameters.push(("error", error));
        parameters.push(("error_description", description(reason)));
    }
    parameters.extend(scope.map(|scope| ("scope", scope)));
    parameters.push(("resource_metadata", guards::metadata_url(guard)));
    if scheme == "DPoP" {
        parameters.push(("algs", "ES256"));
    }
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    format!("{scheme} {}", parameters.join(", "))
}

/// The error that a challenge of this scheme names, where there is one.
fn error_of(scheme: &str, reason: &str) -> Option<&'static str> {
    match (scheme, reason) {
        ("DPoP", "invalid_proof" | "proof_replayed") => Some("invalid_dpop_proof"),
        ("DPoP", "nonce_required") => Some("use_dpop_nonce"),
        _ => error(reason),
    }
}

/// The error of OAuth, where there is one.
fn error(reason: &str) -> Option<&'static str> {
    match reason {
        "credentials_missing"
        | "origin_refused"
        | "operation_refused"
        | "keys_unavailable"
        | "introspection_unavailable"
        | "invalid_introspection" => None,
        "invalid_credentials" | "several_credentials" => Some("invalid_request"),
        "insufficient_scope" => Some("insufficient_scope"),
        _ => Some("invalid_token"),
    }
}

/// What is told to people.
fn description(reason: &str) -> &'static str {
    match reason {
        "malformed" => "the token is not a compact JWS",
        "invalid_base64" => "a part is not canonical base64url",
        "invalid_json" => "the input is not one valid JSON object",
        "duplicate_member" => "a JSON object names a member twice",
        "encrypted" => "the token is encrypted",
        "audience_not_requested" => {
            "the token is no JWT because the client did not ask for an audience"
        }
        "credentials_missing" => "an access token is required",
        "invalid_credentials" => "the authorization header is not a scheme and one token",
        "several_credentials" => "there are several credentials",
        "origin_refused" => "the origin is not allowed",
        "invalid_message" => "the body is not JSON in UTF-8",
        "batch_refused" => "batches of messages are not supported",
        "message_too_large" => "the body exceeds a size limit",
        "header_mismatch" => "the headers do not agree with the body",
        "invalid_request" => "the body is not one JSON-RPC message that all servers read alike",
        "algorithm_not_allowed" => "the algorithm is not allowed",
        "type_mismatch" => "the token is of another type",
        "key_not_found" => "no key is the one that the token names",
        "invalid_signature" => "the signature does not match",
        "expired" => "the token has expired",
        "not_yet_valid" => "the token is not valid yet",
        "issued_in_future" => "the token was issued in the future",
        "issuer_mismatch" => "the token is from another issuer",
        "audience_mismatch" => "the token is meant for another audience",
        "missing_claim" => "a required claim is missing",
        "invalid_claim" => "a claim has the wrong type or form",
        "insufficient_scope" => "the token lacks a required scope",
        "operation_refused" => "the operation is not permitted",
        "proof_required" => "a proof of possession is required",
        "invalid_proof" => "the proof of possession is not valid",
        "proof_replayed" => "the proof of possession was used before",
        "nonce_required" => "the proof of possession needs a nonce",
        "keys_unavailable" => "the keys are not available now",
        "introspection_unavailable" => {
            "the authorization server does not say whether the token is good"
        }
        "invalid_introspection" => "what the authorization server says of the token is not valid",
        "token_inactive" => "the authorization server says that the token is not active",
        _ => panic!("{reason} is not described"),
    }
}

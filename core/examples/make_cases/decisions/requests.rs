//! The requests, and the tokens they bring.

use crate::generator::json::Json;
use crate::generator::keys::{Keys, encode};
use crate::generator::setup::{NOW, claims, header};
use crate::generator::suite::Members;

#[derive(Clone)]
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    certificate: Option<[u8; 32]>,
    body: Option<Vec<u8>>,
    introspection: Option<String>,
    pub(crate) now: u64,
    /// What the same guard was asked for earlier.
    pub(crate) before: Vec<Self>,
}

pub(crate) fn get(target: impl Into<String>) -> Request {
    Request {
        method: "GET",
        target: target.into(),
        headers: Vec::new(),
        certificate: None,
        body: None,
        introspection: None,
        now: NOW,
        before: Vec::new(),
    }
}

pub(crate) fn post(body: impl Into<Vec<u8>>) -> Request {
    Request { method: "POST", body: Some(body.into()), ..get("/mcp") }
        .with("Content-Type", "application/json")
}

/// A message of a revision before 2026-07-28, whose headers say nothing of it.
pub(crate) fn message(method: &str, params: &str) -> Request {
    post(format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{params}}}"#))
        .with("MCP-Protocol-Version", "2025-11-25")
}

pub(crate) fn call(tool: &str) -> Request {
    message("tools/call", &format!(r#"{{"name":"{tool}","arguments":{{}}}}"#))
}

pub(crate) fn read(uri: &str) -> Request {
    message("resources/read", &format!(r#"{{"uri":"{uri}"}}"#))
}

/// The body of a message of the revision 2026-07-28; `params` are members with a comma behind.
pub(crate) fn modern_body(method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}}}}"#
    )
}

/// A call of a tool in the revision 2026-07-28, whose headers say the same as the body.
pub(crate) fn modern_call(tool: &str) -> Request {
    post(modern_body("tools/call", &format!(r#""name":"{tool}","#)))
        .with("MCP-Protocol-Version", "2026-07-28")
        .with("Mcp-Method", "tools/call")
        .with("Mcp-Name", tool)
}

impl Request {
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn bearer(self, token: impl AsRef<str>) -> Self {
        self.with("Authorization", format!("Bearer {}", token.as_ref()))
    }

    pub(crate) fn by(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn to(self, target: impl Into<String>) -> Self {
        Self { target: target.into(), ..self }
    }

    pub(crate) fn saying(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self }
    }

    pub(crate) fn showing_certificate(self, hash: [u8; 32]) -> Self {
        Self { certificate: Some(hash), ..self }
    }

    /// The issuer was asked about its token, and has said this.
    pub(crate) fn introspected(self, response: impl Into<String>) -> Self {
        Self { introspection: Some(response.into()), ..self }
    }

    pub(crate) fn introspection(&self) -> Option<&str> {
        self.introspection.as_deref()
    }

    pub(crate) fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    pub(crate) fn after(mut self, earlier: Self) -> Self {
        self.before.push(earlier);
        self
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    pub(crate) fn into_json(self) -> Json {
        let headers = self.headers.iter().map(|(name, value)| Json::texts(&[name, value]));
        let bytes = |bytes: Option<&[u8]>| bytes.map_or(Json::Null, |b| Json::text(encode(b)));
        Json::object([
            ("method", Json::text(self.method)),
            ("target", Json::text(self.target)),
            ("headers", Json::List(headers.collect())),
            ("certificate_b64u", bytes(self.certificate.as_ref().map(|hash| &hash[..]))),
            ("body_b64u", bytes(self.body.as_deref())),
            ("introspection_b64u", bytes(self.introspection.as_deref().map(str::as_bytes))),
        ])
    }
}

/// The usual token: of `user-1`, by `client-1`, with `mcp:read mcp:write`.
pub(crate) fn token(keys: &Keys) -> String {
    keys.token(header(), claims())
}

pub(crate) fn token_with(keys: &Keys, change: impl FnOnce(Members) -> Members) -> String {
    keys.token(header(), change(claims()))
}

pub(crate) fn token_for(keys: &Keys, scope: &str) -> String {
    token_with(keys, |claims| claims.text("scope", scope))
}

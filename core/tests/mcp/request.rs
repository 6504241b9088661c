//! Requests to a guard, and what becomes of them.

use gatepost::mcp::{Authority, Guard, Operation, Principal, RESPONSE_MEMORY, Response, Step};
use gatepost::oauth::{Header, ReplayStore, RequestHead};
use gatepost::{Algorithm, Reason, limits};

use crate::common::{self, NOW, claims_with, key_set, policy};

pub(crate) const VERSION: (&str, &str) = ("MCP-Protocol-Version", "2026-07-28");

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is let in, with this subject.
    Done(Option<String>),
    Answered(Answer),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) reason: Option<Reason>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn of(response: &Response<'_>) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            status: response.status(),
            reason: response.reason(),
            headers: response.headers().iter().map(owned).collect(),
            body: response.body().to_owned(),
        }
    }

    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let of_name = self.headers.iter().filter(|(other, _)| other == name);
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).first().copied()
    }

    pub(crate) fn challenge(&self) -> &str {
        let [challenge] = self.values("WWW-Authenticate")[..] else { panic!("{self:?}") };
        challenge
    }
}

impl Outcome {
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Answered(answer) => answer,
            Self::Done(_) => panic!("let in"),
        }
    }
}

/// A request with a body, or without.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) certificate: Option<[u8; 32]>,
    pub(crate) body: Option<String>,
}

pub(crate) fn get(target: &'static str) -> Request {
    Request { method: "GET", target, headers: Vec::new(), certificate: None, body: None }
}

pub(crate) fn post(body: &str) -> Request {
    Request { method: "POST", body: Some(body.to_owned()), ..get("/mcp") }
}

/// A call of a tool in a revision without headers.
pub(crate) fn call(tool: &str) -> Request {
    post(&format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"{tool}"}}}}"#
    ))
}

/// A request of the revision 2026-07-28.
pub(crate) fn modern(method: &str, name: Option<&str>) -> Request {
    let member = name.map_or(String::new(), |name| format!(r#""name":"{name}","#));
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{{member}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}}}}"#
    );
    let request = post(&body).with(VERSION.0, VERSION.1).with("Mcp-Method", method);
    match name {
        Some(name) => request.with("Mcp-Name", name),
        None => request,
    }
}

impl Request {
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn with_token(self, claims: &[(&str, &str)]) -> Self {
        let token = common::token(Algorithm::Es256, &claims_with(claims));
        self.with("Authorization", format!("Bearer {token}"))
    }

    pub(crate) fn with_scope(self, scope: &str) -> Self {
        self.with_token(&[("scope", &format!("{scope:?}"))])
    }

    /// Both steps of the guard, in memory that is just enough for any request.
    pub(crate) fn ask<S: ReplayStore>(&self, guard: &Guard<'_, S>) -> Outcome {
        let keys = key_set(Algorithm::Es256);
        self.ask_of(guard, &(policy(), keys.keys()))
    }

    pub(crate) fn ask_of<S: ReplayStore>(
        &self,
        guard: &Guard<'_, S>,
        authority: &impl Authority,
    ) -> Outcome {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| Header::new(name, value)).collect();
        let head = RequestHead {
            method: self.method,
            target: self.target,
            headers: &headers,
            certificate: self.certificate,
        };
        let mut memory = vec![0; limits::MEMORY + RESPONSE_MEMORY];
        let principal = match guard.authenticate(&head, authority, NOW, &mut memory) {
            Step::Proceed(principal) => principal,
            Step::Respond(response) => return Outcome::Answered(Answer::of(&response)),
        };
        self.authorize(guard, &head, &principal)
    }

    pub(crate) fn authorize<S: ReplayStore>(
        &self,
        guard: &Guard<'_, S>,
        head: &RequestHead<'_>,
        principal: &Principal<'_>,
    ) -> Outcome {
        let mut memory = vec![0; limits::OPERATION_MEMORY + RESPONSE_MEMORY];
        let operation = match &self.body {
            Some(body) => match guard.read_operation(head, body.as_bytes(), &mut memory) {
                Ok(operation) => operation,
                Err(response) => return Outcome::Answered(Answer::of(&response)),
            },
            None => Operation::WITHOUT_BODY,
        };
        let mut memory = [0; RESPONSE_MEMORY];
        match guard.authorize(head, principal, &operation, &mut memory) {
            Ok(()) => Outcome::Done(principal.subject().map(str::to_owned)),
            Err(response) => Outcome::Answered(Answer::of(&response)),
        }
    }
}

//! One decision, and the list of all of them.

use crate::generator::decisions::answers::Answer;
use crate::generator::decisions::granted;
use crate::generator::decisions::requests::Request;
use crate::generator::json::Json;
use crate::generator::suite::number;

#[derive(Default)]
pub(crate) struct Decisions(Vec<Json>);

impl Decisions {
    /// A request that is let in, of the bearer of a token of `subject`.
    pub(crate) fn proceed(
        &mut self,
        name: &str,
        guard: &str,
        request: Request,
        subject: impl Into<Option<&'static str>>,
    ) {
        self.push(name, guard, request, subject.into(), None);
    }

    /// A request that is answered.
    pub(crate) fn respond(&mut self, name: &str, guard: &str, request: Request, answer: Answer) {
        self.push(name, guard, request, None, Some(answer));
    }

    fn push(
        &mut self,
        name: &str,
        guard: &str,
        request: Request,
        subject: Option<&str>,
        answer: Option<Answer>,
    ) {
        let outcome = if answer.is_some() { "respond" } else { "proceed" };
        let (status, reason, headers, body) = match answer {
            Some(answer) => answer.into_parts(guard),
            None => (0, "ok", Vec::new(), String::new()),
        };
        let ((client, scopes), operation) = match outcome {
            "proceed" => (granted::client_and_scopes(&request), granted::operation(&request)),
            _ => ((Json::Null, Json::Null), Json::Null),
        };
        let headers = headers.iter().map(|(name, value)| Json::texts(&[*name, value]));
        let before = request.before.iter().map(|earlier| {
            Json::object([
                ("now", Json::Number(earlier.now)),
                ("request", earlier.clone().into_json()),
            ])
        });
        let before = Json::List(before.collect());
        self.0.push(Json::object([
            ("name", Json::text(name)),
            ("guard", Json::text(guard)),
            ("before", before),
            ("now", Json::Number(request.now)),
            ("request", request.into_json()),
            ("outcome", Json::text(outcome)),
            ("subject", subject.map_or(Json::Null, Json::text)),
            ("client", client),
            ("scopes", scopes),
            ("operation", operation),
            ("status", Json::Number(status)),
            ("reason", Json::text(reason)),
            ("number", Json::Number(number(reason))),
            ("headers", Json::List(headers.collect())),
            ("body", Json::text(body)),
        ]));
    }

    pub(crate) fn into_json(self) -> Json {
        Json::List(self.0)
    }
}

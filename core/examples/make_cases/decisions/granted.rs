//! What a request that is let in was sent by, and what it asks for: read out of the request by
//! `serde_json`, apart from the core.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

use crate::generator::decisions::requests::Request;
use crate::generator::json::Json;

/// The client and the scopes of the token, or those that its issuer has said; without a token, none.
pub(crate) fn client_and_scopes(request: &Request) -> (Json, Json) {
    let is_token = |scheme: &str| matches!(&*scheme.to_ascii_lowercase(), "bearer" | "dpop");
    let token = request.headers().find_map(|(name, value)| {
        let (scheme, token) = value.split_once(' ')?;
        let is_it = name.eq_ignore_ascii_case("authorization") && is_token(scheme);
        is_it.then(|| token.trim_start())
    });
    let Some(token) = token else { return (Json::Null, Json::List(Vec::new())) };
    let claims: Value = if let Some(response) = request.introspection() {
        serde_json::from_str(response).expect("a response")
    } else {
        let payload = token.split('.').nth(1).expect("a payload");
        let payload = Base64UrlUnpadded::decode_vec(payload).expect("base64url");
        serde_json::from_slice(&payload).expect("claims")
    };

    let client = claims["client_id"].as_str().or(claims["azp"].as_str());
    let of_claims = ["scope", "scp", "permissions"].map(|name| words(&claims[name]));
    let scopes: Vec<_> = of_claims.iter().flatten().map(|scope| &**scope).collect();
    (client.map_or(Json::Null, Json::text), Json::texts(&scopes))
}

/// The words of a text, or of a list of texts.
fn words(claim: &Value) -> Vec<String> {
    let of_text = |text: &Value| -> Vec<String> {
        let words = text.as_str().unwrap_or_default().split(' ');
        words.filter(|word| !word.is_empty()).map(String::from).collect()
    };
    claim.as_array().map_or_else(|| of_text(claim), |list| list.iter().flat_map(of_text).collect())
}

/// What the body asks for.
pub(crate) fn operation(request: &Request) -> Json {
    let of = |kind: &str, method: &Value, name: &Value| {
        let text = |value: &Value| value.as_str().map_or(Json::Null, Json::text);
        Json::object([("kind", Json::text(kind)), ("method", text(method)), ("name", text(name))])
    };
    let Some(body) = request.body() else { return of("response", &Value::Null, &Value::Null) };
    let message: Value = serde_json::from_slice(body).expect("a message");
    let (method, params) = (&message["method"], &message["params"]);
    let (kind, name) = match method.as_str() {
        None => ("response", &Value::Null),
        Some("tools/call") => ("tool", &params["name"]),
        Some("prompts/get") => ("prompt", &params["name"]),
        Some("resources/read" | "resources/subscribe" | "resources/unsubscribe") => {
            ("resource", &params["uri"])
        }
        Some("tasks/get" | "tasks/update" | "tasks/cancel" | "tasks/result") => {
            ("task", &params["taskId"])
        }
        Some("completion/complete") if params["ref"]["type"] == "ref/prompt" => {
            ("prompt", &params["ref"]["name"])
        }
        Some("completion/complete") => ("resource", &params["ref"]["uri"]),
        Some(_) => ("method", &Value::Null),
    };
    of(kind, method, name)
}

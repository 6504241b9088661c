//! The guards that the decisions name.

use core::slice;

use crate::generator::decisions::replays::{LIFETIME, SECRETS};
use crate::generator::json::Json;
use crate::generator::keys::{Keys, encode};
use crate::generator::setup::{AUDIENCE, ISSUER, SECOND_ISSUER, jwks};

/// A resource whose URL has a query.
pub(crate) const WITH_QUERY: &str = "https://mcp.example.com/mcp?tenant=a";

/// A resource whose origin browsers write otherwise.
pub(crate) const SPELLED: &str = "https://MCP.example.com:443/mcp";

/// What challenges name, guard by guard.
pub(crate) fn metadata_url(guard: &str) -> &'static str {
    match guard {
        "query" => "https://mcp.example.com/.well-known/oauth-protected-resource/mcp?tenant=a",
        "spelled" => "https://MCP.example.com:443/.well-known/oauth-protected-resource/mcp",
        _ => "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
    }
}

pub(crate) fn all(keys: &Keys) -> Json {
    let key_set = jwks(slice::from_ref(&keys.jwk("ES256")));
    let guards = [
        ("plain", Guard::default()),
        ("tools", tools()),
        ("people", people()),
        ("files", files()),
        ("auth0", auth0()),
        ("auth0_tenant", auth0_tenant(Json::Null)),
        ("auth0_without_the_document", auth0_tenant(Json::Bool(false))),
        (
            "query",
            Guard { resource: WITH_QUERY, servers: &[ISSUER, SECOND_ISSUER], ..Guard::default() },
        ),
        ("spelled", Guard { resource: SPELLED, ..Guard::default() }),
        ("small", Guard { max_message_len: Json::Number(100), ..Guard::default() }),
        ("bound", Guard { dpop: dpop(false), base: &["mcp:read"], ..Guard::default() }),
        ("bound_only", Guard { dpop: dpop(true), base: &["mcp:read"], ..Guard::default() }),
        (
            "nonces",
            Guard { dpop: dpop_with(true, nonces()), base: &["mcp:read"], ..Guard::default() },
        ),
        ("without_keys", Guard { has_keys: false, ..Guard::default() }),
        ("opaque", opaque()),
        (
            "all_introspected",
            Guard { introspection: Json::text("all"), has_keys: false, ..Guard::default() },
        ),
    ];
    Json::object(guards.map(|(name, guard)| (name, guard.into_json(&key_set))))
}

struct Guard {
    resource: &'static str,
    servers: &'static [&'static str],
    scopes_supported: &'static [&'static str],
    rules: Vec<Rule>,
    hierarchy: &'static [[&'static str; 2]],
    base: &'static [&'static str],
    origins: Json,
    provider: &'static str,
    max_message_len: Json,
    legacy: Json,
    dpop: Json,
    introspection: Json,
    has_keys: bool,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            resource: AUDIENCE,
            servers: &[ISSUER],
            scopes_supported: &[],
            rules: Vec::new(),
            hierarchy: &[],
            base: &[],
            origins: Json::List(Vec::new()),
            provider: "generic",
            max_message_len: Json::Null,
            legacy: Json::Null,
            dpop: Json::Null,
            introspection: Json::Null,
            has_keys: true,
        }
    }
}

impl Guard {
    fn into_json(self, key_set: &Json) -> Json {
        let hierarchy = self.hierarchy.iter().map(|pair| Json::texts(pair)).collect();
        let policy = Json::object([
            ("issuer", Json::text(ISSUER)),
            ("audience", Json::texts(&[self.resource])),
        ]);
        Json::object([
            ("resource", Json::text(self.resource)),
            ("authorization_servers", Json::texts(self.servers)),
            ("scopes_supported", Json::texts(self.scopes_supported)),
            ("rules", Json::List(self.rules.into_iter().map(Rule::into_json).collect())),
            ("hierarchy", Json::List(hierarchy)),
            ("base", Json::texts(self.base)),
            ("origins", self.origins),
            ("provider", Json::text(self.provider)),
            ("max_message_len", self.max_message_len),
            ("legacy", self.legacy),
            ("dpop", self.dpop),
            ("introspection", self.introspection),
            ("policy", policy),
            ("key_set", if self.has_keys { key_set.clone() } else { Json::Null }),
        ])
    }
}

/// Scopes with a hierarchy, and what is public.
fn tools() -> Guard {
    Guard {
        scopes_supported: &["mcp:read"],
        rules: vec![
            rule("tool", "write").needs(&["mcp:write mcp:audit", "mcp:all"]),
            rule("tool", "admin_").prefix().needs(&["mcp:admin"]),
            rule("tool", "admin_reset").refused(),
            rule("tool", "echo").needs_any_token(),
            rule("tool", "ping").public(),
            rule("prompt", "greet").needs(&["mcp:prompts"]),
            rule("method", "tools/list").public(),
            rule("method", "logging/").prefix().needs(&["mcp:admin"]),
        ],
        // In two steps: the administrator may write and read.
        hierarchy: &[["mcp:all", "mcp:read mcp:prompts"], ["mcp:admin", "mcp:all"]],
        base: &["mcp:read"],
        origins: Json::texts(&["https://app.example"]),
        ..Guard::default()
    }
}

/// Opaque tokens beside others, with rules and proofs.
fn opaque() -> Guard {
    Guard {
        introspection: Json::text("opaque"),
        rules: vec![rule("tool", "write").needs(&["mcp:write"])],
        base: &["mcp:read"],
        dpop: dpop(false),
        ..Guard::default()
    }
}

/// Rules for users, clients and claims.
fn people() -> Guard {
    let one_of = |name, values: &[&str]| claim(name, "one_of", values);
    Guard {
        rules: vec![
            rule("tool", "deploy").needs(&["deploy"]),
            rule("tool", "deploy").needs_any_token().for_one("user", "root"),
            rule("tool", "deploy").needs(&["deploy:ci"]).for_one("client", "ci"),
            rule("tool", "export").needs_any_token(),
            rule("tool", "export").refused().for_one("user", "mallory"),
            rule("tool", "report")
                .needs(&["mcp:report"])
                .claims(vec![one_of("org_id", &["org_a", "org_b"])]),
            rule("tool", "audit").needs_any_token().claims(vec![
                claim("groups", "includes", &["auditors"]),
                one_of("org_id", &["org_a"]),
            ]),
        ],
        ..Guard::default()
    }
}

/// Rules for resources.
fn files() -> Guard {
    Guard {
        rules: vec![
            rule("resource", "file:///").prefix().needs(&["files"]),
            rule("resource", "file:///public/").prefix().needs_any_token(),
            rule("resource", "file:///public/key").refused(),
            rule("resource", "file:///odd/../name").needs_any_token(),
        ],
        base: &["mcp:use"],
        ..Guard::default()
    }
}

/// What Auth0's tokens and older clients need, for pages of any origin.
fn auth0() -> Guard {
    Guard {
        origins: Json::text("any"),
        provider: "auth0",
        legacy: Json::object([
            ("issuer", Json::text(ISSUER)),
            ("authorization_endpoint", Json::text("https://tenant.auth0.com/authorize")),
            ("token_endpoint", Json::text("https://tenant.auth0.com/oauth/token")),
            ("audience", Json::text(AUDIENCE)),
        ]),
        ..Guard::default()
    }
}

/// What a tenant of Auth0 gets of itself.
fn auth0_tenant(legacy: Json) -> Guard {
    Guard { provider: "auth0", scopes_supported: &["mcp:read"], legacy, ..Guard::default() }
}

fn dpop(is_required: bool) -> Json {
    dpop_with(is_required, Json::Null)
}

fn dpop_with(is_required: bool, nonces: Json) -> Json {
    Json::object([
        ("required", Json::Bool(is_required)),
        ("algorithms", Json::texts(&["ES256"])),
        ("nonces", nonces),
    ])
}

/// Nonces of the server's own, in the midst of a rotation.
fn nonces() -> Json {
    let secrets = SECRETS.map(|(number, secret)| {
        Json::List(vec![Json::Number(number.into()), Json::text(encode(&secret))])
    });
    Json::object([("secrets", Json::List(secrets.to_vec())), ("lifetime", Json::Number(LIFETIME))])
}

struct Rule {
    kind: &'static str,
    pattern: &'static str,
    is_prefix: bool,
    needs: Option<&'static [&'static str]>,
    is_public: bool,
    is_refused: bool,
    user: Option<&'static str>,
    client: Option<&'static str>,
    claims: Vec<Json>,
}

const fn rule(kind: &'static str, pattern: &'static str) -> Rule {
    Rule {
        kind,
        pattern,
        is_prefix: false,
        needs: None,
        is_public: false,
        is_refused: false,
        user: None,
        client: None,
        claims: Vec::new(),
    }
}

fn claim(name: &str, form: &str, values: &[&str]) -> Json {
    Json::object([("name", Json::text(name)), (form, Json::texts(values))])
}

impl Rule {
    fn prefix(self) -> Self {
        Self { is_prefix: true, ..self }
    }

    fn needs(self, alternatives: &'static [&'static str]) -> Self {
        Self { needs: Some(alternatives), ..self }
    }

    fn needs_any_token(self) -> Self {
        Self { needs: None, ..self }
    }

    fn public(self) -> Self {
        Self { is_public: true, ..self }
    }

    fn refused(self) -> Self {
        Self { is_refused: true, ..self }
    }

    fn for_one(self, kind: &str, name: &'static str) -> Self {
        match kind {
            "user" => Self { user: Some(name), ..self },
            _ => Self { client: Some(name), ..self },
        }
    }

    fn claims(self, claims: Vec<Json>) -> Self {
        Self { claims, ..self }
    }

    fn into_json(self) -> Json {
        let of_issuer =
            |name: Option<&str>| name.map_or(Json::Null, |name| Json::texts(&[ISSUER, name]));
        Json::object([
            ("kind", Json::text(self.kind)),
            ("pattern", Json::text(self.pattern)),
            ("prefix", Json::Bool(self.is_prefix)),
            ("needs", self.needs.map_or(Json::Null, Json::texts)),
            ("public", Json::Bool(self.is_public)),
            ("refused", Json::Bool(self.is_refused)),
            ("user", of_issuer(self.user)),
            ("client", of_issuer(self.client)),
            ("claims", Json::List(self.claims)),
        ])
    }
}

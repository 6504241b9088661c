/*
 * Policies with claim rules, without audiences and of providers, and what a guard publishes of the
 * server.
 */
#include "require.h"

/* By HS256 with this secret. */
static const char *const SECRET = "0123456789abcdef0123456789abcdef";
/* {"iss":"https://issuer.example","aud":"https://mcp.example.com/mcp","exp":2000000000,
   "org_id":"org_a","groups":["staff","mcp-users"]} */
static const char *const MEMBER =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJvcmdfaWQiOiJvcmdfYSIsImdyb3VwcyI6WyJzdGF"
    "mZiIsIm1jcC11c2VycyJdfQ.rZnSBCE9mKvd2C6tWNCfX0j_Ic5tRwutrRcEWNWoMrM";
/* {"iss":"https://issuer.example","aud":"https://mcp.example.com/mcp","exp":2000000000,
   "org_id":"org_c","groups":["staff"]} */
static const char *const OUTSIDER =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJvcmdfaWQiOiJvcmdfYyIsImdyb3VwcyI6WyJzdGF"
    "mZiJdfQ.Fbi_ZWkkwl_tgfHH8vsjhfjwXisGkuB1IkTcQhkjYq0";
/* {"iss":"https://issuer.example","exp":2000000000,"client_id":"client-1"} */
static const char *const WITHOUT_AUDIENCE =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiZXhwIjoyMDAwMDAwMDAwLCJ"
    "jbGllbnRfaWQiOiJjbGllbnQtMSJ9.GDa8bg2KMmslvfL1w1DAxEEyErHrkDrxOoUMNGXPp10";
/* {"iss":"https://cognito-idp.eu-west-1.amazonaws.com/pool","exp":2000000000,
   "client_id":"client-1","token_use":"access","scope":"a","scp":"b"} */
static const char *const COGNITO_ACCESS =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2NvZ25pdG8taWRwLmV1LXdlc3QtMS5hbWF6b25hd3MuY29"
    "tL3Bvb2wiLCJleHAiOjIwMDAwMDAwMDAsImNsaWVudF9pZCI6ImNsaWVudC0xIiwidG9rZW5fdXNlIjoiYWNjZXN"
    "zIiwic2NvcGUiOiJhIiwic2NwIjoiYiJ9.DItvR3uHkMWkfjjvM0SLHas7F1Ui3Jmspp-OlYTEnTA";
/* {"iss":"https://cognito-idp.eu-west-1.amazonaws.com/pool","exp":2000000000,
   "client_id":"client-1","token_use":"id","scope":"a"} */
static const char *const COGNITO_ID =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2NvZ25pdG8taWRwLmV1LXdlc3QtMS5hbWF6b25hd3MuY29"
    "tL3Bvb2wiLCJleHAiOjIwMDAwMDAwMDAsImNsaWVudF9pZCI6ImNsaWVudC0xIiwidG9rZW5fdXNlIjoiaWQiLCJ"
    "zY29wZSI6ImEifQ.-DXgU2jcOc4GL6EjFODSMzjNgWpM-yVH9AMbHBnmLXw";

static gatepost_key_set *keys;

static uint32_t validate(const gatepost_policy_config *config, const char *token,
                         gatepost_access_token *accepted) {
    static unsigned char memory[GATEPOST_MEMORY];
    gatepost_policy policy;

    REQUIRE(gatepost_policy_init(&policy, sizeof policy, config) == GATEPOST_OK);
    return gatepost_validate(&policy, keys, slice(token), 1700000000, memory, sizeof memory,
                             accepted);
}

static uint32_t make(const gatepost_policy_config *config) {
    gatepost_policy policy;

    return gatepost_policy_init(&policy, sizeof policy, config);
}

static gatepost_policy_config config_for(const char *issuer, const gatepost_slice *audience) {
    gatepost_policy_config config;

    REQUIRE(gatepost_policy_config_init(&config, sizeof config) == GATEPOST_OK);
    REQUIRE(config.claims == NULL && config.claim_count == 0);
    REQUIRE(config.provider == GATEPOST_PROVIDER_GENERIC);
    config.issuer = slice(issuer);
    config.audiences = audience;
    config.audience_count = 1;
    return config;
}

static void test_claims(void) {
    gatepost_slice audience = slice("https://mcp.example.com/mcp");
    gatepost_slice orgs[GATEPOST_MAX_CLAIM_VALUES + 1], group = slice("mcp-users");
    gatepost_claim_rule rules[GATEPOST_MAX_STRINGS + 1];
    gatepost_policy_config config = config_for("https://issuer.example", &audience);
    gatepost_access_token token;
    gatepost_policy policy;
    static unsigned char memory[GATEPOST_MEMORY];
    size_t i;

    REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_OK);
    REQUIRE(validate(&config, OUTSIDER, &token) == GATEPOST_OK);

    for (i = 0; i < sizeof orgs / sizeof orgs[0]; i++) {
        orgs[i] = slice(i == 1 ? "org_a" : "org_b");
    }
    for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        rules[i].name = slice("groups");
        rules[i].values = &group;
        rules[i].value_count = 1;
        rules[i].flags = GATEPOST_CLAIM_ARRAY;
    }
    rules[0].name = slice("org_id");
    rules[0].values = orgs;
    rules[0].value_count = 2;
    rules[0].flags = 0;
    config.claims = rules;
    for (config.claim_count = 1; config.claim_count <= 2; config.claim_count++) {
        REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_OK);
        REQUIRE(validate(&config, OUTSIDER, &token) == GATEPOST_CLAIM_REFUSED);
    }
    config.claims = rules + 1;
    config.claim_count = 1;
    REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_OK);
    REQUIRE(validate(&config, OUTSIDER, &token) == GATEPOST_CLAIM_REFUSED);
    /* Another form of the claim than the rule's. */
    rules[1].flags = 0;
    REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_CLAIM_REFUSED);
    rules[1].flags = GATEPOST_CLAIM_ARRAY;

    /* The arrays are copied, and so is the policy as often as one likes. */
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_OK);
    {
        gatepost_policy copy = policy;
        memset(&policy, 0, sizeof policy);
        memset(&rules[1], 0xa5, sizeof rules[1]);
        REQUIRE(gatepost_validate(&copy, keys, slice(OUTSIDER), 1700000000, memory, sizeof memory,
                                  &token) == GATEPOST_CLAIM_REFUSED);
        rules[1] = rules[2];
    }

    config.claims = rules;
    config.claim_count = GATEPOST_MAX_STRINGS;
    REQUIRE(make(&config) == GATEPOST_OK);
    config.claim_count++;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    config.claim_count = 1;
    rules[0].value_count = GATEPOST_MAX_CLAIM_VALUES;
    REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_OK);
    rules[0].value_count++;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    rules[0].value_count = 0;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    rules[0].value_count = 1;
    orgs[0] = slice("");
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    orgs[0] = slice("caf\xe9");
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    orgs[0] = slice("org_a");
    rules[0].flags = 2;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    rules[0].flags = 0;
    rules[0].name = NONE;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    rules[0].name = slice("org_id");
    rules[0].values = NULL;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    config.claims = NULL;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
}

static void test_client_as_audience(void) {
    gatepost_slice audience = slice("client-1");
    gatepost_policy_config config = config_for("https://issuer.example", &audience);
    gatepost_access_token token;

    REQUIRE(validate(&config, WITHOUT_AUDIENCE, &token) != GATEPOST_OK);
    config.flags = GATEPOST_POLICY_CLIENT_AS_AUDIENCE;
    REQUIRE(validate(&config, WITHOUT_AUDIENCE, &token) == GATEPOST_OK);
    REQUIRE(is(token.audience, "client-1"));
    /* An `aud` that is there counts. */
    REQUIRE(validate(&config, MEMBER, &token) == GATEPOST_AUDIENCE_MISMATCH);
    audience = slice("client-2");
    REQUIRE(validate(&config, WITHOUT_AUDIENCE, &token) == GATEPOST_AUDIENCE_MISMATCH);
}

static void test_providers(void) {
    static const char *const pool = "https://cognito-idp.eu-west-1.amazonaws.com/pool";
    gatepost_slice audience = slice("client-1");
    gatepost_policy_config config = config_for(pool, &audience);
    gatepost_access_token token;

    config.provider = GATEPOST_PROVIDER_COGNITO;
    REQUIRE(validate(&config, COGNITO_ACCESS, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_has_scope(&token, slice("a")));
    REQUIRE(!gatepost_access_token_has_scope(&token, slice("b")));
    REQUIRE(validate(&config, COGNITO_ID, &token) == GATEPOST_CLAIM_REFUSED);
    config.scope_claims = GATEPOST_SCOPES_FROM_SCP;
    REQUIRE(validate(&config, COGNITO_ACCESS, &token) == GATEPOST_OK);
    REQUIRE(!gatepost_access_token_has_scope(&token, slice("a")));
    REQUIRE(!gatepost_access_token_has_scope(&token, slice("b")));

    config.provider = GATEPOST_PROVIDER_GENERIC;
    config.flags = GATEPOST_POLICY_CLIENT_AS_AUDIENCE;
    REQUIRE(validate(&config, COGNITO_ID, &token) == GATEPOST_OK);
    REQUIRE(validate(&config, COGNITO_ACCESS, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_has_scope(&token, slice("b")));

    config.provider = 6;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    config.provider = GATEPOST_PROVIDER_AUTH0;
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    config.issuer = slice("https://tenant.auth0.com");
    REQUIRE(make(&config) == GATEPOST_MISUSE);
    config.issuer = slice("https://tenant.auth0.com/");
    REQUIRE(make(&config) == GATEPOST_OK);

    REQUIRE(gatepost_provider_require_issuer(GATEPOST_PROVIDER_AUTH0, config.issuer)
            == GATEPOST_OK);
    REQUIRE(gatepost_provider_require_issuer(GATEPOST_PROVIDER_OKTA, config.issuer)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_provider_require_issuer(6, config.issuer) == GATEPOST_MISUSE);
    REQUIRE(gatepost_provider_require_issuer(GATEPOST_PROVIDER_AUTH0, NONE) == GATEPOST_MISUSE);
    REQUIRE(gatepost_provider_heeds_audience(GATEPOST_PROVIDER_AUTH0));
    REQUIRE(!gatepost_provider_heeds_audience(GATEPOST_PROVIDER_KEYCLOAK));
    REQUIRE(!gatepost_provider_heeds_audience(6));

    REQUIRE(gatepost_provider_judge_foreign_token(GATEPOST_PROVIDER_AUTH0, slice("opaque"),
                                                  GATEPOST_MALFORMED)
            == GATEPOST_AUDIENCE_NOT_REQUESTED);
    REQUIRE(gatepost_provider_judge_foreign_token(GATEPOST_PROVIDER_AUTH0, slice("a.b.c"),
                                                  GATEPOST_MALFORMED) == GATEPOST_MALFORMED);
    REQUIRE(gatepost_provider_judge_foreign_token(GATEPOST_PROVIDER_OKTA, slice("opaque"),
                                                  GATEPOST_MALFORMED) == GATEPOST_MALFORMED);
    REQUIRE(gatepost_provider_judge_foreign_token(6, slice("opaque"), GATEPOST_MALFORMED)
            == GATEPOST_MALFORMED);
    REQUIRE(gatepost_provider_judge_foreign_token(GATEPOST_PROVIDER_AUTH0, slice("opaque"), 12345)
            == 12345);
}

/* Whether a guard of this configuration answers a request for `target` with this document; for NULL,
   whether it asks for a token instead. */
static void publish_at(const char *target, const gatepost_guard_config *config,
                       const char *document) {
    static unsigned char memory[GATEPOST_AUTHENTICATE_MEMORY];
    gatepost_request_head head = {NONE, NONE, NULL, 0, NULL};
    gatepost_principal principal;
    gatepost_response response;
    gatepost_policy_config policy_config;
    gatepost_policy policy;
    gatepost_issuer issuer;
    gatepost_guard *guard = NULL;

    gatepost_policy_config_init(&policy_config, sizeof policy_config);
    policy_config.issuer = config->authorization_servers[0];
    policy_config.audiences = &config->resource;
    policy_config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &policy_config) == GATEPOST_OK);
    issuer.policy = &policy;
    issuer.keys = keys;
    head.method = slice("GET");
    head.target = slice(target);
    REQUIRE(gatepost_guard_new(config, &guard) == GATEPOST_OK);
    REQUIRE(gatepost_authenticate(guard, &issuer, 1, &head, 0, memory, sizeof memory, &principal,
                                  &response)
            == (document != NULL ? GATEPOST_RESPOND : GATEPOST_CREDENTIALS_MISSING));
    REQUIRE(document == NULL || is(response.body, document));
    gatepost_guard_free(guard);
}

static void publish(const gatepost_guard_config *config, const char *document) {
    publish_at("/.well-known/oauth-protected-resource", config, document);
}

/* Auth0's document, for clients of the MCP revision 2025-03-26. */
#define TENANT(audience)                                                                          \
    "{\"issuer\":\"https://tenant.auth0.com/\","                                                   \
    "\"authorization_endpoint\":\"https://tenant.auth0.com/authorize?audience=" audience "\","      \
    "\"token_endpoint\":\"https://tenant.auth0.com/oauth/token\","                                 \
    "\"registration_endpoint\":\"https://tenant.auth0.com/oidc/register\","                        \
    "\"jwks_uri\":\"https://tenant.auth0.com/.well-known/jwks.json\","                             \
    "\"response_types_supported\":[\"code\"],"                                                     \
    "\"grant_types_supported\":[\"authorization_code\",\"refresh_token\"],"                        \
    "\"code_challenge_methods_supported\":[\"S256\"]}"

static void test_the_document_for_old_clients(void) {
    const char *target = "/.well-known/oauth-authorization-server";
    gatepost_slice servers[2];
    gatepost_guard_config config;
    gatepost_guard *guard = NULL;

    servers[0] = slice("https://tenant.auth0.com/");
    servers[1] = slice("https://other.auth0.com/");
    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = slice("https://mcp.example.com/mcp");
    config.authorization_servers = servers;
    config.authorization_server_count = 1;
    publish_at(target, &config, NULL);
    config.provider = GATEPOST_PROVIDER_AUTH0;
    publish_at(target, &config, TENANT("https%3A%2F%2Fmcp.example.com%2Fmcp"));
    config.legacy_audience = slice("urn:notes");
    publish_at(target, &config, TENANT("urn%3Anotes"));

    /* There is room for one issuer, and other providers have no such document. */
    config.authorization_server_count = 2;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.legacy_audience = NONE;
    publish_at(target, &config, NULL);
    config.authorization_server_count = 1;
    config.legacy_audience = slice("urn:notes");
    config.provider = GATEPOST_PROVIDER_GENERIC;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.provider = GATEPOST_PROVIDER_AUTH0;
    config.flags = GATEPOST_GUARD_NO_LEGACY_METADATA;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.legacy_audience = NONE;
    publish_at(target, &config, NULL);
    config.legacy_issuer = servers[0];
    config.flags = 0;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    REQUIRE(guard == NULL);
}

static void test_what_a_guard_publishes(void) {
    gatepost_slice server = slice("https://issuer.example");
    gatepost_guard_config config;
    gatepost_guard *guard = NULL;

    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = slice("https://mcp.example.com/mcp");
    config.authorization_servers = &server;
    config.authorization_server_count = 1;
    publish(&config, "{\"resource\":\"https://mcp.example.com/mcp\","
                     "\"authorization_servers\":[\"https://issuer.example\"],"
                     "\"bearer_methods_supported\":[\"header\"]}");
    config.policy_uri = slice("https://example.com/privacy");
    config.tos_uri = slice("https://example.com/terms");
    config.flags = GATEPOST_GUARD_CERTIFICATE_BINDING;
    publish(&config, "{\"resource\":\"https://mcp.example.com/mcp\","
                     "\"authorization_servers\":[\"https://issuer.example\"],"
                     "\"bearer_methods_supported\":[\"header\"],"
                     "\"resource_policy_uri\":\"https://example.com/privacy\","
                     "\"resource_tos_uri\":\"https://example.com/terms\","
                     "\"tls_client_certificate_bound_access_tokens\":true}");
    config.policy_uri = slice("privacy");
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.policy_uri = NONE;
    config.tos_uri = slice("");
    config.tos_uri.len = 1;
    config.tos_uri.ptr = NULL;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.tos_uri = NONE;
    config.flags = 16;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    REQUIRE(guard == NULL);
}

int main(void) {
    REQUIRE(gatepost_key_set_new(1, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_secret(keys, slice(SECRET), GATEPOST_ALGORITHM_HS256, NONE)
            == GATEPOST_OK);
    test_claims();
    test_client_as_audience();
    test_providers();
    test_what_a_guard_publishes();
    test_the_document_for_old_clients();
    gatepost_key_set_free(keys);
    return result();
}

/*
 * The C interface as a C program (or a C++ one) sees it: layout, values, and what happens to
 * arguments that make no sense. The verdicts are for cases.c.
 */
#include "require.h"
#include "layout.h"

/* RFC 8037, appendices A.2 and A.4: an Ed25519 key, and a JWS that it signed. */
static const char *const JWKS =
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"1\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
    "{\"kty\":\"unheard-of\"}]}";
static const char *const JWS =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

static void test_version(void) {
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", GATEPOST_VERSION_MAJOR, GATEPOST_VERSION_MINOR,
             GATEPOST_VERSION_PATCH);
    REQUIRE(strcmp(gatepost_version(), expected) == 0);
}

static void test_reasons(void) {
    REQUIRE(is(gatepost_reason_name(GATEPOST_OK), "ok"));
    REQUIRE(is(gatepost_reason_name(GATEPOST_EXPIRED), "expired"));
    REQUIRE(is(gatepost_reason_description(GATEPOST_EXPIRED), "the token has expired"));
    REQUIRE(is(gatepost_reason_oauth_error(GATEPOST_EXPIRED), "invalid_token"));
    REQUIRE(is(gatepost_reason_oauth_error(GATEPOST_INSUFFICIENT_SCOPE), "insufficient_scope"));
    REQUIRE(gatepost_reason_oauth_error(GATEPOST_MISUSE).ptr == NULL);
    REQUIRE(gatepost_reason_http_status(GATEPOST_OK) == 200);
    REQUIRE(gatepost_reason_http_status(GATEPOST_EXPIRED) == 401);
    REQUIRE(gatepost_reason_http_status(GATEPOST_INSUFFICIENT_SCOPE) == 403);
    REQUIRE(gatepost_reason_http_status(GATEPOST_KEYS_UNAVAILABLE) == 503);
    REQUIRE(gatepost_reason_name(12345).ptr == NULL);
}

/* A set in static memory and one on the heap verify the same signature. */
static void verify_with(gatepost_key_set *keys) {
    static unsigned char memory[256];
    gatepost_skipped_key skipped;
    gatepost_slice payload;

    REQUIRE(gatepost_key_set_load_jwks(keys, slice(JWKS), 0, 0) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_count(keys) == 1);
    REQUIRE(gatepost_key_set_skipped_count(keys) == 1);
    REQUIRE(gatepost_key_set_skipped_key(keys, 0, &skipped) == GATEPOST_OK);
    REQUIRE(skipped.index == 1 && skipped.reason == GATEPOST_UNSUPPORTED_KEY);
    REQUIRE(gatepost_key_set_skipped_key(keys, 1, &skipped) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_signature(keys, slice(JWS), GATEPOST_ALGORITHM_EDDSA, memory,
                                      sizeof memory, &payload) == GATEPOST_OK);
    REQUIRE(is(payload, "Example of Ed25519 signing"));
    REQUIRE(payload.ptr >= memory && payload.ptr < memory + sizeof memory);
}

static void test_key_sets(void) {
    static uint64_t memory[(GATEPOST_KEY_SET_SIZE(2) + 7) / 8];
    gatepost_key_set *keys = NULL;
    gatepost_slice payload = NONE;
    size_t i;

    REQUIRE(gatepost_key_set_size(2) <= GATEPOST_KEY_SET_SIZE(2));
    REQUIRE(gatepost_key_set_size(0) == 0);
    REQUIRE(gatepost_key_set_size(GATEPOST_MAX_KEYS) > 0);
    REQUIRE(gatepost_key_set_size(GATEPOST_MAX_KEYS + 1) == 0);

    memset(memory, 0xa5, sizeof memory);
    REQUIRE(gatepost_key_set_init(memory, sizeof memory, &keys) == GATEPOST_OK);
    verify_with(keys);
    gatepost_key_set_destroy(keys);
    REQUIRE(gatepost_verify_signature(keys, slice(JWS), GATEPOST_ALGORITHM_EDDSA, memory, 0,
                                      &payload) == GATEPOST_MISUSE);
    gatepost_key_set_destroy(keys);
    /* The keys are wiped. Between head and keys, and behind them, lie bytes that were never used. */
    for (i = GATEPOST_KEY_SET_HEAD_SIZE / 8; i < gatepost_key_set_size(2) / 8 - 8; i++) {
        REQUIRE(memory[i] == 0);
    }

    REQUIRE(gatepost_key_set_new(2, &keys) == GATEPOST_OK);
    verify_with(keys);
    gatepost_key_set_free(keys);
    REQUIRE(gatepost_key_set_new(1, &keys) == GATEPOST_OK);
    gatepost_key_set_destroy(keys);
    gatepost_key_set_free(keys);

    gatepost_key_set_free(NULL);
    gatepost_key_set_destroy(NULL);
}

static void test_servers(void) {
    static uint64_t memory[(GATEPOST_KEY_SET_SIZE(1) + 7) / 8];
    gatepost_key_set *keys = NULL;

    gatepost_set_table_budget(1 << 20);
    REQUIRE(gatepost_key_set_init(memory, sizeof memory, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_cache_tokens(keys, 100) == GATEPOST_OK);
    verify_with(keys);
    REQUIRE(gatepost_key_set_cache_tokens(keys, GATEPOST_MAX_CACHED_TOKENS + 1)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_set_cache_tokens(NULL, 100) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_set_cache_tokens(keys, 0) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_cache_tokens(keys, 100) == GATEPOST_OK);
    gatepost_key_set_destroy(keys);
    REQUIRE(gatepost_key_set_cache_tokens(keys, 100) == GATEPOST_MISUSE);
}

static void test_secret(void) {
    gatepost_key_set *keys = NULL;
    REQUIRE(gatepost_key_set_new(1, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_secret(keys, slice("too short"), GATEPOST_ALGORITHM_HS256, NONE)
            == GATEPOST_KEY_TOO_WEAK);
    REQUIRE(gatepost_key_set_load_secret(keys, slice("0123456789abcdef0123456789abcdef"),
                                         GATEPOST_ALGORITHM_HS256, slice("k")) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_count(keys) == 1);
    gatepost_key_set_free(keys);
}

static void test_policy(void) {
    gatepost_policy_config config;
    gatepost_policy policy;
    gatepost_slice audiences[GATEPOST_MAX_STRINGS + 1];
    size_t i;

    for (i = 0; i < sizeof audiences / sizeof audiences[0]; i++) {
        audiences[i] = slice("https://mcp.example.com/mcp");
    }
    REQUIRE(gatepost_policy_config_init(&config, sizeof config) == GATEPOST_OK);
    REQUIRE(config.leeway == 30);
    REQUIRE(config.scope_claims == 7);
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_MISUSE);
    config.issuer = GATEPOST_LITERAL("https://issuer.example");
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_MISUSE);
    config.audiences = audiences;
    config.audience_count = GATEPOST_MAX_STRINGS;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_OK);
    config.audience_count++;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_MISUSE);
    config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy - 1, &config) == GATEPOST_MISUSE);
    config.size--;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_MISUSE);
}

static bool has_header(const gatepost_response *response, const char *name, const char *value) {
    size_t i;

    for (i = 0; i < response->header_count; i++) {
        if (is(response->headers[i].name, name) && is(response->headers[i].value, value)) {
            return true;
        }
    }
    return false;
}

/* {"iss":"https://issuer.example","aud":"https://mcp.example.com/mcp","exp":2000000000,
   "sub":"alice","scope":"mcp:read"}, by HS256 with the secret of test_secret(). */
static const char *const BEARER =
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6"
    "Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSIsInNjb3BlIjoibWNw"
    "OnJlYWQifQ.ckQsB_9noIqCsPtD_R2ALJ3S0zinqHRJ_8Rn1jJjAzc";

/* Head, body and decision of one request; what is answered is left in `*response`. */
static uint32_t ask(const gatepost_guard *guard, const gatepost_issuer *issuer, const char *method,
                    const char *target, const char *const *headers, const char *body,
                    gatepost_response *response) {
    static unsigned char memory[GATEPOST_AUTHENTICATE_MEMORY];
    static unsigned char read_memory[GATEPOST_AUTHORIZE_MEMORY];
    static unsigned char authorize_memory[GATEPOST_AUTHORIZE_MEMORY];
    gatepost_header list[8];
    gatepost_request_head head;
    gatepost_principal principal;
    gatepost_operation operation;
    uint32_t answer;

    head.method = slice(method);
    head.target = slice(target);
    head.headers = list;
    head.header_count = 0;
    head.certificate = NULL;
    for (; headers[0] != NULL; headers += 2) {
        list[head.header_count].name = slice(headers[0]);
        list[head.header_count++].value = slice(headers[1]);
    }
    answer = gatepost_authenticate(guard, issuer, 1, &head, 1700000000, memory, sizeof memory,
                                   &principal, response);
    if (answer != GATEPOST_OK) {
        return answer;
    }
    REQUIRE(principal.has_token && is(principal.token.subject, "alice"));
    REQUIRE(gatepost_access_token_has_scope(&principal.token, slice("mcp:read")));
    REQUIRE(gatepost_permits(guard, &principal, GATEPOST_OPERATION_TOOL, slice("read")));
    REQUIRE(!gatepost_permits(guard, &principal, GATEPOST_OPERATION_TOOL, slice("write")));
    answer = gatepost_read_operation(guard, &head, slice(body), read_memory, sizeof read_memory,
                                     &operation, response);
    if (answer != GATEPOST_OK) {
        return answer;
    }
    return gatepost_authorize(guard, &head, &principal, &operation, authorize_memory,
                              sizeof authorize_memory, response);
}

static void decide_with(const gatepost_guard *guard, const gatepost_issuer *issuer) {
    static const char *const none[] = {NULL};
    static const char *const preflight[] = {"Origin", "https://mcp.example.com",
                                            "Access-Control-Request-Method", "POST", NULL};
    static const char *const foreign[] = {"Origin", "https://elsewhere.example", NULL};
    const char *const bearer[] = {"authorization", BEARER, NULL};
    static const char *const path = "/.well-known/oauth-protected-resource/mcp";
    static const char *const read =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"read\"}}";
    static const char *const write =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"write\"}}";
    char long_body[301];
    gatepost_response response;

    REQUIRE(ask(guard, issuer, "POST", "/mcp", bearer, read, &response) == GATEPOST_OK);

    REQUIRE(ask(guard, issuer, "POST", "/mcp", none, read, &response)
            == GATEPOST_CREDENTIALS_MISSING);
    REQUIRE(response.status == 401 && response.reason == GATEPOST_CREDENTIALS_MISSING);
    REQUIRE(has_header(&response, "WWW-Authenticate",
                       "Bearer scope=\"mcp:read\", resource_metadata=\"https://mcp.example.com"
                       "/.well-known/oauth-protected-resource/mcp\""));

    REQUIRE(ask(guard, issuer, "POST", "/mcp", bearer, write, &response)
            == GATEPOST_INSUFFICIENT_SCOPE);
    REQUIRE(response.status == 403);
    REQUIRE(has_header(&response, "Content-Type", "application/json"));

    REQUIRE(ask(guard, issuer, "POST", "/mcp", foreign, read, &response)
            == GATEPOST_ORIGIN_REFUSED);
    REQUIRE(response.status == 403);

    memset(long_body, ' ', sizeof long_body - 1);
    long_body[sizeof long_body - 1] = '\0';
    REQUIRE(ask(guard, issuer, "POST", "/mcp", bearer, long_body, &response)
            == GATEPOST_MESSAGE_TOO_LARGE);
    REQUIRE(response.status == 413);

    REQUIRE(ask(guard, issuer, "GET", path, none, "", &response) == GATEPOST_RESPOND);
    REQUIRE(response.status == 200 && response.reason == GATEPOST_OK);
    REQUIRE(is(response.body,
               "{\"resource\":\"https://mcp.example.com/mcp\","
               "\"authorization_servers\":[\"https://issuer.example\"],"
               "\"bearer_methods_supported\":[\"header\"]}"));

    REQUIRE(ask(guard, issuer, "OPTIONS", "/mcp", preflight, "", &response) == GATEPOST_RESPOND);
    REQUIRE(response.status == 204 && response.body.ptr == NULL);
    REQUIRE(has_header(&response, "Access-Control-Allow-Origin", "https://mcp.example.com"));
}

static void test_guards(void) {
    static uint64_t memory[GATEPOST_GUARD_SIZE / 8];
    gatepost_slice resource = slice("https://mcp.example.com/mcp");
    gatepost_slice server = slice("https://issuer.example");
    gatepost_slice base = slice("mcp:read"), needed = slice("mcp:write");
    gatepost_key_set *keys = NULL;
    gatepost_guard *guard = NULL;
    gatepost_guard_config config;
    gatepost_policy_config policy_config;
    gatepost_policy policy;
    gatepost_issuer issuer;
    gatepost_rule rule;
    gatepost_response response;

    REQUIRE(gatepost_key_set_new(1, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_secret(keys, slice("0123456789abcdef0123456789abcdef"),
                                         GATEPOST_ALGORITHM_HS256, NONE) == GATEPOST_OK);
    gatepost_policy_config_init(&policy_config, sizeof policy_config);
    policy_config.issuer = server;
    policy_config.audiences = &resource;
    policy_config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &policy_config) == GATEPOST_OK);
    issuer.policy = &policy;
    issuer.keys = keys;

    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    REQUIRE(config.max_message_length == 4194304);
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.resource = resource;
    config.authorization_servers = &server;
    config.authorization_server_count = 1;
    memset(&rule, 0, sizeof rule);
    rule.kind = GATEPOST_OPERATION_TOOL;
    rule.pattern = slice("write");
    rule.alternatives = &needed;
    rule.alternative_count = 1;
    config.rules = &rule;
    config.rule_count = 1;
    config.base_scopes = &base;
    config.base_scope_count = 1;
    config.max_message_length = 200;

    REQUIRE(gatepost_guard_size() <= GATEPOST_GUARD_SIZE);
    memset(memory, 0xa5, sizeof memory);
    REQUIRE(gatepost_guard_init(memory, gatepost_guard_size() - 1, &config, &guard)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_guard_init(memory, sizeof memory, &config, &guard) == GATEPOST_OK);
    decide_with(guard, &issuer);
    /* The lists are copied. */
    memset(&rule, 0xa5, sizeof rule);
    decide_with(guard, &issuer);
    rule.flags = GATEPOST_RULE_PUBLIC | GATEPOST_RULE_REFUSED;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);

    config.rule_count = 0;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    REQUIRE(gatepost_authenticate(guard, NULL, 0, NULL, 0, NULL, 0, NULL, &response)
            == GATEPOST_MISUSE);
    REQUIRE(response.status == 503 && response.header_count == 0);
    gatepost_guard_free(guard);
    gatepost_guard_free(NULL);
    gatepost_key_set_free(keys);
}

static void test_nothing_at_all(void) {
    gatepost_policy policy;
    gatepost_access_token token;
    gatepost_slice scope;

    /* Never made, and recognised as such. */
    memset(&policy, 0, sizeof policy);
    memset(&token, 0, sizeof token);
    REQUIRE(gatepost_validate(&policy, NULL, NONE, 0, NULL, 0, &token) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate(NULL, NULL, NONE, 0, NULL, 0, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_any(NULL, 0, NONE, 0, NULL, 0, &token) == GATEPOST_MISUSE);
    REQUIRE(!gatepost_access_token_has_scope(&token, GATEPOST_LITERAL("mcp:tools")));
    REQUIRE(gatepost_access_token_scopes(&token, &scope, 1) == 0);
    REQUIRE(gatepost_access_token_audiences(NULL, NULL, 0) == 0);
    REQUIRE(gatepost_access_token_string_claim(&token, GATEPOST_LITERAL("sub"), NULL, 0, &scope)
            == GATEPOST_MISUSE);
}

int main(void) {
    test_version();
    test_reasons();
    test_key_sets();
    test_servers();
    test_secret();
    test_policy();
    test_guards();
    test_nothing_at_all();
    return result();
}

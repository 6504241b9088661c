/*
 * A guard without a heap: for the library that is built without std, all in static memory. run.sh
 * runs it on this machine, and links what it uses for a bare one.
 */
#include "require.h"

/* The case es256_accepted of testdata/cases.json: a token with the scopes mcp:read and mcp:write. */
static const char *const JWKS =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"es256\",\"alg\":\"ES256\","
    "\"x\":\"QliRW1cPT1bAlQU2f92jo3Kh5cjEbbPruV0qMUpTxXQ\","
    "\"y\":\"mOg9dQYNIFjy6VfCVJ2fKp71FEJSisP-g1eBr_n0LM8\"}]}";
static const char *const BEARER =
    "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzMjU2In0.eyJpc3MiOiJodHRwczovL3RlbmFudC5hdXRoMC5jb20vI"
    "iwiYXVkIjoiaHR0cHM6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoxNzAwMDAwMDAwLCJpYXQiOjE2OTk5OTg5M"
    "DAsInN1YiI6InVzZXItMSIsImNsaWVudF9pZCI6ImNsaWVudC0xIiwic2NvcGUiOiJtY3A6cmVhZCBtY3A6d3JpdGUif"
    "Q.b2-Z2iSMVOlxfayWN2o7kzbBJVJYvrU31XN03qBB-Fbs3Cy-4aeYXWKRO6Qls-xQUUp9rapSXwI1tRo-FRU2Ig";

void gatepost_panicked(void);
void gatepost_panicked(void) {
    fprintf(stderr, "the library has panicked\n");
    abort();
}

/* What a POST with this body is answered. */
static uint32_t ask(const gatepost_guard *guard, const gatepost_issuer *issuer,
                    const char *authorization, const char *body, gatepost_response *response) {
    static unsigned char first[GATEPOST_AUTHENTICATE_MEMORY];
    static unsigned char second[GATEPOST_AUTHORIZE_MEMORY], third[GATEPOST_AUTHORIZE_MEMORY];
    gatepost_header header;
    gatepost_request_head head;
    gatepost_principal principal;
    gatepost_operation operation;
    uint32_t reason;

    header.name = slice("Authorization");
    header.value = slice(authorization);
    head.method = slice("POST");
    head.target = slice("/mcp");
    head.headers = &header;
    head.header_count = 1;
    head.certificate = NULL;
    reason = gatepost_authenticate(guard, issuer, 1, &head, 1699999000, first, sizeof first,
                                   &principal, response);
    if (reason == GATEPOST_OK) {
        REQUIRE(is(principal.token.subject, "user-1"));
        reason = gatepost_read_operation(guard, &head, slice(body), second, sizeof second,
                                         &operation, response);
    }
    return reason != GATEPOST_OK ? reason
                                 : gatepost_authorize(guard, &head, &principal, &operation, third,
                                                      sizeof third, response);
}

int main(void) {
    static uint64_t keys_memory[GATEPOST_KEY_SET_SIZE(1) / 8];
    static uint64_t guard_memory[GATEPOST_GUARD_SIZE / 8];
    gatepost_slice resource = slice("https://mcp.example.com/mcp"), none = slice("files:delete");
    gatepost_slice server = slice("https://tenant.auth0.com/"), base = slice("mcp:read");
    gatepost_rule rule;
    gatepost_key_set *keys = NULL;
    gatepost_policy_config policy_config;
    gatepost_policy policy;
    gatepost_issuer issuer;
    gatepost_guard_config config;
    gatepost_guard *guard = NULL;
    gatepost_response response;

    REQUIRE(gatepost_key_set_init(keys_memory, sizeof keys_memory, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_jwks(keys, slice(JWKS), 0, 0) == GATEPOST_OK);
    REQUIRE(gatepost_policy_config_init(&policy_config, sizeof policy_config) == GATEPOST_OK);
    policy_config.issuer = server;
    policy_config.audiences = &resource;
    policy_config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &policy_config) == GATEPOST_OK);
    issuer.policy = &policy;
    issuer.keys = keys;

    memset(&rule, 0, sizeof rule);
    rule.kind = GATEPOST_OPERATION_TOOL;
    rule.pattern = slice("delete");
    rule.alternatives = &none;
    rule.alternative_count = 1;
    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = resource;
    config.authorization_servers = &server;
    config.authorization_server_count = 1;
    config.base_scopes = &base;
    config.base_scope_count = 1;
    config.rules = &rule;
    config.rule_count = 1;
    REQUIRE(gatepost_guard_init(guard_memory, sizeof guard_memory, &config, &guard)
            == GATEPOST_OK);

#define CALL(tool)                                                                                 \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" tool "\"}}"
    if (failures == 0) {
        REQUIRE(ask(guard, &issuer, BEARER, CALL("read"), &response) == GATEPOST_OK);
        REQUIRE(ask(guard, &issuer, BEARER, CALL("delete"), &response)
                == GATEPOST_INSUFFICIENT_SCOPE);
        REQUIRE(response.status == 403);
        REQUIRE(ask(guard, &issuer, BEARER, "[]", &response) == GATEPOST_BATCH_REFUSED);
        REQUIRE(ask(guard, &issuer, "Basic dTpw", CALL("read"), &response)
                == GATEPOST_CREDENTIALS_MISSING);
        REQUIRE(response.status == 401);
    }
    return result();
}

/*
 * Opaque tokens: what their issuer says of them is judged, without a guard and by one.
 */
#include "bound_tokens.h"

static unsigned char memory[GATEPOST_MEMORY];
static gatepost_policy policy;

static const char *const OPAQUE = "2YotnFZFEjr1zCsicMWpAA";
static const char *const ACTIVE =
    "{\"active\":true,\"token_type\":\"Bearer\",\"aud\":\"https://mcp.example.com/mcp\","
    "\"exp\":2000000000,\"sub\":\"\\u0061lice\",\"scope\":\"mcp:read\"}";
/* By the key of RFC 8037, and by the certificate whose hash is 32 times 7. */
static const char *const BOUND_TO_BOTH =
    "{\"active\":true,\"token_type\":\"DPoP\",\"aud\":\"https://mcp.example.com/mcp\","
    "\"exp\":2000000000,\"sub\":\"alice\",\"cnf\":{"
    "\"jkt\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
    "\"x5t#S256\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\"}}";

static uint32_t judge(const char *response, uint64_t now, gatepost_presented_token *presented) {
    return gatepost_validate_introspected(&policy, slice(OPAQUE), slice(response), now, memory,
                                          sizeof memory, presented);
}

static void test_what_is_said(void) {
    gatepost_presented_token presented;
    gatepost_access_token token;
    gatepost_slice scopes[2];
    char response[600];

    strcpy(response, ACTIVE);
    REQUIRE(judge(response, NOW, &presented) == GATEPOST_OK);
    /* It was copied. */
    memset(response, 0xa5, sizeof response);
    REQUIRE(!presented.confirmation.has_jkt && !presented.confirmation.has_x5t_s256);
    REQUIRE((unsigned char *)presented.memory + presented.memory_length == memory + sizeof memory);
    REQUIRE(gatepost_prove(&presented, NULL, NULL, &token) == GATEPOST_OK);
    REQUIRE(is(token.subject, "alice") && is(token.issuer, "https://issuer.example"));
    REQUIRE(is(token.claims, ACTIVE));
    REQUIRE(token.algorithm == 0 && token.key_id.ptr == NULL);
    REQUIRE(token.has_expires_at && token.expires_at == 2000000000);
    REQUIRE(gatepost_access_token_scopes(&token, scopes, 2) == 1 && is(scopes[0], "mcp:read"));

    REQUIRE(judge(BOUND_TO_BOTH, NOW, &presented) == GATEPOST_OK);
    REQUIRE(presented.confirmation.has_jkt && presented.confirmation.has_x5t_s256);
    REQUIRE(gatepost_check_certificate(&presented, JKT) == GATEPOST_INVALID_PROOF);
    REQUIRE(gatepost_check_certificate(&presented, X5T_S256) == GATEPOST_OK);
    REQUIRE(gatepost_prove(&presented, NULL, X5T_S256, &token) == GATEPOST_PROOF_REQUIRED);
}

static void test_what_is_refused(void) {
    static char large[GATEPOST_MAX_INTROSPECTION_LENGTH + 2];
    static char long_token[GATEPOST_MAX_TOKEN_LENGTH + 1];
    gatepost_presented_token presented;
    gatepost_slice token = slice(OPAQUE), said = slice(ACTIVE), text;
    size_t length;

    memset(&presented, 0, sizeof presented);
    REQUIRE(judge("{\"active\":false}", NOW, &presented) == GATEPOST_TOKEN_INACTIVE);
    REQUIRE(judge("{}", NOW, &presented) == GATEPOST_INVALID_INTROSPECTION);
    REQUIRE(judge("", NOW, &presented) == GATEPOST_INVALID_INTROSPECTION);
    REQUIRE(judge("caf\xe9", NOW, &presented) == GATEPOST_INVALID_INTROSPECTION);
    REQUIRE(judge("{\"active\":true,\"active\":true}", NOW, &presented)
            == GATEPOST_INVALID_INTROSPECTION);
    REQUIRE(judge("{\"active\":true,\"token_type\":\"mac\"}", NOW, &presented)
            == GATEPOST_TYPE_MISMATCH);
    REQUIRE(judge(ACTIVE, 2000000030, &presented) == GATEPOST_EXPIRED);

    memset(large, ' ', sizeof large - 1);
    memcpy(large, ACTIVE, strlen(ACTIVE));
    REQUIRE(judge(large, NOW, &presented) == GATEPOST_INVALID_INTROSPECTION);
    REQUIRE(presented.state == 0);
    large[GATEPOST_MAX_INTROSPECTION_LENGTH] = '\0';
    REQUIRE(judge(large, NOW, &presented) == GATEPOST_OK);

    memset(long_token, 'a', sizeof long_token);
    text.ptr = (const uint8_t *)long_token;
    text.len = sizeof long_token;
    REQUIRE(gatepost_validate_introspected(&policy, text, said, NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_TOO_LARGE);
    for (length = 0; length < said.len + 40; length++) {
        REQUIRE(gatepost_validate_introspected(&policy, token, said, NOW, memory, length,
                                               &presented) == GATEPOST_MEMORY_TOO_SMALL);
    }

    REQUIRE(gatepost_validate_introspected(NULL, token, said, NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_introspected(&policy, token, said, NOW, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_introspected(&policy, token, said, NOW, NULL, 1, &presented)
            == GATEPOST_MISUSE);
    memcpy(memory, ACTIVE, said.len);
    said.ptr = memory;
    REQUIRE(gatepost_validate_introspected(&policy, token, said, NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_introspected(&policy, said, token, NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
    said.ptr = NULL;
    REQUIRE(gatepost_validate_introspected(&policy, token, said, NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
}

/* What answers that the decisions of testdata do not have. */
static void test_a_guard(void) {
    static unsigned char work[GATEPOST_AUTHENTICATE_MEMORY];
    gatepost_slice issuer_name = slice("https://issuer.example");
    gatepost_introspection introspection, changed;
    gatepost_header header;
    gatepost_request_head head;
    gatepost_guard_config config;
    gatepost_guard *guard = NULL;
    gatepost_issuer issuer;
    gatepost_principal principal;
    gatepost_response response;

    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = slice("https://mcp.example.com/mcp");
    config.authorization_servers = &issuer_name;
    config.authorization_server_count = 1;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    header.name = slice("Authorization");
    header.value = slice("Bearer 2YotnFZFEjr1zCsicMWpAA");
    memset(&head, 0, sizeof head);
    head.method = slice("POST");
    head.target = slice("/mcp");
    head.headers = &header;
    head.header_count = 1;
    issuer.policy = &policy;
    issuer.keys = NULL;
    introspection.policy = &policy;
    introspection.response = NONE;

    memset(&principal, 0, sizeof principal);
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 1, &introspection, &head, NOW,
                                                     work, sizeof work, &principal, &response)
            == GATEPOST_INTROSPECTION_UNAVAILABLE);
    REQUIRE(response.status == 503 && principal.state == 0);
    introspection.response = slice(ACTIVE);
    REQUIRE(gatepost_authenticate_with_introspection(guard, NULL, 0, &introspection, &head, NOW,
                                                     work, sizeof work, &principal, &response)
            == GATEPOST_OK);
    REQUIRE(is(principal.token.subject, "alice") && principal.token.algorithm == 0);

    memset(&principal, 0, sizeof principal);
    changed = introspection;
    changed.policy = NULL;
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 1, &changed, &head, NOW, work,
                                                     sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    changed = introspection;
    changed.response.ptr = NULL;
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 1, &changed, &head, NOW, work,
                                                     sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    changed.response.ptr = work + sizeof work - 1;
    changed.response.len = 1;
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 1, &changed, &head, NOW, work,
                                                     sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 1, NULL, &head, NOW, work,
                                                     sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_authenticate_with_introspection(guard, &issuer, 0, &introspection, &head, NOW,
                                                     work, sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_authenticate_with_introspection(guard, NULL, 1, &introspection, &head, NOW,
                                                     work, sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_authenticate_with_introspection(NULL, &issuer, 1, &introspection, &head, NOW,
                                                     work, sizeof work, &principal, &response)
            == GATEPOST_MISUSE);
    REQUIRE(response.status == 503 && principal.state == 0);
    gatepost_guard_free(guard);
}

int main(void) {
    gatepost_slice audience = slice("https://mcp.example.com/mcp");
    gatepost_policy_config config;

    gatepost_policy_config_init(&config, sizeof config);
    config.issuer = slice("https://issuer.example");
    config.audiences = &audience;
    config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_OK);
    test_what_is_said();
    test_what_is_refused();
    test_a_guard();
    return result();
}

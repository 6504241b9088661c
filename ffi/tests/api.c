/*
 * The C interface as a C program (or a C++ one) sees it: layout, values, and what happens to
 * arguments that make no sense. The verdicts are for cases.c.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatepost.h"

/* The layout that bindings to other languages rely on; a 64-bit machine's. */
#ifdef __cplusplus
#define ASSERT_LAYOUT(condition) static_assert(condition, #condition)
#else
#define ASSERT_LAYOUT(condition) _Static_assert(condition, #condition)
#endif
#if UINTPTR_MAX == UINT64_MAX
ASSERT_LAYOUT(sizeof(gatepost_slice) == 16);
ASSERT_LAYOUT(offsetof(gatepost_slice, ptr) == 0);
ASSERT_LAYOUT(offsetof(gatepost_slice, len) == 8);
ASSERT_LAYOUT(sizeof(gatepost_skipped_key) == 16);
ASSERT_LAYOUT(offsetof(gatepost_skipped_key, reason) == 8);
ASSERT_LAYOUT(sizeof(gatepost_issuer) == 16);
ASSERT_LAYOUT(offsetof(gatepost_issuer, keys) == 8);
ASSERT_LAYOUT(sizeof(gatepost_policy) == 1024);
ASSERT_LAYOUT(sizeof(gatepost_policy_config) == 104);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, size) == 0);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, issuer) == 8);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, audiences) == 24);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, audience_count) == 32);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, algorithms) == 40);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, leeway) == 44);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, typ) == 48);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, required_scopes) == 64);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, required_scope_count) == 72);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, required_claims) == 80);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, required_claim_count) == 88);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, scope_claims) == 96);
ASSERT_LAYOUT(offsetof(gatepost_policy_config, flags) == 100);
ASSERT_LAYOUT(sizeof(gatepost_access_token) == 504);
ASSERT_LAYOUT(offsetof(gatepost_access_token, issuer) == 0);
ASSERT_LAYOUT(offsetof(gatepost_access_token, subject) == 16);
ASSERT_LAYOUT(offsetof(gatepost_access_token, client_id) == 32);
ASSERT_LAYOUT(offsetof(gatepost_access_token, audience) == 48);
ASSERT_LAYOUT(offsetof(gatepost_access_token, key_id) == 64);
ASSERT_LAYOUT(offsetof(gatepost_access_token, claims) == 80);
ASSERT_LAYOUT(offsetof(gatepost_access_token, expires_at) == 96);
ASSERT_LAYOUT(offsetof(gatepost_access_token, issued_at) == 104);
ASSERT_LAYOUT(offsetof(gatepost_access_token, algorithm) == 112);
ASSERT_LAYOUT(offsetof(gatepost_access_token, has_expires_at) == 116);
ASSERT_LAYOUT(offsetof(gatepost_access_token, has_issued_at) == 117);
ASSERT_LAYOUT(offsetof(gatepost_access_token, opaque) == 120);
#endif

#define REQUIRE(condition) require(condition, #condition, __LINE__)

static int failures;

static void require(bool holds, const char *condition, int line) {
    if (!holds) {
        fprintf(stderr, "api.c:%d: %s\n", line, condition);
        failures++;
    }
}

static bool is(gatepost_slice slice, const char *text) {
    return slice.len == strlen(text) && memcmp(slice.ptr, text, slice.len) == 0;
}

static const gatepost_slice NONE = {NULL, 0};

/* RFC 8037, appendices A.2 and A.4: an Ed25519 key, and a JWS that it signed. */
static const char *const JWKS =
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"1\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
    "{\"kty\":\"unheard-of\"}]}";
static const char *const JWS =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

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
    test_nothing_at_all();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

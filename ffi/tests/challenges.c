/*
 * WWW-Authenticate, as a client reads it and a server writes it.
 */
#include "require.h"

static unsigned char memory[256];

static uint32_t read_one(const char *value, uint32_t scheme, gatepost_challenge *challenge) {
    gatepost_slice values = slice(value);

    return gatepost_read_challenge(&values, 1, scheme, memory, sizeof memory, challenge);
}

static void test_what_is_read(void) {
    gatepost_slice values[3], value = NONE;
    gatepost_challenge challenge;

    values[0] = slice("Negotiate, Basic realm=\"Bearer error=none\"");
    values[1] = slice("not a \"challenge");
    values[2] = slice("DPoP algs=\"ES256 EdDSA\", bearer error=\"insufficient_scope\", "
                      "scope=\"files:read files:write\", realm=\"a \\\"b\\\"\", "
                      "resource_metadata=\"https://mcp.example.com/metadata\", Bearer error=x");
    REQUIRE(gatepost_read_challenge(values, 3, GATEPOST_SCHEME_BEARER, NULL, 0, &challenge)
            == GATEPOST_OK);
    REQUIRE(is(challenge.error, "insufficient_scope"));
    REQUIRE(is(challenge.scope, "files:read files:write"));
    REQUIRE(is(challenge.resource_metadata, "https://mcp.example.com/metadata"));
    REQUIRE(challenge.algs.ptr == NULL);
    REQUIRE(gatepost_challenge_parameter(values, 3, GATEPOST_SCHEME_BEARER, slice("REALM"), memory,
                                         sizeof memory, &value) == GATEPOST_OK);
    REQUIRE(is(value, "a \"b\"") && value.ptr == memory);
    REQUIRE(gatepost_challenge_parameter(values, 3, GATEPOST_SCHEME_BEARER, slice("algs"), memory,
                                         sizeof memory, &value) == GATEPOST_OK);
    REQUIRE(value.ptr == NULL);

    REQUIRE(gatepost_read_challenge(values, 3, GATEPOST_SCHEME_DPOP, NULL, 0, &challenge)
            == GATEPOST_OK);
    REQUIRE(is(challenge.algs, "ES256 EdDSA"));
    REQUIRE(challenge.error.ptr == NULL && challenge.scope.ptr == NULL);
    REQUIRE(challenge.resource_metadata.ptr == NULL);

    /* Escapes are decoded one behind the other. */
    REQUIRE(read_one("Bearer error=\"\\x\", scope=\"\\a b\", resource_metadata=\"https:/\\/a/b\"",
                     GATEPOST_SCHEME_BEARER, &challenge) == GATEPOST_OK);
    REQUIRE(is(challenge.error, "x") && is(challenge.scope, "a b"));
    REQUIRE(is(challenge.resource_metadata, "https://a/b"));

    /* An empty scope is as good as none. */
    REQUIRE(read_one("Bearer scope=\"\"", GATEPOST_SCHEME_BEARER, &challenge) == GATEPOST_OK);
    REQUIRE(challenge.scope.ptr == NULL);
    REQUIRE(read_one("Bearer", GATEPOST_SCHEME_BEARER, &challenge) == GATEPOST_OK);
}

static void test_what_is_refused(void) {
    static const char *const none[] = {
        "",
        "Basic realm=\"x\"",
        "DPoP algs=\"ES256\"",
        "Bearerx",
        /* A parameter twice. */
        "Bearer scope=a, scope=b",
        "Bearer scope=a, SCOPE=b",
        "Bearer scope=\"a",
        "Bearer resource_metadata=\"http://mcp.example.com/metadata\"",
        "Bearer resource_metadata=\"/metadata\"",
        "Bearer scope=\"caf\xe9\"",
    };
    static char long_value[8194];
    gatepost_slice values, value = NONE, long_slice;
    gatepost_challenge challenge;
    size_t i;

    memset(&challenge, 0, sizeof challenge);
    for (i = 0; i < sizeof none / sizeof none[0]; i++) {
        REQUIRE(read_one(none[i], GATEPOST_SCHEME_BEARER, &challenge)
                == GATEPOST_INVALID_CHALLENGE);
    }
    /* No longer than can be: passed over beyond. */
    memset(long_value, ',', sizeof long_value - 1);
    memcpy(long_value, "Bearer error=a", 14);
    long_slice = slice(long_value);
    REQUIRE(long_slice.len == 8193);
    REQUIRE(gatepost_read_challenge(&long_slice, 1, GATEPOST_SCHEME_BEARER, NULL, 0, &challenge)
            == GATEPOST_INVALID_CHALLENGE);
    REQUIRE(challenge.error.ptr == NULL);
    long_slice.len--;
    REQUIRE(gatepost_read_challenge(&long_slice, 1, GATEPOST_SCHEME_BEARER, NULL, 0, &challenge)
            == GATEPOST_OK);
    REQUIRE(is(challenge.error, "a"));

    values = slice("Bearer scope=\"\\a\"");
    REQUIRE(gatepost_read_challenge(&values, 1, GATEPOST_SCHEME_BEARER, memory, 0, &challenge)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_read_challenge(&values, 1, GATEPOST_SCHEME_BEARER, memory, 1, &challenge)
            == GATEPOST_OK);
    REQUIRE(gatepost_challenge_parameter(&values, 1, GATEPOST_SCHEME_BEARER, slice("scope"),
                                         memory, 0, &value) == GATEPOST_MEMORY_TOO_SMALL);

    REQUIRE(gatepost_read_challenge(NULL, 0, GATEPOST_SCHEME_BEARER, NULL, 0, &challenge)
            == GATEPOST_INVALID_CHALLENGE);
    REQUIRE(gatepost_read_challenge(NULL, 1, GATEPOST_SCHEME_BEARER, NULL, 0, &challenge)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_challenge(&values, 1, 0, NULL, 0, &challenge) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_challenge(&values, 1, 3, NULL, 0, &challenge) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_challenge(&values, 1, GATEPOST_SCHEME_BEARER, NULL, 1, &challenge)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_challenge(&values, 1, GATEPOST_SCHEME_BEARER, memory, 1, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_challenge_parameter(&values, 1, GATEPOST_SCHEME_BEARER, slice("caf\xe9"),
                                         memory, 1, &value) == GATEPOST_MISUSE);
    REQUIRE(gatepost_challenge_parameter(&values, 1, GATEPOST_SCHEME_BEARER, slice("scope"),
                                         memory, 1, NULL) == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    memcpy(memory, "Bearer error=\"\\a\"", 17);
    values.ptr = memory;
    values.len = 17;
    REQUIRE(gatepost_read_challenge(&values, 1, GATEPOST_SCHEME_BEARER, memory, sizeof memory,
                                    &challenge) == GATEPOST_MISUSE);
    REQUIRE(value.ptr == NULL);
}

static void test_what_is_written(void) {
    static const char *const expected =
        "Bearer realm=\"mcp\", error=\"insufficient_scope\", "
        "error_description=\"the token lacks a required scope\", scope=\"a b\", "
        "resource_metadata=\"https://a.example/m\"";
    gatepost_new_challenge challenge, changed;
    gatepost_challenge parsed;
    gatepost_slice value = NONE;
    size_t i;

    memset(&challenge, 0, sizeof challenge);
    challenge.size = sizeof challenge;
    challenge.scheme = GATEPOST_SCHEME_BEARER;
    challenge.resource_metadata = slice("https://a.example/m");
    REQUIRE(gatepost_write_challenge(&challenge, memory, sizeof memory, &value) == GATEPOST_OK);
    REQUIRE(is(value, "Bearer resource_metadata=\"https://a.example/m\""));
    challenge.reason = GATEPOST_CREDENTIALS_MISSING;
    REQUIRE(gatepost_write_challenge(&challenge, memory, sizeof memory, &value) == GATEPOST_OK);
    REQUIRE(is(value, "Bearer resource_metadata=\"https://a.example/m\""));
    challenge.reason = GATEPOST_INSUFFICIENT_SCOPE;
    challenge.scope = slice("a b");
    challenge.realm = slice("mcp");
    REQUIRE(gatepost_write_challenge(&challenge, memory, strlen(expected), &value) == GATEPOST_OK);
    REQUIRE(is(value, expected));
    REQUIRE(gatepost_read_challenge(&value, 1, GATEPOST_SCHEME_BEARER, NULL, 0, &parsed)
            == GATEPOST_OK);
    REQUIRE(is(parsed.scope, "a b") && is(parsed.error, "insufficient_scope"));
    changed = challenge;
    changed.scheme = GATEPOST_SCHEME_DPOP;
    changed.algorithms = GATEPOST_ALGORITHM_ES256 | GATEPOST_ALGORITHM_EDDSA;
    REQUIRE(gatepost_write_challenge(&changed, memory, sizeof memory, &value) == GATEPOST_OK);
    REQUIRE(gatepost_read_challenge(&value, 1, GATEPOST_SCHEME_DPOP, NULL, 0, &parsed)
            == GATEPOST_OK);
    REQUIRE(is(parsed.algs, "ES256 EdDSA"));

    value = NONE;
    for (i = 0; i < strlen(expected); i++) {
        REQUIRE(gatepost_write_challenge(&challenge, memory, i, &value)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    for (i = 0; i < 11; i++) {
        changed = challenge;
        switch (i) {
        case 0: changed.size = 0; break;
        case 1: changed.scheme = 0; break;
        case 2: changed.reason = 12345; break;
        case 3: changed.algorithms = GATEPOST_ALGORITHM_ES256; break;
        case 4: changed.resource_metadata = slice("http://a.example/m"); break;
        case 5: changed.resource_metadata = NONE; break;
        case 6: changed.scope = slice(""); break;
        case 7: changed.scope = slice("a  b"); break;
        case 8: changed.scope = slice("a\", error=\"b"); break;
        case 9: changed.realm = slice("a\""); break;
        default: changed.realm = slice("caf\xe9"); break;
        }
        REQUIRE(gatepost_write_challenge(&changed, memory, sizeof memory, &value)
                == GATEPOST_MISUSE);
    }
    REQUIRE(gatepost_write_challenge(NULL, memory, sizeof memory, &value) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_challenge(&challenge, NULL, 1, &value) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_challenge(&challenge, &challenge, 1, &value) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_challenge(&challenge, memory, sizeof memory, NULL) == GATEPOST_MISUSE);
    REQUIRE(value.ptr == NULL);
}

int main(void) {
    test_what_is_written();
    test_what_is_read();
    test_what_is_refused();
    return result();
}

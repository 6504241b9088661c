/*
 * WWW-Authenticate, as a client reads it.
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

int main(void) {
    test_what_is_read();
    test_what_is_refused();
    return result();
}

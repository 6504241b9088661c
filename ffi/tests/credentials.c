/*
 * Authorization, as a server reads it.
 */
#include "require.h"

static uint32_t read_one(const char *value, gatepost_credentials *credentials) {
    gatepost_slice values = slice(value);

    return gatepost_read_credentials(&values, 1, credentials);
}

static void test_what_is_read(void) {
    static const char *const header = "Bearer eyJ.e30.c2ln";
    gatepost_credentials credentials;

    REQUIRE(read_one(header, &credentials) == GATEPOST_OK);
    REQUIRE(credentials.scheme == GATEPOST_SCHEME_BEARER);
    REQUIRE(is(credentials.token, "eyJ.e30.c2ln"));
    REQUIRE(credentials.token.ptr == (const uint8_t *)header + 7);
    REQUIRE(read_one(" bEARER   a~b== \t", &credentials) == GATEPOST_OK);
    REQUIRE(credentials.scheme == GATEPOST_SCHEME_BEARER && is(credentials.token, "a~b=="));
    REQUIRE(read_one("dpop a", &credentials) == GATEPOST_OK);
    REQUIRE(credentials.scheme == GATEPOST_SCHEME_DPOP && is(credentials.token, "a"));
}

static void test_what_is_refused(void) {
    static const char *const missing[] = {"", " \t", "Basic dTpw", "Negotiate"};
    static const char *const several[] = {"Bearer a, DPoP b", "Basic dTpw, Bearer a"};
    static const char *const invalid[] = {
        "Bearer", "Bearer ", "Bearer a b", "Bearer\ta", "DPoP", "Bearer a,", "Bearer \"a\"",
        "Bearer caf\xe9", "\xe9 a", "Bearer a\x01",
    };
    static const gatepost_slice broken = {NULL, 1};
    gatepost_slice two[2];
    gatepost_credentials credentials;
    size_t i;

    memset(&credentials, 0, sizeof credentials);
    for (i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        REQUIRE(read_one(missing[i], &credentials) == GATEPOST_CREDENTIALS_MISSING);
    }
    for (i = 0; i < sizeof several / sizeof several[0]; i++) {
        REQUIRE(read_one(several[i], &credentials) == GATEPOST_SEVERAL_CREDENTIALS);
    }
    for (i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        REQUIRE(read_one(invalid[i], &credentials) == GATEPOST_INVALID_CREDENTIALS);
    }
    REQUIRE(gatepost_read_credentials(NULL, 0, &credentials) == GATEPOST_CREDENTIALS_MISSING);
    /* Two headers are too many, whatever they say. */
    two[0] = slice("Bearer a");
    two[1] = slice("");
    REQUIRE(gatepost_read_credentials(two, 2, &credentials) == GATEPOST_SEVERAL_CREDENTIALS);
    REQUIRE(gatepost_read_credentials(two, 1, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_credentials(NULL, 1, &credentials) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_credentials(&broken, 1, &credentials) == GATEPOST_MISUSE);
    two[1] = broken;
    REQUIRE(gatepost_read_credentials(two, 2, &credentials) == GATEPOST_MISUSE);
    REQUIRE(credentials.token.ptr == NULL && credentials.scheme == 0);
}

int main(void) {
    test_what_is_read();
    test_what_is_refused();
    return result();
}

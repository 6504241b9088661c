/*
 * Proof key for code exchange, from the client's secret to the authorization server's check.
 */
#include "require.h"

/* RFC 7636, appendix B: these bytes, their verifier and its challenge. */
static const uint8_t RANDOM[GATEPOST_CODE_VERIFIER_RANDOM] = {
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186,
    22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121};
static const char *const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char *const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
static const gatepost_slice BROKEN = {NULL, 1};

static void test_a_client(void) {
    unsigned char verifier_memory[GATEPOST_CODE_VERIFIER_LENGTH];
    unsigned char challenge_memory[GATEPOST_CODE_VERIFIER_LENGTH];
    gatepost_slice verifier = NONE, challenge = NONE;
    size_t i;

    REQUIRE(gatepost_write_code_verifier(RANDOM, verifier_memory, sizeof verifier_memory,
                                         &verifier) == GATEPOST_OK);
    REQUIRE(is(verifier, VERIFIER) && verifier.ptr == verifier_memory);
    REQUIRE(gatepost_write_code_challenge(verifier, challenge_memory, sizeof challenge_memory,
                                          &challenge) == GATEPOST_OK);
    REQUIRE(is(challenge, CHALLENGE) && challenge.ptr == challenge_memory);

    verifier = challenge = NONE;
    for (i = 0; i < GATEPOST_CODE_VERIFIER_LENGTH; i++) {
        REQUIRE(gatepost_write_code_verifier(RANDOM, verifier_memory, i, &verifier)
                == GATEPOST_MEMORY_TOO_SMALL);
        REQUIRE(gatepost_write_code_challenge(slice(VERIFIER), challenge_memory, i, &challenge)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    REQUIRE(gatepost_write_code_verifier(NULL, verifier_memory, sizeof verifier_memory, &verifier)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_verifier(RANDOM, NULL, 43, &verifier) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_verifier(RANDOM, verifier_memory, sizeof verifier_memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_challenge(BROKEN, challenge_memory, sizeof challenge_memory,
                                          &challenge) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_challenge(slice(VERIFIER), NULL, 43, &challenge)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_challenge(slice(VERIFIER), challenge_memory,
                                          sizeof challenge_memory, NULL) == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    memcpy(verifier_memory, VERIFIER, sizeof verifier_memory);
    verifier.ptr = verifier_memory;
    verifier.len = sizeof verifier_memory;
    REQUIRE(gatepost_write_code_challenge(verifier, verifier_memory, sizeof verifier_memory,
                                          &challenge) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_code_verifier(verifier_memory, verifier_memory, sizeof verifier_memory,
                                         &challenge) == GATEPOST_MISUSE);
    REQUIRE(challenge.ptr == NULL);

    REQUIRE(gatepost_write_code_challenge(slice("too-short"), challenge_memory,
                                          sizeof challenge_memory, &challenge)
            == GATEPOST_INVALID_CODE_VERIFIER);
    REQUIRE(gatepost_write_code_challenge(NONE, challenge_memory, sizeof challenge_memory,
                                          &challenge) == GATEPOST_INVALID_CODE_VERIFIER);
    REQUIRE(challenge.ptr == NULL);
}

static void test_a_server(void) {
    char other[44];
    size_t i;

    REQUIRE(gatepost_check_code_challenge(slice(CHALLENGE), slice("S256")) == GATEPOST_OK);
    REQUIRE(gatepost_check_code_challenge(slice(CHALLENGE), slice("plain"))
            == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_challenge(slice(CHALLENGE), slice("s256"))
            == GATEPOST_INVALID_CODE_CHALLENGE);
    /* Without a method it is `plain`. */
    REQUIRE(gatepost_check_code_challenge(slice(CHALLENGE), NONE)
            == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_challenge(NONE, slice("S256")) == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_challenge(slice("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"),
                                          slice("S256")) == GATEPOST_INVALID_CODE_CHALLENGE);
    /* What a stranger sends is no mistake of the server's. */
    REQUIRE(gatepost_check_code_challenge(slice("caf\xe9"), slice("S256"))
            == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_challenge(BROKEN, slice("S256")) == GATEPOST_MISUSE);

    REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), slice(VERIFIER)) == GATEPOST_OK);
    for (i = 0; i < 43; i++) {
        strcpy(other, VERIFIER);
        other[i] = other[i] == 'A' ? 'B' : 'A';
        REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), slice(other))
                == GATEPOST_INVALID_CODE_VERIFIER);
    }
    REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), slice(CHALLENGE))
            == GATEPOST_INVALID_CODE_VERIFIER);
    REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), NONE)
            == GATEPOST_INVALID_CODE_VERIFIER);
    REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), slice("caf\xe9"))
            == GATEPOST_INVALID_CODE_VERIFIER);
    /* No challenge that was kept is no reason to let anybody in. */
    REQUIRE(gatepost_check_code_verifier(NONE, slice(VERIFIER))
            == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_verifier(NONE, NONE) == GATEPOST_INVALID_CODE_CHALLENGE);
    REQUIRE(gatepost_check_code_verifier(slice(CHALLENGE), BROKEN) == GATEPOST_MISUSE);
}

int main(void) {
    test_a_client();
    test_a_server();
    return result();
}

/*
 * Decides about one access token, without the heap.
 *
 *     validate JWKS ISSUER AUDIENCE NOW TOKEN
 *
 * JWKS is a file, NOW is in seconds since 1970; "-" for NOW takes this machine's clock. Prints the
 * verdict; exits with 0 for a token that is let in, 1 for one that is not, and 2 where it cannot
 * be judged.
 *
 * To build it:
 *
 *     cargo build --release -p gatepost-ffi
 *     cc -std=c99 -Iffi/include ffi/examples/validate.c target/release/libgatepost.a \
 *         -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc -o validate
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gatepost.h"

enum { MAX_KEYS = 16, MAX_JWKS_FILE = 65536, MAX_SCOPES = 32 };

/* Memory whose size the compiler knows; uint64_t gives it the alignment of GATEPOST_ALIGNMENT. */
static uint64_t keys_memory[(GATEPOST_KEY_SET_SIZE(MAX_KEYS) + 7) / 8];
static unsigned char jwks_file[MAX_JWKS_FILE];
static unsigned char memory[GATEPOST_MEMORY];

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static void print_text(const char *label, gatepost_slice text) {
    if (text.ptr != NULL) {
        printf("%s: %.*s\n", label, (int)text.len, (const char *)text.ptr);
    }
}

static void print_reason(const char *what, uint32_t reason) {
    gatepost_slice name = gatepost_reason_name(reason);
    gatepost_slice description = gatepost_reason_description(reason);
    printf("%s: %u %.*s (%.*s)\n", what, (unsigned)reason, (int)name.len, (const char *)name.ptr,
           (int)description.len, (const char *)description.ptr);
}

/* Reads the key set into `*keys`; the file is not needed afterwards. */
static uint32_t load_keys(const char *path, gatepost_key_set **keys) {
    gatepost_slice jwks;
    gatepost_skipped_key skipped;
    uint32_t reason;
    size_t i;
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        return GATEPOST_KEYS_UNAVAILABLE;
    }
    jwks.ptr = jwks_file;
    jwks.len = fread(jwks_file, 1, sizeof jwks_file, file);
    if (ferror(file) || jwks.len == sizeof jwks_file) {
        reason = ferror(file) ? GATEPOST_KEYS_UNAVAILABLE : GATEPOST_TOO_LARGE;
        fclose(file);
        return reason;
    }
    fclose(file);

    reason = gatepost_key_set_init(keys_memory, sizeof keys_memory, keys);
    if (reason == GATEPOST_OK) {
        reason = gatepost_key_set_load_jwks(*keys, jwks, 0, 0);
    }
    for (i = 0; gatepost_key_set_skipped_key(*keys, i, &skipped) == GATEPOST_OK; i++) {
        printf("key %u left out", (unsigned)skipped.index);
        print_reason("", skipped.reason);
    }
    return reason;
}

static uint32_t make_policy(const char *issuer, const char *audience, gatepost_policy *policy) {
    gatepost_policy_config config;
    gatepost_slice audiences[1];
    uint32_t reason = gatepost_policy_config_init(&config, sizeof config);

    if (reason != GATEPOST_OK) {
        return reason;
    }
    audiences[0] = slice(audience);
    config.issuer = slice(issuer);
    config.audiences = audiences;
    config.audience_count = 1;
    return gatepost_policy_init(policy, sizeof *policy, &config);
}

/* Takes digits alone: a clock that is wrong would let expired tokens in. */
static int read_now(const char *text, uint64_t *now) {
    char *end;

    if (strcmp(text, "-") == 0) {
        *now = (uint64_t)time(NULL);
        return 1;
    }
    if (text[0] < '0' || text[0] > '9') {
        return 0;
    }
    errno = 0;
    *now = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static void print_token(const gatepost_access_token *token) {
    gatepost_slice scopes[MAX_SCOPES];
    size_t count = gatepost_access_token_scopes(token, scopes, MAX_SCOPES);
    size_t i;

    printf("accepted\n");
    print_text("subject", token->subject);
    print_text("client", token->client_id);
    print_text("audience", token->audience);
    for (i = 0; i < count && i < MAX_SCOPES; i++) {
        print_text("scope", scopes[i]);
    }
    if (token->has_expires_at) {
        printf("expires at: %llu\n", (unsigned long long)token->expires_at);
    }
}

int main(int argc, char **argv) {
    gatepost_key_set *keys = NULL;
    gatepost_policy policy;
    gatepost_access_token token;
    uint32_t reason;
    uint64_t now;

    if (argc != 6) {
        fprintf(stderr, "usage: %s JWKS ISSUER AUDIENCE NOW TOKEN\n", argv[0]);
        return 2;
    }
    reason = load_keys(argv[1], &keys);
    if (reason != GATEPOST_OK) {
        print_reason("the keys cannot be used", reason);
        return 2;
    }
    reason = make_policy(argv[2], argv[3], &policy);
    if (reason != GATEPOST_OK) {
        print_reason("the policy makes no sense", reason);
        return 2;
    }

    if (!read_now(argv[4], &now)) {
        fprintf(stderr, "%s: NOW is a number of seconds since 1970, or -\n", argv[0]);
        return 2;
    }
    reason = gatepost_validate(&policy, keys, slice(argv[5]), now, memory, sizeof memory, &token);
    if (reason == GATEPOST_OK) {
        print_token(&token);
    } else {
        print_reason("refused", reason);
    }
    gatepost_key_set_destroy(keys);
    return reason == GATEPOST_OK ? 0 : 1;
}

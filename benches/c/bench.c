/*
 * bench SAMPLES: gatepost beside libjwt, in turns, over the tokens in the folder SAMPLES.
 *
 * Each checks signature, expiry, issuer and audience of an access token, and reads the clock for
 * it. The floor is the signature alone, verified by OpenSSL with a parsed key. Prints what was
 * measured as JSON.
 *
 * libjwt of the generations 1 and 2, which Debian 12 has: it takes the key in PEM with every token
 * and compares no claims, so the program does.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jwt.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>

#include "gatepost.h"

enum { MAX_TOKENS = 1024, MAX_SIGNATURE = 512, ROUNDS = 101, WARM_UP = 5, MAX_TURN = 4096 };
/* Nanoseconds of a turn: as in the Rust programs. */
static const double turn_ns = 16e6;

/* A key and the tokens that it signed. */
static struct {
    char *issuer, *audience, *pem, *jwks;
    char *tokens[MAX_TOKENS];
    size_t count;
} sample;

static void fail(const char *what) {
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static char *read_file(const char *folder, const char *name, const char *extension) {
    char path[4096];
    char *text;
    long length;
    FILE *file;

    if ((size_t)snprintf(path, sizeof path, "%s/%s%s", folder, name, extension) >= sizeof path) {
        fail("the folder's name is too long");
    }
    file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {
        fail("a sample cannot be read");
    }
    rewind(file);
    text = malloc((size_t)length + 1);
    if (text == NULL || fread(text, 1, (size_t)length, file) != (size_t)length) {
        fail("a sample cannot be read");
    }
    text[length] = '\0';
    fclose(file);
    return text;
}

static void read_sample(const char *folder, const char *kind) {
    char *line;

    sample.issuer = read_file(folder, "issuer", "");
    sample.audience = read_file(folder, "audience", "");
    sample.pem = read_file(folder, kind, ".pem");
    sample.jwks = read_file(folder, kind, ".jwks");
    sample.count = 0;
    line = strtok(read_file(folder, kind, ".tokens"), "\n");
    for (; line != NULL && sample.count < MAX_TOKENS; line = strtok(NULL, "\n")) {
        sample.tokens[sample.count++] = line;
    }
}

/* gatepost */

/* The same keys twice: one of the sets remembers tokens. */
enum { FORGETFUL, REMEMBERING, SETS };
static uint64_t keys_memory[SETS][(GATEPOST_KEY_SET_SIZE(1) + 7) / 8];
static gatepost_key_set *keys[SETS];
static gatepost_policy policy;
static gatepost_slice audiences[1];

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static void gatepost_begin(void) {
    gatepost_policy_config config;
    size_t i;

    for (i = 0; i < SETS; i++) {
        if (gatepost_key_set_init(keys_memory[i], sizeof keys_memory[i], &keys[i]) !=
                GATEPOST_OK ||
            gatepost_key_set_load_jwks(keys[i], slice(sample.jwks), 0, 0) != GATEPOST_OK) {
            fail("gatepost does not take the key");
        }
    }
    if (gatepost_key_set_cache_tokens(keys[REMEMBERING], 4 * MAX_TOKENS) != GATEPOST_OK ||
        gatepost_policy_config_init(&config, sizeof config) != GATEPOST_OK) {
        fail("gatepost does not take the numbers");
    }
    audiences[0] = slice(sample.audience);
    config.issuer = slice(sample.issuer);
    config.audiences = audiences;
    config.audience_count = 1;
    if (gatepost_policy_init(&policy, sizeof policy, &config) != GATEPOST_OK) {
        fail("gatepost does not take the policy");
    }
}

static void validate(const gatepost_key_set *set, size_t number) {
    static unsigned char memory[GATEPOST_MEMORY];
    gatepost_access_token token;
    gatepost_slice compact = slice(sample.tokens[number % sample.count]);

    if (gatepost_validate(&policy, set, compact, (uint64_t)time(NULL), memory, sizeof memory,
                          &token) != GATEPOST_OK) {
        fail("gatepost refuses a good token");
    }
}

static void gatepost_run(size_t number) { validate(keys[FORGETFUL], number); }

static void gatepost_seen_run(size_t number) { validate(keys[REMEMBERING], number); }

/* libjwt */

static void libjwt_run(size_t number) {
    jwt_t *jwt = NULL;
    const char *issuer;
    char *audience;

    if (jwt_decode(&jwt, sample.tokens[number % sample.count], (const unsigned char *)sample.pem,
                   (int)strlen(sample.pem)) != 0) {
        fail("libjwt refuses a good token");
    }
    issuer = jwt_get_grant(jwt, "iss");
    /* An array: its text, in which the audience stands between quotes. */
    audience = jwt_get_grants_json(jwt, "aud");
    if (jwt_get_grant_int(jwt, "exp") <= (long)time(NULL) || issuer == NULL ||
        strcmp(issuer, sample.issuer) != 0 || audience == NULL ||
        strstr(audience, sample.audience) == NULL) {
        fail("libjwt reads other claims");
    }
    free(audience);
    jwt_free(jwt);
}

/* OpenSSL */

static struct {
    size_t message_length, length;
    unsigned char signature[MAX_SIGNATURE];
} signatures[MAX_TOKENS];
static EVP_PKEY *public_key;
static EVP_MD_CTX *context;

static size_t decode(const char *text, unsigned char *bytes) {
    char padded[4 * MAX_SIGNATURE / 3 + 8];
    size_t length = strlen(text), i;
    int decoded;

    if (length + 4 > sizeof padded) {
        fail("a signature is too long");
    }
    for (i = 0; i < length; i++) {
        padded[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    }
    while (i % 4 != 0) {
        padded[i++] = '=';
    }
    decoded = EVP_DecodeBlock(bytes, (const unsigned char *)padded, (int)i);
    return decoded < 0 ? 0 : (size_t)decoded - (i - length);
}

static void openssl_begin(void) {
    BIO *bio = BIO_new_mem_buf(sample.pem, -1);
    size_t i;

    public_key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    context = EVP_MD_CTX_new();
    BIO_free(bio);
    if (public_key == NULL || context == NULL) {
        fail("OpenSSL does not take the key");
    }
    for (i = 0; i < sample.count; i++) {
        /* EVP_DecodeBlock writes whole groups of three. */
        unsigned char raw[MAX_SIGNATURE + 8];
        const char *dot = strrchr(sample.tokens[i], '.');
        size_t length = decode(dot + 1, raw);
        signatures[i].message_length = (size_t)(dot - sample.tokens[i]);
        if (EVP_PKEY_base_id(public_key) == EVP_PKEY_EC) {
            ECDSA_SIG *pair = ECDSA_SIG_new();
            unsigned char *end = signatures[i].signature;
            ECDSA_SIG_set0(pair, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
            length = (size_t)i2d_ECDSA_SIG(pair, &end);
            ECDSA_SIG_free(pair);
        } else {
            memcpy(signatures[i].signature, raw, length);
        }
        signatures[i].length = length;
    }
}

static void openssl_run(size_t number) {
    size_t i = number % sample.count;

    if (EVP_MD_CTX_reset(context) != 1 ||
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, public_key) != 1 ||
        EVP_DigestVerify(context, signatures[i].signature, signatures[i].length,
                         (const unsigned char *)sample.tokens[i],
                         signatures[i].message_length) != 1) {
        fail("OpenSSL refuses a good signature");
    }
}

/* The race */

static struct subject {
    const char *id, *name, *work;
    void (*run)(size_t);
    size_t next, tokens;
    double turns[ROUNDS];
} subjects[] = {
    {"floor", "OpenSSL", "signature alone", openssl_run, 0, 4, {0}},
    {"gatepost", "gatepost", "validation", gatepost_run, 0, 4, {0}},
    {"seen", "gatepost", "seen before, claims checked again", gatepost_seen_run, 0, 4, {0}},
    {"libjwt", "libjwt", "validation", libjwt_run, 0, 4, {0}},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* Nanoseconds a token. */
static double turn(struct subject *subject) {
    struct timespec start, end;
    size_t i;

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (i = 0; i < subject->tokens; i++) {
        subject->run(subject->next + i);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    subject->next += subject->tokens;
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
           (double)subject->tokens;
}

static void race(void) {
    size_t i;
    int round;

    for (i = 0; i < SUBJECTS; i++) {
        double fit;
        subjects[i].next = 0;
        subjects[i].tokens = 4;
        turn(&subjects[i]);
        fit = turn_ns / turn(&subjects[i]);
        subjects[i].tokens = fit > MAX_TURN ? MAX_TURN : fit < 4 ? 4 : (size_t)fit;
    }
    for (round = -WARM_UP; round < ROUNDS; round++) {
        for (i = 0; i < SUBJECTS; i++) {
            double took = turn(&subjects[i]);
            if (round >= 0) {
                subjects[i].turns[round] = took;
            }
        }
    }
}

static void print_turns(const char *name, const double *turns) {
    int round;

    printf("\"%s\":[", name);
    for (round = 0; round < ROUNDS; round++) {
        printf("%s%.1f", round == 0 ? "" : ",", turns[round]);
    }
    printf("]");
}

static void table(const char *kind, const char *title) {
    size_t i;

    printf("{\"id\":\"c_%s\",\"title\":\"C, %s\",\"note\":\"Tokens of %lu characters. × is the "
           "ratio to verifying the signature alone with OpenSSL, with a parsed key and hash "
           "included. libjwt parses the key with every token.\","
           "\"ratio_is\":\"× OpenSSL, signature alone\",\"rows\":[",
           kind, title, (unsigned long)strlen(sample.tokens[0]));
    for (i = 0; i < SUBJECTS; i++) {
        printf("%s{\"id\":\"%s\",\"subject\":\"%s\",\"work\":\"%s\",", i == 0 ? "" : ",",
               subjects[i].id, subjects[i].name, subjects[i].work);
        print_turns("turns", subjects[i].turns);
        printf(",");
        print_turns("floor", subjects[0].turns);
        printf("}");
    }
    printf("]}");
}

int main(int argc, char **argv) {
    static const char *const kinds[][2] = {{"rs256_2048", "RS256 2048"}, {"es256", "ES256"}};
    size_t i;

    if (argc != 2) {
        fail("usage: bench SAMPLES");
    }
    printf("{\"versions\":[{\"name\":\"libjwt\",\"version\":\"" LIBJWT_VERSION
           "\"},{\"name\":\"OpenSSL (C)\",\"version\":\"%s\"}],\"tables\":[",
           OPENSSL_VERSION_STR);
    for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        fprintf(stderr, "measuring C, %s\n", kinds[i][1]);
        read_sample(argv[1], kinds[i][0]);
        gatepost_begin();
        openssl_begin();
        race();
        printf("%s", i == 0 ? "" : ",");
        table(kinds[i][0], kinds[i][1]);
        gatepost_key_set_destroy(keys[FORGETFUL]);
        gatepost_key_set_destroy(keys[REMEMBERING]);
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(public_key);
    }
    printf("]}\n");
    return 0;
}

/*
 * Runs cases that cases.py sends, one command a line, and answers each with one line.
 *
 *     keys I jwks FLAGS HEX             OK or the reason; keys; skipped keys as place:reason
 *     keys I pem ALGORITHM KID HEX      OK or the reason; keys
 *     keys I secret ALGORITHM KID HEX   OK or the reason; keys
 *     policy I FIELD=VALUE...           OK or the reason
 *     validate POLICY KEYS NOW HEX      the number; for an accepted token what was read
 *     any NOW HEX POLICY:KEYS...        the same
 *     verify KEYS ALGORITHMS HEX        the number; the payload
 *
 * Texts are in hexadecimal after an "x", so that an empty one is "x"; "-" stands for none. The
 * parser trusts its input: it is the test's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatepost.h"

enum { SLOTS = 64, MAX_KEYS = 64, MAX_LIST = 600, MAX_LINE = 4 << 20, MAX_TEXT = 2 << 20 };

static gatepost_key_set *key_sets[SLOTS];
static gatepost_policy policies[SLOTS];

/* The strings of the policies live here: a policy points to them. */
static char *texts[SLOTS][64];
static size_t text_counts[SLOTS];

static char line[MAX_LINE];
static unsigned char token[MAX_TEXT];
static unsigned char memory[GATEPOST_MEMORY];

static void die(const char *message) {
    fprintf(stderr, "cases: %s\n", message);
    exit(2);
}

static int digit(char c) {
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Decodes "x..." into `to` of `room` bytes; "-" is a NULL slice. */
static gatepost_slice decode(const char *hex, unsigned char *to, size_t room) {
    gatepost_slice text = {NULL, 0};
    size_t i, len = strlen(hex);

    if (strcmp(hex, "-") == 0) {
        return text;
    }
    if (hex[0] != 'x' || len / 2 > room) {
        die("not a text, or too long");
    }
    for (i = 0; i < len / 2; i++) {
        to[i] = (unsigned char)(digit(hex[1 + 2 * i]) * 16 + digit(hex[2 + 2 * i]));
    }
    text.ptr = to;
    text.len = len / 2;
    return text;
}

static gatepost_slice keep(size_t policy, const char *hex) {
    size_t len = strlen(hex) / 2;
    char *text = malloc(len + 1);

    if (text == NULL || text_counts[policy] == 64) {
        die("out of memory");
    }
    texts[policy][text_counts[policy]++] = text;
    return decode(hex, (unsigned char *)text, len + 1);
}

static void print_hex(gatepost_slice text) {
    size_t i;

    if (text.ptr == NULL) {
        printf(" -");
        return;
    }
    printf(" x");
    for (i = 0; i < text.len; i++) {
        printf("%02x", text.ptr[i]);
    }
}

static char *word(void) {
    char *next = strtok(NULL, " \n");

    if (next == NULL) {
        die("a word is missing");
    }
    return next;
}

static size_t number(void) {
    return (size_t)strtoull(word(), NULL, 10);
}

static size_t index_of_slot(void) {
    size_t i = number();

    if (i >= SLOTS) {
        die("no such slot");
    }
    return i;
}

static void run_keys(void) {
    size_t i = index_of_slot();
    const char *kind = word();
    unsigned char kid_memory[512];
    gatepost_slice kid = {NULL, 0};
    gatepost_slice input;
    gatepost_skipped_key skipped;
    uint32_t option, reason;
    size_t k;

    gatepost_key_set_free(key_sets[i]);
    if (gatepost_key_set_new(MAX_KEYS, &key_sets[i]) != GATEPOST_OK) {
        die("no memory for a key set");
    }
    option = (uint32_t)number();
    if (strcmp(kind, "jwks") != 0) {
        kid = decode(word(), kid_memory, sizeof kid_memory);
    }
    input = decode(word(), token, sizeof token);
    if (strcmp(kind, "jwks") == 0) {
        reason = gatepost_key_set_load_jwks(key_sets[i], input, 0, option);
    } else if (strcmp(kind, "pem") == 0) {
        reason = gatepost_key_set_load_pem(key_sets[i], input, option, kid);
    } else {
        reason = gatepost_key_set_load_secret(key_sets[i], input, option, kid);
    }
    /* The library keeps no pointer to its input. */
    memset(token, 0xa5, input.len);

    printf("%u %u", (unsigned)reason, (unsigned)gatepost_key_set_count(key_sets[i]));
    for (k = 0; gatepost_key_set_skipped_key(key_sets[i], k, &skipped) == GATEPOST_OK; k++) {
        printf(" %u:%u", (unsigned)skipped.index, (unsigned)skipped.reason);
    }
    printf("\n");
}

static void run_policy(void) {
    size_t i = index_of_slot();
    gatepost_policy_config config;
    gatepost_slice audiences[32], scopes[32], claims[32];
    char *field;
    uint32_t reason;

    while (text_counts[i] > 0) {
        free(texts[i][--text_counts[i]]);
    }
    gatepost_policy_config_init(&config, sizeof config);
    config.audiences = audiences;
    config.required_scopes = scopes;
    config.required_claims = claims;
    while ((field = strtok(NULL, " \n")) != NULL) {
        char *value = strchr(field, '=');

        if (value == NULL) {
            die("not a field of a policy");
        }
        *value++ = '\0';
        if (strcmp(field, "issuer") == 0) {
            config.issuer = keep(i, value);
        } else if (strcmp(field, "typ") == 0) {
            config.typ = keep(i, value);
        } else if (strcmp(field, "audience") == 0) {
            audiences[config.audience_count++] = keep(i, value);
        } else if (strcmp(field, "scope") == 0) {
            scopes[config.required_scope_count++] = keep(i, value);
        } else if (strcmp(field, "claim") == 0) {
            claims[config.required_claim_count++] = keep(i, value);
        } else if (strcmp(field, "algorithms") == 0) {
            config.algorithms = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "leeway") == 0) {
            config.leeway = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "scope_claims") == 0) {
            config.scope_claims = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "flags") == 0) {
            config.flags = (uint32_t)strtoul(value, NULL, 10);
        } else {
            die("no such field of a policy");
        }
    }
    reason = gatepost_policy_init(&policies[i], sizeof policies[i], &config);
    /* The lists are copied. */
    memset(audiences, 0xa5, sizeof audiences);
    memset(scopes, 0xa5, sizeof scopes);
    memset(claims, 0xa5, sizeof claims);
    printf("%u\n", (unsigned)reason);
}

static void print_list(const char *label, const gatepost_slice *list, size_t count) {
    size_t i;

    if (count > MAX_LIST) {
        die("a longer list than any token has");
    }
    printf(" %s", label);
    for (i = 0; i < count; i++) {
        print_hex(list[i]);
    }
}

static void print_verdict(uint32_t reason, const gatepost_access_token *read) {
    static gatepost_slice list[MAX_LIST];

    printf("%u", (unsigned)reason);
    if (reason == GATEPOST_OK) {
        printf(" %s%llu", read->has_expires_at ? "" : "-", (unsigned long long)read->expires_at);
        print_hex(read->issuer);
        print_hex(read->subject);
        print_hex(read->client_id);
        print_hex(read->audience);
        print_hex(read->claims);
        print_list("scopes", list, gatepost_access_token_scopes(read, list, MAX_LIST));
        print_list("audiences", list, gatepost_access_token_audiences(read, list, MAX_LIST));
    }
    printf("\n");
}

/* Fills what a call must not rely on. */
static void spoil(gatepost_access_token *read) {
    memset(memory, 0xa5, sizeof memory);
    memset(read, 0x5a, sizeof *read);
}

static void require_untouched(uint32_t reason, const gatepost_access_token *read) {
    const unsigned char *bytes = (const unsigned char *)read;
    size_t i;

    for (i = 0; reason != GATEPOST_OK && i < sizeof *read; i++) {
        if (bytes[i] != 0x5a) {
            die("an error changed the output");
        }
    }
}

static void run_validate(void) {
    size_t policy = index_of_slot(), keys = index_of_slot();
    uint64_t now = strtoull(word(), NULL, 10);
    gatepost_slice compact = decode(word(), token, sizeof token);
    gatepost_access_token read;
    uint32_t reason;

    spoil(&read);
    reason = gatepost_validate(&policies[policy], key_sets[keys], compact, now, memory,
                               sizeof memory, &read);
    require_untouched(reason, &read);
    print_verdict(reason, &read);
}

static void run_any(void) {
    uint64_t now = strtoull(word(), NULL, 10);
    gatepost_slice compact = decode(word(), token, sizeof token);
    gatepost_issuer issuers[SLOTS];
    gatepost_access_token read;
    size_t count = 0;
    char *pair;
    uint32_t reason;

    while ((pair = strtok(NULL, " \n")) != NULL) {
        char *rest;
        size_t policy = (size_t)strtoul(pair, &rest, 10);
        size_t keys = (size_t)strtoul(rest + 1, NULL, 10);

        if (policy >= SLOTS || keys >= SLOTS || count == SLOTS) {
            die("no such slot");
        }
        issuers[count].policy = &policies[policy];
        issuers[count++].keys = key_sets[keys];
    }
    spoil(&read);
    reason = gatepost_validate_any(issuers, count, compact, now, memory, sizeof memory, &read);
    require_untouched(reason, &read);
    print_verdict(reason, &read);
}

static void run_verify(void) {
    size_t keys = index_of_slot();
    uint32_t algorithms = (uint32_t)number(), reason;
    gatepost_slice compact = decode(word(), token, sizeof token);
    gatepost_slice payload;

    reason = gatepost_verify_signature(key_sets[keys], compact, algorithms, memory, sizeof memory,
                                       &payload);
    printf("%u", (unsigned)reason);
    if (reason == GATEPOST_OK) {
        print_hex(payload);
    }
    printf("\n");
}

int main(void) {
    size_t i;

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *command = strtok(line, " \n");

        if (command == NULL) {
            die("an empty line");
        } else if (strcmp(command, "keys") == 0) {
            run_keys();
        } else if (strcmp(command, "policy") == 0) {
            run_policy();
        } else if (strcmp(command, "validate") == 0) {
            run_validate();
        } else if (strcmp(command, "any") == 0) {
            run_any();
        } else if (strcmp(command, "verify") == 0) {
            run_verify();
        } else {
            die("no such command");
        }
    }
    for (i = 0; i < SLOTS; i++) {
        gatepost_key_set_free(key_sets[i]);
        while (text_counts[i] > 0) {
            free(texts[i][--text_counts[i]]);
        }
    }
    return 0;
}

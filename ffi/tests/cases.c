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
 *     guard I FIELD=VALUE...            OK or the reason
 *     decide GUARD POLICY KEYS ASKS NOW METHOD TARGET CERTIFICATE BODY RESPONSE NAME VALUE...
 *                                       the number; subject, client, operation and scopes, or
 *                                       status, headers and body
 *     then ...                          the same, by a guard that still knows what came before
 */
#include "lines.h"

static gatepost_key_set *key_sets[SLOTS];
static gatepost_policy policies[SLOTS];
static gatepost_guard *guards[SLOTS];
static unsigned char token[MAX_TEXT];
static unsigned char memory[GATEPOST_MEMORY];

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

    forget_texts(i);
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

static void run_validate(void) {
    size_t policy = index_of_slot(), keys = index_of_slot();
    uint64_t now = strtoull(word(), NULL, 10);
    gatepost_slice compact = decode(word(), token, sizeof token);
    gatepost_access_token read;
    uint32_t reason;

    spoil(&read);
    reason = gatepost_validate(&policies[policy], key_sets[keys], compact, now, memory,
                               sizeof memory, &read);
    require_untouched(reason, &read, sizeof read);
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
    require_untouched(reason, &read, sizeof read);
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

/* What the fields of a guard fill: `need` is for the last rule, `value` for its last claim. */
static struct {
    gatepost_slice servers[8], scopes[8], origins[8], base[8], needs[64], values[64];
    gatepost_rule rules[32];
    gatepost_claim_rule claims[32];
    gatepost_implication implications[8];
    gatepost_seal_key secrets[8];
    size_t need_count, value_count, claim_count;
} lists;

static void add_rule(gatepost_guard_config *config, size_t slot, char *value) {
    gatepost_rule *rule = &lists.rules[config->rule_count++];
    char *parts[6];

    split(value, parts, 6);
    rule->kind = (uint32_t)strtoul(parts[0], NULL, 10);
    rule->flags = (uint32_t)strtoul(parts[1], NULL, 10);
    rule->pattern = keep(slot, parts[2]);
    rule->issuer = keep(slot, parts[3]);
    rule->subject = keep(slot, parts[4]);
    rule->client_id = keep(slot, parts[5]);
    rule->alternatives = &lists.needs[lists.need_count];
    rule->claims = &lists.claims[lists.claim_count];
}

static void add_claim(gatepost_guard_config *config, size_t slot, char *value) {
    gatepost_claim_rule *claim = &lists.claims[lists.claim_count++];
    char *parts[2];

    split(value, parts, 2);
    claim->flags = (uint32_t)strtoul(parts[0], NULL, 10);
    claim->name = keep(slot, parts[1]);
    claim->values = &lists.values[lists.value_count];
    lists.rules[config->rule_count - 1].claim_count++;
}

static void add_implication(gatepost_guard_config *config, size_t slot, char *value) {
    gatepost_implication *implication = &lists.implications[config->hierarchy_count++];
    char *parts[2];

    split(value, parts, 2);
    implication->broad = keep(slot, parts[0]);
    implication->narrow = keep(slot, parts[1]);
}

static void add_secret(gatepost_guard_config *config, size_t slot, char *value) {
    gatepost_seal_key *secret = &lists.secrets[config->nonce_key_count++];
    char *parts[2];

    split(value, parts, 2);
    secret->id = (uint8_t)strtoul(parts[0], NULL, 10);
    secret->secret = keep(slot, parts[1]);
}

/* The proofs that were seen in one decision. */
static struct {
    unsigned char proofs[8][32];
    size_t count;
} seen;

static uint32_t remember_proof(void *context, const uint8_t *proof, uint64_t expires_at,
                               uint64_t now) {
    size_t i;

    if (context != &seen || expires_at < now) {
        die("not what the guard was made with, or forgotten at once");
    }
    for (i = 0; i < seen.count; i++) {
        if (memcmp(seen.proofs[i], proof, 32) == 0) {
            return GATEPOST_PROOF_REPLAYED;
        }
    }
    if (seen.count == 8) {
        return GATEPOST_REPLAY_STORE_FULL;
    }
    memcpy(seen.proofs[seen.count++], proof, 32);
    return GATEPOST_OK;
}

static void run_guard(void) {
    size_t i = index_of_slot(), slot = SLOTS + i;
    gatepost_guard_config config;
    char *field;
    uint32_t reason;

    gatepost_guard_free(guards[i]);
    guards[i] = NULL;
    forget_texts(slot);
    memset(&lists, 0, sizeof lists);
    gatepost_guard_config_init(&config, sizeof config);
    config.authorization_servers = lists.servers;
    config.scopes_supported = lists.scopes;
    config.origins = lists.origins;
    config.rules = lists.rules;
    config.hierarchy = lists.implications;
    config.base_scopes = lists.base;
    config.nonce_keys = lists.secrets;
    while ((field = strtok(NULL, " \n")) != NULL) {
        char *value = strchr(field, '=');

        if (value == NULL) {
            die("not a field of a guard");
        }
        *value++ = '\0';
        if (strcmp(field, "resource") == 0) {
            config.resource = keep(slot, value);
        } else if (strcmp(field, "server") == 0) {
            lists.servers[config.authorization_server_count++] = keep(slot, value);
        } else if (strcmp(field, "scope") == 0) {
            lists.scopes[config.scopes_supported_count++] = keep(slot, value);
        } else if (strcmp(field, "origin") == 0) {
            lists.origins[config.origin_count++] = keep(slot, value);
        } else if (strcmp(field, "base") == 0) {
            lists.base[config.base_scope_count++] = keep(slot, value);
        } else if (strcmp(field, "implies") == 0) {
            add_implication(&config, slot, value);
        } else if (strcmp(field, "rule") == 0) {
            add_rule(&config, slot, value);
        } else if (strcmp(field, "need") == 0) {
            lists.needs[lists.need_count++] = keep(slot, value);
            lists.rules[config.rule_count - 1].alternative_count++;
        } else if (strcmp(field, "claim") == 0) {
            add_claim(&config, slot, value);
        } else if (strcmp(field, "value") == 0) {
            lists.values[lists.value_count++] = keep(slot, value);
            lists.claims[lists.claim_count - 1].value_count++;
        } else if (strcmp(field, "legacy") == 0) {
            char *parts[4];

            split(value, parts, 4);
            config.legacy_issuer = keep(slot, parts[0]);
            config.legacy_authorization_endpoint = keep(slot, parts[1]);
            config.legacy_token_endpoint = keep(slot, parts[2]);
            config.legacy_audience = keep(slot, parts[3]);
        } else if (strcmp(field, "provider") == 0) {
            config.provider = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "flags") == 0) {
            config.flags = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "dpop") == 0) {
            config.dpop_algorithms = (uint32_t)strtoul(value, NULL, 10);
            config.remember_proof = remember_proof;
            config.proof_context = &seen;
        } else if (strcmp(field, "nonce") == 0) {
            add_secret(&config, slot, value);
        } else if (strcmp(field, "nonce_lifetime") == 0) {
            config.nonce_lifetime = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(field, "max") == 0) {
            config.max_message_length = (size_t)strtoul(value, NULL, 10);
        } else {
            die("no such field of a guard");
        }
    }
    reason = gatepost_guard_new(&config, &guards[i]);
    /* The lists are copied. */
    memset(&lists, 0xa5, sizeof lists);
    printf("%u\n", (unsigned)reason);
}

/* ASKS are the tokens that are asked about: none, opaque ones, or all. */
static uint32_t authenticate(const char *asks, const gatepost_guard *guard,
                             const gatepost_issuer *issuer, const gatepost_introspection *said,
                             const gatepost_request_head *head, uint64_t now, void *work,
                             size_t length, gatepost_principal *who, gatepost_response *answer) {
    size_t count = strcmp(asks, "all") != 0;
    return strcmp(asks, "none") == 0
               ? gatepost_authenticate(guard, issuer, 1, head, now, work, length, who, answer)
               : gatepost_authenticate_with_introspection(guard, count == 0 ? NULL : issuer, count,
                                                          said, head, now, work, length, who,
                                                          answer);
}

static void run_decide(void) {
    static unsigned char authenticate_memory[GATEPOST_AUTHENTICATE_MEMORY];
    static unsigned char read_memory[GATEPOST_AUTHORIZE_MEMORY];
    static unsigned char authorize_memory[GATEPOST_AUTHORIZE_MEMORY];
    static unsigned char request[MAX_TEXT];
    static gatepost_slice scopes[MAX_LIST];
    size_t guard = index_of_slot(), keys, header_count = 0, used = 0, scope_count;
    gatepost_issuer issuer;
    gatepost_header headers[128];
    gatepost_request_head head;
    gatepost_slice body, *parts[5];
    gatepost_introspection said;
    gatepost_principal principal;
    gatepost_operation operation;
    gatepost_response response;
    gatepost_slice certificate;
    uint64_t now;
    uint32_t answer;
    char *name, *asks;
    size_t i;

    issuer.policy = &policies[index_of_slot()];
    keys = number();
    issuer.keys = keys < SLOTS ? key_sets[keys] : NULL;
    said.policy = issuer.policy;
    asks = word();
    now = strtoull(word(), NULL, 10);
    parts[0] = &head.method;
    parts[1] = &head.target;
    parts[2] = &certificate;
    parts[3] = &body;
    parts[4] = &said.response;
    for (i = 0; i < 5; i++) {
        *parts[i] = decode(word(), request + used, sizeof request - used);
        used += parts[i]->len;
    }
    while ((name = strtok(NULL, " \n")) != NULL) {
        gatepost_header *header = &headers[header_count++];

        header->name = decode(name, request + used, sizeof request - used);
        used += header->name.len;
        header->value = decode(word(), request + used, sizeof request - used);
        used += header->value.len;
    }
    head.headers = headers;
    head.header_count = header_count;
    head.certificate = certificate.ptr;

    memset(authenticate_memory, 0xa5, sizeof authenticate_memory);
    memset(&principal, 0x5a, sizeof principal);
    memset(&response, 0xa5, sizeof response);
    answer = authenticate(asks, guards[guard], &issuer, &said, &head, now, authenticate_memory,
                          sizeof authenticate_memory, &principal, &response);
    require_untouched(answer, &principal, sizeof principal);
    if (answer == GATEPOST_OK && body.ptr != NULL) {
        memset(&operation, 0x5a, sizeof operation);
        answer = gatepost_read_operation(guards[guard], &head, body, read_memory,
                                         sizeof read_memory, &operation, &response);
        require_untouched(answer, &operation, sizeof operation);
    }
    if (answer == GATEPOST_OK) {
        answer = gatepost_authorize(guards[guard], &head, &principal,
                                    body.ptr == NULL ? NULL : &operation, authorize_memory,
                                    sizeof authorize_memory, &response);
    }
    if (answer != GATEPOST_OK) {
        print_response(answer, &response);
        return;
    }
    /* Nobody gets in twice with one proof. */
    if (seen.count > 0
        && authenticate(asks, guards[guard], &issuer, &said, &head, now, authorize_memory,
                        sizeof authorize_memory, &principal, &response)
               != GATEPOST_PROOF_REPLAYED) {
        die("a proof was taken twice");
    }
    printf("0");
    print_hex(principal.token.subject);
    print_hex(principal.token.client_id);
    if (body.ptr == NULL) {
        printf(" %u - -", (unsigned)GATEPOST_OPERATION_RESPONSE);
    } else {
        printf(" %u", (unsigned)operation.kind);
        print_hex(operation.method);
        print_hex(operation.name);
    }
    scope_count = gatepost_access_token_scopes(&principal.token, scopes, MAX_LIST);
    for (i = 0; i < scope_count; i++) {
        print_hex(scopes[i]);
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
        } else if (strcmp(command, "guard") == 0) {
            run_guard();
        } else if (strcmp(command, "decide") == 0) {
            seen.count = 0;
            run_decide();
        } else if (strcmp(command, "then") == 0) {
            run_decide();
        } else {
            die("no such command");
        }
    }
    for (i = 0; i < SLOTS; i++) {
        gatepost_key_set_free(key_sets[i]);
        gatepost_guard_free(guards[i]);
        forget_texts(i);
        forget_texts(SLOTS + i);
    }
    return 0;
}

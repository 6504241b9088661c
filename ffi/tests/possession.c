/*
 * Tokens that are bound to keys: validated, proved and read without a guard, and by one.
 */
#include "bound_tokens.h"

static unsigned char memory[GATEPOST_MEMORY];
static gatepost_key_set *keys;
static gatepost_policy policy;

static uint32_t present(const char *token, gatepost_presented_token *presented) {
    return gatepost_validate_before_proof(&policy, keys, slice(token), NOW, memory, sizeof memory,
                                          presented);
}

static bool are(const uint8_t *hash, const uint8_t *expected) {
    return memcmp(hash, expected, 32) == 0;
}

static const uint8_t ZEROS[32] = {0};

/* Proofs that were seen: as many as a test has. */
struct seen {
    uint8_t proofs[4][32];
    size_t count;
    uint32_t answer; /* Instead, unless it is 0. */
};

static uint32_t remember(void *context, const uint8_t *proof, uint64_t expires_at, uint64_t now) {
    struct seen *seen = (struct seen *)context;
    size_t i;

    REQUIRE(now < expires_at && expires_at == NOW + 301);
    for (i = 0; i < seen->count; i++) {
        if (are(seen->proofs[i], proof)) {
            return GATEPOST_PROOF_REPLAYED;
        }
    }
    if (seen->answer != 0 || seen->count == 4) {
        return seen->answer;
    }
    memcpy(seen->proofs[seen->count++], proof, 32);
    return GATEPOST_OK;
}

static gatepost_dpop_verifier verifier_with(struct seen *seen) {
    gatepost_dpop_verifier verifier;

    memset(&verifier, 0, sizeof verifier);
    memset(seen, 0, sizeof *seen);
    verifier.size = sizeof verifier;
    verifier.resource = slice("https://mcp.example.com/mcp");
    verifier.remember_proof = remember;
    verifier.proof_context = seen;
    return verifier;
}

static uint32_t verify(const gatepost_dpop_verifier *verifier,
                       const gatepost_presented_token *presented, const char *value,
                       const char *method, uint64_t now, gatepost_verified_proof *proof) {
    gatepost_slice proofs = slice(value);

    return gatepost_verify_proof(verifier, presented, &proofs, 1, slice(method), now,
                                 presented->memory, presented->memory_length, proof);
}

/* From the header to the claims, and to what they are bound to. */
static void test_a_bound_token(void) {
    struct seen seen;
    gatepost_dpop_verifier verifier = verifier_with(&seen);
    gatepost_slice header = slice(BOUND);
    gatepost_credentials credentials;
    gatepost_presented_token presented;
    gatepost_verified_proof proof;
    gatepost_access_token token;
    gatepost_confirmation confirmation;

    REQUIRE(gatepost_read_credentials(&header, 1, &credentials) == GATEPOST_OK);
    REQUIRE(credentials.scheme == GATEPOST_SCHEME_DPOP);
    REQUIRE(gatepost_validate(&policy, keys, credentials.token, NOW, memory, sizeof memory, &token)
            == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_validate_before_proof(&policy, keys, credentials.token, NOW, memory,
                                           sizeof memory, &presented) == GATEPOST_OK);
    REQUIRE(presented.confirmation.has_jkt && are(presented.confirmation.jkt, JKT));
    REQUIRE(!presented.confirmation.has_x5t_s256 && are(presented.confirmation.x5t_s256, ZEROS));
    REQUIRE((unsigned char *)presented.memory + presented.memory_length == memory + sizeof memory);
    REQUIRE(presented.memory_length > 20000);

    REQUIRE(gatepost_prove(&presented, NULL, NULL, &token) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_prove(&presented, NULL, X5T_S256, &token) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_OK);
    REQUIRE(are(proof.thumbprint, JKT) && seen.count == 1);
    {
        /* Copies are as good. */
        gatepost_presented_token other = presented;
        gatepost_verified_proof other_proof = proof;
        memset(&presented, 0, sizeof presented);
        memset(&proof, 0, sizeof proof);
        REQUIRE(gatepost_prove(&other, &other_proof, NULL, &token) == GATEPOST_OK);
    }
    REQUIRE(is(token.subject, "alice") && is(token.issuer, "https://issuer.example"));
    REQUIRE(gatepost_access_token_confirmation(&token, &confirmation) == GATEPOST_OK);
    REQUIRE(confirmation.has_jkt && are(confirmation.jkt, JKT));
    REQUIRE(!confirmation.has_x5t_s256 && are(confirmation.x5t_s256, ZEROS));
}

static void test_what_is_no_proof(void) {
    struct seen seen;
    gatepost_dpop_verifier verifier = verifier_with(&seen), changed;
    gatepost_slice two[2], value = slice(PROOF);
    gatepost_presented_token presented;
    gatepost_verified_proof proof;

    memset(&proof, 0, sizeof proof);
    REQUIRE(present(BOUND + 5, &presented) == GATEPOST_OK);
    two[0] = two[1] = value;
    REQUIRE(gatepost_verify_proof(&verifier, &presented, NULL, 0, slice("POST"), NOW,
                                  presented.memory, presented.memory_length, &proof)
            == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, two, 2, slice("POST"), NOW,
                                  presented.memory, presented.memory_length, &proof)
            == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, "", "POST", NOW, &proof) == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, "caf\xe9", "POST", NOW, &proof)
            == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, PROOF, "GET", NOW, &proof) == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, PROOF, "\xe9", NOW, &proof) == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW + 301, &proof)
            == GATEPOST_INVALID_PROOF);
    REQUIRE(verify(&verifier, &presented, PROOF_FOR_BOTH, "POST", NOW, &proof)
            == GATEPOST_INVALID_PROOF);
    changed = verifier;
    changed.algorithms = GATEPOST_ALGORITHM_ES256;
    REQUIRE(verify(&changed, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_INVALID_PROOF);
    changed = verifier;
    changed.resource = slice("https://mcp.example.com/other");
    REQUIRE(verify(&changed, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_INVALID_PROOF);
    REQUIRE(seen.count == 0);

    /* What the store says. */
    seen.answer = 12345;
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof)
            == GATEPOST_REPLAY_STORE_FULL);
    seen.answer = 0;
    REQUIRE(proof.state == 0);
    verifier.algorithms = GATEPOST_ALGORITHM_EDDSA | GATEPOST_ALGORITHM_ES256;
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW + 300, &proof) == GATEPOST_OK);
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_PROOF_REPLAYED);

    /* A token that is bound to nothing has no proof. */
    REQUIRE(present(UNBOUND, &presented) == GATEPOST_OK);
    REQUIRE(verify(&verifier, &presented, PROOF_FOR_UNBOUND, "POST", NOW, &proof)
            == GATEPOST_INVALID_PROOF);
    REQUIRE(seen.count == 1);
}

static void test_nonces(void) {
    struct seen seen;
    gatepost_dpop_verifier verifier = verifier_with(&seen);
    gatepost_seal_key secret;
    gatepost_presented_token presented;
    gatepost_verified_proof proof;

    secret.secret = slice(FIRST);
    secret.id = 7;
    verifier.nonce_keys = &secret;
    verifier.nonce_key_count = 1;
    verifier.nonce_lifetime = 60;
    REQUIRE(present(BOUND + 5, &presented) == GATEPOST_OK);
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_NONCE_REQUIRED);
    REQUIRE(verify(&verifier, &presented, PROOF_WITH_NONCE, "POST", NOW + 60, &proof)
            == GATEPOST_NONCE_REQUIRED);
    REQUIRE(verify(&verifier, &presented, PROOF_WITH_NONCE, "POST", NOW + 59, &proof)
            == GATEPOST_OK);
    verifier.nonce_lifetime = 0;
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    verifier.nonce_lifetime = GATEPOST_MAX_NONCE_LIFETIME + 1;
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    verifier.nonce_lifetime = 60;
    verifier.nonce_key_count = 0;
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    verifier.nonce_key_count = 1;
    secret.secret = slice("too short");
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_KEY_TOO_WEAK);
}

static void test_certificates(void) {
    struct seen seen;
    gatepost_dpop_verifier verifier = verifier_with(&seen);
    gatepost_presented_token presented;
    gatepost_verified_proof proof;
    gatepost_access_token token;
    gatepost_confirmation confirmation;

    REQUIRE(present(CERTIFICATE, &presented) == GATEPOST_OK);
    REQUIRE(!presented.confirmation.has_jkt && presented.confirmation.has_x5t_s256);
    REQUIRE(are(presented.confirmation.x5t_s256, X5T_S256));
    REQUIRE(gatepost_prove(&presented, NULL, NULL, &token) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_prove(&presented, NULL, JKT, &token) == GATEPOST_INVALID_PROOF);
    REQUIRE(gatepost_prove(&presented, NULL, X5T_S256, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_confirmation(&token, &confirmation) == GATEPOST_OK);
    REQUIRE(!confirmation.has_jkt && confirmation.has_x5t_s256);
    REQUIRE(are(confirmation.x5t_s256, X5T_S256));

    /* Who names two keys needs two. */
    REQUIRE(present(BOTH, &presented) == GATEPOST_OK);
    REQUIRE(presented.confirmation.has_jkt && presented.confirmation.has_x5t_s256);
    REQUIRE(verify(&verifier, &presented, PROOF_FOR_BOTH, "POST", NOW, &proof) == GATEPOST_OK);
    REQUIRE(gatepost_prove(&presented, &proof, NULL, &token) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_prove(&presented, NULL, X5T_S256, &token) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_prove(&presented, &proof, JKT, &token) == GATEPOST_INVALID_PROOF);
    REQUIRE(gatepost_prove(&presented, &proof, X5T_S256, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_confirmation(&token, &confirmation) == GATEPOST_OK);
    REQUIRE(confirmation.has_jkt && confirmation.has_x5t_s256);

    /* Before a proof is spent: the wrong certificate costs none. */
    seen.count = 0;
    REQUIRE(gatepost_check_certificate(&presented, NULL) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_check_certificate(&presented, JKT) == GATEPOST_INVALID_PROOF);
    REQUIRE(seen.count == 0);
    REQUIRE(gatepost_check_certificate(&presented, X5T_S256) == GATEPOST_OK);
    REQUIRE(verify(&verifier, &presented, PROOF_FOR_BOTH, "POST", NOW, &proof) == GATEPOST_OK);
    REQUIRE(seen.count == 1);

    /* A proof is for the token that it came with. */
    REQUIRE(present(BOUND + 5, &presented) == GATEPOST_OK);
    REQUIRE(gatepost_prove(&presented, &proof, X5T_S256, &token) == GATEPOST_INVALID_PROOF);
    /* Where nothing is asked for, nothing is compared. */
    REQUIRE(gatepost_check_certificate(&presented, NULL) == GATEPOST_OK);
    REQUIRE(gatepost_check_certificate(&presented, X5T_S256) == GATEPOST_OK);
    REQUIRE(present(UNBOUND, &presented) == GATEPOST_OK);
    REQUIRE(!presented.confirmation.has_jkt && !presented.confirmation.has_x5t_s256);
    REQUIRE(gatepost_prove(&presented, NULL, NULL, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_confirmation(&token, &confirmation) == GATEPOST_OK);
    REQUIRE(!confirmation.has_jkt && are(confirmation.jkt, ZEROS));
    REQUIRE(!confirmation.has_x5t_s256 && are(confirmation.x5t_s256, ZEROS));
    REQUIRE(gatepost_prove(&presented, &proof, X5T_S256, &token) == GATEPOST_OK);
}

static void test_what_is_refused_before_a_proof(void) {
    static unsigned char small[16];
    gatepost_presented_token presented;
    gatepost_issuer issuers[2];
    gatepost_policy other;
    gatepost_slice audience = slice("https://mcp.example.com/mcp");
    gatepost_policy_config config;

    memset(&presented, 0, sizeof presented);
    gatepost_policy_config_init(&config, sizeof config);
    config.issuer = slice("https://other.example");
    config.audiences = &audience;
    config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&other, sizeof other, &config) == GATEPOST_OK);
    REQUIRE(present(BOUND_OTHERWISE, &presented) == GATEPOST_PROOF_REQUIRED);
    REQUIRE(gatepost_validate_before_proof(&other, keys, slice(UNBOUND), NOW, memory,
                                           sizeof memory, &presented) == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_validate_before_proof(&policy, keys, slice(UNBOUND), 2000000030, memory,
                                           sizeof memory, &presented) == GATEPOST_EXPIRED);
    REQUIRE(gatepost_validate_before_proof(&policy, keys, slice(UNBOUND), NOW, small, sizeof small,
                                           &presented) == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(presented.state == 0);

    /* By whom the token names. */
    issuers[0].policy = &other;
    issuers[1].policy = &policy;
    issuers[0].keys = issuers[1].keys = keys;
    REQUIRE(gatepost_validate_any_before_proof(issuers, 2, slice(BOTH), NOW, memory, sizeof memory,
                                               &presented) == GATEPOST_OK);
    REQUIRE(presented.confirmation.has_jkt && presented.confirmation.has_x5t_s256);
    presented.state = 0;
    REQUIRE(gatepost_validate_any_before_proof(issuers, 1, slice(BOTH), NOW, memory, sizeof memory,
                                               &presented) == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_validate_any_before_proof(NULL, 0, slice(BOTH), NOW, memory, sizeof memory,
                                               &presented) == GATEPOST_MISUSE);
    issuers[0] = issuers[1];
    REQUIRE(gatepost_validate_any_before_proof(issuers, 2, slice(BOTH), NOW, memory, sizeof memory,
                                               &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_any_before_proof(issuers, 1, slice(BOTH), NOW, memory, sizeof memory,
                                               NULL) == GATEPOST_MISUSE);
    issuers[0].keys = NULL;
    REQUIRE(gatepost_validate_any_before_proof(issuers, 1, slice(BOTH), NOW, memory, sizeof memory,
                                               &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_before_proof(NULL, keys, slice(BOTH), NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_before_proof(&policy, NULL, slice(BOTH), NOW, memory, sizeof memory,
                                           &presented) == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_before_proof(&policy, keys, slice(BOTH), NOW, NULL, 1, &presented)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_validate_before_proof(&policy, keys, slice(BOTH), NOW, memory, sizeof memory,
                                           NULL) == GATEPOST_MISUSE);
    REQUIRE(presented.state == 0);
}

static void test_mistakes(void) {
    struct seen seen;
    gatepost_dpop_verifier verifier = verifier_with(&seen), changed;
    gatepost_slice value = slice(PROOF), text = slice("POST");
    gatepost_presented_token presented, never;
    gatepost_verified_proof proof, no_proof;
    gatepost_access_token token;
    gatepost_confirmation confirmation;
    unsigned char *left;
    size_t i;

    memset(&never, 0, sizeof never);
    memset(&proof, 0, sizeof proof);
    memset(&no_proof, 0, sizeof no_proof);
    memset(&token, 0, sizeof token);
    REQUIRE(present(BOUND + 5, &presented) == GATEPOST_OK);
    left = (unsigned char *)presented.memory;
    for (i = 0; i < 9; i++) {
        changed = verifier;
        switch (i) {
        case 0: changed.size--; break;
        case 1: changed.resource = NONE; break;
        case 2: changed.resource = slice("http://mcp.example.com/mcp"); break;
        case 3: changed.resource = slice("https://mcp.example.com/mcp#f"); break;
        case 4: changed.algorithms = GATEPOST_ALGORITHM_HS256; break;
        case 5: changed.algorithms = (uint32_t)1 << 31; break;
        case 6: changed.remember_proof = NULL; break;
        case 7: changed.nonce_lifetime = 60; break;
        default: changed.nonce_key_count = 1; break;
        }
        REQUIRE(verify(&changed, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    }
    REQUIRE(verify(NULL, &presented, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    REQUIRE(verify(&verifier, &never, PROOF, "POST", NOW, &proof) == GATEPOST_MISUSE);
    REQUIRE(verify(&verifier, &presented, PROOF, "POST", NOW, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, NULL, &value, 1, text, NOW, left, 1024, &proof)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, NULL, 1, text, NOW, left, 1024, &proof)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, NULL, 1024, &proof)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, left, 16, &proof)
            == GATEPOST_MEMORY_TOO_SMALL);
    /* Memory that the token needs, before and after it was decoded. */
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, left - 1, 1024,
                                  &proof) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, memory, 1, &proof)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW,
                                  (char *)(uintptr_t)BOUND + 5, 1, &proof) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, &presented, 1,
                                  &proof) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, &verifier, 1,
                                  &proof) == GATEPOST_MISUSE);
    memcpy(left, PROOF, strlen(PROOF));
    value.ptr = left;
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, left, 1024, &proof)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_proof(&verifier, &presented, &value, 1, text, NOW, left + value.len,
                                  1024, &proof) == GATEPOST_OK);

    REQUIRE(gatepost_check_certificate(NULL, X5T_S256) == GATEPOST_MISUSE);
    REQUIRE(gatepost_check_certificate(&never, X5T_S256) == GATEPOST_MISUSE);
    REQUIRE(gatepost_prove(NULL, &proof, NULL, &token) == GATEPOST_MISUSE);
    REQUIRE(gatepost_prove(&never, &proof, NULL, &token) == GATEPOST_MISUSE);
    REQUIRE(gatepost_prove(&presented, &no_proof, NULL, &token) == GATEPOST_MISUSE);
    REQUIRE(gatepost_prove(&presented, &proof, NULL, NULL) == GATEPOST_MISUSE);
    REQUIRE(token.issuer.ptr == NULL);
    confirmation.has_jkt = true;
    REQUIRE(gatepost_access_token_confirmation(NULL, &confirmation) == GATEPOST_MISUSE);
    REQUIRE(gatepost_access_token_confirmation(&token, &confirmation) == GATEPOST_MISUSE);
    REQUIRE(confirmation.has_jkt);
    REQUIRE(gatepost_prove(&presented, &proof, NULL, &token) == GATEPOST_OK);
    REQUIRE(gatepost_access_token_confirmation(&token, NULL) == GATEPOST_MISUSE);
}

/* What the principal of a guard is bound to: by a proof, a certificate, nothing, or no token. */
static void test_principals(void) {
    static unsigned char work[GATEPOST_AUTHENTICATE_MEMORY];
    struct seen seen;
    gatepost_slice issuer_name = slice("https://issuer.example"), scopes[1];
    gatepost_header headers[3];
    gatepost_request_head head;
    gatepost_rule rule;
    gatepost_guard_config config;
    gatepost_guard *guard = NULL;
    gatepost_issuer issuer;
    gatepost_principal principal;
    gatepost_response response;
    gatepost_confirmation confirmation;

    memset(&seen, 0, sizeof seen);
    memset(&rule, 0, sizeof rule);
    memset(&head, 0, sizeof head);
    issuer.policy = &policy;
    issuer.keys = keys;
    rule.kind = GATEPOST_OPERATION_TOOL;
    rule.pattern = slice("status");
    rule.flags = GATEPOST_RULE_PUBLIC;
    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = slice("https://mcp.example.com/mcp");
    config.authorization_servers = &issuer_name;
    config.authorization_server_count = 1;
    config.dpop_algorithms = GATEPOST_ALGORITHM_EDDSA;
    config.remember_proof = remember;
    config.proof_context = &seen;
    config.rules = &rule;
    config.rule_count = 1;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);

    headers[0].name = slice("Authorization");
    headers[0].value = slice(BOUND);
    headers[1].name = slice("DPoP");
    headers[1].value = slice(PROOF);
    head.method = slice("POST");
    head.target = slice("/mcp");
    head.headers = headers;
    head.header_count = 2;
    REQUIRE(gatepost_authenticate(guard, &issuer, 1, &head, NOW, work, sizeof work, &principal,
                                  &response) == GATEPOST_OK);
    REQUIRE(gatepost_principal_confirmation(&principal, &confirmation) == GATEPOST_OK);
    REQUIRE(confirmation.has_jkt && are(confirmation.jkt, JKT) && !confirmation.has_x5t_s256);
    REQUIRE(gatepost_access_token_scopes(&principal.token, scopes, 1) == 0);
    REQUIRE(gatepost_principal_confirmation(&principal, NULL) == GATEPOST_MISUSE);

    /* A public operation needs no token, which the headers alone tell. */
    headers[0].name = slice("Mcp-Method");
    headers[0].value = slice("tools/call");
    headers[1].name = slice("Mcp-Name");
    headers[1].value = slice("status");
    headers[2].name = slice("MCP-Protocol-Version");
    headers[2].value = slice("2026-07-28");
    head.header_count = 3;
    REQUIRE(gatepost_authenticate(guard, &issuer, 1, &head, NOW, work, sizeof work, &principal,
                                  &response) == GATEPOST_OK);
    REQUIRE(!principal.has_token);
    REQUIRE(gatepost_principal_confirmation(&principal, &confirmation) == GATEPOST_OK);
    REQUIRE(!confirmation.has_jkt && !confirmation.has_x5t_s256);
    REQUIRE(gatepost_access_token_confirmation(&principal.token, &confirmation) == GATEPOST_MISUSE);

    memset(&principal, 0, sizeof principal);
    REQUIRE(gatepost_principal_confirmation(&principal, &confirmation) == GATEPOST_MISUSE);
    REQUIRE(gatepost_principal_confirmation(NULL, &confirmation) == GATEPOST_MISUSE);
    gatepost_guard_free(guard);
}

int main(void) {
    gatepost_slice audience = slice("https://mcp.example.com/mcp");
    gatepost_policy_config config;

    REQUIRE(gatepost_key_set_new(1, &keys) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_secret(keys, slice(FIRST), GATEPOST_ALGORITHM_HS256, NONE)
            == GATEPOST_OK);
    gatepost_policy_config_init(&config, sizeof config);
    config.issuer = slice("https://issuer.example");
    config.audiences = &audience;
    config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &config) == GATEPOST_OK);
    test_a_bound_token();
    test_what_is_no_proof();
    test_nonces();
    test_certificates();
    test_what_is_refused_before_a_proof();
    test_mistakes();
    test_principals();
    gatepost_key_set_free(keys);
    return result();
}

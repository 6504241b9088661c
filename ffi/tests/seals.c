/*
 * What a server hands out and gets back: sealed states, and the nonces of DPoP proofs, by
 * themselves and in a guard.
 */
#include "bound_tokens.h"

static const char *const SECOND = "fedcba9876543210fedcba9876543210";
static const gatepost_slice BROKEN = {NULL, 1};

static unsigned char memory[8192];

static gatepost_seal_key key(uint8_t id, const char *secret) {
    gatepost_seal_key made;

    made.secret = slice(secret);
    made.id = id;
    return made;
}

static gatepost_state_scope scope_of(const char *subject) {
    gatepost_state_scope scope;

    scope.issuer = slice("https://issuer.example");
    scope.subject = slice(subject);
    scope.client_id = slice("app");
    scope.purpose = slice("tools/call delete_file");
    scope.context = slice("digest");
    return scope;
}

static uint32_t open_with(const gatepost_seal_key *keys, size_t count,
                          const gatepost_state_scope *scope, gatepost_slice text, uint64_t now,
                          gatepost_slice *state) {
    static unsigned char opened[4096 + 42];

    return gatepost_open_state(keys, count, scope, text, now, opened, sizeof opened, state);
}

static void test_states(void) {
    gatepost_seal_key keys[2], rotated[2], other;
    gatepost_state_scope scope = scope_of("alice"), changed;
    gatepost_slice text = NONE, state = NONE;
    size_t i;

    keys[0] = rotated[1] = key(1, FIRST);
    keys[1] = rotated[0] = key(2, SECOND);
    other = key(1, SECOND);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, slice("step 2"), NOW + 300, memory, 64, &text)
            == GATEPOST_OK);
    REQUIRE(text.ptr == memory && text.len == 64);
    REQUIRE(open_with(keys, 1, &scope, text, NOW, &state) == GATEPOST_OK);
    REQUIRE(is(state, "step 2"));
    REQUIRE(open_with(keys, 1, &scope, text, NOW + 299, &state) == GATEPOST_OK);

    /* Secrets rotate: appended, moved to the front, taken away. */
    REQUIRE(open_with(keys, 2, &scope, text, NOW, &state) == GATEPOST_OK);
    REQUIRE(open_with(rotated, 2, &scope, text, NOW, &state) == GATEPOST_OK);
    state = NONE;
    REQUIRE(open_with(rotated, 1, &scope, text, NOW, &state) == GATEPOST_INVALID_STATE);
    REQUIRE(open_with(&other, 1, &scope, text, NOW, &state) == GATEPOST_INVALID_STATE);

    REQUIRE(open_with(keys, 1, &scope, text, NOW + 300, &state) == GATEPOST_STATE_EXPIRED);
    changed = scope_of("mallory");
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    changed = scope;
    changed.subject = NONE;
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    changed = scope;
    changed.client_id = slice("");
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    changed = scope;
    changed.issuer = slice("https://issuer.example/");
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    changed = scope;
    changed.purpose = slice("tools/call read_file");
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    changed = scope;
    changed.context = NONE;
    REQUIRE(open_with(keys, 1, &changed, text, NOW, &state) == GATEPOST_INVALID_STATE);
    for (i = 0; i < 64; i++) {
        memory[i] ^= 1;
        REQUIRE(open_with(keys, 1, &scope, text, NOW, &state) == GATEPOST_INVALID_STATE);
        memory[i] ^= 1;
    }
    REQUIRE(open_with(keys, 1, &scope, slice("caf\xe9"), NOW, &state) == GATEPOST_INVALID_STATE);
    REQUIRE(open_with(keys, 1, &scope, NONE, NOW, &state) == GATEPOST_INVALID_STATE);
    REQUIRE(state.ptr == NULL);
}

static void test_mistakes_with_states(void) {
    static char long_state[GATEPOST_MAX_STATE_LENGTH + 2];
    gatepost_seal_key keys[GATEPOST_MAX_SEAL_KEYS + 1];
    gatepost_state_scope scope = scope_of("alice"), changed;
    gatepost_slice text = NONE, state = NONE, sealed;
    size_t i;

    for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        keys[i] = key((uint8_t)i, FIRST);
    }
    memset(long_state, 'a', sizeof long_state - 1);
    state = slice(long_state);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_TOO_LARGE);
    state.len--;
    REQUIRE(gatepost_seal_state(keys, GATEPOST_MAX_SEAL_KEYS, &scope, state, NOW, memory,
                                sizeof memory, &text) == GATEPOST_OK);
    REQUIRE(open_with(keys, 1, &scope, text, 0, &sealed) == GATEPOST_OK);
    REQUIRE(sealed.len == GATEPOST_MAX_STATE_LENGTH);
    text = NONE;
    REQUIRE(gatepost_seal_state(keys, GATEPOST_MAX_SEAL_KEYS + 1, &scope, state, NOW, memory,
                                sizeof memory, &text) == GATEPOST_MISUSE);
    state = slice("step 2");
    for (i = 0; i < 64; i++) {
        REQUIRE(gatepost_seal_state(keys, 1, &scope, state, NOW, memory, i, &text)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    keys[1].id = 0;
    REQUIRE(gatepost_seal_state(keys, 2, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    keys[1] = key(1, "too short");
    REQUIRE(gatepost_seal_state(keys, 2, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_KEY_TOO_WEAK);
    keys[1].secret = BROKEN;
    REQUIRE(gatepost_seal_state(keys, 2, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(NULL, 0, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(NULL, 1, &scope, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(keys, 1, NULL, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, BROKEN, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, state, NOW, NULL, 64, &text) == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, state, NOW, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    changed = scope;
    changed.purpose = NONE;
    REQUIRE(gatepost_seal_state(keys, 1, &changed, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISUSE);
    /* It would be everybody's. */
    changed = scope;
    changed.subject = NONE;
    changed.client_id = slice("");
    REQUIRE(gatepost_seal_state(keys, 1, &changed, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISSING_CLAIM);
    changed = scope;
    changed.issuer = NONE;
    REQUIRE(gatepost_seal_state(keys, 1, &changed, state, NOW, memory, sizeof memory, &text)
            == GATEPOST_MISSING_CLAIM);

    /* Memory that is two things at once. */
    state.ptr = memory + 20;
    REQUIRE(gatepost_seal_state(keys, 1, &scope, state, NOW, memory, 64, &text)
            == GATEPOST_MISUSE);
    changed = scope;
    changed.context.ptr = memory + 63;
    REQUIRE(gatepost_seal_state(keys, 1, &changed, slice("step 2"), NOW, memory, 64, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_seal_state(keys, 1, &scope, slice("step 2"), NOW, keys, 1, &text)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_open_state(keys, 1, &scope, slice("a"), NOW, &scope, 1, &state)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_open_state(keys, 1, NULL, slice("a"), NOW, memory, 1, &state)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_open_state(NULL, 1, &scope, slice("a"), NOW, memory, 1, &state)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_open_state(keys, 1, &scope, slice("aaaa"), NOW, memory, 2, &state)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(text.ptr == NULL);
}

static void test_nonces(void) {
    gatepost_seal_key keys[2], first = key(7, FIRST);
    gatepost_slice nonce = NONE;
    size_t i;

    keys[0] = key(8, SECOND);
    keys[1] = first;
    REQUIRE(gatepost_write_nonce(&first, 1, 300, NOW, memory, GATEPOST_NONCE_LENGTH, &nonce)
            == GATEPOST_OK);
    REQUIRE(is(nonce, NONCE) && nonce.ptr == memory);
    REQUIRE(gatepost_is_good_nonce(&first, 1, 300, nonce, NOW));
    REQUIRE(gatepost_is_good_nonce(keys, 2, 300, nonce, NOW + 299));
    REQUIRE(gatepost_is_good_nonce(keys, 2, 300, nonce, NOW - 30));
    REQUIRE(!gatepost_is_good_nonce(keys, 2, 300, nonce, NOW + 300));
    REQUIRE(!gatepost_is_good_nonce(keys, 2, 300, nonce, NOW - 31));
    REQUIRE(!gatepost_is_good_nonce(keys, 1, 300, nonce, NOW));
    for (i = 0; i < GATEPOST_NONCE_LENGTH; i++) {
        memory[i] ^= 1;
        REQUIRE(!gatepost_is_good_nonce(keys, 2, 300, nonce, NOW));
        memory[i] ^= 1;
    }
    REQUIRE(!gatepost_is_good_nonce(keys, 2, 300, NONE, NOW));
    REQUIRE(!gatepost_is_good_nonce(keys, 2, 300, BROKEN, NOW));
    REQUIRE(!gatepost_is_good_nonce(keys, 2, 0, nonce, NOW));
    REQUIRE(!gatepost_is_good_nonce(keys, 2, GATEPOST_MAX_NONCE_LIFETIME + 1, nonce, NOW));
    REQUIRE(!gatepost_is_good_nonce(NULL, 2, 300, nonce, NOW));
    REQUIRE(!gatepost_is_good_nonce(NULL, 0, 300, nonce, NOW));

    nonce = NONE;
    REQUIRE(gatepost_write_nonce(keys, 2, 300, NOW, memory, GATEPOST_NONCE_LENGTH - 1, &nonce)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_write_nonce(keys, 2, 0, NOW, memory, sizeof memory, &nonce)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(keys, 2, GATEPOST_MAX_NONCE_LIFETIME + 1, NOW, memory,
                                 sizeof memory, &nonce) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(keys, 2, 300, (uint64_t)1 << 56, memory, sizeof memory, &nonce)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(NULL, 0, 300, NOW, memory, sizeof memory, &nonce)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(keys, 2, 300, NOW, NULL, 32, &nonce) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(keys, 2, 300, NOW, keys, sizeof keys, &nonce)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_nonce(keys, 2, 300, NOW, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(nonce.ptr == NULL);
}

static uint32_t remember(void *context, const uint8_t *proof, uint64_t expires_at, uint64_t now) {
    (void)context;
    (void)proof;
    return expires_at > now ? GATEPOST_OK : GATEPOST_MISUSE;
}

/* What a POST with this proof is answered; a nonce that is handed out is left in `*nonce`. */
static uint32_t ask(const gatepost_guard *guard, const gatepost_issuer *issuer, const char *proof,
                    uint64_t now, gatepost_slice *nonce) {
    static unsigned char work[GATEPOST_AUTHENTICATE_MEMORY];
    gatepost_header headers[2];
    gatepost_request_head head;
    gatepost_principal principal;
    gatepost_response response;
    uint32_t answer;
    size_t i;

    headers[0].name = slice("Authorization");
    headers[0].value = slice(BOUND);
    headers[1].name = slice("DPoP");
    headers[1].value = slice(proof);
    head.method = slice("POST");
    head.target = slice("/mcp");
    head.headers = headers;
    head.header_count = 2;
    head.certificate = NULL;
    answer = gatepost_authenticate(guard, issuer, 1, &head, now, work, sizeof work, &principal,
                                   &response);
    *nonce = NONE;
    for (i = 0; i < response.header_count; i++) {
        if (is(response.headers[i].name, "DPoP-Nonce")) {
            *nonce = response.headers[i].value;
        }
    }
    return answer;
}

static void test_a_guard_with_nonces(void) {
    static char first[64];
    gatepost_slice resource = slice("https://mcp.example.com/mcp");
    gatepost_slice server = slice("https://issuer.example"), nonce;
    gatepost_seal_key keys[2];
    gatepost_key_set *key_set = NULL;
    gatepost_guard *guard = NULL;
    gatepost_guard_config config;
    gatepost_policy_config policy_config;
    gatepost_policy policy;
    gatepost_issuer issuer;

    REQUIRE(gatepost_key_set_new(1, &key_set) == GATEPOST_OK);
    REQUIRE(gatepost_key_set_load_secret(key_set, slice(FIRST), GATEPOST_ALGORITHM_HS256, NONE)
            == GATEPOST_OK);
    gatepost_policy_config_init(&policy_config, sizeof policy_config);
    policy_config.issuer = server;
    policy_config.audiences = &resource;
    policy_config.audience_count = 1;
    REQUIRE(gatepost_policy_init(&policy, sizeof policy, &policy_config) == GATEPOST_OK);
    issuer.policy = &policy;
    issuer.keys = key_set;

    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    REQUIRE(config.nonce_keys == NULL && config.nonce_lifetime == 0);
    config.resource = resource;
    config.authorization_servers = &server;
    config.authorization_server_count = 1;
    config.dpop_algorithms = GATEPOST_ALGORITHM_EDDSA;
    config.remember_proof = remember;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    REQUIRE(ask(guard, &issuer, PROOF, NOW, &nonce) == GATEPOST_OK);
    REQUIRE(nonce.ptr == NULL);
    gatepost_guard_free(guard);

    strcpy(first, FIRST);
    keys[0] = key(7, first);
    config.nonce_keys = keys;
    config.nonce_key_count = 1;
    config.nonce_lifetime = 60;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    /* The list is copied. */
    memset(keys, 0xa5, sizeof keys);
    REQUIRE(ask(guard, &issuer, PROOF, NOW, &nonce) == GATEPOST_NONCE_REQUIRED);
    REQUIRE(is(nonce, NONCE));
    REQUIRE(ask(guard, &issuer, PROOF_WITH_NONCE, NOW + 59, &nonce) == GATEPOST_OK);
    REQUIRE(ask(guard, &issuer, PROOF_WITH_NONCE, NOW + 60, &nonce) == GATEPOST_NONCE_REQUIRED);
    REQUIRE(nonce.len == GATEPOST_NONCE_LENGTH && !is(nonce, NONCE));
    gatepost_guard_free(guard);

    /* After a rotation, what the old secret has made is still good, and the new one makes more. */
    keys[0] = key(8, SECOND);
    keys[1] = key(7, FIRST);
    config.nonce_key_count = 2;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    REQUIRE(ask(guard, &issuer, PROOF_WITH_NONCE, NOW, &nonce) == GATEPOST_OK);
    REQUIRE(ask(guard, &issuer, PROOF, NOW, &nonce) == GATEPOST_NONCE_REQUIRED);
    REQUIRE(nonce.len == GATEPOST_NONCE_LENGTH && !is(nonce, NONCE));
    gatepost_guard_free(guard);

    guard = NULL;
    config.nonce_lifetime = 0;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.nonce_lifetime = GATEPOST_MAX_NONCE_LIFETIME + 1;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.nonce_lifetime = 60;
    keys[1].id = 8;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    keys[1] = key(7, "too short");
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_KEY_TOO_WEAK);
    config.nonce_key_count = GATEPOST_MAX_SEAL_KEYS + 1;
    config.nonce_keys = NULL;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    config.nonce_key_count = 0;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    /* Without proofs there is nothing to carry a nonce. */
    config.nonce_keys = keys;
    config.nonce_key_count = 1;
    config.dpop_algorithms = 0;
    config.remember_proof = NULL;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_MISUSE);
    REQUIRE(guard == NULL);
    gatepost_key_set_free(key_set);
}

int main(void) {
    test_states();
    test_mistakes_with_states();
    test_nonces();
    test_a_guard_with_nonces();
    return result();
}

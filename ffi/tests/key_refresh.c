/*
 * When keys are fetched, as a C program (or a C++ one) sees it. What the machine decides is for the
 * core's tests.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatepost.h"

#ifdef __cplusplus
#define ASSERT_LAYOUT(condition) static_assert(condition, #condition)
#else
#define ASSERT_LAYOUT(condition) _Static_assert(condition, #condition)
#endif
/* As in api.c. */
#if UINTPTR_MAX == UINT64_MAX
ASSERT_LAYOUT(sizeof(gatepost_refresh_action) == 24);
ASSERT_LAYOUT(offsetof(gatepost_refresh_action, until) == 16);
ASSERT_LAYOUT(sizeof(gatepost_key_refresh) == 384);
ASSERT_LAYOUT(sizeof(gatepost_key_refresh_config) == 32);
ASSERT_LAYOUT(offsetof(gatepost_key_refresh_config, least_lifetime) == 8);
ASSERT_LAYOUT(offsetof(gatepost_key_refresh_config, timeout) == 24);
ASSERT_LAYOUT(sizeof(gatepost_cache_headers) == 48);
ASSERT_LAYOUT(offsetof(gatepost_cache_headers, entity_tag) == 16);
ASSERT_LAYOUT(offsetof(gatepost_cache_headers, age) == 32);
#endif

#define REQUIRE(condition) require(condition, #condition, __LINE__)

static int failures;

static void require(bool holds, const char *condition, int line) {
    if (!holds) {
        fprintf(stderr, "key_refresh.c:%d: %s\n", line, condition);
        failures++;
    }
}

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static bool is(gatepost_slice text, const char *expected) {
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

static gatepost_key_refresh_config defaults(void) {
    gatepost_key_refresh_config config;
    REQUIRE(gatepost_key_refresh_config_init(&config, sizeof config) == GATEPOST_OK);
    return config;
}

static gatepost_key_refresh made(void) {
    gatepost_key_refresh_config config = defaults();
    gatepost_key_refresh refresh;
    REQUIRE(gatepost_key_refresh_init(&refresh, sizeof refresh, &config) == GATEPOST_OK);
    return refresh;
}

static gatepost_refresh_action before(gatepost_key_refresh *refresh, uint64_t now) {
    gatepost_refresh_action action;
    REQUIRE(gatepost_key_refresh_before_validation(refresh, now, &action) == GATEPOST_OK);
    return action;
}

static gatepost_refresh_action unknown(gatepost_key_refresh *refresh, uint32_t generation,
                                       uint64_t now) {
    gatepost_refresh_action action;
    REQUIRE(gatepost_key_refresh_unknown_key(refresh, generation, now, &action) == GATEPOST_OK);
    return action;
}

static bool is_refusal(gatepost_refresh_action action, uint32_t reason) {
    return action.action == GATEPOST_REFRESH_REFUSE && action.reason == reason;
}

/* Headers for the time of a call. */
static const gatepost_cache_headers *cached(const char *cache_control, const char *entity_tag) {
    static gatepost_slice values[2];
    static gatepost_cache_headers headers;
    values[0] = slice("public");
    values[1] = slice(cache_control);
    headers.cache_control = values;
    headers.cache_control_count = 2;
    headers.entity_tag = slice(entity_tag);
    headers.age = slice("");
    return &headers;
}

/* The life of an issuer: keys come, stay, are asked for once more, and cannot be reached. */
static void test_a_life(void) {
    gatepost_key_refresh refresh = made();
    gatepost_refresh_action action;
    uint32_t change = 0;

    REQUIRE(!gatepost_key_refresh_has_keys(&refresh, 1000));
    REQUIRE(gatepost_key_refresh_generation(&refresh) == 0);
    REQUIRE(gatepost_key_refresh_next_fetch_at(&refresh) == 0);
    REQUIRE(gatepost_key_refresh_entity_tag(&refresh).ptr == NULL);

    action = before(&refresh, 1000);
    REQUIRE(action.action == GATEPOST_REFRESH_FETCH && action.until == 0 && action.reason == 0);
    REQUIRE(before(&refresh, 1000).action == GATEPOST_REFRESH_WAIT);
    REQUIRE(before(&refresh, 1000).until == 1010);
    REQUIRE(unknown(&refresh, 0, 1000).action == GATEPOST_REFRESH_WAIT);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 1001, slice("{\"keys\":[]}"),
                                         cached("max-age=600", "\"v1\""), &change)
            == GATEPOST_OK);
    REQUIRE(change == GATEPOST_KEY_CHANGE_CHANGED);
    REQUIRE(gatepost_key_refresh_generation(&refresh) == 1);
    REQUIRE(is(gatepost_key_refresh_entity_tag(&refresh), "\"v1\""));
    REQUIRE(gatepost_key_refresh_next_fetch_at(&refresh) == 1031);
    /* From when they were asked for. */
    REQUIRE(gatepost_key_refresh_has_keys(&refresh, 1000 + 86399));
    REQUIRE(!gatepost_key_refresh_has_keys(&refresh, 1000 + 86400));

    /* A report that comes twice counts once. */
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 1001, slice("{}"), NULL, &change)
            == GATEPOST_OK);
    REQUIRE(change == GATEPOST_KEY_CHANGE_IGNORED);
    REQUIRE(before(&refresh, 1599).action == GATEPOST_REFRESH_USE_KEYS);

    REQUIRE(unknown(&refresh, 0, 1010).action == GATEPOST_REFRESH_USE_KEYS);
    REQUIRE(is_refusal(unknown(&refresh, 1, 1010), GATEPOST_KEY_NOT_FOUND));
    action = unknown(&refresh, 1, 1100);
    REQUIRE(action.action == GATEPOST_REFRESH_FETCH);
    REQUIRE(gatepost_key_refresh_not_modified(&refresh, action.fetch, 1101,
                                              cached("max-age=600", ""), &change) == GATEPOST_OK);
    REQUIRE(change == GATEPOST_KEY_CHANGE_UNCHANGED);
    REQUIRE(is_refusal(unknown(&refresh, 1, 1102), GATEPOST_KEY_NOT_FOUND));

    action = before(&refresh, 1701);
    REQUIRE(action.action == GATEPOST_REFRESH_FETCH);
    REQUIRE(gatepost_key_refresh_failed(&refresh, action.fetch, 1705) == GATEPOST_OK);
    REQUIRE(before(&refresh, 1706).action == GATEPOST_REFRESH_USE_STALE);
    REQUIRE(is_refusal(unknown(&refresh, 1, 1706), GATEPOST_KEYS_UNAVAILABLE));
}

/* What a cache has kept is fresh for less, and so is its answer that nothing has changed. */
static void test_age(void) {
    gatepost_key_refresh refresh = made();
    gatepost_cache_headers headers = *cached("max-age=600", "\"v1\"");
    gatepost_refresh_action action;
    uint32_t change = 0;

    headers.age = slice("100");
    action = before(&refresh, 1000);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 1001, slice("{}"), &headers,
                                         &change) == GATEPOST_OK);
    REQUIRE(before(&refresh, 1499).action == GATEPOST_REFRESH_USE_KEYS);
    REQUIRE(gatepost_key_refresh_has_keys(&refresh, 1000 + 86299));
    REQUIRE(!gatepost_key_refresh_has_keys(&refresh, 1000 + 86300));
    action = before(&refresh, 1500);
    REQUIRE(action.action == GATEPOST_REFRESH_FETCH);
    headers.age = slice("200, x");
    REQUIRE(gatepost_key_refresh_not_modified(&refresh, action.fetch, 1501, &headers, &change)
            == GATEPOST_OK);
    REQUIRE(before(&refresh, 1899).action == GATEPOST_REFRESH_USE_KEYS);
    REQUIRE(before(&refresh, 1900).action == GATEPOST_REFRESH_FETCH);
}

/* Nothing but bytes: what was copied goes on where it was. */
static void test_a_copy(void) {
    gatepost_key_refresh refresh = made(), copy = refresh;

    REQUIRE(before(&copy, 1000).action == GATEPOST_REFRESH_FETCH);
    REQUIRE(before(&copy, 1000).action == GATEPOST_REFRESH_WAIT);
    REQUIRE(before(&refresh, 1000).action == GATEPOST_REFRESH_FETCH);
}

/* 304 to a question that was not asked, no headers, and a set that nobody should have read. */
static void test_reports_that_count_as_failures(void) {
    gatepost_key_refresh refresh = made();
    gatepost_slice too_long;
    uint32_t change = 0;
    char *bytes = (char *)calloc(GATEPOST_MAX_JWKS_LENGTH + 1, 1);

    REQUIRE(gatepost_key_refresh_not_modified(&refresh, before(&refresh, 1000).fetch, 1001, NULL,
                                              &change) == GATEPOST_OK);
    REQUIRE(change == GATEPOST_KEY_CHANGE_IGNORED);
    REQUIRE(is_refusal(before(&refresh, 1002), GATEPOST_KEYS_UNAVAILABLE));
    too_long.ptr = (const uint8_t *)bytes;
    too_long.len = GATEPOST_MAX_JWKS_LENGTH + 1;
    REQUIRE(gatepost_key_refresh_fetched(&refresh, before(&refresh, 1031).fetch, 1032, too_long,
                                         NULL, &change) == GATEPOST_OK);
    REQUIRE(change == GATEPOST_KEY_CHANGE_IGNORED);
    REQUIRE(!gatepost_key_refresh_has_keys(&refresh, 1032));
    free(bytes);
}

static void test_configurations(void) {
    gatepost_key_refresh_config config = defaults();
    gatepost_key_refresh refresh;
    size_t i;

    REQUIRE(config.size == sizeof config);
    REQUIRE(config.least_lifetime == 300 && config.most_lifetime == 3600);
    REQUIRE(config.maximum_age == 86400 && config.cooldown == 30 && config.timeout == 10);

    config.least_lifetime = config.most_lifetime = config.maximum_age = 600;
    config.cooldown = 1;
    config.timeout = 2;
    REQUIRE(gatepost_key_refresh_init(&refresh, sizeof refresh, &config) == GATEPOST_OK);
    REQUIRE(before(&refresh, 1000).action == GATEPOST_REFRESH_FETCH);
    REQUIRE(before(&refresh, 1000).until == 1002);

    for (i = 0; i < 10; i++) {
        memset(&refresh, 0, sizeof refresh);
        config = defaults();
        switch (i) {
        case 0: config.size--; break;
        case 1: config.least_lifetime = 299; break;
        case 2: config.least_lifetime = 3601; break;
        case 3: config.most_lifetime = 86401; break;
        case 4: config.maximum_age = 3599; break;
        case 5: config.maximum_age = 604801; break;
        case 6: config.cooldown = 0; break;
        case 7: config.cooldown = 301; break;
        case 8: config.timeout = 0; break;
        default: config.timeout = 61; break;
        }
        REQUIRE(gatepost_key_refresh_init(&refresh, sizeof refresh, &config) == GATEPOST_MISUSE);
        REQUIRE(refresh.state == 0);
    }
    config = defaults();
    REQUIRE(gatepost_key_refresh_init(&refresh, sizeof refresh - 1, &config) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_init(&refresh, sizeof refresh, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_init(NULL, sizeof refresh, &config) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_config_init(NULL, sizeof config) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_config_init(&config, sizeof config + 1) == GATEPOST_MISUSE);
}

static void test_what_makes_no_sense(void) {
    gatepost_key_refresh refresh = made(), zeros;
    gatepost_key_refresh *const none[] = {NULL, &zeros};
    gatepost_refresh_action action = {7, 7, 7, 7};
    gatepost_cache_headers headers = *cached("", "");
    gatepost_slice broken = {NULL, 1}, own;
    uint32_t change = 7, fetch;
    size_t i;

    memset(&zeros, 0, sizeof zeros);
    for (i = 0; i < 2; i++) {
        REQUIRE(gatepost_key_refresh_before_validation(none[i], 1, &action) == GATEPOST_MISUSE);
        REQUIRE(gatepost_key_refresh_unknown_key(none[i], 0, 1, &action) == GATEPOST_MISUSE);
        REQUIRE(gatepost_key_refresh_fetched(none[i], 1, 1, slice("{}"), NULL, &change)
                == GATEPOST_MISUSE);
        REQUIRE(gatepost_key_refresh_not_modified(none[i], 1, 1, NULL, &change)
                == GATEPOST_MISUSE);
        REQUIRE(gatepost_key_refresh_failed(none[i], 1, 1) == GATEPOST_MISUSE);
        REQUIRE(!gatepost_key_refresh_has_keys(none[i], 1));
        REQUIRE(gatepost_key_refresh_generation(none[i]) == 0);
        REQUIRE(gatepost_key_refresh_next_fetch_at(none[i]) == 0);
        REQUIRE(gatepost_key_refresh_entity_tag(none[i]).ptr == NULL);
    }
    REQUIRE(action.action == 7 && action.until == 7 && change == 7);

    REQUIRE(gatepost_key_refresh_before_validation(&refresh, 1, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_unknown_key(&refresh, 0, 1, NULL) == GATEPOST_MISUSE);
    /* What was refused was not asked: the first question starts the fetch. */
    action = before(&refresh, 1000);
    REQUIRE(action.action == GATEPOST_REFRESH_FETCH);
    fetch = action.fetch;

    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, slice("{}"), NULL, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, broken, NULL, &change)
            == GATEPOST_MISUSE);
    headers.entity_tag = broken;
    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, slice("{}"), &headers, &change)
            == GATEPOST_MISUSE);
    headers = *cached("", "");
    headers.age = broken;
    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, slice("{}"), &headers, &change)
            == GATEPOST_MISUSE);
    headers = *cached("", "");
    headers.cache_control = &broken;
    headers.cache_control_count = 1;
    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, slice("{}"), &headers, &change)
            == GATEPOST_MISUSE);
    headers.cache_control = NULL;
    REQUIRE(gatepost_key_refresh_not_modified(&refresh, fetch, 1001, &headers, &change)
            == GATEPOST_MISUSE);
    REQUIRE(change == 7);
    /* Nor was anything reported. */
    REQUIRE(before(&refresh, 1001).action == GATEPOST_REFRESH_WAIT);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, fetch, 1001, slice("{}"), cached("", "\"v\""),
                                         &change) == GATEPOST_OK);

    /* The machine's own memory as the input of a change, and as the place of an output. */
    own = gatepost_key_refresh_entity_tag(&refresh);
    REQUIRE(is(own, "\"v\""));
    headers = *cached("", "");
    headers.entity_tag = own;
    action = unknown(&refresh, 1, 2000);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 2001, slice("{}"), &headers,
                                         &change) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 2001, own, NULL, &change)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_fetched(&refresh, action.fetch, 2001, slice("{}"), NULL,
                                         (uint32_t *)&refresh.state) == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_unknown_key(&refresh, 1, 2001,
                                             (gatepost_refresh_action *)&refresh)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_key_refresh_has_keys(&refresh, 2001));
}

int main(void) {
    test_a_life();
    test_age();
    test_a_copy();
    test_reports_that_count_as_failures();
    test_configurations();
    test_what_makes_no_sense();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

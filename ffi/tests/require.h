/*
 * What the tests in C have in common: a check that counts, and slices of string literals.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatepost.h"

#define REQUIRE(condition) require(condition, #condition, __FILE__, __LINE__)

static int failures;

static void require(bool holds, const char *condition, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: %s\n", file, line, condition);
        failures++;
    }
}

static const gatepost_slice NONE = {NULL, 0};

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static bool is(gatepost_slice bytes, const char *text) {
    return bytes.len == strlen(text) && memcmp(bytes.ptr, text, bytes.len) == 0;
}

static int result(void) {
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

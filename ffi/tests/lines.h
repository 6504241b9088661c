/*
 * Lines of words for cases.c: reading, decoding, keeping and writing them.
 *
 * Texts are in hexadecimal after an "x", so that an empty one is "x"; "-" stands for none. The
 * parser trusts its input: it is the test's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatepost.h"

enum { SLOTS = 64, MAX_KEYS = 64, MAX_LIST = 600, MAX_LINE = 4 << 20, MAX_TEXT = 2 << 20 };

/* The strings of policies and guards live here, those of a guard behind those of all policies. */
static char *texts[2 * SLOTS][64];
static size_t text_counts[2 * SLOTS];

static char line[MAX_LINE];

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

static void forget_texts(size_t slot) {
    while (text_counts[slot] > 0) {
        free(texts[slot][--text_counts[slot]]);
    }
}

static gatepost_slice keep(size_t slot, const char *hex) {
    size_t len = strlen(hex) / 2;
    char *text = malloc(len + 1);

    if (text == NULL || text_counts[slot] == 64) {
        die("out of memory");
    }
    texts[slot][text_counts[slot]++] = text;
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

static void print_response(uint32_t number_of_answer, const gatepost_response *response) {
    size_t i;

    if (response->reason != (number_of_answer == GATEPOST_RESPOND ? 0 : number_of_answer)) {
        die("the response has another reason");
    }
    printf("%u %u", (unsigned)number_of_answer, (unsigned)response->status);
    print_hex(response->body);
    for (i = 0; i < response->header_count; i++) {
        print_hex(response->headers[i].name);
        print_hex(response->headers[i].value);
    }
    printf("\n");
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

/* The parts of a value, which colons separate. */
static void split(char *value, char **parts, size_t count) {
    size_t i;

    for (i = 0; i < count; i++) {
        parts[i] = value;
        value = strchr(value, ':');
        if ((value == NULL) != (i + 1 == count)) {
            die("another number of parts");
        }
        if (value != NULL) {
            *value++ = '\0';
        }
    }
}

/* An output of a call that was refused has to be as it was. */
static void require_untouched(uint32_t reason, const void *output, size_t size) {
    const unsigned char *bytes = output;
    size_t i;

    for (i = 0; reason != GATEPOST_OK && i < size; i++) {
        if (bytes[i] != 0x5a) {
            die("an error changed the output");
        }
    }
}

/*
 * Errors of JSON-RPC, for the message that they answer.
 */
#include "require.h"

static gatepost_guard *guard;

/* Reads what a body asks for, into memory of its own. */
static uint32_t read_body(const char *body, gatepost_operation *operation) {
    static unsigned char memory[GATEPOST_AUTHORIZE_MEMORY];
    gatepost_header type;
    gatepost_request_head head;
    gatepost_response response;

    type.name = slice("Content-Type");
    type.value = slice("application/json");
    memset(&head, 0, sizeof head);
    head.method = slice("POST");
    head.target = slice("/mcp");
    head.headers = &type;
    head.header_count = 1;
    return gatepost_read_operation(guard, &head, slice(body), memory, sizeof memory, operation,
                                   &response);
}

/* Whether the error of `reason` for this body has this id, and the rest is as it should be. */
static bool answers(const char *body, uint32_t reason, const char *expected) {
    static unsigned char memory[512];
    gatepost_operation operation;
    gatepost_slice error = NONE;

    return read_body(body, &operation) == GATEPOST_OK
           && gatepost_write_error_body(reason, &operation, memory, sizeof memory, &error)
                  == GATEPOST_OK
           && error.ptr == memory && is(error, expected);
}

#define CALL "\"method\":\"tools/call\",\"params\":{\"name\":\"any\"}}"
#define SCOPE "\"error\":{\"code\":-32600,\"message\":\"the token lacks a required scope\"}}"

static void test_what_is_written(void) {
    static unsigned char memory[512];
    gatepost_slice error = NONE;

    REQUIRE(answers("{\"jsonrpc\":\"2.0\",\"id\":7.0," CALL, GATEPOST_INSUFFICIENT_SCOPE,
                    "{\"jsonrpc\":\"2.0\",\"id\":7.0," SCOPE));
    REQUIRE(answers("{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0022\\n\"," CALL,
                    GATEPOST_INSUFFICIENT_SCOPE,
                    "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"\\u000a\"," SCOPE));
    /* A notification is answered by nobody; neither is what has too long an id. */
    REQUIRE(answers("{\"jsonrpc\":\"2.0\"," CALL, GATEPOST_INSUFFICIENT_SCOPE,
                    "{\"jsonrpc\":\"2.0\"," SCOPE));
    REQUIRE(answers("{\"jsonrpc\":\"2.0\",\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    "aaaaaaaaaaaaaaa\"," CALL,
                    GATEPOST_INSUFFICIENT_SCOPE, "{\"jsonrpc\":\"2.0\"," SCOPE));
    /* The codes: MCP's own, and those for what HTTP says with 503. */
    REQUIRE(gatepost_write_error_body(GATEPOST_HEADER_MISMATCH, NULL, memory, sizeof memory, &error)
            == GATEPOST_OK);
    REQUIRE(is(error, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32020,"
                      "\"message\":\"the headers do not agree with the body\"}}"));
    REQUIRE(gatepost_write_error_body(GATEPOST_KEYS_UNAVAILABLE, NULL, memory, sizeof memory, &error)
            == GATEPOST_OK);
    REQUIRE(error.len > 44 && memcmp(error.ptr + 17, "\"error\":{\"code\":-32603,", 23) == 0);
}

static void test_ids(void) {
    gatepost_operation operation, never;
    gatepost_message_id id;

    REQUIRE(read_body("{\"jsonrpc\":\"2.0\",\"id\":-1e3," CALL, &operation) == GATEPOST_OK);
    REQUIRE(gatepost_operation_id(&operation, &id) == GATEPOST_OK);
    REQUIRE(is(id.text, "-1e3") && !id.is_string);
    REQUIRE(read_body("{\"jsonrpc\":\"2.0\",\"id\":\"\\u0037\"," CALL, &operation) == GATEPOST_OK);
    REQUIRE(gatepost_operation_id(&operation, &id) == GATEPOST_OK);
    REQUIRE(is(id.text, "7") && id.is_string);
    REQUIRE(read_body("{\"jsonrpc\":\"2.0\"," CALL, &operation) == GATEPOST_OK);
    REQUIRE(gatepost_operation_id(&operation, &id) == GATEPOST_OK);
    REQUIRE(id.text.ptr == NULL && !id.is_string);

    memset(&never, 0, sizeof never);
    id.is_string = true;
    REQUIRE(gatepost_operation_id(NULL, &id) == GATEPOST_MISUSE);
    REQUIRE(gatepost_operation_id(&never, &id) == GATEPOST_MISUSE);
    REQUIRE(gatepost_operation_id(&operation, NULL) == GATEPOST_MISUSE);
    REQUIRE(id.is_string);
}

static void test_mistakes(void) {
    static unsigned char memory[512];
    gatepost_operation operation, never;
    gatepost_message_id id;
    gatepost_slice error = NONE, written;
    size_t i;

    memset(&never, 0, sizeof never);
    REQUIRE(read_body("{\"jsonrpc\":\"2.0\",\"id\":\"\\u0037\"," CALL, &operation) == GATEPOST_OK);
    REQUIRE(gatepost_operation_id(&operation, &id) == GATEPOST_OK);
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, &operation, memory, sizeof memory, &written)
            == GATEPOST_OK);
    for (i = 0; i < written.len; i++) {
        REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, &operation, memory, i, &error)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    REQUIRE(gatepost_write_error_body(GATEPOST_OK, &operation, memory, sizeof memory, &error)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(GATEPOST_RESPOND, &operation, memory, sizeof memory, &error)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(12345, &operation, memory, sizeof memory, &error)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, &never, memory, sizeof memory, &error)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, NULL, NULL, 1, &error) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, NULL, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, &operation, &operation, sizeof operation,
                                      &error) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_error_body(GATEPOST_EXPIRED, &operation,
                                      (unsigned char *)(uintptr_t)id.text.ptr, 1, &error)
            == GATEPOST_MISUSE);
    REQUIRE(error.ptr == NULL);
}

int main(void) {
    gatepost_slice issuer = slice("https://issuer.example");
    gatepost_guard_config config;

    REQUIRE(gatepost_guard_config_init(&config, sizeof config) == GATEPOST_OK);
    config.resource = slice("https://mcp.example.com/mcp");
    config.authorization_servers = &issuer;
    config.authorization_server_count = 1;
    REQUIRE(gatepost_guard_new(&config, &guard) == GATEPOST_OK);
    test_what_is_written();
    test_ids();
    test_mistakes();
    gatepost_guard_free(guard);
    return result();
}

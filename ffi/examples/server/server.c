/*
 * The front of an MCP server: who may ask for what.
 *
 *     server -r RESOURCE -i ISSUER -j JWKS_URL [-a AUDIENCE] [-p PORT] [-c COOLDOWN]
 *         [-t TIMEOUT]
 *
 * RESOURCE is the public URL of the MCP endpoint, and the audience unless another one is given.
 * JWKS_URL is what the metadata of the issuer call `jwks_uri`: https, or http on this machine.
 * Listens on 127.0.0.1 alone, for a proxy that speaks TLS; on port 0, which is the default, it
 * takes a free one. Prints its URL. COOLDOWN is how many seconds there are between two fetches of
 * keys at the least, TIMEOUT how many one may take: 8 unless given, at most 58. SIGINT and SIGTERM
 * end it.
 *
 * To build it, with libmicrohttpd and libcurl (Debian: libmicrohttpd-dev libcurl4-openssl-dev):
 *
 *     cargo build --release -p gatepost-ffi
 *     cc -std=c99 -Iffi/include ffi/examples/server/server.c ffi/examples/server/issuer_keys.c \
 *         target/release/libgatepost.a -lmicrohttpd -lcurl \
 *         -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc -o server
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <curl/curl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gatepost.h"
#include "issuer_keys.h"

enum {
    MAX_HEADERS = 100, /* GATEPOST_AUTHENTICATE_MEMORY is for up to 120. */
    MAX_BODY = 65536,
    MAX_SCOPES = 64,
    MAX_CONNECTIONS = 512,
    MAX_ATTEMPTS = 3
};

struct server {
    gatepost_guard *guard;
    gatepost_policy policy;
    struct issuer_keys keys;
};

/* A request, from its first line to its answer. */
struct request {
    char *target;
    gatepost_header headers[MAX_HEADERS];
    gatepost_request_head head;
    gatepost_principal principal;
    gatepost_response response;
    unsigned char *body; /* MAX_BODY bytes, once somebody was let in. */
    size_t body_length;
    size_t passed_over; /* Bytes of a body that is too long. */
    unsigned char authenticate_memory[GATEPOST_AUTHENTICATE_MEMORY];
    unsigned char operation_memory[GATEPOST_AUTHORIZE_MEMORY];
    unsigned char authorize_memory[GATEPOST_AUTHORIZE_MEMORY];
};

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes;
    bytes.ptr = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static uint64_t now(void) { return (uint64_t)time(NULL); }

/* ---- requests ---- */

static enum MHD_Result send_response(struct MHD_Connection *connection,
                                     const gatepost_response *answer) {
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.len, (void *)(uintptr_t)answer->body.ptr, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = response == NULL ? MHD_NO : MHD_YES;
    size_t i;

    for (i = 0; i < answer->header_count && result == MHD_YES; i++) {
        gatepost_slice name = answer->headers[i].name, value = answer->headers[i].value;
        char *name_text = strndup((const char *)name.ptr, name.len);
        char *value_text = strndup((const char *)value.ptr, value.len);
        result = name_text == NULL || value_text == NULL
                     ? MHD_NO
                     : MHD_add_response_header(response, name_text, value_text);
        free(name_text);
        free(value_text);
    }
    /* Without one of its headers it would be another answer: rather none. */
    if (result == MHD_YES) {
        result = MHD_queue_response(connection, answer->status, response);
    }
    if (response != NULL) {
        MHD_destroy_response(response);
    }
    return result;
}

static enum MHD_Result refuse(const struct server *server, struct MHD_Connection *connection,
                              struct request *request, uint32_t reason, uint64_t until) {
    gatepost_response response;

    gatepost_guard_refuse_until(server->guard, &request->head, reason, until, now(),
                                request->authorize_memory, sizeof request->authorize_memory,
                                &response);
    return send_response(connection, &response);
}

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_length, const char *value, size_t value_length) {
    struct request *request = context;
    gatepost_header *header;

    (void)kind;
    if (request->head.header_count == MAX_HEADERS) {
        return MHD_NO;
    }
    header = &request->headers[request->head.header_count++];
    header->name.ptr = (const uint8_t *)name;
    header->name.len = name_length;
    header->value.ptr = (const uint8_t *)value;
    header->value.len = value_length;
    return MHD_YES;
}

/* Asks the guard who it is. A request without a token is no reason to fetch keys. */
static uint32_t authenticate(struct server *server, struct request *request, bool has_token) {
    struct keys *keys = NULL;
    uint32_t answer, attempt, lacking;

    if (has_token) {
        issuer_keys_acquire(&server->keys, NULL, &keys);
    }
    for (attempt = 1;; attempt++) {
        gatepost_issuer issuer = {&server->policy, keys == NULL ? NULL : keys->set};
        /* Without keys the answer is 503, unless there is another before it. */
        answer = gatepost_authenticate(server->guard, &issuer, 1, &request->head, now(),
                                       request->authenticate_memory,
                                       sizeof request->authenticate_memory, &request->principal,
                                       &request->response);
        if (answer != GATEPOST_KEY_NOT_FOUND || keys == NULL || attempt == MAX_ATTEMPTS) {
            break;
        }
        lacking = keys->generation;
        issuer_keys_release(&server->keys, keys);
        if (issuer_keys_acquire(&server->keys, &lacking, &keys) == GATEPOST_KEY_NOT_FOUND) {
            break; /* The issuer has no such key: the answer stands. */
        }
    }
    issuer_keys_release(&server->keys, keys);
    return answer;
}

/* Before any of the body is read. */
static enum MHD_Result on_head(struct server *server, struct MHD_Connection *connection,
                               struct request *request, const char *method) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool has_token = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                 MHD_HTTP_HEADER_AUTHORIZATION) != NULL;
    uint32_t answer;

    request->head.method = slice(method);
    request->head.target = slice(request->target);
    request->head.headers = request->headers;
    if (MHD_get_connection_values_n(connection, MHD_HEADER_KIND, NULL, NULL) > MAX_HEADERS) {
        request->response.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
        return send_response(connection, &request->response);
    }
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_header, request);
    answer = authenticate(server, request, has_token);
    if (answer == GATEPOST_KEYS_UNAVAILABLE) {
        /* It would be in vain to ask again before. */
        return refuse(server, connection, request, answer,
                      issuer_keys_next_fetch_at(&server->keys));
    }
    if (answer != GATEPOST_OK) {
        return send_response(connection, &request->response);
    }
    if (length != NULL && strtoull(length, NULL, 10) > MAX_BODY) {
        return refuse(server, connection, request, GATEPOST_MESSAGE_TOO_LARGE, 0);
    }
    request->body = malloc(MAX_BODY);
    return request->body == NULL ? MHD_NO : MHD_YES;
}

/* A body in chunks may turn out to be too long. Its rest is passed over, but not without end. */
static enum MHD_Result on_body(struct request *request, const char *data, size_t length) {
    if (request->passed_over == 0 && length <= MAX_BODY - request->body_length) {
        memcpy(request->body + request->body_length, data, length);
        request->body_length += length;
        return MHD_YES;
    }
    request->passed_over += length;
    return request->passed_over > MAX_BODY ? MHD_NO : MHD_YES;
}

static void print_string(FILE *out, gatepost_slice text) {
    size_t i;

    if (text.ptr == NULL) {
        fputs("null", out);
        return;
    }
    putc('"', out);
    for (i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == '"' || text.ptr[i] == '\\') {
            fprintf(out, "\\u%04x", text.ptr[i]);
        } else {
            putc(text.ptr[i], out);
        }
    }
    putc('"', out);
}

/* Here the MCP server would begin. This one says who asked, and for what. */
static enum MHD_Result serve(struct MHD_Connection *connection, struct request *request,
                             const gatepost_operation *operation) {
    static const gatepost_slice none = {NULL, 0};
    const gatepost_principal *principal = &request->principal;
    gatepost_slice scopes[MAX_SCOPES];
    size_t count = gatepost_access_token_scopes(&principal->token, scopes, MAX_SCOPES), i;
    /* Browsers need the headers that the guard has left here. */
    gatepost_response *answer = &request->response;
    gatepost_header *type = &answer->headers[answer->header_count];
    enum MHD_Result result;
    char *text = NULL;
    FILE *out;

    if (answer->header_count == GATEPOST_MAX_RESPONSE_HEADERS ||
        (out = open_memstream(&text, &answer->body.len)) == NULL) {
        return MHD_NO;
    }
    fputs("{\"subject\":", out);
    print_string(out, principal->token.subject);
    fputs(",\"scopes\":[", out);
    for (i = 0; i < count && i < MAX_SCOPES; i++) {
        fputs(i == 0 ? "" : ",", out);
        print_string(out, scopes[i]);
    }
    fputs("],\"method\":", out);
    print_string(out, operation == NULL ? none : operation->method);
    fputs(",\"name\":", out);
    print_string(out, operation == NULL ? none : operation->name);
    fputs("}", out);
    if (fclose(out) != 0) {
        free(text);
        return MHD_NO;
    }
    type->name = slice("Content-Type");
    type->value = slice("application/json");
    answer->header_count++;
    answer->body.ptr = (const uint8_t *)text;
    result = send_response(connection, answer);
    free(text);
    return result;
}

static enum MHD_Result on_end(const struct server *server, struct MHD_Connection *connection,
                              struct request *request, const char *method) {
    /* Revisions before 2026-07-28 have requests without a body. */
    bool has_body = request->body_length > 0 || strcmp(method, "POST") == 0;
    gatepost_slice body = {request->body, request->body_length};
    gatepost_operation operation;
    gatepost_response response;

    if (request->passed_over > 0) {
        return refuse(server, connection, request, GATEPOST_MESSAGE_TOO_LARGE, 0);
    }
    if ((has_body && gatepost_read_operation(server->guard, &request->head, body,
                                             request->operation_memory,
                                             sizeof request->operation_memory, &operation,
                                             &response) != GATEPOST_OK) ||
        gatepost_authorize(server->guard, &request->head, &request->principal,
                           has_body ? &operation : NULL, request->authorize_memory,
                           sizeof request->authorize_memory, &response) != GATEPOST_OK) {
        return send_response(connection, &response);
    }
    return serve(connection, request, has_body ? &operation : NULL);
}

/* libmicrohttpd calls with the target as it came, before anything else. */
static void *begin_request(void *context, const char *target, struct MHD_Connection *connection) {
    struct request *request = calloc(1, sizeof *request);

    (void)context, (void)connection;
    if (request != NULL) {
        request->target = strdup(target);
    }
    return request;
}

static void end_request(void *context, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code) {
    struct request *request = *state;

    (void)context, (void)connection, (void)code;
    if (request != NULL) {
        free(request->target);
        free(request->body);
        free(request);
    }
    *state = NULL;
}

/* Called once with the head, then with each piece of the body, then once more. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version,
                                  const char *data, size_t *length, void **state) {
    struct request *request = *state;

    (void)url, (void)version;
    if (request == NULL || request->target == NULL) {
        return MHD_NO;
    }
    if (request->body == NULL) {
        return on_head(context, connection, request, method);
    }
    if (*length > 0) {
        size_t piece = *length;
        *length = 0;
        return on_body(request, data, piece);
    }
    return on_end(context, connection, request, method);
}

/* ---- the program ---- */

/* What is asked of whom. The guard copies arrays; the strings outlive it. */
static uint32_t configure(struct server *server, gatepost_slice resource, gatepost_slice issuer,
                          gatepost_slice audience) {
    static const gatepost_rule no_rule;
    gatepost_slice base = slice("tools:call"), origin = slice("https://app.example.com");
    gatepost_slice delete[] = {slice("files:delete files:audit"), slice("files:all")};
    gatepost_rule rules[] = {no_rule, no_rule, no_rule};
    gatepost_policy_config policy;
    gatepost_guard_config guard;
    uint32_t reason;

    rules[0].kind = GATEPOST_OPERATION_TOOL; /* Needs more than the base. */
    rules[0].pattern = slice("delete");
    rules[0].alternatives = delete;
    rules[0].alternative_count = sizeof delete / sizeof delete[0];
    rules[1].kind = GATEPOST_OPERATION_TOOL;
    rules[1].pattern = slice("reset");
    rules[1].flags = GATEPOST_RULE_REFUSED;
    rules[2].kind = GATEPOST_OPERATION_TOOL;
    rules[2].pattern = slice("status");
    rules[2].flags = GATEPOST_RULE_PUBLIC;

    if ((reason = gatepost_policy_config_init(&policy, sizeof policy)) != GATEPOST_OK ||
        (reason = gatepost_guard_config_init(&guard, sizeof guard)) != GATEPOST_OK) {
        return reason;
    }
    policy.issuer = issuer;
    policy.audiences = &audience;
    policy.audience_count = 1;
    guard.resource = resource;
    guard.authorization_servers = &issuer;
    guard.authorization_server_count = 1;
    guard.scopes_supported = guard.base_scopes = &base;
    guard.scopes_supported_count = guard.base_scope_count = 1;
    guard.rules = rules;
    guard.rule_count = sizeof rules / sizeof rules[0];
    guard.origins = &origin;
    guard.origin_count = 1;
    guard.max_message_length = MAX_BODY;
    reason = gatepost_policy_init(&server->policy, sizeof server->policy, &policy);
    return reason == GATEPOST_OK ? gatepost_guard_new(&guard, &server->guard) : reason;
}

static struct MHD_Daemon *listen_on(struct server *server, uint16_t port) {
    struct sockaddr_in address;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* A thread for each connection: one that has no keys fetches them or waits for them, alone. */
    return MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, port, NULL, NULL, on_request,
        server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, begin_request, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, 30U,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_END);
}

/* Serves until a signal comes. The other threads inherit that signals are blocked. */
static int run(struct server *server, uint16_t port) {
    struct MHD_Daemon *daemon;
    sigset_t signals;
    int number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    daemon = listen_on(server, port);
    if (daemon == NULL) {
        perror("server");
        return 1;
    }
    printf("http://127.0.0.1:%u\n",
           MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&signals, &number);
    issuer_keys_give_up(&server->keys); /* No request is to wait for its issuer any more. */
    MHD_stop_daemon(daemon);            /* Ends the requests that are under way. */
    return 0;
}

int main(int argc, char **argv) {
    struct server server;
    const char *resource = "", *issuer = "", *audience = NULL, *jwks_url = "";
    unsigned long port = 0, cooldown = 0, timeout = 8;
    int option, status = 2;

    memset(&server, 0, sizeof server);
    while ((option = getopt(argc, argv, "r:i:j:a:p:c:t:")) != -1) {
        switch (option) {
        case 'r': resource = optarg; break;
        case 'i': issuer = optarg; break;
        case 'j': jwks_url = optarg; break;
        case 'a': audience = optarg; break;
        case 'p': port = strtoul(optarg, NULL, 10); break;
        case 'c': cooldown = strtoul(optarg, NULL, 10); break;
        case 't': timeout = strtoul(optarg, NULL, 10); break;
        default: return status;
        }
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return status;
    }
    if (port > 65535 || cooldown > UINT32_MAX || timeout == 0 ||
        timeout > ISSUER_KEYS_MAX_TIMEOUT ||
        configure(&server, slice(resource), slice(issuer),
                  slice(audience == NULL ? resource : audience)) != GATEPOST_OK) {
        fprintf(stderr, "usage: server -r RESOURCE -i ISSUER -j JWKS_URL [-a AUDIENCE] [-p PORT] "
                        "[-c COOLDOWN] [-t TIMEOUT]\n");
    } else if (issuer_keys_init(&server.keys, jwks_url, (uint32_t)cooldown, (uint32_t)timeout) !=
               GATEPOST_OK) {
        fprintf(stderr, "server: JWKS_URL is https, or http on this machine; or there is no room "
                        "for another thread\n");
    } else {
        status = run(&server, (uint16_t)port);
        issuer_keys_end(&server.keys);
    }
    gatepost_guard_free(server.guard);
    curl_global_cleanup();
    return status;
}

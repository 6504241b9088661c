/*
 * Clients that introduce themselves, where a server sends people, and from where it fetches.
 */
#include "require.h"

static unsigned char memory[2048], answer[2048];
static const gatepost_slice BROKEN = {NULL, 1};

static const char *const REQUEST =
    "{\"client_name\":\"Ex\\u0061mple\",\"client_uri\":\"https://app.example.com\","
    "\"logo_uri\":\"https://app.example.com/logo\",\"scope\":\"mcp:read mcp:write\","
    "\"redirect_uris\":[\"http://127.0.0.1/cb\",\"https://app.example.com/cb\"],"
    "\"grant_types\":[\"authorization_code\",\"refresh_token\",\"password\"],"
    "\"token_endpoint_auth_method\":\"none\"}";

static uint32_t read_with(const char *body, const gatepost_client_rules *rules,
                          gatepost_client *client) {
    return gatepost_read_registration(slice(body), rules, memory, sizeof memory, client);
}

static gatepost_client_rules rules_of(const uint32_t *methods, size_t count) {
    gatepost_client_rules rules;

    memset(&rules, 0, sizeof rules);
    rules.size = sizeof rules;
    rules.auth_methods = methods;
    rules.auth_method_count = count;
    return rules;
}

static void test_a_client(void) {
    gatepost_client client, copy;
    gatepost_redirect_uri uri;
    gatepost_slice uris[3];

    REQUIRE(read_with(REQUEST, NULL, &client) == GATEPOST_OK);
    copy = client;
    memset(&client, 0, sizeof client);
    REQUIRE(is(copy.name, "Example"));
    REQUIRE(is(copy.client_uri, "https://app.example.com"));
    REQUIRE(is(copy.logo_uri, "https://app.example.com/logo"));
    REQUIRE(is(copy.scope, "mcp:read mcp:write"));
    REQUIRE(copy.jwks.ptr == NULL && copy.jwks_uri.ptr == NULL);
    REQUIRE(copy.application_type == GATEPOST_APPLICATION_NATIVE);
    REQUIRE(copy.auth_method == GATEPOST_AUTH_METHOD_NONE);
    REQUIRE(copy.may_refresh && !copy.is_loopback_only);
    uris[1] = NONE;
    REQUIRE(gatepost_client_redirect_uris(&copy, uris, 1) == 2);
    REQUIRE(is(uris[0], "http://127.0.0.1/cb") && uris[1].ptr == NULL);
    REQUIRE(gatepost_client_redirect_uris(&copy, uris, 3) == 2);
    REQUIRE(is(uris[1], "https://app.example.com/cb"));
    REQUIRE(gatepost_client_redirect_uris(&copy, NULL, 0) == 2);
    REQUIRE(gatepost_client_redirect_uris(&copy, NULL, 1) == 0);
    REQUIRE(gatepost_client_redirect_uris(&client, uris, 3) == 0);
    REQUIRE(gatepost_client_redirect_uris(NULL, uris, 3) == 0);

    REQUIRE(gatepost_client_redirect_uri(&copy, slice("http://127.0.0.1:51004/cb"), &uri)
            == GATEPOST_OK);
    REQUIRE(is(uri.uri, "http://127.0.0.1:51004/cb") && is(uri.host, "127.0.0.1"));
    REQUIRE(uri.kind == GATEPOST_REDIRECT_LOOPBACK && uri.is_loopback);
    REQUIRE(gatepost_client_redirect_uri(&copy, slice("https://app.example.com/cb"), &uri)
            == GATEPOST_OK);
    REQUIRE(uri.kind == GATEPOST_REDIRECT_WEB && !uri.is_loopback);
    memset(&uri, 0, sizeof uri);
    REQUIRE(gatepost_client_redirect_uri(&copy, slice("https://app.example.com:8443/cb"), &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_client_redirect_uri(&copy, slice("https://evil.example/cb"), &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_client_redirect_uri(&copy, slice("caf\xe9"), &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_client_redirect_uri(&copy, NONE, &uri) == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_client_redirect_uri(&copy, BROKEN, &uri) == GATEPOST_MISUSE);
    REQUIRE(gatepost_client_redirect_uri(&client, slice("http://127.0.0.1/cb"), &uri)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_client_redirect_uri(NULL, slice("http://127.0.0.1/cb"), &uri)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_client_redirect_uri(&copy, slice("http://127.0.0.1/cb"), NULL)
            == GATEPOST_MISUSE);
    REQUIRE(uri.uri.ptr == NULL);
}

static void test_what_is_registered(void) {
    static const uint32_t methods[] = {GATEPOST_AUTH_METHOD_PRIVATE_KEY_JWT,
                                       GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST};
    static const uint32_t unknown[] = {GATEPOST_AUTH_METHOD_NONE, 5};
    static const uint32_t many[GATEPOST_MAX_STRINGS + 1] = {0};
    static const char *const with_secret =
        "{\"redirect_uris\":[\"https://app.example.com/cb\"],"
        "\"token_endpoint_auth_method\":\"client_secret_post\"}";
    static const char *const private_use = "{\"redirect_uris\":[\"com.example.app:/cb\"]}";
    static const struct {
        const char *body;
        uint32_t reason;
    } refused[] = {
        {"{}", GATEPOST_INVALID_REDIRECT_URI},
        {"{\"redirect_uris\":[]}", GATEPOST_INVALID_REDIRECT_URI},
        {"{\"redirect_uris\":[\"http://app.example.com/cb\"]}", GATEPOST_INVALID_REDIRECT_URI},
        {"{\"redirect_uris\":[\"javascript:alert(1)\"]}", GATEPOST_INVALID_REDIRECT_URI},
        {"{\"redirect_uris\":[\"https://a.example/cb\"],\"client_name\":1}",
         GATEPOST_INVALID_CLIENT_METADATA},
        {"{\"redirect_uris\":[\"https://a.example/cb\"],\"client_uri\":\"javascript:1\"}",
         GATEPOST_INVALID_CLIENT_METADATA},
        {"{\"redirect_uris\":[],\"redirect_uris\":[]}", GATEPOST_DUPLICATE_MEMBER},
        {"[", GATEPOST_INVALID_JSON},
    };
    static char long_body[GATEPOST_MAX_REGISTRATION_LENGTH + 2];
    gatepost_slice schemes[GATEPOST_MAX_STRINGS + 1], body;
    gatepost_client_rules rules = rules_of(methods, 2);
    gatepost_client client;
    size_t i;

    memset(&client, 0, sizeof client);
    for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        REQUIRE(read_with(refused[i].body, NULL, &client) == refused[i].reason);
    }
    memset(long_body, ' ', sizeof long_body - 1);
    REQUIRE(read_with(long_body, NULL, &client) == GATEPOST_TOO_LARGE);
    long_body[sizeof long_body - 2] = '\0';
    REQUIRE(read_with(long_body, NULL, &client) == GATEPOST_INVALID_JSON);
    REQUIRE(client.state == 0);

    REQUIRE(read_with(with_secret, &rules, &client) == GATEPOST_OK);
    REQUIRE(client.auth_method == GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST);
    REQUIRE(client.application_type == GATEPOST_APPLICATION_WEB && !client.may_refresh);
    /* One that names none gets the preferred method. */
    REQUIRE(read_with("{\"redirect_uris\":[\"https://app.example.com/cb\"]}", NULL, &client)
            == GATEPOST_OK);
    REQUIRE(client.auth_method == GATEPOST_AUTH_METHOD_NONE);
    REQUIRE(client.name.ptr == NULL);

    memset(&client, 0, sizeof client);
    REQUIRE(read_with(private_use, NULL, &client) == GATEPOST_INVALID_REDIRECT_URI);
    for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        schemes[i] = slice("com.example.app");
    }
    rules = rules_of(NULL, 0);
    rules.private_use_schemes = schemes;
    rules.private_use_scheme_count = GATEPOST_MAX_STRINGS;
    REQUIRE(read_with(private_use, &rules, &client) == GATEPOST_OK);
    REQUIRE(client.application_type == GATEPOST_APPLICATION_NATIVE);

    memset(&client, 0, sizeof client);
    rules.private_use_scheme_count++;
    REQUIRE(read_with(private_use, &rules, &client) == GATEPOST_MISUSE);
    rules.private_use_scheme_count = 1;
    schemes[0] = slice("javascript");
    REQUIRE(read_with(private_use, &rules, &client) == GATEPOST_MISUSE);
    schemes[0] = BROKEN;
    REQUIRE(read_with(private_use, &rules, &client) == GATEPOST_MISUSE);
    rules = rules_of(unknown, 2);
    REQUIRE(read_with(REQUEST, &rules, &client) == GATEPOST_MISUSE);
    rules = rules_of(many, GATEPOST_MAX_STRINGS + 1);
    REQUIRE(read_with(REQUEST, &rules, &client) == GATEPOST_MISUSE);
    rules = rules_of(NULL, 1);
    REQUIRE(read_with(REQUEST, &rules, &client) == GATEPOST_MISUSE);
    rules = rules_of(NULL, 0);
    rules.size--;
    REQUIRE(read_with(REQUEST, &rules, &client) == GATEPOST_MISUSE);

    body = slice(REQUEST);
    REQUIRE(gatepost_read_registration(body, NULL, memory, 16, &client)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_read_registration(BROKEN, NULL, memory, sizeof memory, &client)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_registration(body, NULL, NULL, 1, &client) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_registration(body, NULL, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    rules = rules_of(NULL, 0);
    REQUIRE(gatepost_read_registration(body, &rules, &rules, sizeof rules, &client)
            == GATEPOST_MISUSE);
    schemes[0] = slice("com.example.app");
    rules.private_use_schemes = schemes;
    rules.private_use_scheme_count = 1;
    REQUIRE(gatepost_read_registration(body, &rules, schemes, sizeof schemes, &client)
            == GATEPOST_MISUSE);
    memcpy(memory, "com.example.app", 15);
    schemes[0].ptr = memory;
    REQUIRE(gatepost_read_registration(body, &rules, memory, sizeof memory, &client)
            == GATEPOST_MISUSE);
    REQUIRE(client.state == 0);
}

static void test_the_answers(void) {
    static const uint32_t methods[] = {GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC};
    static const char *const expected =
        "{\"client_id\":\"c1\",\"client_id_issued_at\":1700000000,\"client_secret\":\"s1\","
        "\"client_secret_expires_at\":1800000000,\"redirect_uris\":[\"https://a.example/cb\"],"
        "\"application_type\":\"web\",\"token_endpoint_auth_method\":\"client_secret_basic\","
        "\"grant_types\":[\"authorization_code\"],\"response_types\":[\"code\"]}";
    gatepost_client_rules rules = rules_of(methods, 1);
    gatepost_client_credentials credentials, changed;
    gatepost_client client, unread;
    gatepost_slice body = NONE;
    size_t i;

    memset(&unread, 0, sizeof unread);
    memset(&credentials, 0, sizeof credentials);
    credentials.size = sizeof credentials;
    credentials.client_id = slice("c1");
    credentials.issued_at = 1700000000;
    credentials.client_secret = slice("s1");
    credentials.client_secret_expires_at = 1800000000;
    REQUIRE(read_with("{\"redirect_uris\":[\"https://a.example/cb\"]}", &rules, &client)
            == GATEPOST_OK);
    REQUIRE(gatepost_write_registration(&client, &credentials, answer, strlen(expected), &body)
            == GATEPOST_OK);
    REQUIRE(is(body, expected) && body.ptr == answer);
    body = NONE;
    for (i = 0; i < strlen(expected); i++) {
        REQUIRE(gatepost_write_registration(&client, &credentials, answer, i, &body)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    for (i = 0; i < 6; i++) {
        changed = credentials;
        switch (i) {
        case 0: changed.size = 0; break;
        case 1: changed.client_id = NONE; break;
        case 2: changed.client_id = slice("https://a.example/c"); break;
        case 3: changed.client_secret = slice(""); break;
        case 4: changed.client_secret = slice("a b"); break;
        default: changed.client_secret = NONE; break;
        }
        REQUIRE(gatepost_write_registration(&client, &changed, answer, sizeof answer, &body)
                == GATEPOST_MISUSE);
    }
    changed.client_secret_expires_at = 0;
    REQUIRE(gatepost_write_registration(&client, &changed, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&unread, &credentials, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(NULL, &credentials, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, NULL, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, &credentials, NULL, 1, &body) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, &credentials, answer, sizeof answer, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, &credentials, &client, sizeof client, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, &credentials, &credentials, 1, &body)
            == GATEPOST_MISUSE);
    REQUIRE(body.ptr == NULL);
    /* A public client gets no secret. */
    REQUIRE(read_with(REQUEST, NULL, &client) == GATEPOST_OK);
    REQUIRE(gatepost_write_registration(&client, &credentials, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration(&client, &changed, answer, sizeof answer, &body)
            == GATEPOST_OK);
    REQUIRE(gatepost_write_registration(&client, &changed, memory, sizeof memory, &body)
            == GATEPOST_MISUSE);

    REQUIRE(gatepost_write_registration_error(GATEPOST_INVALID_REDIRECT_URI, answer, sizeof answer,
                                              &body) == GATEPOST_OK);
    REQUIRE(body.len > 60 && memcmp(body.ptr, "{\"error\":\"invalid_redirect_uri\",", 32) == 0);
    REQUIRE(gatepost_write_registration_error(GATEPOST_TOO_LARGE, answer, sizeof answer, &body)
            == GATEPOST_OK);
    REQUIRE(memcmp(body.ptr, "{\"error\":\"invalid_client_metadata\",", 35) == 0);
    REQUIRE(gatepost_write_registration_error(GATEPOST_TOO_LARGE, answer, 40, &body)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_write_registration_error(GATEPOST_MEMORY_TOO_SMALL, answer, sizeof answer,
                                              &body) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration_error(GATEPOST_OK, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration_error(12345, answer, sizeof answer, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration_error(GATEPOST_TOO_LARGE, NULL, 1, &body)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_registration_error(GATEPOST_TOO_LARGE, answer, sizeof answer, NULL)
            == GATEPOST_MISUSE);
}

static void test_documents(void) {
    static const char *const url = "https://app.example.com/client.json";
    static const char *const document =
        "{\"client_id\":\"https://app.example.com/client.json\",\"client_name\":\"Example\","
        "\"redirect_uris\":[\"http://localhost/cb\"]}";
    static const char *const secret =
        "{\"client_id\":\"https://app.example.com/client.json\",\"client_name\":\"Example\","
        "\"redirect_uris\":[\"http://localhost/cb\"],\"client_secret\":\"s1\"}";
    gatepost_client client;
    gatepost_slice host = NONE;

    REQUIRE(gatepost_read_client_document(slice(document), slice(url), NULL, memory, sizeof memory,
                                          &client) == GATEPOST_OK);
    REQUIRE(is(client.name, "Example") && client.is_loopback_only);
    memset(&client, 0, sizeof client);
    REQUIRE(gatepost_read_client_document(slice(document), slice("https://app.example.com/CLIENT"),
                                          NULL, memory, sizeof memory, &client)
            == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_read_client_document(slice(document), slice("client"), NULL, memory,
                                          sizeof memory, &client) == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_read_client_document(slice(document), slice("caf\xe9"), NULL, memory,
                                          sizeof memory, &client) == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_read_client_document(slice(secret), slice(url), NULL, memory, sizeof memory,
                                          &client) == GATEPOST_INVALID_CLIENT_METADATA);
    REQUIRE(gatepost_read_client_document(slice(document), slice(url), NULL, memory, 8, &client)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_read_client_document(BROKEN, slice(url), NULL, memory, sizeof memory, &client)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_client_document(slice(document), slice(url), NULL, NULL, 8, &client)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_client_document(slice(document), slice(url), NULL, memory, sizeof memory,
                                          NULL) == GATEPOST_MISUSE);
    REQUIRE(client.state == 0);

    REQUIRE(gatepost_client_id_host(slice(url), &host) == GATEPOST_OK);
    REQUIRE(is(host, "app.example.com"));
    host = NONE;
    REQUIRE(gatepost_client_id_host(slice("http://app.example.com/client.json"), &host)
            == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_client_id_host(slice("https://app.example.com/"), &host)
            == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_client_id_host(NONE, &host) == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_client_id_host(BROKEN, &host) == GATEPOST_MISUSE);
    REQUIRE(gatepost_client_id_host(slice(url), NULL) == GATEPOST_MISUSE);
    REQUIRE(host.ptr == NULL);
}

static void test_redirect_uris(void) {
    gatepost_slice scheme = slice("com.example.app");
    gatepost_redirect_uri uri;

    REQUIRE(gatepost_check_redirect_uri(slice("https://[2001:db8::1]/cb"), NULL, 0, &uri)
            == GATEPOST_OK);
    REQUIRE(is(uri.host, "2001:db8::1") && uri.kind == GATEPOST_REDIRECT_WEB);
    REQUIRE(gatepost_check_redirect_uri(slice("com.example.app:/cb"), &scheme, 1, &uri)
            == GATEPOST_OK);
    REQUIRE(uri.host.ptr == NULL && uri.kind == GATEPOST_REDIRECT_PRIVATE_USE);
    REQUIRE(!uri.is_loopback);
    memset(&uri, 0, sizeof uri);
    REQUIRE(gatepost_check_redirect_uri(slice("com.example.app:/cb"), NULL, 0, &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_check_redirect_uri(slice("http://app.example.com/cb"), &scheme, 1, &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_check_redirect_uri(slice("https://app.example.com/cb#a"), &scheme, 1, &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_check_redirect_uri(slice("caf\xe9"), &scheme, 1, &uri)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(gatepost_check_redirect_uri(slice("com.example.app:/cb"), NULL, 1, &uri)
            == GATEPOST_MISUSE);
    scheme = slice("https");
    REQUIRE(gatepost_check_redirect_uri(slice("https://a.example/cb"), &scheme, 1, &uri)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_check_redirect_uri(slice("https://a.example/cb"), NULL, 0, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(uri.uri.ptr == NULL);
}

static void test_addresses(void) {
    static const uint8_t public4[] = {1, 1, 1, 1}, private4[] = {10, 0, 0, 1};
    static const uint8_t metadata4[] = {169, 254, 169, 254}, loopback4[] = {127, 0, 0, 1};
    static const uint8_t public6[16] = {0x26, 0x06, 0x47, 0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11,
                                        0x11};
    static const uint8_t loopback6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t private_as_6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
    static const uint8_t public_as_6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 1, 1, 1};

    REQUIRE(gatepost_require_fetchable(public4, 4, 0) == GATEPOST_OK);
    REQUIRE(gatepost_require_fetchable(public6, 16, 0) == GATEPOST_OK);
    REQUIRE(gatepost_require_fetchable(public_as_6, 16, 0) == GATEPOST_OK);
    REQUIRE(gatepost_require_fetchable(private4, 4, 0) == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(private_as_6, 16, 0) == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(metadata4, 4, 0) == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(loopback4, 4, 0) == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(loopback6, 16, 0) == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(loopback4, 4, GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT)
            == GATEPOST_OK);
    REQUIRE(gatepost_require_fetchable(loopback6, 16, GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT)
            == GATEPOST_OK);
    REQUIRE(gatepost_require_fetchable(private4, 4, GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT)
            == GATEPOST_ADDRESS_REFUSED);
    REQUIRE(gatepost_require_fetchable(public4, 3, 0) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_fetchable(public6, 15, 0) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_fetchable(public4, 4, 2) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_fetchable(NULL, 4, 0) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_fetchable(NULL, 0, 0) == GATEPOST_MISUSE);
}

int main(void) {
    test_a_client();
    test_what_is_registered();
    test_the_answers();
    test_documents();
    test_redirect_uris();
    test_addresses();
    return result();
}

/*
 * A client that introduces itself, and what it reads of the answer.
 */
#include "require.h"

static unsigned char memory[1024];
static const gatepost_slice BROKEN = {NULL, 1};

static void test_documents(void) {
    static const char *const request =
        "{\"redirect_uris\":[\"http://127.0.0.1/cb\"],\"application_type\":\"native\","
        "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\"],"
        "\"response_types\":[\"code\"],\"client_name\":\"Example\"}";
    gatepost_slice uris[GATEPOST_MAX_STRINGS + 1], scheme = slice("com.example.app");
    gatepost_slice document = NONE;
    gatepost_new_client client, changed;
    size_t i;

    for (i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        uris[i] = slice("http://127.0.0.1/cb");
    }
    memset(&client, 0, sizeof client);
    client.size = sizeof client;
    client.name = slice("Example");
    client.redirect_uris = uris;
    client.redirect_uri_count = 1;
    REQUIRE(gatepost_write_client_document(&client, NONE, memory, strlen(request), &document)
            == GATEPOST_OK);
    REQUIRE(is(document, request) && document.ptr == memory);

    changed = client;
    uris[1] = slice("com.example.app:/cb");
    changed.redirect_uris = uris + 1;
    changed.private_use_schemes = &scheme;
    changed.private_use_scheme_count = 1;
    changed.client_uri = slice("https://app.example.com");
    changed.scope = slice("mcp:read mcp:write");
    changed.may_refresh = true;
    REQUIRE(gatepost_write_client_document(&changed, slice("https://app.example.com/client.json"),
                                           memory, sizeof memory, &document) == GATEPOST_OK);
    REQUIRE(is(document,
               "{\"client_id\":\"https://app.example.com/client.json\","
               "\"redirect_uris\":[\"com.example.app:/cb\"],\"application_type\":\"native\","
               "\"token_endpoint_auth_method\":\"none\","
               "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
               "\"response_types\":[\"code\"],\"client_name\":\"Example\","
               "\"client_uri\":\"https://app.example.com\",\"scope\":\"mcp:read mcp:write\"}"));

    document = NONE;
    REQUIRE(gatepost_write_client_document(&client, slice("https://app.example.com"), memory,
                                           sizeof memory, &document) == GATEPOST_INVALID_CLIENT_ID);
    REQUIRE(gatepost_write_client_document(&client, slice(""), memory, sizeof memory, &document)
            == GATEPOST_INVALID_CLIENT_ID);
    for (i = 0; i < strlen(request); i++) {
        REQUIRE(gatepost_write_client_document(&client, NONE, memory, i, &document)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    uris[1] = uris[0];
    for (i = 0; i < 9; i++) {
        changed = client;
        switch (i) {
        case 0: changed.size = 0; break;
        case 1: changed.name = NONE; break;
        case 2: changed.redirect_uri_count = 0; break;
        case 3: changed.redirect_uri_count = GATEPOST_MAX_STRINGS + 1; break;
        case 4: changed.redirect_uris = NULL; break;
        case 5: changed.redirect_uris = &scheme; break;
        case 6: changed.client_uri = slice("http://app.example.com"); break;
        case 7: changed.scope = slice("a  b"); break;
        default: changed.name = slice("caf\xe9"); break;
        }
        REQUIRE(gatepost_write_client_document(&changed, NONE, memory, sizeof memory, &document)
                == GATEPOST_MISUSE);
    }
    changed = client;
    changed.redirect_uri_count = GATEPOST_MAX_STRINGS;
    REQUIRE(gatepost_write_client_document(&changed, NONE, memory, sizeof memory, &document)
            == GATEPOST_OK);
    document = NONE;
    REQUIRE(gatepost_write_client_document(NULL, NONE, memory, sizeof memory, &document)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_client_document(&client, BROKEN, memory, sizeof memory, &document)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_client_document(&client, NONE, NULL, 1, &document) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_client_document(&client, NONE, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    REQUIRE(gatepost_write_client_document(&client, NONE, &client, sizeof client, &document)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_client_document(&client, NONE, uris, sizeof uris, &document)
            == GATEPOST_MISUSE);
    memcpy(memory, "Example", 7);
    changed = client;
    changed.name.ptr = memory;
    REQUIRE(gatepost_write_client_document(&changed, NONE, memory, sizeof memory, &document)
            == GATEPOST_MISUSE);
    REQUIRE(document.ptr == NULL);
}

static uint32_t read_answer(const char *body, gatepost_registered_client *registered) {
    return gatepost_read_registered_client(slice(body), memory, sizeof memory, registered);
}

static void test_answers(void) {
    gatepost_registered_client registered;

    REQUIRE(read_answer("{\"client_id\":\"c\\u0031\",\"client_secret\":\"s1\","
                        "\"client_secret_expires_at\":1800000000}", &registered) == GATEPOST_OK);
    REQUIRE(is(registered.client_id, "c1") && is(registered.client_secret, "s1"));
    REQUIRE(registered.client_secret_expires_at == 1800000000);
    REQUIRE(registered.auth_method == GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC);
    REQUIRE(read_answer("{\"client_id\":\"c1\"}", &registered) == GATEPOST_OK);
    REQUIRE(registered.client_secret.ptr == NULL && registered.client_secret_expires_at == 0);
    REQUIRE(registered.auth_method == GATEPOST_AUTH_METHOD_NONE);

    memset(&registered, 0, sizeof registered);
    REQUIRE(read_answer("{\"error\":\"invalid_redirect_uri\"}", &registered)
            == GATEPOST_INVALID_REDIRECT_URI);
    REQUIRE(read_answer("{\"error\":\"unapproved_software_statement\"}", &registered)
            == GATEPOST_INVALID_CLIENT_METADATA);
    REQUIRE(read_answer("{}", &registered) == GATEPOST_INVALID_METADATA);
    REQUIRE(read_answer("{\"client_id\":\"c1\",\"token_endpoint_auth_method\":\"tls_client_auth\"}",
                        &registered) == GATEPOST_INVALID_METADATA);
    REQUIRE(read_answer("{", &registered) == GATEPOST_INVALID_JSON);
    REQUIRE(gatepost_read_registered_client(slice("{\"client_id\":\"c1\"}"), memory, 0, &registered)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_read_registered_client(BROKEN, memory, sizeof memory, &registered)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_registered_client(slice("{}"), NULL, 1, &registered) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_registered_client(slice("{}"), memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(registered.client_id.ptr == NULL);
}

int main(void) {
    test_documents();
    test_answers();
    return result();
}

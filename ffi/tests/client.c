/*
 * What a client writes to an authorization server, what it checks of the answer, and what it
 * chooses.
 */
#include "require.h"

static unsigned char memory[1024];
static const gatepost_slice BROKEN = {NULL, 1};

static const char *const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

static gatepost_server_metadata server_of(const char *document) {
    static unsigned char server_memory[4096];
    gatepost_server_metadata server;

    REQUIRE(gatepost_read_server_metadata(slice(document), slice("https://id.example"),
                                          server_memory, sizeof server_memory, &server)
            == GATEPOST_OK);
    return server;
}

static gatepost_server_metadata usual_server(void) {
    return server_of(
        "{\"issuer\":\"https://id.example\","
        "\"authorization_endpoint\":\"https://id.example/go?a=b\","
        "\"token_endpoint\":\"https://id.example/token\",\"response_types_supported\":[\"code\"],"
        "\"registration_endpoint\":\"https://id.example/register\","
        "\"client_id_metadata_document_supported\":true,"
        "\"code_challenge_methods_supported\":[\"S256\"]}");
}

static gatepost_authorization_request usual_request(void) {
    gatepost_authorization_request request;

    memset(&request, 0, sizeof request);
    request.size = sizeof request;
    request.client_id = slice("app");
    request.redirect_uri = slice("http://127.0.0.1:3000/cb");
    request.resource = slice("https://mcp.example.com/mcp");
    request.state = slice("s1");
    request.code_challenge = slice(CHALLENGE);
    return request;
}

static void test_authorization_urls(void) {
    static const char *const expected =
        "https://id.example/go?a=b&response_type=code&client_id=app"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&state=s1"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        "&resource=https%3A%2F%2Fmcp.example.com%2Fmcp";
    gatepost_server_metadata server = usual_server(), unfilled;
    gatepost_authorization_request request = usual_request(), changed;
    gatepost_slice url = NONE;
    char with_more[512];
    size_t i;

    REQUIRE(gatepost_write_authorization_url(&request, &server, memory, strlen(expected), &url)
            == GATEPOST_OK);
    REQUIRE(is(url, expected) && url.ptr == memory);
    changed = request;
    changed.audience = slice("api");
    changed.scope = slice("mcp:read mcp:write");
    REQUIRE(gatepost_write_authorization_url(&changed, &server, memory, sizeof memory, &url)
            == GATEPOST_OK);
    snprintf(with_more, sizeof with_more, "%s&audience=api&scope=mcp%%3Aread%%20mcp%%3Awrite",
             expected);
    REQUIRE(is(url, with_more));

    url = NONE;
    for (i = 0; i < strlen(expected); i++) {
        REQUIRE(gatepost_write_authorization_url(&request, &server, memory, i, &url)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    for (i = 0; i < 9; i++) {
        changed = request;
        switch (i) {
        case 0: changed.size--; break;
        case 1: changed.client_id = NONE; break;
        case 2: changed.redirect_uri = NONE; break;
        case 3: changed.resource = slice("mcp.example.com"); break;
        case 4: changed.resource = slice("https://mcp.example.com/mcp#a"); break;
        case 5: changed.state = NONE; break;
        case 6: changed.audience = slice(""); break;
        case 7: changed.scope = BROKEN; break;
        default: changed.client_id = slice("caf\xe9"); break;
        }
        REQUIRE(gatepost_write_authorization_url(&changed, &server, memory, sizeof memory, &url)
                == GATEPOST_MISUSE);
    }
    changed = request;
    changed.code_challenge = slice("plain-verifier");
    REQUIRE(gatepost_write_authorization_url(&changed, &server, memory, sizeof memory, &url)
            == GATEPOST_INVALID_CODE_CHALLENGE);
    memset(&unfilled, 0, sizeof unfilled);
    REQUIRE(gatepost_write_authorization_url(&request, &unfilled, memory, sizeof memory, &url)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_authorization_url(&request, NULL, memory, sizeof memory, &url)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_authorization_url(NULL, &server, memory, sizeof memory, &url)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_authorization_url(&request, &server, NULL, 1, &url) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_authorization_url(&request, &server, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    /* Memory that is two things at once. */
    REQUIRE(gatepost_write_authorization_url(&request, &server, &request, 1, &url)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_authorization_url(&request, &server, &server, 1, &url)
            == GATEPOST_MISUSE);
    changed = request;
    memcpy(memory, "s1", 2);
    changed.state.ptr = memory;
    REQUIRE(gatepost_write_authorization_url(&changed, &server, memory, sizeof memory, &url)
            == GATEPOST_MISUSE);
    server = server_of("{\"issuer\":\"https://id.example\","
                       "\"authorization_endpoint\":\"https://id.example/go\","
                       "\"token_endpoint\":\"https://id.example/token\","
                       "\"response_types_supported\":[\"code\"]}");
    REQUIRE(gatepost_write_authorization_url(&request, &server, memory, sizeof memory, &url)
            == GATEPOST_PKCE_NOT_SUPPORTED);
    REQUIRE(url.ptr == NULL);
}

static void test_token_requests(void) {
    static const char *const refresh =
        "grant_type=refresh_token&refresh_token=r1&client_id=app"
        "&resource=https%3A%2F%2Fmcp.example.com%2Fmcp";
    gatepost_token_request request, changed;
    gatepost_slice body = NONE;
    size_t i;

    memset(&request, 0, sizeof request);
    request.size = sizeof request;
    request.grant = GATEPOST_GRANT_REFRESH_TOKEN;
    request.refresh_token = slice("r1");
    request.client_id = slice("app");
    request.resource = slice("https://mcp.example.com/mcp");
    REQUIRE(gatepost_write_token_request(&request, memory, strlen(refresh), &body)
            == GATEPOST_OK);
    REQUIRE(is(body, refresh));
    changed = request;
    changed.grant = GATEPOST_GRANT_AUTHORIZATION_CODE;
    changed.refresh_token = NONE;
    changed.code = slice("c&1");
    changed.redirect_uri = slice("http://127.0.0.1:3000/cb");
    changed.code_verifier = slice("v1");
    REQUIRE(gatepost_write_token_request(&changed, memory, sizeof memory, &body) == GATEPOST_OK);
    REQUIRE(is(body, "grant_type=authorization_code&code=c%261"
                     "&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&code_verifier=v1"
                     "&client_id=app&resource=https%3A%2F%2Fmcp.example.com%2Fmcp"));

    body = NONE;
    for (i = 0; i < strlen(refresh); i++) {
        REQUIRE(gatepost_write_token_request(&request, memory, i, &body)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    /* A member of the other grant, one that is missing, and so on. */
    changed.refresh_token = slice("r1");
    REQUIRE(gatepost_write_token_request(&changed, memory, sizeof memory, &body)
            == GATEPOST_MISUSE);
    changed.refresh_token = changed.code_verifier = NONE;
    REQUIRE(gatepost_write_token_request(&changed, memory, sizeof memory, &body)
            == GATEPOST_MISUSE);
    for (i = 0; i < 7; i++) {
        changed = request;
        switch (i) {
        case 0: changed.size = 0; break;
        case 1: changed.grant = 0; break;
        case 2: changed.grant = 3; break;
        case 3: changed.refresh_token = slice(""); break;
        case 4: changed.client_id = NONE; break;
        case 5: changed.resource = NONE; break;
        default: changed.code = slice("c1"); break;
        }
        REQUIRE(gatepost_write_token_request(&changed, memory, sizeof memory, &body)
                == GATEPOST_MISUSE);
    }
    REQUIRE(gatepost_write_token_request(NULL, memory, sizeof memory, &body) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_token_request(&request, NULL, 1, &body) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_token_request(&request, &request, 1, &body) == GATEPOST_MISUSE);
    REQUIRE(gatepost_write_token_request(&request, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(body.ptr == NULL);
}

static void test_the_issuer_of_a_response(void) {
    gatepost_slice issuer = slice("https://id.example");

    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, true, issuer) == GATEPOST_OK);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false, issuer) == GATEPOST_OK);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false, NONE) == GATEPOST_OK);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, true, NONE)
            == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false,
                                                          slice("https://id.example/"))
            == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false, slice(""))
            == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false, slice("caf\xe9"))
            == GATEPOST_ISSUER_MISMATCH);
    REQUIRE(gatepost_verify_authorization_response_issuer(NONE, false, NONE) == GATEPOST_MISUSE);
    REQUIRE(gatepost_verify_authorization_response_issuer(issuer, false, BROKEN)
            == GATEPOST_MISUSE);
}

static void test_scopes(void) {
    static unsigned char document_memory[1024];
    gatepost_resource_metadata resource, without, unfilled;
    gatepost_slice scope = NONE;

    memset(&unfilled, 0, sizeof unfilled);
    REQUIRE(gatepost_read_resource_metadata(
                slice("{\"resource\":\"https://a.example\","
                      "\"scopes_supported\":[\"a\",\"b\",\"a\"],"
                      "\"authorization_servers\":[\"https://id.example\"]}"),
                slice("https://a.example"), NONE, document_memory, 512, &resource) == GATEPOST_OK);
    REQUIRE(gatepost_read_resource_metadata(
                slice("{\"resource\":\"https://a.example\","
                      "\"authorization_servers\":[\"https://id.example\"]}"),
                slice("https://a.example"), NONE, document_memory + 512, 512, &without)
            == GATEPOST_OK);
    REQUIRE(gatepost_initial_scope(slice("c d c"), &resource, memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(is(scope, "c d"));
    REQUIRE(gatepost_initial_scope(NONE, &resource, memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(is(scope, "a b"));
    REQUIRE(gatepost_initial_scope(slice(""), &resource, memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(is(scope, "a b"));
    REQUIRE(gatepost_initial_scope(NONE, &without, memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(scope.ptr == NULL);
    REQUIRE(gatepost_initial_scope(NONE, &resource, memory, 2, &scope)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_initial_scope(slice("a\"b"), &resource, memory, 9, &scope)
            == GATEPOST_INVALID_METADATA);
    REQUIRE(gatepost_initial_scope(slice("caf\xe9"), &resource, memory, 9, &scope)
            == GATEPOST_INVALID_METADATA);
    REQUIRE(gatepost_initial_scope(NONE, NULL, memory, 9, &scope) == GATEPOST_MISUSE);
    REQUIRE(gatepost_initial_scope(NONE, &unfilled, memory, 9, &scope) == GATEPOST_MISUSE);
    REQUIRE(gatepost_initial_scope(NONE, &resource, NULL, 9, &scope) == GATEPOST_MISUSE);
    REQUIRE(gatepost_initial_scope(NONE, &resource, &resource, 9, &scope) == GATEPOST_MISUSE);
    REQUIRE(gatepost_initial_scope(NONE, &resource, memory, 9, NULL) == GATEPOST_MISUSE);
    REQUIRE(scope.ptr == NULL);

    REQUIRE(gatepost_step_up_scope(slice("a"), slice("b"), memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(is(scope, "a b"));
    REQUIRE(gatepost_step_up_scope(NONE, slice("b"), memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(is(scope, "b"));
    REQUIRE(gatepost_step_up_scope(slice("a b"), slice("b"), memory, 3, &scope) == GATEPOST_OK);
    REQUIRE(scope.ptr == NULL);
    REQUIRE(gatepost_step_up_scope(slice("a"), slice("b"), memory, 2, &scope)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_step_up_scope(slice("a"), slice("\\"), memory, 3, &scope)
            == GATEPOST_INVALID_METADATA);
    REQUIRE(gatepost_step_up_scope(BROKEN, slice("b"), memory, 3, &scope) == GATEPOST_MISUSE);
    REQUIRE(gatepost_step_up_scope(slice("a"), slice("b"), memory, 3, NULL) == GATEPOST_MISUSE);
    REQUIRE(scope.ptr == NULL);
}

static void test_registrations(void) {
    gatepost_server_metadata server = usual_server(), bare, unfilled;
    uint32_t way = 0;

    memset(&unfilled, 0, sizeof unfilled);
    REQUIRE(gatepost_choose_registration(&server, true, true, &way) == GATEPOST_OK);
    REQUIRE(way == GATEPOST_REGISTRATION_PREREGISTERED);
    REQUIRE(gatepost_choose_registration(&server, false, true, &way) == GATEPOST_OK);
    REQUIRE(way == GATEPOST_REGISTRATION_METADATA_DOCUMENT);
    REQUIRE(gatepost_choose_registration(&server, false, false, &way) == GATEPOST_OK);
    REQUIRE(way == GATEPOST_REGISTRATION_DYNAMIC);
    bare = server_of("{\"issuer\":\"https://id.example\"}");
    REQUIRE(gatepost_choose_registration(&bare, false, true, &way) == GATEPOST_OK);
    REQUIRE(way == GATEPOST_REGISTRATION_ASK_USER);
    REQUIRE(gatepost_choose_registration(NULL, true, true, &way) == GATEPOST_MISUSE);
    REQUIRE(gatepost_choose_registration(&unfilled, true, true, &way) == GATEPOST_MISUSE);
    REQUIRE(gatepost_choose_registration(&bare, true, true, NULL) == GATEPOST_MISUSE);
    REQUIRE(way == GATEPOST_REGISTRATION_ASK_USER);
}

int main(void) {
    test_authorization_urls();
    test_token_requests();
    test_the_issuer_of_a_response();
    test_scopes();
    test_registrations();
    return result();
}

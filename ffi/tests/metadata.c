/*
 * The metadata of resources and of authorization servers, as a client reads them.
 */
#include "require.h"

static unsigned char memory[4096];

static const char *const RESOURCE = "https://mcp.example.com/mcp";
static const char *const RESOURCE_DOCUMENT =
    "{\"resource\":\"https:\\/\\/mcp.example.com\\/mcp\",\"resource_name\":\"Files\","
    "\"authorization_servers\":[\"https://id.example\",\"https://tenant.auth0.com/\"],"
    "\"scopes_supported\":[\"mcp:read\",\"mcp:\\u0077rite\"],\"bearer_methods_supported\":[],"
    "\"dpop_signing_alg_values_supported\":[\"ES256\"],\"dpop_bound_access_tokens_required\":true}";

static const char *const ISSUER = "https://id.example";
static const char *const SERVER_DOCUMENT =
    "{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/go?a=b\","
    "\"token_endpoint\":\"https://id.example/token\",\"jwks_uri\":\"https://id.example/keys\","
    "\"registration_endpoint\":\"https://id.example/register\","
    "\"response_types_supported\":[\"code\"],\"code_challenge_methods_supported\":[\"S256\"],"
    "\"token_endpoint_auth_methods_supported\":[\"none\",\"private_key_jwt\"],"
    "\"client_id_metadata_document_supported\":true,"
    "\"authorization_response_iss_parameter_supported\":true,\"more\":1}";

static uint32_t read_resource(const char *document, gatepost_resource_metadata *metadata) {
    return gatepost_read_resource_metadata(slice(document), slice(RESOURCE), NONE, memory,
                                           sizeof memory, metadata);
}

static uint32_t read_server(const char *document, gatepost_server_metadata *metadata) {
    return gatepost_read_server_metadata(slice(document), slice(ISSUER), memory, sizeof memory,
                                         metadata);
}

static void test_a_resource(void) {
    gatepost_slice texts[3];
    gatepost_resource_metadata metadata, copy;

    REQUIRE(read_resource(RESOURCE_DOCUMENT, &metadata) == GATEPOST_OK);
    copy = metadata;
    memset(&metadata, 0, sizeof metadata);
    REQUIRE(is(copy.resource, RESOURCE));
    REQUIRE(is(copy.name, "Files"));
    REQUIRE(is(copy.members, RESOURCE_DOCUMENT));
    REQUIRE(copy.requires_dpop);
    texts[2] = NONE;
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_AUTHORIZATION_SERVERS, texts, 3)
            == 2);
    REQUIRE(is(texts[0], ISSUER) && is(texts[1], "https://tenant.auth0.com/"));
    REQUIRE(texts[2].ptr == NULL);
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_SCOPES, texts, 3) == 2);
    REQUIRE(is(texts[0], "mcp:read") && is(texts[1], "mcp:write"));
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_DPOP_ALGORITHMS, texts, 1) == 1);
    REQUIRE(is(texts[0], "ES256") && is(texts[1], "mcp:write"));
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_BEARER_METHODS, texts, 3) == 0);
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_AUTH_METHODS, texts, 3) == 0);
    REQUIRE(gatepost_resource_metadata_list(&copy, 0, texts, 3) == 0);
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_SCOPES, NULL, 0) == 2);
    REQUIRE(gatepost_resource_metadata_list(&copy, GATEPOST_LIST_SCOPES, NULL, 1) == 0);
    REQUIRE(gatepost_resource_metadata_list(&metadata, GATEPOST_LIST_SCOPES, texts, 3) == 0);
    REQUIRE(gatepost_resource_metadata_list(NULL, GATEPOST_LIST_SCOPES, texts, 3) == 0);
}

static void test_what_no_resource_is(void) {
    static const char *const of_origin =
        "{\"resource\":\"https://mcp.example.com\","
        "\"authorization_servers\":[\"https://i.example\"]}";
    gatepost_resource_metadata metadata;
    gatepost_slice document = slice(RESOURCE_DOCUMENT), resource = slice(RESOURCE);
    size_t i;

    memset(&metadata, 0, sizeof metadata);
    REQUIRE(read_resource(of_origin, &metadata) == GATEPOST_METADATA_MISMATCH);
    REQUIRE(read_resource("{}", &metadata) == GATEPOST_INVALID_METADATA);
    REQUIRE(read_resource("{\"resource\":\"https://mcp.example.com/mcp\"}", &metadata)
            == GATEPOST_INVALID_METADATA);
    REQUIRE(read_resource("{", &metadata) == GATEPOST_INVALID_JSON);
    REQUIRE(read_resource("{\"a\":1,\"a\":1}", &metadata) == GATEPOST_DUPLICATE_MEMBER);
    REQUIRE(gatepost_read_resource_metadata(document, slice("https://mcp.example.com/MCP"), NONE,
                                            memory, sizeof memory, &metadata)
            == GATEPOST_METADATA_MISMATCH);
    REQUIRE(gatepost_read_resource_metadata(document, NONE, resource, memory, sizeof memory,
                                            &metadata) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_resource_metadata(document, resource, NONE, NULL, 1, &metadata)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_resource_metadata(document, resource, NONE, memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    for (i = 0; gatepost_read_resource_metadata(document, resource, NONE, memory, i, &metadata)
                != GATEPOST_OK; i++) {
        REQUIRE(i < 1024 && metadata.resource.ptr == NULL);
        REQUIRE(gatepost_read_resource_metadata(document, resource, NONE, memory, i, &metadata)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    REQUIRE(i > 0);
    /* The server's origin, where it is accepted. */
    REQUIRE(gatepost_read_resource_metadata(slice(of_origin), resource,
                                            slice("https://mcp.example.com"), memory,
                                            sizeof memory, &metadata) == GATEPOST_OK);
    REQUIRE(is(metadata.resource, "https://mcp.example.com"));
    REQUIRE(metadata.name.ptr == NULL && !metadata.requires_dpop);
    /* Memory that is two things at once. */
    memcpy(memory, RESOURCE_DOCUMENT, document.len);
    document.ptr = memory;
    REQUIRE(gatepost_read_resource_metadata(document, resource, NONE, memory, sizeof memory,
                                            &metadata) == GATEPOST_MISUSE);
}

static void test_a_server(void) {
    gatepost_slice texts[2];
    gatepost_server_metadata metadata, copy;
    gatepost_code_flow flow;

    REQUIRE(read_server(SERVER_DOCUMENT, &metadata) == GATEPOST_OK);
    copy = metadata;
    REQUIRE(is(copy.issuer, ISSUER));
    REQUIRE(is(copy.jwks_uri, "https://id.example/keys"));
    REQUIRE(is(copy.registration_endpoint, "https://id.example/register"));
    REQUIRE(is(copy.members, SERVER_DOCUMENT));
    REQUIRE(copy.reads_client_metadata_documents && copy.sends_issuer);
    REQUIRE(gatepost_require_code_flow(&copy, &flow) == GATEPOST_OK);
    REQUIRE(is(flow.authorization_endpoint, "https://id.example/go?a=b"));
    REQUIRE(is(flow.token_endpoint, "https://id.example/token"));
    REQUIRE(gatepost_server_metadata_list(&copy, GATEPOST_LIST_AUTH_METHODS, texts, 2) == 2);
    REQUIRE(is(texts[0], "none") && is(texts[1], "private_key_jwt"));
    REQUIRE(gatepost_server_metadata_list(&copy, GATEPOST_LIST_SCOPES, texts, 2) == 0);
    REQUIRE(gatepost_server_metadata_list(&copy, GATEPOST_LIST_AUTHORIZATION_SERVERS, texts, 2)
            == 0);
    REQUIRE(gatepost_server_metadata_list(NULL, GATEPOST_LIST_AUTH_METHODS, texts, 2) == 0);
    REQUIRE(gatepost_require_agreement(&copy, &metadata) == GATEPOST_OK);
    memset(&metadata, 0, sizeof metadata);
    REQUIRE(gatepost_server_metadata_list(&metadata, GATEPOST_LIST_AUTH_METHODS, texts, 2) == 0);
    REQUIRE(gatepost_require_code_flow(&metadata, &flow) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_code_flow(NULL, &flow) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_code_flow(&copy, NULL) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_agreement(&copy, &metadata) == GATEPOST_MISUSE);
    REQUIRE(gatepost_require_agreement(NULL, &copy) == GATEPOST_MISUSE);
}

static void test_what_a_server_lacks(void) {
    static unsigned char more[1024];
    static const char *const without_pkce =
        "{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/go\","
        "\"token_endpoint\":\"https://id.example/t\",\"response_types_supported\":[\"code\"],"
        "\"code_challenge_methods_supported\":[\"plain\"]}";
    gatepost_server_metadata metadata, other;
    gatepost_code_flow flow;
    gatepost_slice document = slice(SERVER_DOCUMENT);

    memset(&metadata, 0, sizeof metadata);
    memset(&flow, 0, sizeof flow);
    REQUIRE(read_server("{\"issuer\":\"https://id.example/\"}", &metadata)
            == GATEPOST_METADATA_MISMATCH);
    REQUIRE(read_server("{}", &metadata) == GATEPOST_INVALID_METADATA);
    REQUIRE(read_server("{\"issuer\":\"https://id.example\",\"jwks_uri\":\"http://id.example/k\"}",
                        &metadata) == GATEPOST_INVALID_METADATA);
    REQUIRE(gatepost_read_server_metadata(document, slice("id.example"), memory, sizeof memory,
                                          &metadata) == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_server_metadata(document, NONE, memory, sizeof memory, &metadata)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_read_server_metadata(document, slice(ISSUER), memory, 8, &metadata)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_read_server_metadata(document, slice(ISSUER), memory, 8, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(metadata.issuer.ptr == NULL);

    REQUIRE(read_server("{\"issuer\":\"https://id.example\"}", &metadata) == GATEPOST_OK);
    REQUIRE(metadata.jwks_uri.ptr == NULL && metadata.registration_endpoint.ptr == NULL);
    REQUIRE(!metadata.reads_client_metadata_documents && !metadata.sends_issuer);
    REQUIRE(gatepost_require_code_flow(&metadata, &flow) == GATEPOST_INVALID_METADATA);
    REQUIRE(read_server(without_pkce, &metadata) == GATEPOST_OK);
    REQUIRE(gatepost_require_code_flow(&metadata, &flow) == GATEPOST_PKCE_NOT_SUPPORTED);
    REQUIRE(flow.token_endpoint.ptr == NULL);
    /* The other document of the same server has another token endpoint. */
    REQUIRE(gatepost_read_server_metadata(document, slice(ISSUER), more, sizeof more, &other)
            == GATEPOST_OK);
    REQUIRE(gatepost_require_agreement(&metadata, &other) == GATEPOST_METADATA_MISMATCH);
}

static void test_urls(void) {
    gatepost_metadata_urls urls;
    size_t i;

    REQUIRE(gatepost_resource_metadata_urls(slice("https://a.example/mcp"), memory, 21 * 2 + 80,
                                            &urls) == GATEPOST_OK);
    REQUIRE(urls.count == 2);
    REQUIRE(is(urls.urls[0], "https://a.example/.well-known/oauth-protected-resource/mcp"));
    REQUIRE(is(urls.urls[1], "https://a.example/.well-known/oauth-protected-resource"));
    REQUIRE(urls.urls[2].ptr == NULL);
    REQUIRE(gatepost_resource_metadata_urls(slice("https://a.example"), memory, sizeof memory,
                                            &urls) == GATEPOST_OK);
    REQUIRE(urls.count == 1);

    REQUIRE(gatepost_server_metadata_urls(slice("https://a.example/t"), memory, 19 * 3 + 120, &urls)
            == GATEPOST_OK);
    REQUIRE(urls.count == GATEPOST_MAX_METADATA_URLS);
    REQUIRE(is(urls.urls[0], "https://a.example/.well-known/oauth-authorization-server/t"));
    REQUIRE(is(urls.urls[1], "https://a.example/.well-known/openid-configuration/t"));
    REQUIRE(is(urls.urls[2], "https://a.example/t/.well-known/openid-configuration"));
    REQUIRE(gatepost_server_metadata_urls(slice("https://a.example/"), memory, sizeof memory, &urls)
            == GATEPOST_OK);
    REQUIRE(urls.count == 2);

    urls.count = 9;
    for (i = 0; i < 100; i++) {
        REQUIRE(gatepost_server_metadata_urls(slice("https://a.example/t"), memory, i, &urls)
                == GATEPOST_MEMORY_TOO_SMALL);
    }
    REQUIRE(gatepost_server_metadata_urls(slice("https://a.example/?t"), memory, sizeof memory,
                                          &urls) == GATEPOST_MISUSE);
    REQUIRE(gatepost_server_metadata_urls(NONE, memory, sizeof memory, &urls) == GATEPOST_MISUSE);
    REQUIRE(gatepost_server_metadata_urls(slice(ISSUER), NULL, 1, &urls) == GATEPOST_MISUSE);
    REQUIRE(gatepost_server_metadata_urls(slice(ISSUER), memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(gatepost_resource_metadata_urls(slice("http://a.example/mcp"), memory, sizeof memory,
                                            &urls) == GATEPOST_MISUSE);
    REQUIRE(gatepost_resource_metadata_urls(slice("https://a.example/mcp#"), memory, sizeof memory,
                                            &urls) == GATEPOST_MISUSE);
    REQUIRE(gatepost_resource_metadata_urls(slice(RESOURCE), memory, 60, &urls)
            == GATEPOST_MEMORY_TOO_SMALL);
    REQUIRE(gatepost_resource_metadata_urls(slice(RESOURCE), memory, sizeof memory, NULL)
            == GATEPOST_MISUSE);
    REQUIRE(urls.count == 9);
}

int main(void) {
    test_a_resource();
    test_what_no_resource_is();
    test_a_server();
    test_what_a_server_lacks();
    test_urls();
    return result();
}

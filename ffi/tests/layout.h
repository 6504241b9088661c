/*
 * The layout of every struct, that bindings to other languages rely on; a 64-bit machine's. run.sh
 * sees that none is missing.
 */
#ifdef __cplusplus
#define ASSERT_LAYOUT(condition) static_assert(condition, #condition)
#else
#define ASSERT_LAYOUT(condition) _Static_assert(condition, #condition)
#endif
#define SIZE(type, bytes) ASSERT_LAYOUT(sizeof(type) == bytes)
#define OFFSET(type, member, bytes) ASSERT_LAYOUT(offsetof(type, member) == bytes)

#if UINTPTR_MAX == UINT64_MAX
SIZE(gatepost_slice, 16);
OFFSET(gatepost_slice, ptr, 0);
OFFSET(gatepost_slice, len, 8);

SIZE(gatepost_access_token, 504);
OFFSET(gatepost_access_token, issuer, 0);
OFFSET(gatepost_access_token, subject, 16);
OFFSET(gatepost_access_token, client_id, 32);
OFFSET(gatepost_access_token, audience, 48);
OFFSET(gatepost_access_token, key_id, 64);
OFFSET(gatepost_access_token, claims, 80);
OFFSET(gatepost_access_token, expires_at, 96);
OFFSET(gatepost_access_token, issued_at, 104);
OFFSET(gatepost_access_token, algorithm, 112);
OFFSET(gatepost_access_token, has_expires_at, 116);
OFFSET(gatepost_access_token, has_issued_at, 117);
OFFSET(gatepost_access_token, opaque, 120);

SIZE(gatepost_new_challenge, 72);
OFFSET(gatepost_new_challenge, size, 0);
OFFSET(gatepost_new_challenge, scheme, 8);
OFFSET(gatepost_new_challenge, reason, 12);
OFFSET(gatepost_new_challenge, algorithms, 16);
OFFSET(gatepost_new_challenge, resource_metadata, 24);
OFFSET(gatepost_new_challenge, scope, 40);
OFFSET(gatepost_new_challenge, realm, 56);

SIZE(gatepost_challenge, 64);
OFFSET(gatepost_challenge, error, 0);
OFFSET(gatepost_challenge, scope, 16);
OFFSET(gatepost_challenge, resource_metadata, 32);
OFFSET(gatepost_challenge, algs, 48);

SIZE(gatepost_authorization_request, 120);
OFFSET(gatepost_authorization_request, size, 0);
OFFSET(gatepost_authorization_request, client_id, 8);
OFFSET(gatepost_authorization_request, redirect_uri, 24);
OFFSET(gatepost_authorization_request, resource, 40);
OFFSET(gatepost_authorization_request, audience, 56);
OFFSET(gatepost_authorization_request, scope, 72);
OFFSET(gatepost_authorization_request, state, 88);
OFFSET(gatepost_authorization_request, code_challenge, 104);

SIZE(gatepost_server_metadata, 712);
OFFSET(gatepost_server_metadata, issuer, 0);
OFFSET(gatepost_server_metadata, jwks_uri, 16);
OFFSET(gatepost_server_metadata, registration_endpoint, 32);
OFFSET(gatepost_server_metadata, members, 48);
OFFSET(gatepost_server_metadata, reads_client_metadata_documents, 64);
OFFSET(gatepost_server_metadata, sends_issuer, 65);
OFFSET(gatepost_server_metadata, opaque, 72);

SIZE(gatepost_token_request, 112);
OFFSET(gatepost_token_request, size, 0);
OFFSET(gatepost_token_request, grant, 8);
OFFSET(gatepost_token_request, code, 16);
OFFSET(gatepost_token_request, redirect_uri, 32);
OFFSET(gatepost_token_request, code_verifier, 48);
OFFSET(gatepost_token_request, refresh_token, 64);
OFFSET(gatepost_token_request, client_id, 80);
OFFSET(gatepost_token_request, resource, 96);

SIZE(gatepost_resource_metadata, 568);
OFFSET(gatepost_resource_metadata, resource, 0);
OFFSET(gatepost_resource_metadata, name, 16);
OFFSET(gatepost_resource_metadata, members, 32);
OFFSET(gatepost_resource_metadata, requires_dpop, 48);
OFFSET(gatepost_resource_metadata, opaque, 56);

SIZE(gatepost_confirmation, 66);
OFFSET(gatepost_confirmation, jkt, 0);
OFFSET(gatepost_confirmation, x5t_s256, 32);
OFFSET(gatepost_confirmation, has_jkt, 64);
OFFSET(gatepost_confirmation, has_x5t_s256, 65);

SIZE(gatepost_credentials, 24);
OFFSET(gatepost_credentials, token, 0);
OFFSET(gatepost_credentials, scheme, 16);

SIZE(gatepost_policy, 2048);
OFFSET(gatepost_policy, opaque, 0);

SIZE(gatepost_issuer, 16);
OFFSET(gatepost_issuer, policy, 0);
OFFSET(gatepost_issuer, keys, 8);

SIZE(gatepost_header, 32);
OFFSET(gatepost_header, name, 0);
OFFSET(gatepost_header, value, 16);

SIZE(gatepost_request_head, 56);
OFFSET(gatepost_request_head, method, 0);
OFFSET(gatepost_request_head, target, 16);
OFFSET(gatepost_request_head, headers, 32);
OFFSET(gatepost_request_head, header_count, 40);
OFFSET(gatepost_request_head, certificate, 48);

SIZE(gatepost_principal, 968);
OFFSET(gatepost_principal, token, 0);
OFFSET(gatepost_principal, has_token, 504);
OFFSET(gatepost_principal, state, 512);
OFFSET(gatepost_principal, opaque, 520);

SIZE(gatepost_response, 544);
OFFSET(gatepost_response, status, 0);
OFFSET(gatepost_response, reason, 4);
OFFSET(gatepost_response, headers, 8);
OFFSET(gatepost_response, header_count, 520);
OFFSET(gatepost_response, body, 528);

SIZE(gatepost_operation, 432);
OFFSET(gatepost_operation, method, 0);
OFFSET(gatepost_operation, name, 16);
OFFSET(gatepost_operation, kind, 32);
OFFSET(gatepost_operation, is_request, 36);
OFFSET(gatepost_operation, state, 40);
OFFSET(gatepost_operation, opaque, 48);

SIZE(gatepost_seal_key, 24);
OFFSET(gatepost_seal_key, secret, 0);
OFFSET(gatepost_seal_key, id, 16);

SIZE(gatepost_dpop_verifier, 64);
OFFSET(gatepost_dpop_verifier, size, 0);
OFFSET(gatepost_dpop_verifier, resource, 8);
OFFSET(gatepost_dpop_verifier, algorithms, 24);
OFFSET(gatepost_dpop_verifier, nonce_lifetime, 28);
OFFSET(gatepost_dpop_verifier, remember_proof, 32);
OFFSET(gatepost_dpop_verifier, proof_context, 40);
OFFSET(gatepost_dpop_verifier, nonce_keys, 48);
OFFSET(gatepost_dpop_verifier, nonce_key_count, 56);

SIZE(gatepost_introspection, 24);
OFFSET(gatepost_introspection, policy, 0);
OFFSET(gatepost_introspection, response, 8);

SIZE(gatepost_presented_token, 864);
OFFSET(gatepost_presented_token, confirmation, 0);
OFFSET(gatepost_presented_token, memory, 72);
OFFSET(gatepost_presented_token, memory_length, 80);
OFFSET(gatepost_presented_token, state, 88);
OFFSET(gatepost_presented_token, opaque, 96);

SIZE(gatepost_verified_proof, 168);
OFFSET(gatepost_verified_proof, thumbprint, 0);
OFFSET(gatepost_verified_proof, state, 32);
OFFSET(gatepost_verified_proof, opaque, 40);

SIZE(gatepost_message_id, 24);
OFFSET(gatepost_message_id, text, 0);
OFFSET(gatepost_message_id, is_string, 16);

SIZE(gatepost_claim_rule, 40);
OFFSET(gatepost_claim_rule, name, 0);
OFFSET(gatepost_claim_rule, values, 16);
OFFSET(gatepost_claim_rule, value_count, 24);
OFFSET(gatepost_claim_rule, flags, 32);

SIZE(gatepost_rule, 104);
OFFSET(gatepost_rule, kind, 0);
OFFSET(gatepost_rule, flags, 4);
OFFSET(gatepost_rule, pattern, 8);
OFFSET(gatepost_rule, alternatives, 24);
OFFSET(gatepost_rule, alternative_count, 32);
OFFSET(gatepost_rule, issuer, 40);
OFFSET(gatepost_rule, subject, 56);
OFFSET(gatepost_rule, client_id, 72);
OFFSET(gatepost_rule, claims, 88);
OFFSET(gatepost_rule, claim_count, 96);

SIZE(gatepost_implication, 32);
OFFSET(gatepost_implication, broad, 0);
OFFSET(gatepost_implication, narrow, 16);

SIZE(gatepost_guard_config, 312);
OFFSET(gatepost_guard_config, size, 0);
OFFSET(gatepost_guard_config, resource, 8);
OFFSET(gatepost_guard_config, authorization_servers, 24);
OFFSET(gatepost_guard_config, authorization_server_count, 32);
OFFSET(gatepost_guard_config, scopes_supported, 40);
OFFSET(gatepost_guard_config, scopes_supported_count, 48);
OFFSET(gatepost_guard_config, name, 56);
OFFSET(gatepost_guard_config, documentation, 72);
OFFSET(gatepost_guard_config, policy_uri, 88);
OFFSET(gatepost_guard_config, tos_uri, 104);
OFFSET(gatepost_guard_config, origins, 120);
OFFSET(gatepost_guard_config, origin_count, 128);
OFFSET(gatepost_guard_config, rules, 136);
OFFSET(gatepost_guard_config, rule_count, 144);
OFFSET(gatepost_guard_config, hierarchy, 152);
OFFSET(gatepost_guard_config, hierarchy_count, 160);
OFFSET(gatepost_guard_config, base_scopes, 168);
OFFSET(gatepost_guard_config, base_scope_count, 176);
OFFSET(gatepost_guard_config, max_message_length, 184);
OFFSET(gatepost_guard_config, legacy_issuer, 192);
OFFSET(gatepost_guard_config, legacy_authorization_endpoint, 208);
OFFSET(gatepost_guard_config, legacy_token_endpoint, 224);
OFFSET(gatepost_guard_config, legacy_audience, 240);
OFFSET(gatepost_guard_config, provider, 256);
OFFSET(gatepost_guard_config, flags, 260);
OFFSET(gatepost_guard_config, dpop_algorithms, 264);
OFFSET(gatepost_guard_config, remember_proof, 272);
OFFSET(gatepost_guard_config, proof_context, 280);
OFFSET(gatepost_guard_config, nonce_keys, 288);
OFFSET(gatepost_guard_config, nonce_key_count, 296);
OFFSET(gatepost_guard_config, nonce_lifetime, 304);

SIZE(gatepost_key_refresh, 384);
OFFSET(gatepost_key_refresh, state, 0);
OFFSET(gatepost_key_refresh, opaque, 8);

SIZE(gatepost_key_refresh_config, 32);
OFFSET(gatepost_key_refresh_config, size, 0);
OFFSET(gatepost_key_refresh_config, least_lifetime, 8);
OFFSET(gatepost_key_refresh_config, most_lifetime, 12);
OFFSET(gatepost_key_refresh_config, maximum_age, 16);
OFFSET(gatepost_key_refresh_config, cooldown, 20);
OFFSET(gatepost_key_refresh_config, timeout, 24);

SIZE(gatepost_refresh_action, 24);
OFFSET(gatepost_refresh_action, action, 0);
OFFSET(gatepost_refresh_action, fetch, 4);
OFFSET(gatepost_refresh_action, reason, 8);
OFFSET(gatepost_refresh_action, until, 16);

SIZE(gatepost_cache_headers, 48);
OFFSET(gatepost_cache_headers, cache_control, 0);
OFFSET(gatepost_cache_headers, cache_control_count, 8);
OFFSET(gatepost_cache_headers, entity_tag, 16);
OFFSET(gatepost_cache_headers, age, 32);

SIZE(gatepost_skipped_key, 16);
OFFSET(gatepost_skipped_key, index, 0);
OFFSET(gatepost_skipped_key, reason, 8);

SIZE(gatepost_metadata_urls, 56);
OFFSET(gatepost_metadata_urls, urls, 0);
OFFSET(gatepost_metadata_urls, count, 48);

SIZE(gatepost_code_flow, 32);
OFFSET(gatepost_code_flow, authorization_endpoint, 0);
OFFSET(gatepost_code_flow, token_endpoint, 16);

SIZE(gatepost_new_client, 96);
OFFSET(gatepost_new_client, size, 0);
OFFSET(gatepost_new_client, name, 8);
OFFSET(gatepost_new_client, redirect_uris, 24);
OFFSET(gatepost_new_client, redirect_uri_count, 32);
OFFSET(gatepost_new_client, private_use_schemes, 40);
OFFSET(gatepost_new_client, private_use_scheme_count, 48);
OFFSET(gatepost_new_client, client_uri, 56);
OFFSET(gatepost_new_client, scope, 72);
OFFSET(gatepost_new_client, may_refresh, 88);

SIZE(gatepost_registered_client, 48);
OFFSET(gatepost_registered_client, client_id, 0);
OFFSET(gatepost_registered_client, client_secret, 16);
OFFSET(gatepost_registered_client, client_secret_expires_at, 32);
OFFSET(gatepost_registered_client, auth_method, 40);

SIZE(gatepost_policy_config, 128);
OFFSET(gatepost_policy_config, size, 0);
OFFSET(gatepost_policy_config, issuer, 8);
OFFSET(gatepost_policy_config, audiences, 24);
OFFSET(gatepost_policy_config, audience_count, 32);
OFFSET(gatepost_policy_config, algorithms, 40);
OFFSET(gatepost_policy_config, leeway, 44);
OFFSET(gatepost_policy_config, typ, 48);
OFFSET(gatepost_policy_config, required_scopes, 64);
OFFSET(gatepost_policy_config, required_scope_count, 72);
OFFSET(gatepost_policy_config, required_claims, 80);
OFFSET(gatepost_policy_config, required_claim_count, 88);
OFFSET(gatepost_policy_config, scope_claims, 96);
OFFSET(gatepost_policy_config, flags, 100);
OFFSET(gatepost_policy_config, claims, 104);
OFFSET(gatepost_policy_config, claim_count, 112);
OFFSET(gatepost_policy_config, provider, 120);

SIZE(gatepost_redirect_uri, 40);
OFFSET(gatepost_redirect_uri, uri, 0);
OFFSET(gatepost_redirect_uri, host, 16);
OFFSET(gatepost_redirect_uri, kind, 32);
OFFSET(gatepost_redirect_uri, is_loopback, 36);

SIZE(gatepost_client_rules, 40);
OFFSET(gatepost_client_rules, size, 0);
OFFSET(gatepost_client_rules, auth_methods, 8);
OFFSET(gatepost_client_rules, auth_method_count, 16);
OFFSET(gatepost_client_rules, private_use_schemes, 24);
OFFSET(gatepost_client_rules, private_use_scheme_count, 32);

SIZE(gatepost_client, 568);
OFFSET(gatepost_client, name, 0);
OFFSET(gatepost_client, client_uri, 16);
OFFSET(gatepost_client, logo_uri, 32);
OFFSET(gatepost_client, scope, 48);
OFFSET(gatepost_client, jwks_uri, 64);
OFFSET(gatepost_client, jwks, 80);
OFFSET(gatepost_client, application_type, 96);
OFFSET(gatepost_client, auth_method, 100);
OFFSET(gatepost_client, may_refresh, 104);
OFFSET(gatepost_client, is_loopback_only, 105);
OFFSET(gatepost_client, state, 112);
OFFSET(gatepost_client, opaque, 120);

SIZE(gatepost_client_credentials, 56);
OFFSET(gatepost_client_credentials, size, 0);
OFFSET(gatepost_client_credentials, client_id, 8);
OFFSET(gatepost_client_credentials, issued_at, 24);
OFFSET(gatepost_client_credentials, client_secret, 32);
OFFSET(gatepost_client_credentials, client_secret_expires_at, 48);

SIZE(gatepost_state_scope, 80);
OFFSET(gatepost_state_scope, issuer, 0);
OFFSET(gatepost_state_scope, subject, 16);
OFFSET(gatepost_state_scope, client_id, 32);
OFFSET(gatepost_state_scope, purpose, 48);
OFFSET(gatepost_state_scope, context, 64);
#endif

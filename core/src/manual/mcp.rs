//! What the MCP specification asks of authorization, where it is done, and which test proves it.
//!
//! The rows follow the revision 2026-07-28 and what it refers to, in our own words: S is asked of a
//! server, A of an authorization server, or of a server that acts as one, C of a client. Revisions
//! 2025-11-25 and 2025-06-18 ask for less of the same; where they ask for something else, the row
//! says so. What a library cannot do says whose it is alone, and why; then there is no test.
//!
//! A test of a row bears its number, `s9_…`, and every test that does stands in its rows. Those
//! that begin with `test_` send requests over HTTP, to a server in Python and to one in C, and are
//! in `python/tests/test_guard_http.py`. Besides, whole requests with their answers stand in
//! `testdata/decisions.json`.
//!
//! # Servers
//!
//! | row | what is asked | where | tests |
//! |---|---|---|---|
//! | S1 | authorization is optional; with stdio, credentials come from the environment | the server's alone: whether it wants authorization. With stdio there is no request that a [`Guard`](crate::mcp::Guard) could judge | |
//! | S2 | metadata name at least one authorization server | [`ResourceMetadata::new`](crate::oauth::ResourceMetadata::new) | `s2_the_document_names_at_least_one_issuer`, `s2_s4_s5_the_document_is_at_both_places_and_says_the_resource_as_it_is`, `test_the_metadata_name_the_resource_exactly` |
//! | S3 | a challenge or a well-known place leads to them: both do | [`Guard`](crate::mcp::Guard) | `s3_the_url_of_challenges_is_a_place_that_is_served`, `s3_s7_s9_s10_without_credentials_the_challenge_leads_on_and_accuses_of_nothing`, `test_without_a_token_the_challenge_says_where_to_get_one` |
//! | S4 | they are behind the path and at the root | [`ResourceMetadata::is_target`](crate::oauth::ResourceMetadata::is_target) | `s4_the_document_is_found_at_both_places`, `s2_s4_s5_the_document_is_at_both_places_and_says_the_resource_as_it_is`, `test_the_metadata_name_the_resource_exactly` |
//! | S5 | their `resource` is the URL that was asked for, to the byte | [`ResourceMetadata::write`](crate::oauth::ResourceMetadata::write) | `s5_the_resource_is_published_byte_for_byte`, `s2_s4_s5_the_document_is_at_both_places_and_says_the_resource_as_it_is`, `test_the_metadata_name_the_resource_exactly` |
//! | S6 | it is absolute, without a fragment | [`ResourceMetadata::new`](crate::oauth::ResourceMetadata::new) | `s6_the_resource_is_an_absolute_https_uri_without_a_fragment` |
//! | S7 | a token that is missing or bad is 401 | [`Guard::authenticate`](crate::mcp::Guard::authenticate), [`Reason::http_status`](crate::Reason::http_status) | `s7_missing_credentials_are_401`, `s7_s8_s16_s17_a_bad_token_is_401_with_its_reason`, `s3_s7_s9_s10_without_credentials_the_challenge_leads_on_and_accuses_of_nothing`, `test_without_a_token_the_challenge_says_where_to_get_one`, `test_a_bad_token_is_401`, `test_a_token_of_an_untrusted_key_is_401` |
//! | S8 | what lacks scopes is 403, a malformed request 400 | the same | `s8_malformed_credentials_are_400`, `s8_a_malformed_request_is_answered_with_invalid_request`, `s8_s19_malformed_credentials_are_400_and_those_in_the_query_are_none`, `s7_s8_s16_s17_a_bad_token_is_401_with_its_reason`, `test_a_step_up_names_all_scopes_and_then_succeeds`, `test_more_than_one_token_is_400` |
//! | S9 | a challenge accuses nobody who sent no credentials, and says each thing once | [`Challenge`](crate::oauth::Challenge) | `s9_no_error_without_credentials`, `s9_each_challenge_has_each_parameter_once_whatever_the_reason`, `s9_a_token_that_does_not_give_access_is_invalid_token`, `s3_s7_s9_s10_without_credentials_the_challenge_leads_on_and_accuses_of_nothing`, `test_without_a_token_the_challenge_says_where_to_get_one` |
//! | S10 | that of a 401 names scopes | [`Challenge::with_scope`](crate::oauth::Challenge::with_scope), the base of [`Rules`](crate::mcp::Rules) | `s10_the_challenge_names_the_scopes`, `s3_s7_s9_s10_without_credentials_the_challenge_leads_on_and_accuses_of_nothing`, `test_without_a_token_the_challenge_says_where_to_get_one` |
//! | S11 | that of a 403 says `insufficient_scope`, and where the metadata are | [`Guard::authorize`](crate::mcp::Guard::authorize) | `s11_insufficient_scope_names_scope_and_metadata`, `s11_s12_what_lacks_a_scope_is_403_with_all_of_them`, `test_a_step_up_names_all_scopes_and_then_succeeds` |
//! | S12 | it names all scopes of the operation at once | [`Rule::needs`](crate::mcp::Rule::needs) | `s12_all_scopes_of_the_operation_stand_in_one_challenge`, `s11_s12_what_lacks_a_scope_is_403_with_all_of_them`, `test_a_step_up_names_all_scopes_and_then_succeeds` |
//! | S13 | a broad scope implies narrow ones | the hierarchy of [`Rules::new`](crate::mcp::Rules::new) | `s13_a_broad_scope_implies_narrow_ones_and_theirs`, `scopes_imply_one_another_in_circles_and_chains` |
//! | S14 | `offline_access` is not advertised | [`ResourceMetadata::with_scopes_supported`](crate::oauth::ResourceMetadata::with_scopes_supported), [`Challenge::with_scope`](crate::oauth::Challenge::with_scope) | `s14_offline_access_is_not_advertised`, `s14_offline_access_is_never_advertised` |
//! | S15 | few scopes are advertised, and none of them is all that decides | the same; [`Rules`](crate::mcp::Rules) by user, client and claims. The log is the server's | `s15_the_advertised_scopes_are_a_set_of_their_own`, `claims_of_the_token_decide_where_a_rule_asks_for_them` |
//! | S16 | a token is validated before anything is done | [`Guard::authenticate`](crate::mcp::Guard::authenticate), [`Policy`](crate::Policy) | `s7_s8_s16_s17_a_bad_token_is_401_with_its_reason`, `test_a_valid_token_is_accepted`, `test_a_bad_token_is_401`, `test_a_token_of_an_untrusted_key_is_401` |
//! | S17 | it was issued for this server | the audience of [`Policy::new`](crate::Policy::new) | `s7_s8_s16_s17_a_bad_token_is_401_with_its_reason`, `test_a_bad_token_is_401` |
//! | S18 | no other token is accepted, and none is passed on | accepted: [`Guard::authenticate`](crate::mcp::Guard::authenticate), as S17. A [`Principal`](crate::mcp::Principal) and a [`Response`](crate::mcp::Response) hold no token that could be sent on; what the server keeps of the header is its own | `s18_a_token_for_others_is_refused_and_nothing_of_it_comes_back`, `test_a_bad_token_is_401` |
//! | S19 | every request brings its token, in the header alone, by one method | [`Credentials`](crate::oauth::Credentials) | `s19_the_scheme_is_read_in_any_case`, `s19_the_token_is_one_token68`, `s19_more_than_one_method_is_400`, `s8_s19_malformed_credentials_are_400_and_those_in_the_query_are_none`, `test_a_token_in_the_query_is_none`, `test_more_than_one_token_is_400` |
//! | S20 | tokens are kept and logged safely; URLs of OAuth are https | nothing secret is in any `Debug`; caches keep hashes. Logs are the server's | `s20_urls_of_oauth_are_https_except_on_this_machine`, `s20_nothing_of_a_token_or_a_proof_is_printed`, `s20_no_secret_is_printed`, `s20_neither_owners_nor_secrets_are_printed` |
//! | S21 | nothing is taken from earlier requests | a [`Guard`](crate::mcp::Guard) keeps nothing | `s21_s22_each_request_is_decided_by_its_own_token` |
//! | S22 | a handle is no authentication | [`StateSeal`](crate::mcp::StateSeal) | `s22_a_handle_in_the_hands_of_another_is_no_handle`, `s21_s22_each_request_is_decided_by_its_own_token` |
//! | S23 | handles are bound to the principal, and expire | [`StateOwner`](crate::mcp::StateOwner) | `s23_a_handle_belongs_to_the_principal_of_the_token`, `s23_a_handle_expires` |
//! | S24 | `requestState` is authenticated | [`StateSeal::open`](crate::mcp::StateSeal::open). That it is used once is the server's | `s24_a_state_comes_back_as_it_was`, `s24_a_state_in_which_any_bit_was_flipped_is_refused`, `s24_a_seal_for_one_thing_is_none_for_another`, `s24_secrets_rotate`, `s24_states_have_a_limit_and_memory_is_never_too_small_in_silence` |
//! | S25 | in 2025-11-25, a session id is no authentication | no guard reads one. Its form, 400 and 404 are the server's | `s25_a_session_id_is_no_authentication` |
//! | S26 | a server of 2026-07-28 alone answers `GET` with 405 | the server's, who knows which revisions it speaks; a guard judges such a request as [`Operation::WITHOUT_BODY`](crate::mcp::Operation::WITHOUT_BODY), and makes no session | `s26_what_earlier_revisions_ask_for_without_a_body_needs_a_token_as_well` |
//! | S27 | an `Origin` that is not allowed is 403 | [`Guard::with_origins`](crate::mcp::Guard::with_origins). Where it listens is the server's | `s27_an_origin_that_is_not_allowed_is_403_before_anything_else`, `test_pages_of_other_origins_may_not_ask` |
//! | S28 | headers agree with the body, or it is 400 and -32020 | [`Operation::check_headers`](crate::mcp::Operation::check_headers). `Mcp-Param-*` is the server's, who knows the schema | `s28_the_headers_of_the_table_are_required`, `s28_a_name_in_base64_is_decoded_first`, `s28_a_repeated_header_agrees_with_nothing`, `s28_the_version_is_that_of_the_body`, `s28_headers_that_promise_something_public_are_held_to_it`, `s28_a_method_that_names_nothing_known_may_mirror_any_of_the_three`, `s28_markers_and_alphabet_are_exact`, `s28_notifications_and_responses_are_held_to_what_is_there`, `s28_older_revisions_need_no_header_and_are_held_to_what_is_there`, `s28_the_examples_of_the_specification_decode`, `s28_the_method_is_compared_as_it_is`, `test_what_is_public_needs_no_token`, `test_a_message_that_readers_take_differently_is_400` |
//! | S29 | lists may vary with what is granted | [`Guard::permits`](crate::mcp::Guard::permits) | `s29_a_list_shows_what_the_principal_may_use`, `s29_a_template_is_listed_by_the_rule_for_its_beginning` |
//! | S30 | results of one user are `private` to caches | the server's, who writes the results. What a [`Guard`](crate::mcp::Guard) refuses is kept by nobody | `s30_no_refusal_is_kept_by_caches` |
//! | S31 | no code of JSON-RPC that MCP has not defined | [`error_body`](crate::mcp::error_body) | `s31_errors_have_codes_of_json_rpc_or_of_the_specification`, `s31_a_batch_is_refused_in_every_revision`, `s31_a_bad_body_is_answered_in_json_rpc_and_only_after_the_token`, `test_a_message_that_readers_take_differently_is_400` |
//! | S32 | every request about a task is authorized | [`Guard::authorize`](crate::mcp::Guard::authorize), [`OperationKind::Task`](crate::mcp::OperationKind::Task). That ids cannot be guessed, and whose they are, is the server's: see S23 | `s32_every_request_about_a_task_is_authorized` |
//! | S33 | credentials of third parties never pass through the client | the server's alone: it asks users for such credentials, on a page of its own | |
//! | S34 | a local server asks for a token as well | [`Guard`](crate::mcp::Guard): `http` URLs of this machine are taken, and change nothing else. Where it listens is the server's | `s34_a_server_on_this_machine_asks_for_a_token_as_well` |
//!
//! # Authorization servers, and servers that act as one
//!
//! gatepost reads what these publish, and has the parts from which one is built; it is none.
//!
//! | row | what is asked | where | tests |
//! |---|---|---|---|
//! | A1 | metadata are published, and say that PKCE is supported | read: [`ServerMetadata`](crate::oauth::ServerMetadata) | `a1_either_document_does_and_both_agree`, `a1_each_role_asks_for_what_it_needs` |
//! | A2 | a client may name itself by the URL of its document | [`ClientIdUrl`](crate::oauth::ClientIdUrl); whether a server takes it, [`ServerMetadata`](crate::oauth::ServerMetadata) | `a2_a_client_may_name_itself_by_a_url`, `a2_registration_and_client_metadata_documents_are_read` |
//! | A3 | such a document is that client's, and complete | [`ClientMetadata::from_document`](crate::oauth::ClientMetadata::from_document) | `a3_a_document_says_whose_it_is_and_what_it_needs`, `a3_the_redirect_uri_of_a_request_is_one_of_the_document` |
//! | A4 | its URL has a form, it has a size and no secrets | the same. Not to follow redirects is the fetcher's | `a4_a_url_of_a_document_has_a_form`, `a4_a_document_holds_no_secret_and_uses_none`, `a4_an_identifier_that_is_given_is_no_url` |
//! | A5 | consent shows the host that is redirected to | [`RedirectUri::host`](crate::oauth::RedirectUri::host). The page is the authorization server's | `a5_a_consent_page_learns_host_and_loopback` |
//! | A6 | redirect URIs match exactly, but for a port of the loopback | [`RedirectUri::allows`](crate::oauth::RedirectUri::allows) | `a6_redirect_uris_are_https_or_on_the_loopback`, `a6_only_the_port_of_a_loopback_may_vary` |
//! | A7 | responses name the issuer | read: [`ServerMetadata`](crate::oauth::ServerMetadata). To send it is the authorization server's | `a7_whether_responses_name_the_issuer_is_read` |
//! | A8 | https everywhere; refresh tokens rotate | endpoints: [`ServerMetadata`](crate::oauth::ServerMetadata). Tokens are the authorization server's | `a8_endpoints_are_https_except_on_this_machine` |
//! | A9 | with one client at the upstream, users consent for each of theirs | the authorization server's alone: it goes to the upstream, and knows the user | |
//! | A10 | which clients a user approved is kept | the authorization server's alone: it has the users | |
//! | A11 | what the page of consent shows, and that nobody frames it | the authorization server's alone: the page is its own | |
//! | A12 | its cookie is bound to the client | the authorization server's alone: the cookie is its own | |
//! | A13 | `state` is stored after consent, and used once | the authorization server's alone: the request to the upstream is its own | |
//! | A14 | the upstream's token is not handed on | the authorization server's alone: it has the upstream's token, and issues another | |
//! | A15 | in 2025-03-26, an issued token lives no longer than the upstream's | the authorization server's alone: it issues the token. For clients of that revision there is [`LegacyServerMetadata`](crate::oauth::LegacyServerMetadata) | |
//! | A16 | a token is for the `resource` that was asked for | the authorization server's alone: it issues the token. Any other is refused, see S17 | |
//! | A17 | nothing is fetched from where a stranger must not lead | [`FetchPolicy`](crate::oauth::FetchPolicy) | `a17_no_special_purpose_ipv4_address_is_fetched_from`, `a17_no_special_purpose_ipv6_address_is_fetched_from`, `a17_ipv4_within_ipv6_is_judged_as_ipv4_or_refused` |
//!
//! # Clients
//!
//! | row | what is asked | where | tests |
//! |---|---|---|---|
//! | C1 | a challenge leads to the metadata, else the two places do; they are the resource's own | [`Challenges`](crate::oauth::Challenges), [`resource_metadata_urls`](crate::oauth::resource_metadata_urls), [`ResourceMetadataDocument`](crate::oauth::ResourceMetadataDocument) | `c1_the_metadata_are_where_the_challenge_says`, `c1_the_challenge_is_found_among_others`, `c1_metadata_of_the_resource_are_looked_for_and_must_be_its_own` |
//! | C2 | those of the authorization server are looked for in one order | [`server_metadata_urls`](crate::oauth::server_metadata_urls) | `c2_documents_are_looked_for_in_this_order` |
//! | C3 | their issuer is the one that was asked for | [`ServerMetadata::parse`](crate::oauth::ServerMetadata::parse) | `c3_the_issuer_is_the_one_that_was_asked_for`, `c3_a_client_that_compares_the_issuer_refuses_it` |
//! | C4 | PKCE with S256, or not at all | [`CodeVerifier`](crate::oauth::CodeVerifier), [`CodeFlow`](crate::oauth::CodeFlow) | `c4_a_challenge_is_always_of_s256`, `c4_a_server_without_pkce_is_not_used`, `c4_no_url_leads_to_a_server_without_pkce` |
//! | C5 | both requests name the `resource` | [`AuthorizationRequest`](crate::oauth::AuthorizationRequest), [`TokenRequest`](crate::oauth::TokenRequest) | `c5_the_resource_is_in_authorization_and_token_requests` |
//! | C6 | an answer names the issuer that was recorded | [`verify_authorization_response_issuer`](crate::oauth::verify_authorization_response_issuer) | `c6_an_answer_names_the_issuer_that_was_recorded` |
//! | C7 | scopes are those of the challenge, else those that are advertised | [`initial_scope`](crate::oauth::initial_scope) | `c7_the_challenge_decides_then_what_is_advertised` |
//! | C8 | more scopes are asked for along with those before | [`step_up_scope`](crate::oauth::step_up_scope). How often to try is the client's | `c8_a_step_up_keeps_what_was_requested` |
//! | C9 | ways to register have an order | [`Registration::choose`](crate::oauth::Registration::choose) | `c9_registration_follows_the_order_of_the_specification` |
//! | C10 | a registration says what type of application it is | [`NewClient`](crate::oauth::NewClient), [`ApplicationType`](crate::oauth::ApplicationType) | `c10_a_client_says_what_type_it_is`, `c10_the_application_type_limits_the_redirect_uris`, `c10_redirect_uris_fit_the_application_type`, `c10_a_client_learns_why_it_was_refused` |
//! | C11 | what a client keeps, it keeps for each issuer | the client's alone: it has the memory | |
//! | C12 | its token goes to its server alone, in every request | the client's alone: it sends the requests | |
//! | C13 | refresh tokens may be asked for, and may not come | asked for: [`NewClient::with_refresh_tokens`](crate::oauth::NewClient::with_refresh_tokens); `offline_access`, where it is listed: [`ServerMetadata::scopes_supported`](crate::oauth::ServerMetadata::scopes_supported). To do without is the client's | `c13_scopes_and_methods_are_listed`, `c13_refresh_tokens_are_asked_for_where_they_are_wanted_alone` |
//! | C14 | a hosted client fetches nothing from private addresses | [`FetchPolicy`](crate::oauth::FetchPolicy). Redirects and proxies are the fetcher's | `c14_the_loopback_is_fetched_from_only_in_development` |

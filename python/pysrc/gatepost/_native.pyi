from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any, ClassVar, Literal, final

from gatepost.exceptions import TokenError

__all__ = [
    "MAX_INTROSPECTION_LEN",
    "MAX_JWK_SET_LEN",
    "MAX_TOKEN_LEN",
    "REASONS",
    "AccessToken",
    "AuthorizationRequest",
    "Challenge",
    "ClaimRule",
    "ClientCredentials",
    "ClientIdUrl",
    "ClientMetadata",
    "ClientRules",
    "CodeChallenge",
    "CodeFlow",
    "CodeVerifier",
    "Confirmation",
    "Credentials",
    "Dpop",
    "DpopNonces",
    "DpopVerifier",
    "Evidence",
    "FetchPolicy",
    "Guard",
    "KeyRefresh",
    "KeySet",
    "LegacyServerMetadata",
    "MessageId",
    "NewClient",
    "Operation",
    "ParsedChallenge",
    "Policy",
    "PresentedToken",
    "Principal",
    "RedirectRules",
    "RedirectUri",
    "RefreshAction",
    "RegisteredClient",
    "Registration",
    "RequestHead",
    "ResourceMetadataDocument",
    "Response",
    "Rule",
    "SealKeys",
    "ServerMetadata",
    "SkippedKey",
    "StateSeal",
    "TokenRequest",
    "Validator",
    "VerifiedProof",
    "error_body",
    "initial_scope",
    "parse_challenges",
    "resource_metadata_urls",
    "server_metadata_urls",
    "step_up_scope",
    "verify_authorization_response_issuer",
    "write_registration_error",
]

# Number, name, HTTP status, OAuth error, description: the core's table.
REASONS: tuple[tuple[int, str, int, str | None, str], ...]
MAX_JWK_SET_LEN: int
MAX_INTROSPECTION_LEN: int
MAX_TOKEN_LEN: int

@final
class SkippedKey:
    @property
    def index(self) -> int: ...
    @property
    def kid(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def number(self) -> int: ...

@final
class KeySet:
    @staticmethod
    def from_jwks(jwks: bytes | str | dict[str, Any], allow_symmetric: bool = False) -> KeySet: ...
    @staticmethod
    def from_pem(
        pem: bytes | str, algorithm: str | None = None, kid: str | None = None
    ) -> KeySet: ...
    @staticmethod
    def from_secret(secret: bytes, algorithm: str = "HS256", kid: str | None = None) -> KeySet: ...
    @property
    def skipped(self) -> list[SkippedKey]: ...
    def verify_signature(self, compact: str | bytes, algorithms: Sequence[str]) -> bytes: ...
    def __len__(self) -> int: ...

@final
class KeyRefresh:
    def __new__(
        cls,
        *,
        least_lifetime: int = 300,
        most_lifetime: int = 3600,
        maximum_age: int = 86400,
        cooldown: int = 30,
        timeout: int = 10,
    ) -> KeyRefresh: ...
    def before_validation(self, now: float | None = None) -> RefreshAction: ...
    def unknown_key(self, generation: int, now: float | None = None) -> RefreshAction: ...
    def fetched(
        self,
        fetch: int,
        jwks: str | bytes,
        *,
        cache_control: str | bytes | None = None,
        entity_tag: str | bytes | None = None,
        age: str | bytes | None = None,
        now: float | None = None,
    ) -> Literal["changed", "unchanged", "ignored"]: ...
    def not_modified(
        self,
        fetch: int,
        *,
        cache_control: str | bytes | None = None,
        age: str | bytes | None = None,
        now: float | None = None,
    ) -> Literal["unchanged", "ignored"]: ...
    def failed(self, fetch: int, now: float | None = None) -> None: ...
    def has_keys(self, now: float | None = None) -> bool: ...
    @property
    def generation(self) -> int: ...
    @property
    def entity_tag(self) -> str | None: ...
    @property
    def next_fetch_at(self) -> int | None: ...

@final
class RefreshAction:
    @property
    def kind(self) -> Literal["use_keys", "fetch", "wait", "use_stale", "refuse"]: ...
    @property
    def fetch(self) -> int | None: ...
    @property
    def until(self) -> int | None: ...
    @property
    def reason(self) -> Literal["keys_unavailable", "key_not_found"] | None: ...

@final
class Policy:
    def __new__(
        cls,
        issuer: str,
        audience: str | Sequence[str],
        algorithms: Sequence[str] | None = None,
        leeway: int = 30,
        typ: str | None = None,
        required_scopes: Sequence[str] = (),
        require: Sequence[str] = ["exp"],
        scope_claims: Sequence[str] | None = None,
        claims: Sequence[ClaimRule] = (),
        *,
        provider: str = "generic",
        client_as_audience: bool = False,
    ) -> Policy: ...
    @staticmethod
    def rfc9068(
        issuer: str,
        audience: str | Sequence[str],
        *,
        algorithms: Sequence[str] | None = None,
        leeway: int = 30,
        required_scopes: Sequence[str] = (),
        scope_claims: Sequence[str] | None = None,
        claims: Sequence[ClaimRule] = (),
        provider: str = "generic",
    ) -> Policy: ...
    @property
    def issuer(self) -> str: ...
    @property
    def audience(self) -> list[str]: ...
    @property
    def provider(self) -> str: ...
    @property
    def leeway(self) -> int: ...
    @property
    def required_scopes(self) -> list[str]: ...
    @property
    def scope_claims(self) -> list[str]: ...

@final
class Validator:
    def __new__(
        cls,
        policy: Policy,
        keys: KeySet | None,
        *,
        cache_size: int = 1000,
        introspection: Policy | None = None,
    ) -> Validator: ...
    @staticmethod
    def of(
        issuers: Sequence[tuple[Policy, KeySet | None]],
        *,
        cache_size: int = 1000,
        introspection: Policy | None = None,
    ) -> Validator: ...
    @property
    def policies(self) -> list[Policy]: ...
    def validate(
        self,
        jwt: str | bytes,
        now: float | None = None,
        *,
        introspection: str | bytes | None = None,
    ) -> AccessToken: ...
    def validate_many(
        self, jwts: Iterable[str | bytes], now: float | None = None
    ) -> list[AccessToken | TokenError]: ...
    def validate_before_proof(
        self,
        jwt: str | bytes,
        now: float | None = None,
        *,
        introspection: str | bytes | None = None,
    ) -> PresentedToken: ...
    def replace_keys(self, keys: KeySet | None, issuer: str | None = None) -> None: ...
    def unverified_issuer(self, jwt: str | bytes) -> str | None: ...

@final
class AccessToken:
    @property
    def issuer(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def client_id(self) -> str | None: ...
    @property
    def audience(self) -> list[str]: ...
    @property
    def accepted_audience(self) -> str: ...
    @property
    def scopes(self) -> list[str]: ...
    @property
    def expires_at(self) -> int | None: ...
    @property
    def issued_at(self) -> int | None: ...
    @property
    def algorithm(self) -> str | None: ...
    @property
    def key_id(self) -> str | None: ...
    @property
    def confirmation(self) -> Confirmation: ...
    @property
    def claims(self) -> dict[str, Any]: ...
    @property
    def claims_json(self) -> str: ...

@final
class Confirmation:
    NONE: ClassVar[Confirmation]
    @property
    def jkt(self) -> bytes | None: ...
    @property
    def x5t_s256(self) -> bytes | None: ...
    @property
    def is_bound(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PresentedToken:
    @property
    def confirmation(self) -> Confirmation: ...
    def check_certificate(self, certificate: bytes | None) -> None: ...
    def prove(self, evidence: Evidence) -> AccessToken: ...
    def into_unbound(self) -> AccessToken: ...

@final
class Evidence:
    NONE: ClassVar[Evidence]
    def with_certificate(self, certificate: bytes | None) -> Evidence: ...

@final
class ClaimRule:
    @staticmethod
    def one_of(name: str, values: str | Sequence[str]) -> ClaimRule: ...
    @staticmethod
    def includes(name: str, values: str | Sequence[str]) -> ClaimRule: ...

@final
class Rule:
    @staticmethod
    def tool(name: str) -> Rule: ...
    @staticmethod
    def tools_beginning_with(prefix: str) -> Rule: ...
    @staticmethod
    def prompt(name: str) -> Rule: ...
    @staticmethod
    def prompts_beginning_with(prefix: str) -> Rule: ...
    @staticmethod
    def resource(uri: str) -> Rule: ...
    @staticmethod
    def resources_beginning_with(prefix: str) -> Rule: ...
    @staticmethod
    def method(name: str) -> Rule: ...
    @staticmethod
    def methods_beginning_with(prefix: str) -> Rule: ...
    def needs(self, *alternatives: str) -> Rule: ...
    def public(self) -> Rule: ...
    def refused(self) -> Rule: ...
    def for_user(self, issuer: str, subject: str) -> Rule: ...
    def for_client(self, issuer: str, client_id: str) -> Rule: ...
    def with_claims(self, *claims: ClaimRule) -> Rule: ...

@final
class LegacyServerMetadata:
    def __new__(
        cls,
        issuer: str,
        authorization_endpoint: str,
        token_endpoint: str,
        *,
        registration_endpoint: str | None = None,
        scopes_supported: str | Sequence[str] = (),
        audience: str | None = None,
    ) -> LegacyServerMetadata: ...
    @staticmethod
    def for_provider(
        provider: str, issuer: str, audience: str, *, scopes_supported: str | Sequence[str] = ()
    ) -> LegacyServerMetadata | None: ...
    @staticmethod
    def of_server(
        document: str | bytes,
        issuer: str,
        *,
        scopes_supported: str | Sequence[str] = (),
        audience: str | None = None,
    ) -> LegacyServerMetadata: ...

@final
class Dpop:
    def __new__(
        cls,
        *,
        required: bool = False,
        algorithms: Sequence[str] | None = None,
        max_proofs: int = 100000,
        nonces: DpopNonces | None = None,
    ) -> Dpop: ...

@final
class DpopVerifier:
    def __new__(cls, resource: str, dpop: Dpop) -> DpopVerifier: ...
    def verify(
        self,
        token: PresentedToken,
        proofs: Iterable[str | bytes],
        method: str,
        now: float | None = None,
    ) -> VerifiedProof: ...
    @property
    def algorithms(self) -> list[str]: ...
    @property
    def nonces(self) -> DpopNonces | None: ...

@final
class VerifiedProof:
    @property
    def thumbprint(self) -> bytes: ...
    @property
    def evidence(self) -> Evidence: ...

@final
class DpopNonces:
    def __new__(cls, keys: SealKeys, lifetime: int) -> DpopNonces: ...
    def write(self, now: float | None = None) -> str: ...
    def is_good(self, nonce: str, now: float | None = None) -> bool: ...

@final
class SealKeys:
    def __new__(cls, keys: dict[int, bytes]) -> SealKeys: ...

@final
class StateSeal:
    def __new__(cls, keys: SealKeys) -> StateSeal: ...
    def seal(
        self,
        state: bytes,
        owner: Principal | AccessToken,
        purpose: str,
        *,
        expires_at: float,
        context: bytes = b"",
    ) -> str: ...
    def open(
        self,
        text: str,
        owner: Principal | AccessToken,
        purpose: str,
        *,
        context: bytes = b"",
        now: float | None = None,
    ) -> bytes: ...

@final
class ClientIdUrl:
    def __new__(cls, client_id: str) -> ClientIdUrl: ...
    @property
    def host(self) -> str: ...

@final
class FetchPolicy:
    def __new__(cls, *, loopback_for_development: bool = False) -> FetchPolicy: ...
    def require_fetchable(self, address: str | IPv4Address | IPv6Address) -> None: ...

@final
class RedirectUri:
    @property
    def kind(self) -> Literal["web", "loopback", "private_use"]: ...
    @property
    def host(self) -> str | None: ...
    @property
    def is_loopback(self) -> bool: ...
    def allows(self, requested: str) -> bool: ...

@final
class RedirectRules:
    def __new__(cls, *, private_use_schemes: str | Sequence[str] = ()) -> RedirectRules: ...
    def parse(self, uri: str) -> RedirectUri: ...

@final
class ClientRules:
    def __new__(
        cls,
        *,
        auth_methods: str | Sequence[str] = "none",
        redirect_rules: RedirectRules | None = None,
    ) -> ClientRules: ...

@final
class ClientMetadata:
    @staticmethod
    def from_registration(
        body: str | bytes, rules: ClientRules | None = None
    ) -> ClientMetadata: ...
    @staticmethod
    def from_document(
        document: str | bytes, client_id: ClientIdUrl, rules: ClientRules | None = None
    ) -> ClientMetadata: ...
    def redirect_uri(self, requested: str) -> RedirectUri: ...
    @property
    def redirect_uris(self) -> list[RedirectUri]: ...
    @property
    def is_loopback_only(self) -> bool: ...
    @property
    def application_type(self) -> Literal["web", "native"]: ...
    @property
    def auth_method(self) -> str: ...
    @property
    def needs_secret(self) -> bool: ...
    @property
    def may_refresh(self) -> bool: ...
    @property
    def name(self) -> str | None: ...
    @property
    def client_uri(self) -> str | None: ...
    @property
    def logo_uri(self) -> str | None: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def jwks_uri(self) -> str | None: ...
    @property
    def jwks(self) -> str | None: ...
    def write_registration(self, credentials: ClientCredentials) -> bytes: ...

@final
class ClientCredentials:
    def __new__(
        cls,
        client_id: str,
        issued_at: float | None = None,
        *,
        secret: str | None = None,
        secret_expires_at: float | None = None,
    ) -> ClientCredentials: ...
    @property
    def client_id(self) -> str: ...

def write_registration_error(reason: str) -> bytes: ...

@final
class RequestHead:
    def __new__(
        cls,
        method: str | bytes,
        target: str | bytes,
        headers: Iterable[tuple[str | bytes, str | bytes]],
        certificate: bytes | None = None,
    ) -> RequestHead: ...
    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def certificate(self) -> bytes | None: ...
    def values(self, name: str) -> list[bytes]: ...

@final
class Credentials:
    @staticmethod
    def from_values(values: Iterable[str | bytes]) -> Credentials: ...
    @property
    def scheme(self) -> Literal["Bearer", "DPoP"] | None: ...
    @property
    def token(self) -> str | None: ...

@final
class Response:
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def number(self) -> int | None: ...

@final
class Principal:
    @property
    def token(self) -> AccessToken | None: ...
    @property
    def issuer(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def client_id(self) -> str | None: ...
    @property
    def scopes(self) -> list[str]: ...
    @property
    def confirmation(self) -> Confirmation: ...

@final
class Operation:
    @property
    def kind(self) -> Literal["tool", "prompt", "resource", "task", "method", "response"]: ...
    @property
    def method(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def is_request(self) -> bool: ...
    @property
    def id(self) -> MessageId | None: ...
    @staticmethod
    def from_body(body: str | bytes, limit: int = 4194304) -> Operation: ...
    @staticmethod
    def from_headers(head: RequestHead) -> Operation | None: ...
    def check_headers(self, head: RequestHead) -> None: ...

@final
class MessageId:
    def __new__(cls, id: int | str) -> MessageId: ...
    @property
    def is_number(self) -> bool: ...
    @property
    def text(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def error_body(reason: str, id: MessageId | None = None) -> bytes: ...

@final
class Guard:
    def __new__(
        cls,
        resource: str,
        validator: Validator,
        *,
        authorization_servers: str | Sequence[str] | None = None,
        scopes_supported: str | Sequence[str] = (),
        name: str | None = None,
        documentation: str | None = None,
        policy_uri: str | None = None,
        tos_uri: str | None = None,
        certificate_binding: bool = False,
        rules: Sequence[Rule] = (),
        hierarchy: Sequence[tuple[str, str]] = (),
        base_scopes: str | Sequence[str] = (),
        origins: str | Sequence[str] = (),
        any_origin: bool = False,
        provider: str | None = None,
        max_message_length: int = 4194304,
        legacy_metadata: LegacyServerMetadata | Literal[False] | None = None,
        dpop: Dpop | None = None,
    ) -> Guard: ...
    def with_rules(self, rules: Sequence[Rule]) -> Guard: ...
    @property
    def resource(self) -> str: ...
    @property
    def validator(self) -> Validator: ...
    @property
    def max_message_length(self) -> int: ...
    @property
    def origins(self) -> list[str] | None: ...
    def authenticate(
        self,
        head: RequestHead,
        now: float | None = None,
        *,
        introspection: str | bytes | None = None,
    ) -> Principal | Response: ...
    def is_metadata_target(self, head: RequestHead) -> bool: ...
    def authorize(
        self, principal: Principal, head: RequestHead, body: str | bytes | None = None
    ) -> Operation | Response: ...
    def permits(
        self,
        principal: Principal,
        *,
        tool: str | None = None,
        prompt: str | None = None,
        resource: str | None = None,
        resource_template: str | None = None,
    ) -> bool: ...
    def refuse(
        self,
        head: RequestHead,
        reason: str,
        *,
        until: float | None = None,
        now: float | None = None,
    ) -> Response: ...
    def response_headers(self, head: RequestHead) -> list[tuple[str, str]]: ...

@final
class CodeVerifier:
    @staticmethod
    def generate() -> CodeVerifier: ...
    @staticmethod
    def parse(verifier: str) -> CodeVerifier: ...
    @property
    def text(self) -> str: ...
    def challenge(self) -> CodeChallenge: ...

@final
class CodeChallenge:
    @staticmethod
    def from_parameters(
        code_challenge: str | None, code_challenge_method: str | None
    ) -> CodeChallenge: ...
    @property
    def text(self) -> str: ...
    @property
    def method(self) -> str: ...
    def verify(self, code_verifier: str | None) -> None: ...

@final
class Challenge:
    def __new__(
        cls,
        scheme: Literal["Bearer", "DPoP"],
        resource_metadata: str,
        *,
        reason: str | None = None,
        scope: str | None = None,
        realm: str | None = None,
        algorithms: Sequence[str] | None = None,
    ) -> Challenge: ...
    def write(self) -> str: ...

@final
class ParsedChallenge:
    @property
    def scheme(self) -> str: ...
    @property
    def token68(self) -> str | None: ...
    @property
    def parameters(self) -> dict[str, str]: ...
    @property
    def error(self) -> str | None: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def resource_metadata(self) -> str | None: ...

def parse_challenges(header: str | bytes) -> list[ParsedChallenge]: ...

@final
class ResourceMetadataDocument:
    @staticmethod
    def parse(body: str | bytes, resource: str | Sequence[str]) -> ResourceMetadataDocument: ...
    @property
    def resource(self) -> str: ...
    @property
    def authorization_servers(self) -> list[str]: ...
    @property
    def scopes_supported(self) -> list[str] | None: ...
    @property
    def bearer_methods_supported(self) -> list[str] | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def dpop_algorithms(self) -> list[str] | None: ...
    @property
    def requires_dpop(self) -> bool: ...
    @property
    def members(self) -> dict[str, Any]: ...

@final
class CodeFlow:
    @property
    def authorization_endpoint(self) -> str: ...
    @property
    def token_endpoint(self) -> str: ...

@final
class ServerMetadata:
    @staticmethod
    def parse(body: str | bytes, issuer: str) -> ServerMetadata: ...
    @property
    def issuer(self) -> str: ...
    @property
    def jwks_uri(self) -> str | None: ...
    @property
    def registration_endpoint(self) -> str | None: ...
    @property
    def scopes_supported(self) -> list[str] | None: ...
    @property
    def token_endpoint_auth_methods_supported(self) -> list[str] | None: ...
    @property
    def dpop_algorithms(self) -> list[str] | None: ...
    @property
    def reads_client_metadata_documents(self) -> bool: ...
    @property
    def sends_issuer(self) -> bool: ...
    @property
    def members(self) -> dict[str, Any]: ...
    def require_jwks_uri(self) -> str: ...
    def require_code_flow(self) -> CodeFlow: ...
    def require_pkce(self) -> None: ...
    def require_agreement(self, other: ServerMetadata) -> None: ...

def resource_metadata_urls(resource: str) -> list[str]: ...
def server_metadata_urls(issuer: str) -> list[str]: ...

@final
class AuthorizationRequest:
    def __new__(
        cls,
        *,
        client_id: str,
        redirect_uri: str,
        resource: str,
        state: str,
        code_challenge: CodeChallenge,
        audience: str | None = None,
        scope: str | None = None,
    ) -> AuthorizationRequest: ...
    @property
    def client_id(self) -> str: ...
    @property
    def redirect_uri(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def audience(self) -> str | None: ...
    @property
    def scope(self) -> str | None: ...
    def url(self, server: ServerMetadata) -> str: ...

@final
class TokenRequest:
    @staticmethod
    def authorization_code(
        *, code: str, redirect_uri: str, code_verifier: CodeVerifier, client_id: str, resource: str
    ) -> TokenRequest: ...
    @staticmethod
    def refresh_token(*, refresh_token: str, client_id: str, resource: str) -> TokenRequest: ...
    @property
    def body(self) -> bytes: ...

def verify_authorization_response_issuer(
    recorded: str, sends_issuer: bool, iss: str | None
) -> None: ...
def initial_scope(challenged: str | None, resource: ResourceMetadataDocument) -> str | None: ...
def step_up_scope(requested: str, challenged: str) -> str | None: ...

@final
class Registration:
    @staticmethod
    def choose(
        server: ServerMetadata, *, is_preregistered: bool, has_metadata_document: bool
    ) -> Registration: ...
    @property
    def kind(self) -> str: ...
    @property
    def endpoint(self) -> str | None: ...

@final
class NewClient:
    def __new__(
        cls,
        name: str,
        redirect_uris: str | Sequence[str],
        *,
        client_uri: str | None = None,
        scope: str | None = None,
        refresh_tokens: bool = False,
        private_use_schemes: Sequence[str] = (),
    ) -> NewClient: ...
    @property
    def application_type(self) -> str: ...
    @property
    def registration_request(self) -> bytes: ...
    def metadata_document(self, client_id: str) -> bytes: ...

@final
class RegisteredClient:
    @staticmethod
    def parse(body: str | bytes) -> RegisteredClient: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str | None: ...
    @property
    def client_secret_expires_at(self) -> int | None: ...
    @property
    def auth_method(self) -> str: ...

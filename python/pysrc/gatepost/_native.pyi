from collections.abc import Iterable, Sequence
from typing import Any, final

__all__ = [
    "MAX_JWK_SET_LEN",
    "MAX_TOKEN_LEN",
    "REASONS",
    "AccessToken",
    "ClaimRule",
    "CodeChallenge",
    "CodeVerifier",
    "Dpop",
    "Guard",
    "KeySet",
    "LegacyServerMetadata",
    "Operation",
    "ParsedChallenge",
    "Policy",
    "Principal",
    "RequestHead",
    "Response",
    "Rule",
    "SkippedKey",
    "Validator",
    "parse_challenges",
]

# Number, name, HTTP status, OAuth error, description: the core's table.
REASONS: tuple[tuple[int, str, int, str | None, str], ...]
MAX_JWK_SET_LEN: int
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
        scope_claims: Sequence[str] = ("scope", "scp", "permissions"),
        claims: Sequence[ClaimRule] = (),
    ) -> Policy: ...
    @staticmethod
    def rfc9068(
        issuer: str,
        audience: str | Sequence[str],
        *,
        algorithms: Sequence[str] | None = None,
        leeway: int = 30,
        required_scopes: Sequence[str] = (),
        scope_claims: Sequence[str] = ("scope", "scp", "permissions"),
        claims: Sequence[ClaimRule] = (),
    ) -> Policy: ...
    @property
    def issuer(self) -> str: ...
    @property
    def audience(self) -> list[str]: ...
    @property
    def leeway(self) -> int: ...
    @property
    def required_scopes(self) -> list[str]: ...

@final
class Validator:
    def __new__(cls, policy: Policy, keys: KeySet, *, cache_size: int = 1000) -> Validator: ...
    @staticmethod
    def of(issuers: Sequence[tuple[Policy, KeySet]], *, cache_size: int = 1000) -> Validator: ...
    @property
    def policies(self) -> list[Policy]: ...
    def validate(self, jwt: str | bytes, now: float | None = None) -> AccessToken: ...
    def replace_keys(self, keys: KeySet, issuer: str | None = None) -> None: ...

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
    def scopes(self) -> list[str]: ...
    @property
    def expires_at(self) -> int | None: ...
    @property
    def claims(self) -> dict[str, Any]: ...
    @property
    def claims_json(self) -> str: ...

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
    ) -> Dpop: ...

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

@final
class Operation:
    @property
    def kind(self) -> str: ...
    @property
    def method(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...

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
        rules: Sequence[Rule] = (),
        hierarchy: Sequence[tuple[str, str]] = (),
        base_scopes: str | Sequence[str] = (),
        origins: str | Sequence[str] = (),
        any_origin: bool = False,
        provider: str = "generic",
        max_message_length: int = 4194304,
        legacy_metadata: LegacyServerMetadata | None = None,
        dpop: Dpop | None = None,
    ) -> Guard: ...
    @property
    def resource(self) -> str: ...
    @property
    def max_message_length(self) -> int: ...
    def authenticate(self, head: RequestHead, now: float | None = None) -> Principal | Response: ...
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
    ) -> bool: ...
    def refuse(self, head: RequestHead, reason: str) -> Response: ...
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

from collections.abc import Sequence
from typing import Any, final

__all__ = [
    "MAX_JWK_SET_LEN",
    "MAX_TOKEN_LEN",
    "REASONS",
    "AccessToken",
    "KeySet",
    "Policy",
    "SkippedKey",
    "Validator",
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

"""Why something was refused, as exceptions: one class for each reason of the core.

Families stand under `GatepostError`: `TokenError` (what a token can meet), `RequestError` (what
the rest of a request can), `OAuthError` (what documents and parameters of OAuth can), `KeySetError`
(what keys can meet when they are loaded) and `PolicyError` (a mistake of the caller). Numbers,
names and texts come from the core's table; nothing in them is taken from a token or a key.
"""

from typing import ClassVar

from gatepost._native import REASONS

_TABLE = {row[0]: row for row in REASONS}
_NUMBERS = {name: number for number, name, *_ in REASONS}


class GatepostError(ValueError):
    """The base of every error that carries a reason; its text is the reason's description."""

    reason: str
    """The stable name, such as ``"expired"``."""
    number: int
    """The stable number, 101 to 999."""
    http_status: int
    """What is answered: 400, 401, 403, 413 or 503 (RFC 6750, section 3.1)."""
    oauth_error: str | None
    """The ``error`` of a challenge or of an authorization server, such as ``"invalid_token"``."""

    _classes: ClassVar[dict[int, type["GatepostError"]]] = {}

    def __init_subclass__(cls, reason: str | None = None) -> None:
        if reason is not None:
            cls.number = _NUMBERS[reason]
            cls._classes[cls.number] = cls

    def __init__(self, number: int | None = None, detail: str | None = None) -> None:
        if number is None:
            number = getattr(self, "number", None)
            if number is None:
                raise TypeError(f"{type(self).__name__} needs the number of a reason")
        self.number, self.reason, self.http_status, self.oauth_error, text = _TABLE[number]
        self._detail = detail
        super().__init__(text if detail is None else f"{text}: {detail}")

    def __reduce__(self) -> tuple[type["GatepostError"], tuple[int, str | None]]:
        return type(self), (self.number, self._detail)


class TokenError(GatepostError):
    """A token was refused. Each reason has a class of its own; catch this one for all of them."""


class RequestError(GatepostError):
    """A request was refused for what else it says. A `Guard` answers instead of raising it."""


class OAuthError(GatepostError):
    """A document or a parameter of OAuth was refused.

    Reasons that only these can meet have a class of their own (`MetadataMismatchError`, ...); for
    those that tokens meet too, such as ``"invalid_json"``, it is this class.
    """


class KeySetError(GatepostError):
    """Keys could not be loaded.

    Reasons that only keys can meet have a class of their own (`KeyTooWeakError`, ...); for those
    that tokens meet too, such as ``"invalid_json"``, it is this class.
    """


class PolicyError(GatepostError, reason="misuse"):
    """The caller asked for something that makes no sense, such as an empty audience."""


def error(number: int, detail: str | None = None) -> GatepostError:
    """The error of the reason with this number, of the reason's own class."""
    return GatepostError._classes[number](number, detail)


def key_set_error(number: int) -> KeySetError:
    """The error of the reason with this number, for keys: always a `KeySetError`."""
    own = GatepostError._classes[number]
    return own(number) if issubclass(own, KeySetError) else KeySetError(number)


def oauth_error(number: int) -> GatepostError:
    """The error of the reason with this number, for what surrounds a token: always an `OAuthError`,
    or a `PolicyError` where the caller is mistaken."""
    own = GatepostError._classes[number]
    return own(number) if issubclass(own, (OAuthError, PolicyError)) else OAuthError(number)


# 1xx: form


class MalformedError(TokenError, reason="malformed"):
    """The text is not a compact JWS: three parts, two dots (RFC 7515, section 7.1)."""


class TooLargeError(TokenError, reason="too_large"):
    """A part is longer, or holds more members, than the limits allow."""


class InvalidBase64Error(TokenError, reason="invalid_base64"):
    """A part is not canonical base64url without padding (RFC 7515, section 2)."""


class InvalidJsonError(TokenError, reason="invalid_json"):
    """A part is not one JSON object in UTF-8 (RFC 8259)."""


class DuplicateMemberError(TokenError, reason="duplicate_member"):
    """A JSON object names a member twice (RFC 7519, section 4)."""


class TooDeepError(TokenError, reason="too_deep"):
    """JSON is nested too deep."""


class EncryptedError(TokenError, reason="encrypted"):
    """The token is encrypted (a compact JWE; RFC 7516, section 7.1)."""


class AudienceNotRequestedError(TokenError, reason="audience_not_requested"):
    """The token is none of the issuer's JWTs, because the client asked for no ``audience``."""


# From 111: a request


class CredentialsMissingError(RequestError, reason="credentials_missing"):
    """The request brings no credentials of a kind that is understood (RFC 6750, section 3)."""


class InvalidCredentialsError(RequestError, reason="invalid_credentials"):
    """The ``Authorization`` header is not a scheme and one token (RFC 6750, section 2.1)."""


class SeveralCredentialsError(RequestError, reason="several_credentials"):
    """The request brings credentials more than once (RFC 6750, section 3.1)."""


class OriginRefusedError(RequestError, reason="origin_refused"):
    """The ``Origin`` is none that may ask (RFC 6454, section 7)."""


class InvalidMessageError(RequestError, reason="invalid_message"):
    """The body is not JSON in UTF-8."""


class BatchRefusedError(RequestError, reason="batch_refused"):
    """The body is a batch of JSON-RPC messages."""


class MessageTooLargeError(RequestError, reason="message_too_large"):
    """The body is longer than the guard takes."""


class HeaderMismatchError(RequestError, reason="header_mismatch"):
    """The headers do not say of the request what its body says."""


class InvalidRequestError(RequestError, reason="invalid_request"):
    """The body is not one JSON-RPC message that all servers read alike, or lacks a name."""


# From 131: documents and parameters of OAuth


class InvalidMetadataError(OAuthError, reason="invalid_metadata"):
    """A metadata document lacks what it must hold, or holds what it must not."""


class MetadataMismatchError(OAuthError, reason="metadata_mismatch"):
    """A metadata document is that of another issuer or resource (RFC 8414, section 3.3)."""


class PkceNotSupportedError(OAuthError, reason="pkce_not_supported"):
    """The authorization server does not say that it supports PKCE with S256."""


class InvalidCodeChallengeError(OAuthError, reason="invalid_code_challenge"):
    """The code challenge is missing, malformed or not S256 (RFC 7636, section 4.4.1)."""


class InvalidCodeVerifierError(OAuthError, reason="invalid_code_verifier"):
    """The code verifier is not the one of the challenge (RFC 7636, section 4.6)."""


class InvalidRedirectUriError(OAuthError, reason="invalid_redirect_uri"):
    """A redirect URI must not be registered or redirected to (RFC 7591, section 3.2.2)."""


class InvalidClientMetadataError(OAuthError, reason="invalid_client_metadata"):
    """A client's metadata do not make a client (RFC 7591, section 3.2.2)."""


class InvalidClientIdError(OAuthError, reason="invalid_client_id"):
    """A client identifier is not a URL of a metadata document."""


class AddressRefusedError(OAuthError, reason="address_refused"):
    """The address is one that nothing must be fetched from on a stranger's word."""


class InvalidChallengeError(OAuthError, reason="invalid_challenge"):
    """A ``WWW-Authenticate`` header is no list of challenges (RFC 9110, section 11.6.1)."""


class InvalidIntrospectionError(OAuthError, reason="invalid_introspection"):
    """An authorization server's answer to what a token is says nothing that can be relied on
    (RFC 7662)."""


# 2xx: header


class AlgorithmMissingError(TokenError, reason="algorithm_missing"):
    """The header has no ``alg`` (RFC 7515, section 4.1.1)."""


class AlgorithmNotAllowedError(TokenError, reason="algorithm_not_allowed"):
    """The header's ``alg`` is ``none``, unknown, or not one that the policy allows."""


class TypeMismatchError(TokenError, reason="type_mismatch"):
    """The header's ``typ`` names another kind of token (RFC 8725, section 3.11)."""


class CriticalNotUnderstoodError(TokenError, reason="critical_not_understood"):
    """The header demands an extension that is not understood (RFC 7515, section 4.1.11)."""


class InvalidHeaderError(TokenError, reason="invalid_header"):
    """A header parameter has the wrong type or form."""


# 3xx: keys


class KeyNotFoundError(TokenError, reason="key_not_found"):
    """No key of the set is the one that the header names."""


class KeyAmbiguousError(TokenError, reason="key_ambiguous"):
    """More than one key could be meant."""


class KeyAlgorithmMismatchError(TokenError, reason="key_algorithm_mismatch"):
    """The named key is for another algorithm."""


class InvalidKeyError(KeySetError, reason="invalid_key"):
    """The key is malformed, or no key at all: a point off its curve, a number out of range."""


class KeyTooWeakError(KeySetError, reason="key_too_weak"):
    """The key is too short, or of a kind known to be weak."""


class KeyNotForVerificationError(KeySetError, reason="key_not_for_verification"):
    """The key's ``use``, ``key_ops`` or kind rules out what it is loaded for."""


class PrivateKeyError(KeySetError, reason="private_key"):
    """The key holds private members, which have no place in what is published."""


class MixedKeySetError(KeySetError, reason="mixed_key_set"):
    """The set mixes symmetric keys with public ones."""


class TooManyKeysError(KeySetError, reason="too_many_keys"):
    """The set holds more keys than there is room for."""


class UnsupportedKeyError(KeySetError, reason="unsupported_key"):
    """The key is of a kind, a curve or an algorithm that is not supported."""


# 4xx: signature


class InvalidSignatureError(TokenError, reason="invalid_signature"):
    """The signature is not the named key's. Nothing more is ever said."""


# 5xx: claims


class ExpiredError(TokenError, reason="expired"):
    """``exp`` has passed (RFC 7519, section 4.1.4)."""


class NotYetValidError(TokenError, reason="not_yet_valid"):
    """``nbf`` has not come yet (RFC 7519, section 4.1.5)."""


class IssuedInFutureError(TokenError, reason="issued_in_future"):
    """``iat`` lies in the future (RFC 7519, section 4.1.6)."""


class IssuerMismatchError(TokenError, reason="issuer_mismatch"):
    """``iss`` is not the policy's issuer (RFC 7519, section 4.1.1)."""


class AudienceMismatchError(TokenError, reason="audience_mismatch"):
    """``aud`` names none of the policy's audiences (RFC 7519, section 4.1.3)."""


class MissingClaimError(TokenError, reason="missing_claim"):
    """A claim that the policy requires is absent."""


class InvalidClaimError(TokenError, reason="invalid_claim"):
    """A claim has the wrong type, or a value that no such claim can have."""


class ClaimRefusedError(TokenError, reason="claim_refused"):
    """A claim has a value that the policy refuses."""


class TokenInactiveError(TokenError, reason="token_inactive"):
    """The authorization server says that the token is not active: it has expired, was revoked, or
    never was one (RFC 7662)."""


# 6xx: scope


class InsufficientScopeError(TokenError, reason="insufficient_scope"):
    """The token lacks a required scope (RFC 6750, section 3.1)."""


class OperationRefusedError(RequestError, reason="operation_refused"):
    """The server's rules keep this operation from this principal, whatever its scopes."""


# 7xx: possession


class ProofRequiredError(TokenError, reason="proof_required"):
    """The token is bound to a key, and no proof of possession came with it (RFC 9449)."""


class InvalidProofError(TokenError, reason="invalid_proof"):
    """The proof of possession does not hold."""


class ProofReplayedError(TokenError, reason="proof_replayed"):
    """The proof of possession was seen before."""


class NonceRequiredError(TokenError, reason="nonce_required"):
    """The proof of possession lacks the server's nonce."""


class InvalidStateError(RequestError, reason="invalid_state"):
    """A sealed state or handle was not sealed here, for this principal and purpose."""


class StateExpiredError(RequestError, reason="state_expired"):
    """A sealed state or handle has expired."""


# 8xx: cannot tell now


class KeysUnavailableError(TokenError, reason="keys_unavailable"):
    """The keys that would decide are not to be had now: try again later."""


class ReplayStoreFullError(TokenError, reason="replay_store_full"):
    """There is no room to remember another proof of possession: try again later."""


class IntrospectionUnavailableError(TokenError, reason="introspection_unavailable"):
    """The authorization server has to be asked about the token, and no answer is to be had now:
    try again later."""


# 9xx: the server's own


class MemoryTooSmallError(TokenError, reason="memory_too_small"):
    """The memory for a validation is too small."""

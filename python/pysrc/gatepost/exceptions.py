"""Why something was refused, as exceptions: one class for each reason of the core.

Three families stand under `GatepostError`: `TokenError` (what a token can meet), `KeySetError`
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
    """What a protected resource answers with: 401, 403 or 503 (RFC 6750, section 3.1)."""
    oauth_error: str | None
    """The challenge's ``error``: ``"invalid_token"``, ``"insufficient_scope"`` or None."""

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


# 6xx: scope


class InsufficientScopeError(TokenError, reason="insufficient_scope"):
    """The token lacks a required scope (RFC 6750, section 3.1)."""


# 7xx: possession


class ProofRequiredError(TokenError, reason="proof_required"):
    """The token is bound to a key, and no proof of possession came with it (RFC 9449)."""


class InvalidProofError(TokenError, reason="invalid_proof"):
    """The proof of possession does not hold."""


class ProofReplayedError(TokenError, reason="proof_replayed"):
    """The proof of possession was seen before."""


class NonceRequiredError(TokenError, reason="nonce_required"):
    """The proof of possession lacks the server's nonce."""


# 8xx: cannot tell now


class KeysUnavailableError(TokenError, reason="keys_unavailable"):
    """The keys that would decide are not to be had now: try again later."""


# 9xx: the server's own


class MemoryTooSmallError(TokenError, reason="memory_too_small"):
    """The memory for a validation is too small."""

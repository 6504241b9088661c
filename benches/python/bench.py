"""bench.py SAMPLES: gatepost beside other Python libraries, in turns, over the tokens in SAMPLES.

Each checks signature, expiry, issuer and audience of an access token, and reads the clock for it.
The floor is the signature alone, verified by the cryptography package with a parsed key. Prints
what was measured as JSON.
"""

import base64
import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jwt
import webtoken
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastmcp.server.auth.providers.jwt import JWTVerifier
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt

import gatepost

ROUNDS = 101
WARM_UP = 5
# Seconds of a turn: as in the Rust programs.
TURN = 0.016
# So many that none of the tokens is in another's way.
CACHE_SIZE = 8192
KINDS = {"rs256_2048": ("RS256", "RS256 2048"), "es256": ("ES256", "ES256")}
# gatepost's own version is that of the Rust crate.
LIBRARIES = ["cryptography", "pyjwt", "joserfc", "webtoken", "fastmcp"]
TIMES = "\N{MULTIPLICATION SIGN}"

Verify = Callable[[int], Any]


class Sample:
    """A key and the tokens that it signed."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.algorithm = KINDS[kind][0]
        self.issuer = (folder / "issuer").read_text()
        self.audience = (folder / "audience").read_text()
        self.pem = (folder / f"{kind}.pem").read_bytes()
        self.jwks = (folder / f"{kind}.jwks").read_text()
        self.tokens = (folder / f"{kind}.tokens").read_text().split()


def main() -> None:
    folder = Path(sys.argv[1])
    measured = {
        "versions": [
            {"name": "Python", "version": sys.version.split()[0]},
            *({"name": name, "version": version(name)} for name in LIBRARIES),
        ],
        "tables": [table(folder, kind) for kind in KINDS],
    }
    print(json.dumps(measured))


def table(folder: Path, kind: str) -> dict[str, Any]:
    sample = Sample(folder, kind)
    name = KINDS[kind][1]
    print(f"measuring Python, {name}", file=sys.stderr)
    floor = cryptography(sample)
    subjects = {
        "floor": ("cryptography", "signature alone", floor),
        "gatepost": ("gatepost", "validation", gatepost_validator(sample, cache_size=0)),
        "seen": (
            "gatepost",
            "seen before, claims checked again",
            gatepost_validator(sample, cache_size=CACHE_SIZE),
        ),
        "webtoken": ("webtoken", "validation", webtoken_decode(sample)),
        "joserfc": ("joserfc", "validation", joserfc(sample)),
        "pyjwt": ("PyJWT", "validation", pyjwt(sample)),
        "fastmcp": ("FastMCP, JWTVerifier", "validation", fastmcp(sample)),
    }
    turns = race({key: verify for key, (_, _, verify) in subjects.items()})
    return {
        "id": f"python_{kind}",
        "title": f"Python, {name}",
        "note": f"Tokens of {len(sample.tokens[0])} characters. {TIMES} is the ratio to verifying "
        "the signature alone with the cryptography package, with a parsed key and hash included.",
        "ratio_is": f"{TIMES} cryptography, signature alone",
        "rows": [
            {
                "id": key,
                "subject": subject,
                "work": work,
                "turns": turns[key],
                "floor": turns["floor"],
            }
            for key, (subject, work, _) in subjects.items()
        ],
    }


def race(subjects: dict[str, Verify]) -> dict[str, list[float]]:
    """Lets the subjects take turns: nanoseconds a token in each round."""
    counts = {key: max(4, int(TURN / each(verify))) for key, verify in subjects.items()}
    turns: dict[str, list[float]] = {key: [] for key in subjects}
    first = dict.fromkeys(subjects, 0)
    for round_number in range(WARM_UP + ROUNDS):
        for key, verify in subjects.items():
            numbers = range(first[key], first[key] + counts[key])
            first[key] += counts[key]
            start = time.perf_counter_ns()
            for number in numbers:
                verify(number)
            took = time.perf_counter_ns() - start
            if round_number >= WARM_UP:
                turns[key].append(took / counts[key])
    return turns


def each(verify: Verify) -> float:
    """About how many seconds a token takes."""
    seconds = []
    for number in range(20):
        start = time.perf_counter()
        verify(number)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def cryptography(sample: Sample) -> Verify:
    key: Any = load_pem_public_key(sample.pem)
    signed = []
    for token in sample.tokens:
        message, _, text = token.rpartition(".")
        signature = base64.urlsafe_b64decode(text + "==")
        if isinstance(key, ec.EllipticCurvePublicKey):
            halves = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
            signature = encode_dss_signature(*halves)
        signed.append((signature, message.encode()))
    count = len(signed)
    digest = SHA256()
    if isinstance(key, ec.EllipticCurvePublicKey):
        algorithm = ec.ECDSA(digest)

        def verify(number: int) -> None:
            signature, message = signed[number % count]
            key.verify(signature, message, algorithm)

    else:
        pkcs1 = padding.PKCS1v15()

        def verify(number: int) -> None:
            signature, message = signed[number % count]
            key.verify(signature, message, pkcs1, digest)

    return verify


def gatepost_validator(sample: Sample, cache_size: int) -> Verify:
    policy = gatepost.Policy(issuer=sample.issuer, audience=sample.audience)
    keys = gatepost.KeySet.from_jwks(sample.jwks)
    validator = gatepost.Validator(policy, keys, cache_size=cache_size)
    tokens, count, validate = sample.tokens, len(sample.tokens), validator.validate
    return lambda number: validate(tokens[number % count]).claims


def pyjwt(sample: Sample) -> Verify:
    key: Any = load_pem_public_key(sample.pem)
    return decode(jwt.decode, key, sample)


def webtoken_decode(sample: Sample) -> Verify:
    return decode(webtoken.decode, sample.pem, sample)


def decode(function: Any, key: Any, sample: Sample) -> Verify:
    """PyJWT and webtoken have the same interface."""
    tokens, count = sample.tokens, len(sample.tokens)
    algorithms, audience, issuer = [sample.algorithm], sample.audience, sample.issuer
    options = {"require": ["exp", "iss", "aud"]}

    def verify(number: int) -> Any:
        return function(
            tokens[number % count],
            key,
            algorithms=algorithms,
            audience=audience,
            issuer=issuer,
            options=options,
        )

    return verify


def joserfc(sample: Sample) -> Verify:
    keys = joserfc_jwk.KeySet.import_key_set(json.loads(sample.jwks))
    tokens, count, algorithms = sample.tokens, len(sample.tokens), [sample.algorithm]

    def verify(number: int) -> Any:
        token = joserfc_jwt.decode(tokens[number % count], keys, algorithms=algorithms)
        # It reads the clock when it is made.
        registry = joserfc_jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": sample.issuer},
            aud={"essential": True, "value": sample.audience},
            exp={"essential": True},
        )
        registry.validate(token.claims)
        return token.claims

    return verify


def fastmcp(sample: Sample) -> Verify:
    verifier = JWTVerifier(
        public_key=sample.pem.decode(),
        issuer=sample.issuer,
        audience=sample.audience,
        algorithm=sample.algorithm,
    )
    tokens, count = sample.tokens, len(sample.tokens)

    def verify(number: int) -> Any:
        # With a fixed key it awaits nothing, and so needs no event loop.
        coroutine = verifier.verify_token(tokens[number % count])
        try:
            coroutine.send(None)
        except StopIteration as end:
            if end.value is None:
                raise ValueError("a good token was refused") from None
            return end.value
        raise RuntimeError("it waits for something")

    return verify


if __name__ == "__main__":
    main()

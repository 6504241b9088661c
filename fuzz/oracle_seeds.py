"""The seeds of the targets that compare signature algorithms with other libraries."""

from __future__ import annotations

import hashlib
import json

from seed_cases import CASES, Seeds, case_named, decoded


def rsa_oracle() -> Seeds:
    algorithms = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    names = [f"{name.lower()}_accepted" for name in algorithms]
    names += [
        f"{name}_accepted_{bits}_bits" for name in ("rs256", "ps256") for bits in (2049, 3072)
    ]
    for name in names:
        signing_input, signature, key = parts_of(case_named(name))
        exponent, modulus = decoded(key["e"]), decoded(key["n"])
        selector = bytes([algorithms.index(name[:5].upper())])
        length = len(modulus).to_bytes(2, "big")
        yield (
            name,
            b"".join(
                (
                    selector,
                    exponent.rjust(4, b"\0"),
                    length,
                    modulus,
                    signature,
                    signing_input,
                )
            ),
        )
    message = b"message"
    for index, algorithm in enumerate(algorithms):
        encode = pkcs1 if algorithm.startswith("RS") else pss
        block = encode(message, f"sha{algorithm[2:]}")
        yield (
            f"{algorithm.lower()}_encoded_message",
            bytes([0x80 | index]) + block + message,
        )


def ecdsa_oracle() -> Seeds:
    for name in (
        "es256_accepted",
        "es256_s_negated",
        "es256_r_begins_with_zero",
        "es256_r_is_the_order",
        "es256_r_and_s_are_one",
        "es256_s_is_zero",
    ):
        signing_input, signature, key = parts_of(case_named(name))
        yield (
            name,
            b"\0" + decoded(key["x"]) + decoded(key["y"]) + signature + signing_input,
        )
    private = hashlib.sha256(b"a private key").digest()
    yield "signed_here", b"\1" + private + bytes(64) + b"message"
    yield "signed_here_and_flipped", b"\1" + private + bytes(63) + b"\1" + b"message"


def hosted_oracle() -> Seeds:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    scalars = {"one": 1, "two": 2, "half": (order + 1) // 2, "order_less_one": order - 1}
    # Keys 0 to 4 are 1, 2, 3, 16 and 255 times the generator, 5 to 9 their opposites.
    for key in (0, 1, 5, 10):
        for (first, u1), (second, u2) in zip(
            [*scalars.items(), ("zero", 0)], [("one", 1), *scalars.items()], strict=True
        ):
            numbers = u1.to_bytes(32, "big") + u2.to_bytes(32, "big")
            yield f"es256_key_{key}_{first}_{second}", bytes([0, key, 1]) + numbers + bytes(64)
    yield "es256_given", bytes([0, 11, 0]) + bytes(31) + b"\1" + (bytes(31) + b"\1") * 2
    for index, algorithm in enumerate(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), 1):
        for key in range(4):
            yield f"{algorithm.lower()}_key_{key}", bytes([index, key, 1])
        yield f"{algorithm.lower()}_flipped", bytes([index, 0, 1, 0, 255, 1])
        encode = pkcs1 if algorithm.startswith("RS") else pss
        block = encode(b"message", f"sha{algorithm[2:]}")
        yield f"{algorithm.lower()}_encoded_message", bytes([index, 0, 2]) + block
        yield f"{algorithm.lower()}_given", bytes([index, 2, 0]) + bytes(383) + b"\1"


def parts_of(case: dict) -> tuple[bytes, bytes, dict]:
    """What is signed, the signature, and the JWK of the key that the header names."""
    signing_input, _, signature = case["token"].rpartition(".")
    header = json.loads(decoded(signing_input.split(".")[0]))
    keys = CASES["key_sets"][case["key_set"]]["jwks"]["keys"]
    key = next(key for key in keys if key.get("kid") == header.get("kid"))
    return signing_input.encode(), decoded(signature), key


def pkcs1(message: bytes, hash_name: str) -> bytes:
    """EMSA-PKCS1-v1_5 for 2048 bits (RFC 8017, section 9.2)."""
    digest = hashlib.new(hash_name, message).digest()
    last = {"sha256": 1, "sha384": 2, "sha512": 3}[hash_name]
    identifier = bytes.fromhex("06096086480165030402") + bytes([last])
    parameters = sequence(identifier + b"\5\0")
    info = sequence(parameters + b"\4" + bytes([len(digest)]) + digest)
    return (b"\0\1" + b"\xff" * (253 - len(info)) + b"\0" + info).rjust(256, b"\0")


def sequence(content: bytes) -> bytes:
    return b"\x30" + bytes([len(content)]) + content


def pss(message: bytes, hash_name: str) -> bytes:
    """EMSA-PSS for 2048 bits, with a salt of zeros as long as the hash (RFC 8017, section 9.1)."""
    digest = hashlib.new(hash_name, message).digest()
    salt = bytes(len(digest))
    hashed = hashlib.new(hash_name, bytes(8) + digest + salt).digest()
    data = (b"\1" + salt).rjust(255 - len(hashed), b"\0")
    mask = b""
    while len(mask) < len(data):
        counter = (len(mask) // len(hashed)).to_bytes(4, "big")
        mask += hashlib.new(hash_name, hashed + counter).digest()
    masked = bytearray(byte ^ pad for byte, pad in zip(data, mask, strict=False))
    masked[0] &= 0x7F
    return bytes(masked) + hashed + b"\xbc"

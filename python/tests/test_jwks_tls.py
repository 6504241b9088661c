"""Keys come over TLS, from whom the certificate says it is."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from key_server import AUDIENCE, KEYS, Clock, KeyServer, document, head_of, running, verdict

import gatepost
from issuer import Issuer

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a loopback issuer")])


def certificate(folder: Path, address: str) -> Path:
    """A certificate for `address` that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    signed = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / f"{address}.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(params=["127.0.0.1", "127.0.0.2"])
def certified(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return certificate(tmp_path, request.param)


@pytest.fixture
def server(certified: Path) -> Iterator[KeyServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified)
    with running(context) as server:
        yield server


def test_keys_are_taken_from_whom_the_certificate_names(
    server: KeyServer, certified: Path, clock: Clock
) -> None:
    signer = Issuer(server.url)
    server.answers[KEYS] = document(signer.jwks())
    issuer = gatepost.issuer(server.url, AUDIENCE, jwks_uri=server.url + KEYS)
    assert server.url.startswith("https://127.0.0.1:")

    def client() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(verify=ssl.create_default_context(cafile=certified))

    # Nobody vouches for the certificate.
    live = gatepost.LiveGuard(issuer, clock=clock)
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    assert server.asked == {}
    # Somebody does, but for another address.
    live = gatepost.LiveGuard(issuer, clock=clock, client=client)
    is_named = certified.stem == "127.0.0.1"
    said = "alice" if is_named else "keys_unavailable"
    assert verdict(live.authenticate(head_of(signer))) == said
    assert server.asked == ({KEYS: 1} if is_named else {})

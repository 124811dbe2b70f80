"""A Temporal cluster that wants to know who we are: real TLS on the loopback address, before the real server."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from api.main import create_app
from care.errors import SetupError
from care.running.doctor import examine
from care.settings import Settings, read
from care.temporal import connect, tls_of
from tests.conftest import TEST_KEY

KEY = base64.b64encode(TEST_KEY).decode()
NAME = "care.a1b2c.tmprl.example"


class Authority:
    """Signs certificates, and writes each beside its key."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = self._write(name, self._signed(self._name, self._key, ca=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        kept = self._folder / f"{self.file.stem}-{name}.key"
        kept.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return self._write(f"{self.file.stem}-{name}", self._signed(subject, key, ca=False)), kept

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        [common] = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(str(common.value))]), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, certificate: x509.Certificate) -> Path:
        file = self._folder / f"{name}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return file


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
async def cluster(ours: Authority, temporal_server: str) -> AsyncIterator[str]:
    """The address of the server behind TLS: it shows a certificate for NAME, and asks for one that is signed alike."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue(NAME))
    context.load_verify_locations(ours.file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, _, port = temporal_server.partition(":")

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onwards = await asyncio.open_connection(host, int(port))
        await asyncio.gather(carried(reader, onwards[1]), carried(onwards[0], writer))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=context)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


def settings(address: str, **given: Any) -> Settings:
    tls = {f"temporal_tls_{name}": value for name, value in given.items()}
    return Settings(_env_file=None, temporal_address=address, encryption_key=SecretStr(KEY), **tls)


async def test_a_cluster_that_asks_for_a_certificate_is_shown_ours(cluster: str, ours: Authority) -> None:
    cert, key = ours.issue("care")
    client = await connect(settings(cluster, ca=ours.file, cert=cert, key=key, server_name=NAME))
    assert await client.service_client.check_health()


@pytest.mark.parametrize("wrong", ["no certificate", "signed by others", "another name", "another authority"])
async def test_with_anything_wrong_nothing_is_sent(cluster: str, ours: Authority, tmp_path: Path, wrong: str) -> None:
    cert, key = ours.issue("care")
    others = Authority(tmp_path, "others")
    given: dict[str, Any] = {"ca": ours.file, "cert": cert, "key": key, "server_name": NAME}
    if wrong == "no certificate":
        given |= {"cert": None, "key": None}
    elif wrong == "signed by others":
        given |= dict(zip(("cert", "key"), others.issue("care"), strict=True))
    elif wrong == "another name":
        given |= {"server_name": "care.evil.example"}
    else:
        given |= {"ca": others.file}
    with pytest.raises(RuntimeError):
        await connect(settings(cluster, **given))


async def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, mongodb_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = settings("127.0.0.1:1", ca=tmp_path / "ca.pem")
    with pytest.raises(SetupError, match=r"ca\.pem"):
        await connect(missing)
    with pytest.raises(SetupError, match=r"ca\.pem"):
        create_app(missing)
    for name, value in {
        "MONGODB_URI": mongodb_uri,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_TLS_CA": str(tmp_path / "ca.pem"),
        "ENCRYPTION_KEY": KEY,
    }.items():
        monkeypatch.setenv(f"CARE_{name}", value)
    [temporal] = [finding for finding in await examine(None) if finding.what == "Temporal"]
    assert "ca.pem" in temporal.fix


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="CARE_TEMPORAL_TLS_CERT and CARE_TEMPORAL_TLS_KEY need each other"):
        read(_env_file=None, temporal_tls_cert=tmp_path / "cert.pem")


@pytest.mark.parametrize(
    ("given", "tls"),
    [
        ({}, False),
        ({"temporal_api_key": "", "temporal_tls_cert": "", "temporal_tls_key": "", "temporal_tls_ca": ""}, False),
        ({"temporal_tls": True}, True),
        ({"temporal_api_key": "of the cloud"}, True),
    ],
)
def test_what_is_empty_asks_for_no_tls(given: dict[str, Any], tls: bool) -> None:
    """As `care up` sets it for its own server, whatever else the environment says."""
    assert tls_of(read(_env_file=None, **given)) is tls

"""A mail server and a receiver of web hooks, on real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from care.embedded import free_port


@dataclass
class Mailbox:
    """`answers` are given to the next mails, one each; then all are accepted. `port` is set while it listens."""

    recipient_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, _s: SMTP, _x: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, _x: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answers:
            return self.data_answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.receivers += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def mail_server(password: str = "", tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """With `tls` it insists on STARTTLS, and then on a sign-in with `password`."""
    box = Mailbox(port=free_port())

    def sign_in(_s: SMTP, _x: Session, _e: Envelope, _m: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == password.encode(), handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        tls_context=tls,
        require_starttls=tls is not None,
        auth_required=tls is not None,
        authenticator=sign_in,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate(folder: Path, name: str = "mail.test") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for `name` and 127.0.0.1, and the file that a client must trust."""
    key, itself = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start, names = datetime.now(UTC), [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(itself)
        .issuer_name(itself)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(hours=1))
        .not_valid_after(start + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    trusted, private = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with each of `answers` in turn, the last one for ever; None: says nothing at all."""

    answers: list[str | None] = field(default_factory=lambda: ["200 OK"])
    got: list[Received] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.got.append(Received(headers, await reader.readexactly(int(headers.get("content-length", "0")))))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            await reader.read()  # until the other side gives up
        else:
            more = "Location: /elsewhere\r\n" if answer.startswith("3") else ""
            # Announces a body that never ends, for whoever would read it.
            writer.write(f"HTTP/1.1 {answer}\r\n{more}Content-Length: 1000000000\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiver(
    *answers: str | None, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    opened = Receiver(list(answers) or ["200 OK"])
    server = await asyncio.start_server(opened.serve, "127.0.0.1", 0, ssl=tls)
    scheme, port = "https" if tls else "http", server.sockets[0].getsockname()[1]
    opened.url = f"{scheme}://{host}:{port}/hook?shop=1"
    try:
        yield opened
    finally:
        server.close()
        await server.wait_closed()

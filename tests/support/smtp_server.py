"""A real SMTP server for tests. It keeps the mails that it took, and may offer TLS, ask for a password or refuse a recipient."""

import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.servers import free_port

USER, PASSWORD = "greenroom", "p@ss of the mail server"
#: Not one of the names of this machine that may be without TLS.
OTHER_HOST = "127.0.0.2"


class SmtpServer(Controller):
    """One server in a thread. `mails` are those that it took; `refused` recipients get a 550."""

    def __init__(
        self, host: str = OTHER_HOST, *, certificate: Path | None = None, smtps: bool = False, auth: bool = False
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.heard: list[str] = []
        self.refused: set[str] = set()
        self.busy = False
        self._certificate, self._smtps, self._auth = certificate, smtps, auth
        tls = self._context() if smtps else None
        super().__init__(self, hostname=host, port=free_port(), ssl_context=tls, ready_timeout=60)

    def factory(self) -> SMTP:
        tls = None if self._smtps or not self._certificate else self._context()
        # Over smtps aiosmtpd takes the connection for one without TLS, so it must not ask for TLS there.
        known = {"authenticator": self._authenticate, "auth_required": not self._smtps, "auth_require_tls": not self._smtps}
        return SMTP(
            self, tls_context=tls, require_starttls=tls is not None, hostname="mail.test", **(known if self._auth else {})
        )

    def url(self, scheme: str = "smtp", login: str = "", query: str = "") -> str:
        return f"{scheme}://{login}{self.hostname}:{self.port}{query}"

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.heard.append("EHLO")
        return responses

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        self.heard.append("MAIL")
        if self.busy:
            return f"451 try again later, and do not tell {address}"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.refused:
            return f"550 no such mailbox {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        mail = email.message_from_bytes(cast("bytes", envelope.content), policy=email.policy.default)
        self.mails.append(cast("EmailMessage", mail))
        return "250 OK"

    def _authenticate(self, server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.heard.append("AUTH")
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self._certificate))
        return context


@contextmanager
def serving_smtp(*args: Any, **options: Any) -> Iterator[SmtpServer]:
    server = SmtpServer(*args, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def certificate(folder: Path) -> Path:
    """A certificate for the addresses of the tests, with its key, in one file. It is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address(OTHER_HOST)), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(addresses, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file

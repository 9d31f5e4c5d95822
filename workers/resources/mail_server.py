"""The SMTP server that mails are sent through. Everything goes over TLS, and the server's certificate is verified.

A server on this machine, or one with `?tls=off`, may be without TLS.
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate
from typing import Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from service.config import Settings

#: Seconds that one step of the conversation may take. A job of the worker is ended after 20 s.
TIMEOUT = 5.0
#: Python would write a header that is longer than a line as encoded words, which no mailbox reads in an address.
_POLICY = default.clone(max_line_length=900)
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class MailFailed(Exception):
    """A mail could not be sent. `final`: the server refuses its recipient, so another try is of no use.

    The message has the type of the error and the code of the server, but not the server's words: they may quote an address.
    """

    def __init__(self, error: Exception, *, final: bool = False) -> None:
        code = getattr(error, "smtp_code", None)
        super().__init__(type(error).__name__ + (f" {code}" if code else ""))
        self.final = final


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are sent through, and from which address."""

    host: str
    port: int
    sender: str
    local_name: str
    user: str = ""
    password: str = ""
    encrypted: bool = False
    may_be_plain: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        parts = urlsplit(settings.mail_url)
        host, encrypted = parts.hostname or "", parts.scheme == "smtps"
        return cls(
            host=host,
            port=parts.port or (465 if encrypted else 587),
            sender=settings.mail_from,
            local_name=urlsplit(settings.url).hostname or "localhost",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
            may_be_plain=host in _THIS_MACHINE or parts.query == "tls=off",
        )

    def check(self) -> None:
        """Connect and sign in, without sending anything. Raises MailFailed."""
        try:
            self._connected().quit()
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(error) from None

    def send(self, to: str, subject: str, text: str, *, mail_id: UUID, stop_link: str = "") -> None:
        """Send one mail. Each try of a mail has the same Message-ID, so that a mailbox can tell a repeated one. A POST to `stop_link`
        stops such mails. Raises MailFailed."""
        try:
            message = self._message(to, subject, text, mail_id, stop_link)
        except (ValueError, IndexError) as error:
            # The header of a mail has no place for this address.
            raise MailFailed(error, final=True) from None
        try:
            with self._connected() as smtp:
                if not to.isascii() and not smtp.has_extn("smtputf8"):
                    raise MailFailed(smtplib.SMTPNotSupportedError(), final=True)
                smtp.send_message(message, from_addr=self.sender, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise MailFailed(error, final=code >= 500) from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(error) from None

    def _connected(self) -> smtplib.SMTP:
        smtp: smtplib.SMTP
        if self.encrypted:
            smtp = smtplib.SMTP_SSL(self.host, self.port, self.local_name, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(self.host, self.port, self.local_name, timeout=TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            # Raises where the server offers no STARTTLS: an attacker on the way may have removed the offer.
            if not self.encrypted and not (self.may_be_plain and not smtp.has_extn("starttls")):
                smtp.starttls(context=ssl.create_default_context())
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _message(self, to: str, subject: str, text: str, mail_id: UUID, stop_link: str) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), f"<{mail_id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        # No automatic answers, such as "I am on holiday" (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        if stop_link:
            # Mailboxes offer a button that sends the POST (RFC 8058).
            message["List-Unsubscribe"], message["List-Unsubscribe-Post"] = f"<{stop_link}>", "List-Unsubscribe=One-Click"
        message.set_content(text)
        return message

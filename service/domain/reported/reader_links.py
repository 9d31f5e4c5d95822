"""Secrets of readers: links to the status of a report and to the complaint form, and the tokens of authors. And the links by which
moderators stop their mails. They are signed with the root secret; nothing of them is stored."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

_REPORT, _COMMENT, _BAN, _AUTHOR, _MAILS = "report", "comment", "ban", "author", "mails"


@dataclass(frozen=True, slots=True)
class ReaderLinks:
    """Makes and reads links below the address `base`."""

    key: bytes
    base: str

    @classmethod
    def from_secret(cls, secret: str, base: str) -> "ReaderLinks":
        return cls(hashlib.sha256(b"greenroom reader links:" + secret.encode()).digest(), base)

    def form(self, comment_id: UUID) -> str:
        """The public form to report a comment. It is no secret."""
        return f"{self.base}/report/{comment_id}"

    def status(self, report_id: UUID) -> str:
        """The page where a reporter reads what became of their report."""
        return f"{self.base}/reported/{self.report_token(report_id)}"

    def complaint(self, comment_id: UUID, seq: int) -> str:
        """The page where an author complains about the restriction that is version `seq` of their comment."""
        return f"{self.base}/complaint/{self._signed(_COMMENT, f'{comment_id.hex}-{seq}')}"

    def ban(self, comment_id: UUID) -> str:
        """The page where the author of a comment complains about their ban."""
        return f"{self.base}/banned/{self._signed(_BAN, comment_id.hex)}"

    def stop_mails(self, moderator_id: UUID) -> str:
        """The page where a moderator stops their mails about queues, without a sign-in."""
        return f"{self.base}/mails/{self._signed(_MAILS, moderator_id.hex)}"

    def moderator_of_mails(self, token: str) -> UUID | None:
        """The moderator of such a link; None if the token was not made here."""
        value = self._verified(_MAILS, token)
        return UUID(value) if value else None

    def author_token(self, comment_id: UUID) -> str:
        """The token by which a browser shows that this comment was sent from it."""
        return self._signed(_AUTHOR, comment_id.hex)

    def comment_of_author(self, token: str) -> UUID | None:
        """The comment of an author's token; None if the token was not made here."""
        value = self._verified(_AUTHOR, token)
        return UUID(value) if value else None

    def report_token(self, report_id: UUID) -> str:
        return self._signed(_REPORT, report_id.hex)

    def report_of(self, token: str) -> UUID | None:
        """The report of a token; None if the token was not made here."""
        value = self._verified(_REPORT, token)
        return UUID(value) if value else None

    def restriction_of(self, token: str) -> tuple[UUID, int] | None:
        """The comment and its version of a complaint token; None if the token was not made here."""
        comment_id, _, seq = self._verified(_COMMENT, token).partition("-")
        return (UUID(comment_id), int(seq)) if comment_id else None

    def banned_for(self, token: str) -> UUID | None:
        """The comment of a banned author's token; None if the token was not made here."""
        value = self._verified(_BAN, token)
        return UUID(value) if value else None

    def _signed(self, kind: str, value: str) -> str:
        return f"{value}-{self._signature(kind, value)}"

    def _verified(self, kind: str, token: str) -> str:
        value, _, signature = token.rpartition("-")
        return value if hmac.compare_digest(self._signature(kind, value).encode(), signature.encode()) else ""

    def _signature(self, kind: str, value: str) -> str:
        return hmac.new(self.key, f"{kind}\0{value}".encode(), "sha256").hexdigest()[:40]

"""Reports by readers, and complaints about decisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Word
from service.store.db.site_keys import OfSite, same_site


class ReportState(StrEnum):
    """The state of a report. `upheld`: the comment was removed. `dismissed`: it stays. `erased`: it was erased before a decision."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    ERASED = "erased"


class ComplaintState(StrEnum):
    """The state of a complaint. `upheld`: the decision was reversed. `denied`: it stands. `erased`: the comment is gone."""

    OPEN = "open"
    UPHELD = "upheld"
    DENIED = "denied"
    ERASED = "erased"


_OPEN = text("state = 'open'")
_SUSPENDED = text("suspended_until IS NOT NULL")
#: Complaints of authors about restrictions of their comments.
_OWN_COMMENT = text("report_id IS NULL AND ban_id IS NULL")


class Report(OfSite):
    """One report of one comment. `contact` is the encrypted name and e-mail address of the reporter, `reporter_key` a keyed hash
    by which the same reporter is known again. `weight` is how much the report counted when it arrived.

    `version` grows with each event of the report. `decision_id` is the decision on the comment that closed it, if there was one.
    `forgotten_at` is the time at which everything that a person wrote was removed; the facts that are counted stay.

    A reporter is warned or suspended about a report: `warned_at`, `suspended_at`, `suspended_until`, and `sanction`, which is what they are
    told. It is in force for all reports with the same `reporter_key`. A suspension that was lifted has the end `suspended_until`.
    """

    __tablename__ = "report"
    __table_args__ = (
        same_site("comment_id", "comment"),
        Index("ix_report_open", "site_id", "received_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_report_comment", "comment_id", "received_at", "id"),
        Index("ix_report_reporter", "reporter_key", "site_id", "received_at"),
        Index("ix_report_decided", "site_id", "decided_at"),
        Index("ix_report_decision", "decision_id"),
        Index("ix_report_suspended", "site_id", "suspended_until", postgresql_where=_SUSPENDED, sqlite_where=_SUSPENDED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID]
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(Word)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(64))
    law: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    reporter_key: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    trusted: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[float] = mapped_column(default=1.0)
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None]
    decision_id: Mapped[UUID | None]
    ground: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    warned_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    sanction: Mapped[str] = mapped_column(Text, default="")
    forgotten_at: Mapped[datetime | None]


class Complaint(OfSite):
    """One complaint: by the author about the restriction of their comment or about their ban (`ban_id`, the id of its entry in
    the policy), or by a reporter (`report_id`) about a dismissal.

    `first_moderator_id` is the moderator who decided before; they may not decide again. It is empty if a machine or the host decided.
    `seq` is the version of the comment that the complaint is about; for a ban, the version when the complaint came. `decision_id` is the decision on the comment that reversed it.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        same_site("comment_id", "comment"),
        same_site("report_id", "report"),
        Index("ix_complaint_open", "site_id", "received_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_complaint_comment", "comment_id"),
        Index("ix_complaint_decided", "site_id", "decided_at"),
        Index("ix_complaint_decision", "decision_id"),
        Index("uq_complaint_report", "report_id", "site_id", unique=True),
        Index("uq_complaint_ban", "ban_id", "site_id", unique=True),
        Index(
            "uq_complaint_restriction", "comment_id", "seq", "site_id", unique=True,
            postgresql_where=_OWN_COMMENT, sqlite_where=_OWN_COMMENT,
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID]
    report_id: Mapped[UUID | None]
    ban_id: Mapped[UUID | None]
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(Word)
    version: Mapped[int] = mapped_column(default=1)
    text: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    automated: Mapped[bool] = mapped_column(default=False)
    first_moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    decision_id: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(Text, default="")
    forgotten_at: Mapped[datetime | None]

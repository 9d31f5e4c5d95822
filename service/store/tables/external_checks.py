"""Which outside checks a site set up, how often each was asked lately, and whether it answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record

#: Failures in a row after which a service is only probed now and then.
BREAKER = 5


class AskWhen(StrEnum):
    """Which comments a service is asked about: those that our own checks are unsure of, or all that they do not reject."""

    UNSURE = "unsure"
    ALL = "all"


class Unanswered(StrEnum):
    """What becomes of a comment that our checks are unsure of and would publish, where no answer came."""

    HOLD = "hold"
    PUBLISH = "publish"


class ExternalCheckRow(Record):
    """One outside check of one site. The secret is sealed with the root secret.

    `asked_on` is the day (UTC) that `asked_today` counts, and `asked_this_month` its month. `failures` counts those in a row;
    nothing is asked before `probe_at` once there are BREAKER of them. Decisions up to `told_until` have been passed on.
    """

    __tablename__ = "outside_check"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    address: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str] = mapped_column(String(200), default="")
    asks: Mapped[str] = mapped_column(String(16), default=AskWhen.UNSURE)
    unanswered: Mapped[str] = mapped_column(String(16), default=Unanswered.HOLD)
    seconds: Mapped[float] = mapped_column(default=2.0)
    per_day: Mapped[int] = mapped_column(default=1_000)
    per_month: Mapped[int] = mapped_column(default=20_000)
    asked_on: Mapped[str] = mapped_column(String(10), default="")
    asked_today: Mapped[int] = mapped_column(default=0)
    asked_this_month: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    probe_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    told_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

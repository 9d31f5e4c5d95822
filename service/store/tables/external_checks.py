"""The external checks that a site set up: their settings, their use of the budget, and whether they respond."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record

#: Failures in a row after which the circuit breaker opens: the service is then only probed now and then.
BREAKER = 5


class AskWhen(StrEnum):
    """Which comments are sent to a service: only comments of which our own checks are unsure, or all comments that our checks do
    not reject."""

    UNSURE = "unsure"
    ALL = "all"


class IfNoAnswer(StrEnum):
    """What to do with a comment if the service sent no response, and our own checks would publish the comment but are unsure."""

    HOLD = "hold"
    PUBLISH = "publish"


class ExternalCheckRow(Record):
    """One external check of one site. The secret is encrypted with a key derived from the root secret.

    `requests_on` is a day (UTC): `requests_today` counts the requests of that day, `requests_this_month` those of its month.
    `failures` counts failures in a row; from BREAKER on, no request is made before `probe_at`. Feedback was sent for the
    decisions up to `feedback_until`.
    """

    __tablename__ = "external_check"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    url: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str] = mapped_column(String(200), default="")
    ask_when: Mapped[str] = mapped_column(String(16), default=AskWhen.UNSURE)
    if_no_answer: Mapped[str] = mapped_column(String(16), default=IfNoAnswer.HOLD)
    timeout: Mapped[float] = mapped_column(default=2.0)
    requests_per_day: Mapped[int] = mapped_column(default=1_000)
    requests_per_month: Mapped[int] = mapped_column(default=20_000)
    requests_on: Mapped[str] = mapped_column(String(10), default="")
    requests_today: Mapped[int] = mapped_column(default=0)
    requests_this_month: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    probe_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    feedback_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

"""What each site has learned from its decisions: its own model, how that did on decisions it had not seen, and who learns now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.db.column_types import Record

#: A model that is not believed is trained again after this time, also without new decisions.
RETRY = timedelta(days=1)


class SiteModelRow(Record):
    """One site's model. `weights` is base64 of what the checks read, `record` how it did when it was judged.

    `labels` counts the decisions that it was made from, `last_at` is the time of the newest decision that was looked at.
    `learning_until` is the lease of whoever makes the next one.
    """

    __tablename__ = "site_model"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    labels: Mapped[int] = mapped_column(default=0)
    weights: Mapped[str] = mapped_column(Text, default="")
    record: Mapped[dict[str, Any]] = mapped_column(default=dict)
    believed: Mapped[bool] = mapped_column(default=False)
    learning_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Grown:
    """A site, how many decisions its model has not seen, and from how many labels it was made; `retry` whether it is to be made again
    all the same: it speaks and was never judged on what is ordinary, or it does not speak and is a day old.
    """

    site_id: str
    new: int
    labels: int
    retry: bool


def learns_from_standing(session: Session, site_id: str) -> bool:
    """Whether a site's model was, or may now be, trained on comments without a decision. The row stays locked, so the next training
    waits until the caller's transaction has ended.
    """
    columns = select(SiteModelRow.record, SiteModelRow.learning_until).where(SiteModelRow.site_id == site_id)
    row = session.execute(columns.with_for_update()).one_or_none()
    return row is not None and bool(row.learning_until or row.record.get("standing"))


def _again(believed: bool | None, made_at: datetime | None, record: dict[str, Any] | None, now: datetime) -> bool:
    if believed:
        return "ordinary" not in (record or {})
    # By now more comments without a decision may be old enough to learn from, or enough to judge by.
    return bool(record) and made_at is not None and made_at <= now - RETRY

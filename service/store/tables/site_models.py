"""Site models: each site's own model, trained on its decisions, with its evaluation and the training lease."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.db.column_types import Record

#: A model that is not active is trained again after this time, even if there are no new decisions.
RETRY = timedelta(days=1)


class SiteModelRow(Record):
    """One site's model. `weights` is the model in base64 as the checks read it, `report` its evaluation, `active` whether it is
    used.

    `labels` counts the decisions that it was trained on, `last_decision_at` is the time of the newest decision that was read.
    `training_until` is the lease of the process that trains the next one.
    """

    __tablename__ = "site_model"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    trained_at: Mapped[datetime | None]
    last_decision_at: Mapped[datetime | None]
    labels: Mapped[int] = mapped_column(default=0)
    weights: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=False)
    training_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class DueForTraining:
    """A site, the number of decisions that its model has not seen, and the number of labels that the model was trained on.
    `retry`: train again even without new decisions, because the model is active but was never evaluated on ordinary comments, or
    because it is not active and is a day old.
    """

    site_id: str
    new: int
    labels: int
    retry: bool


def learns_from_standing(session: Session, site_id: str) -> bool:
    """Whether a site's model was trained on comments without a decision, or may be in training on them now. The model's row stays
    locked, so the next training waits until the caller's transaction has ended.
    """
    columns = select(SiteModelRow.report, SiteModelRow.training_until).where(SiteModelRow.site_id == site_id)
    row = session.execute(columns.with_for_update()).one_or_none()
    return row is not None and bool(row.training_until or row.report.get("standing"))


def _again(believed: bool | None, trained_at: datetime | None, record: dict[str, Any] | None, now: datetime) -> bool:
    if believed:
        return "ordinary" not in (record or {})
    # Since the last training, more comments without a decision may have become old enough for training or evaluation.
    return bool(record) and trained_at is not None and trained_at <= now - RETRY

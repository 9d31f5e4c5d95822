"""Learning: one process at a time makes a site's model, and what it made takes the place of the one before."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.store.tables.site_models import SiteModelRow

#: Whoever does not come back with a model within this time was cut short; another may try.
LEASE = timedelta(minutes=10)


def begin_learning(session: Session, site_id: str, *, now: datetime) -> datetime | None:
    """Take the lease to make this site's model. Returns until when, by which it is known; None where somebody else is at it."""
    if session.get(SiteModelRow, site_id) is None:
        session.add(SiteModelRow(site_id=site_id))
        session.flush()
    free = SiteModelRow.learning_until.is_(None) | (SiteModelRow.learning_until < now)
    return session.execute(
        update(SiteModelRow)
        .where(SiteModelRow.site_id == site_id, free)
        .values(learning_until=now + LEASE)
        .returning(SiteModelRow.learning_until)
        .execution_options(synchronize_session=False)
    ).scalar()


def keep_model(
    session: Session,
    site_id: str,
    *,
    lease: datetime,
    weights: bytes,
    labels: int,
    record: dict[str, Any],
    believed: bool,
    last_at: datetime | None,
    now: datetime,
) -> bool:
    """Store what was made, and give the lease back. A model that is not believed is kept to be looked at, and says nothing.

    False where the lease was lost: a comment that this was made from may have been erased since, so nothing of it is kept.
    """
    values: dict[str, Any] = {
        "weights": b64encode(weights).decode("ascii"),
        "labels": labels,
        "record": record,
        "believed": believed,
        "last_at": last_at,
        "made_at": now,
        "learning_until": None,
    }
    mine = update(SiteModelRow).where(SiteModelRow.site_id == site_id, SiteModelRow.learning_until == lease).values(**values)
    kept = session.execute(mine.returning(SiteModelRow.site_id).execution_options(synchronize_session=False)).scalar()
    if kept is None:
        # Whoever erases many in a row would else keep a processor busy with models that nobody keeps.
        rests = update(SiteModelRow).where(SiteModelRow.site_id == site_id).values(made_at=now)
        session.execute(rests.execution_options(synchronize_session=False))
    return kept is not None


def forget_model(session: Session, site_id: str) -> None:
    """Drop what a site has learned: it may hold words of somebody who wants to be forgotten. The next training starts anew, and
    whoever learns at this moment learns in vain.
    """
    session.execute(
        update(SiteModelRow)
        .where(SiteModelRow.site_id == site_id)
        .values(weights="", record={}, believed=False, labels=0, last_at=None, learning_until=None)
        .execution_options(synchronize_session=False)
    )

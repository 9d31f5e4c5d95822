"""Site models: one process at a time trains a site's model, and the new model replaces the one before."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.domain.policy.site_model_doubts import OVERRULED, Doubt
from service.domain.policy.site_policy import SitePolicy
from service.store.learning.site_models import decided_on_active_models, decisions_on_its_verdicts
from service.store.sites.sites import locked_site
from service.store.tables.site_models import SiteModelRow

#: A training that takes longer than this counts as aborted; another process may try.
LEASE = timedelta(minutes=10)


def begin_learning(session: Session, site_id: str, *, now: datetime) -> datetime | None:
    """Take the lease to train this site's model. Returns the end of the lease, which identifies it; None if another process has
    the lease."""
    if session.get(SiteModelRow, site_id) is None:
        session.add(SiteModelRow(site_id=site_id))
        session.flush()
    free = SiteModelRow.training_until.is_(None) | (SiteModelRow.training_until < now)
    return session.execute(
        update(SiteModelRow)
        .where(SiteModelRow.site_id == site_id, free)
        .values(training_until=now + LEASE)
        .returning(SiteModelRow.training_until)
        .execution_options(synchronize_session=False)
    ).scalar()


def keep_model(
    session: Session,
    site_id: str,
    *,
    lease: datetime,
    weights: bytes,
    labels: int,
    report: dict[str, Any],
    active: bool,
    last_decision_at: datetime | None,
    now: datetime,
) -> bool:
    """Store the trained model, and give the lease back. A model that is not `active` is stored for people to look at, but not
    used.

    False if the lease was lost: a comment that the model was trained on may have been erased since, so the model is not stored.
    """
    values: dict[str, Any] = {
        "weights": b64encode(weights).decode("ascii"),
        "labels": labels,
        "report": report,
        "active": active,
        "last_decision_at": last_decision_at,
        "trained_at": now,
        "training_until": None,
    }
    store = update(SiteModelRow).where(SiteModelRow.site_id == site_id, SiteModelRow.training_until == lease).values(**values)
    stored = session.execute(store.returning(SiteModelRow.site_id).execution_options(synchronize_session=False)).scalar()
    if stored is None:
        # Wait before the next training. Otherwise many erasures in a row would keep a CPU busy with models that are then
        # discarded.
        wait = update(SiteModelRow).where(SiteModelRow.site_id == site_id).values(trained_at=now)
        session.execute(wait.execution_options(synchronize_session=False))
    return stored is not None


def keep_abuse_calibration(session: Session, site_id: str, calibration: tuple[float, float]) -> None:
    """Store the calibration of the abuse model that was made from the decisions of a site."""
    site = locked_site(session, site_id)
    if SitePolicy(site.policy).abuse_calibration != calibration:
        site.policy = SitePolicy(site.policy).changed(abuse_calibration=list(calibration))
        session.flush()


def put_back_overruled(session: Session) -> list[str]:
    """Switch off each active model whose word moderators overrule more often than not. Returns the ids of these sites.

    The next training learns from the decisions, and the new model must prove itself again.
    """
    overruled = []
    for site_id, trained_at in list(decided_on_active_models(session, fewest=OVERRULED)):
        approved, rejected = decisions_on_its_verdicts(session, site_id, since=trained_at)
        if approved >= OVERRULED and approved > rejected and _switch_off(session, site_id, trained_at, approved, rejected):
            overruled.append(site_id)
    return overruled


def _switch_off(session: Session, site_id: str, trained_at: datetime, approved: int, rejected: int) -> bool:
    row = session.get_one(SiteModelRow, site_id)
    report = {**row.report, "doubt": Doubt.OVERRULED.value, "overruled": approved, "upheld": rejected}
    same = (SiteModelRow.site_id == site_id) & (SiteModelRow.trained_at == trained_at) & SiteModelRow.active
    switched = session.execute(
        update(SiteModelRow)
        .where(same)
        .values(active=False, report=report)
        .returning(SiteModelRow.site_id)
        .execution_options(synchronize_session=False)
    )
    return switched.scalar() is not None


def forget_model(session: Session, site_id: str) -> None:
    """Delete a site's model: it may hold words of a person who wants to be forgotten. The next training starts from nothing, and
    a training under way loses its lease.
    """
    session.execute(
        update(SiteModelRow)
        .where(SiteModelRow.site_id == site_id)
        .values(weights="", report={}, active=False, labels=0, last_decision_at=None, training_until=None)
        .execution_options(synchronize_session=False)
    )

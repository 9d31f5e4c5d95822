"""Queries on site models."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.moderation import Decision
from service.store.tables.site_models import DueForTraining, SiteModelRow, _again
from service.store.tables.sites import Site


def site_model_of(session: Session, site_id: str) -> SiteModelRow | None:
    """The model of a site; None if none was trained yet."""
    return session.get(SiteModelRow, site_id)


def due_for_training(session: Session, *, now: datetime, rest: timedelta = timedelta(0)) -> list[DueForTraining]:
    """Each site with decisions that its model has not seen, or with a model that should be trained again anyway.

    Sites are left out while a training is under way, and if their model is younger than `rest`.
    """
    new = (
        select(func.count())
        .select_from(Decision)
        .where(
            Decision.site_id == Site.id, (SiteModelRow.last_decision_at.is_(None)) | (Decision.at > SiteModelRow.last_decision_at)
        )
        .correlate(Site, SiteModelRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Site.id, new, func.coalesce(SiteModelRow.labels, 0), SiteModelRow.active, SiteModelRow.trained_at, SiteModelRow.report
        )
        .outerjoin(SiteModelRow, SiteModelRow.site_id == Site.id)
        .where(SiteModelRow.training_until.is_(None) | (SiteModelRow.training_until < now))
        .where(SiteModelRow.trained_at.is_(None) | (SiteModelRow.trained_at <= now - rest))
    )
    return [
        DueForTraining(site_id, count, labels, retry)
        for site_id, count, labels, active, trained_at, report in rows
        if (retry := _again(active, trained_at, report, now)) or count
    ]


def weights_of(session: Session, site_ids: Collection[str]) -> dict[str, str]:
    """The weights of these sites' models, as they are stored."""
    columns = select(SiteModelRow.site_id, SiteModelRow.weights)
    rows = session.execute(columns.where(SiteModelRow.site_id.in_(site_ids)))
    return {site_id: weights for site_id, weights in rows}  # noqa: C416 - a row is no pair to mypy

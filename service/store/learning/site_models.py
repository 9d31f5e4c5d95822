"""The models that sites have learned."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.moderation import Decision
from service.store.tables.site_models import Grown, SiteModelRow, _again
from service.store.tables.sites import Site


def site_model_of(session: Session, site_id: str) -> SiteModelRow | None:
    """What a site has learned so far; none where nothing was tried yet."""
    return session.get(SiteModelRow, site_id)


def due_for_training(session: Session, *, now: datetime, rest: timedelta = timedelta(0)) -> list[Grown]:
    """Each site with decisions that its model has not seen, or with a model that should be judged again.

    Sites that somebody is learning for at this moment are left out, and those whose model is younger than `rest`.
    """
    new = (
        select(func.count())
        .select_from(Decision)
        .where(Decision.site_id == Site.id, (SiteModelRow.last_at.is_(None)) | (Decision.at > SiteModelRow.last_at))
        .correlate(Site, SiteModelRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Site.id, new, func.coalesce(SiteModelRow.labels, 0), SiteModelRow.believed, SiteModelRow.made_at, SiteModelRow.record
        )
        .outerjoin(SiteModelRow, SiteModelRow.site_id == Site.id)
        .where(SiteModelRow.learning_until.is_(None) | (SiteModelRow.learning_until < now))
        .where(SiteModelRow.made_at.is_(None) | (SiteModelRow.made_at <= now - rest))
    )
    return [
        Grown(site_id, count, labels, retry)
        for site_id, count, labels, believed, made_at, record in rows
        if (retry := _again(believed, made_at, record, now)) or count
    ]


def weights_of(session: Session, site_ids: Collection[str]) -> dict[str, str]:
    """The weights of these sites' models, as they are stored."""
    columns = select(SiteModelRow.site_id, SiteModelRow.weights)
    rows = session.execute(columns.where(SiteModelRow.site_id.in_(site_ids)))
    return {site_id: weights for site_id, weights in rows}  # noqa: C416 - a row is no pair to mypy

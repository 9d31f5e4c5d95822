"""Queries on site models."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.by_site import of_site, sites_to_ask
from service.store.learning.labels import is_spam
from service.store.tables.comments import VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.site_models import DueForTraining, SiteModelRow, _again
from service.store.tables.sites import Site

#: Reasons that come from a site's model while it is active: it replaces the shipped model.
_BY_ITS_MODEL = frozenset({Kind.SPAM_SITE_MODEL.value, Kind.SPAM_BEYOND_DOUBT.value})


def site_model_of(session: Session, site_id: str) -> SiteModelRow | None:
    """The model of a site; None if none was trained yet."""
    return session.get(SiteModelRow, site_id)


def due_for_training(session: Session, *, now: datetime, rest: timedelta = timedelta(0)) -> list[DueForTraining]:
    """Each site with decisions that its model has not seen, or with a model that should be trained again anyway.

    Sites are left out while a training is under way, and if their model is younger than `rest`.
    """
    sites = sites_to_ask(session, select(Site.id))
    return [site for site_id in sites for site in _due_for_training(session, site_id, now, rest)]


def _due_for_training(session: Session, site_of_node: str, now: datetime, rest: timedelta) -> list[DueForTraining]:
    new = (
        select(func.count())
        .select_from(Decision)
        .where(
            Decision.site_id == (site_of_node or Site.id),
            (SiteModelRow.last_decision_at.is_(None)) | (Decision.at > SiteModelRow.last_decision_at),
        )
        .correlate(Site, SiteModelRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Site.id, new, func.coalesce(SiteModelRow.labels, 0), SiteModelRow.active, SiteModelRow.trained_at, SiteModelRow.report
        )
        .outerjoin(SiteModelRow, SiteModelRow.site_id == Site.id)
        .where(*of_site(Site.id, site_of_node), SiteModelRow.training_until.is_(None) | (SiteModelRow.training_until < now))
        .where(SiteModelRow.trained_at.is_(None) | (SiteModelRow.trained_at <= now - rest))
    )
    return [
        DueForTraining(site_id, count, labels, retry)
        for site_id, count, labels, active, trained_at, report in rows
        if (retry := _again(active, trained_at, report, now)) or count
    ]


def decided_on_active_models(session: Session, *, fewest: int) -> Iterator[tuple[str, datetime]]:
    """Each site with an active model and at least `fewest` decisions since its training, and the time of that training."""
    for site_of_node in sites_to_ask(session, select(SiteModelRow.site_id).where(SiteModelRow.active)):
        since = (
            select(func.count())
            .select_from(Decision)
            .where(Decision.site_id == (site_of_node or SiteModelRow.site_id), Decision.at > SiteModelRow.trained_at)
            .correlate(SiteModelRow)
            .scalar_subquery()
        )
        active = (*of_site(SiteModelRow.site_id, site_of_node), SiteModelRow.active, since >= fewest)
        rows = session.execute(select(SiteModelRow.site_id, SiteModelRow.trained_at).where(*active))
        yield from ((site_id, trained_at) for site_id, trained_at in rows if trained_at is not None)


def decisions_on_its_verdicts(session: Session, site_id: str, *, since: datetime, most: int = 500) -> tuple[int, int]:
    """How many of the comments that the site's model held or rejected were approved, and how many rejected, since a time."""
    recent, _ = is_spam(session, site_id, most=most)
    states = {one.comment_id: one.state for one in recent if one.at > since}
    rows = session.execute(select(VerdictRow.comment_id, VerdictRow.reasons).where(VerdictRow.comment_id.in_(states)))
    judged = {comment_id for comment_id, reasons in rows if _BY_ITS_MODEL & {reason.get("code") for reason in reasons}}
    approved = sum(states[comment_id] is State.APPROVED for comment_id in judged)
    return approved, len(judged) - approved


def weights_of(session: Session, site_ids: Collection[str]) -> dict[str, str]:
    """The weights of these sites' models, as they are stored."""
    columns = select(SiteModelRow.site_id, SiteModelRow.weights)
    rows = session.execute(columns.where(SiteModelRow.site_id.in_(site_ids)))
    return {site_id: weights for site_id, weights in rows}  # noqa: C416 - a row is no pair to mypy

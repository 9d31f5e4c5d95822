"""The risk budget of a site: what it can bear, and the limits that its decisions bear out."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid, NotFound
from service.domain.policy.risk_budget import Limits, limits
from service.domain.policy.site_thresholds import KEY, SiteThresholds, stored
from service.store.learning.scored_decisions import ScoredDecision
from service.store.tables.sites import Site

#: One in so many may be wrong, or is audited.
LEAST, MOST = 10, 100_000


def set_budget(session: Session, site_id: str, latitude: SiteThresholds, limits: Limits) -> None:
    """Keep what a site can bear, with the limits that were found for it beforehand: finding them is no work for a transaction."""
    for name in ("published", "rejected"):
        _demand(name, getattr(latitude, name), LEAST)
    _demand("audit", latitude.audit, 0)
    site = _locked(session, site_id)
    before = SiteThresholds.of(site.policy)
    _store(session, site, latitude, limits)
    record_change(session, AuditEvent.BUDGET_SET, asdict(before) if before else {}, asdict(latitude), site_id=site_id)


def clear_budget(session: Session, site_id: str) -> None:
    """Back to the default limits."""
    site = _locked(session, site_id)
    site.policy = {name: value for name, value in (site.policy or {}).items() if name != KEY}
    session.flush()
    record_audit(session, AuditEvent.BUDGET_CLEARED, site_id=site_id)


def renew_limits(session: Session, site_id: str, latitude: SiteThresholds, limits: Limits) -> bool:
    """Keep limits that were found for this latitude, unless the site has set another one meanwhile."""
    site = _locked(session, site_id)
    if SiteThresholds.of(site.policy) != latitude:
        return False
    _store(session, site, latitude, limits)
    return True


def calibrated(decided: ScoredDecision, latitude: SiteThresholds) -> Limits:
    """The boldest limits that keep the budget: one for publishing, and one, by what may reject at all, for rejecting."""
    publish, reject = limits(decided.to_publish, latitude.budget), limits(decided.to_reject, latitude.budget)
    alone = _alone(decided, publish.publish_below, reject.reject_from)
    return Limits(publish.publish_below, reject.reject_from, alone, publish.decisions)


def _alone(decided: ScoredDecision, publish_below: float | None, reject_from: float | None) -> float:
    pairs = list(zip(decided.to_publish, decided.to_reject, strict=True))
    total = sum(one.weight for one, _ in pairs) or 1.0
    return (
        sum(
            by_all.weight
            for by_all, by_some in pairs
            if (publish_below is not None and by_all.score < publish_below)
            or (reject_from is not None and by_some.score >= reject_from)
        )
        / total
    )


def _store(session: Session, site: Site, latitude: SiteThresholds, limits: Limits) -> None:
    site.policy = {**(site.policy or {}), KEY: stored(latitude, limits)}
    session.flush()


def _demand(name: str, value: int, least: int) -> None:
    if not least <= value <= MOST:
        raise Invalid.field(f"/{name}", "range", f"expected 1 in {least} to {MOST}, got {value}")


def _locked(session: Session, site_id: str) -> Site:
    site = session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if site is None:
        raise NotFound(f"no site {site_id!r}")
    return site

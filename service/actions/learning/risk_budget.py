"""The risk budget of a site: its tolerated error rates, and the limits calibrated on its decisions."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid
from service.domain.policy.risk_budget import Limits, limits
from service.domain.policy.site_policy import SitePolicy
from service.domain.policy.site_thresholds import KEY, SiteThresholds, stored
from service.store.learning.scored_decisions import ScoredDecision
from service.store.sites.sites import locked_site
from service.store.tables.sites import Site

#: The range of N in the settings "at most one in N may be wrong" and "one in N is sampled".
LEAST, MOST = 10, 100_000


def set_budget(session: Session, site_id: str, thresholds: SiteThresholds, limits: Limits) -> None:
    """Store a site's risk budget with its limits. The caller calibrated them before the transaction, because calibration is slow.

    Raises Invalid for a number out of range, or NotFound.
    """
    for name in ("published", "rejected"):
        _demand(name, getattr(thresholds, name), LEAST)
    _demand("sample_one_in", thresholds.sample_one_in, 0)
    site = locked_site(session, site_id)
    before = SitePolicy(site.policy).thresholds
    _store(session, site, thresholds, limits)
    record_change(session, AuditEvent.RISK_BUDGET_SET, asdict(before) if before else {}, asdict(thresholds), site_id=site_id)


def clear_budget(session: Session, site_id: str) -> None:
    """Remove the risk budget: the default limits apply again."""
    site = locked_site(session, site_id)
    site.policy = {name: value for name, value in SitePolicy(site.policy).stored.items() if name != KEY}
    session.flush()
    record_audit(session, AuditEvent.RISK_BUDGET_CLEARED, site_id=site_id)


def renew_limits(session: Session, site_id: str, thresholds: SiteThresholds, limits: Limits) -> bool:
    """Store limits that were calibrated for this budget. False if the site has changed the budget meanwhile."""
    site = locked_site(session, site_id)
    if SitePolicy(site.policy).thresholds != thresholds:
        return False
    _store(session, site, thresholds, limits)
    return True


def calibrated(decided: ScoredDecision, thresholds: SiteThresholds) -> Limits:
    """The limits that keep the budget and decide the most comments automatically: a limit for publishing, and a limit for
    rejecting. The limit for rejecting uses only scores that may reject."""
    publish, reject = limits(decided.to_publish, thresholds.budget), limits(decided.to_reject, thresholds.budget)
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


def _store(session: Session, site: Site, thresholds: SiteThresholds, limits: Limits) -> None:
    site.policy = SitePolicy(site.policy).changed(budget=stored(thresholds, limits))
    session.flush()


def _demand(name: str, value: int, least: int) -> None:
    if not least <= value <= MOST:
        raise Invalid.field(f"/{name}", "range", f"expected 1 in {least} to {MOST}, got {value}")

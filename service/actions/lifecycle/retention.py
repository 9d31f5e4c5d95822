"""Retention: a site says how long it keeps what, and what was kept long enough goes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid, NotFound
from service.domain.retention import KEY, LONGEST, Retention
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity
from service.store.tables.sites import Site


def set_retention(session: Session, site_id: str, wanted: Retention) -> None:
    """Keep this; the next sweep acts on it."""
    for name in ("rejected", "personal"):
        days = getattr(wanted, name)
        if days is not None and not 1 <= days <= LONGEST:
            raise Invalid.field(f"/{name}", "range", f"expected 1 to {LONGEST} days, or nothing, got {days}")
    site = _locked(session, site_id)
    before = Retention.of(site.policy)
    site.policy = {**(site.policy or {}), KEY: asdict(wanted)}
    session.flush()
    days = {"rejected": wanted.rejected, "personal": wanted.personal}
    record_change(
        session, AuditEvent.RETENTION_SET, {"rejected": before.rejected, "personal": before.personal}, days, site_id=site_id
    )


def forget_authors(session: Session, comment_ids: Sequence[UUID]) -> int:
    """The words stay, and the name that everybody sees; what tells this author from others goes. Returns how many had something."""
    nothing = {"author_key": "", "address_key": "", "email_domain": "", "context": {}}
    changed = session.execute(
        update(Comment).where(Comment.id.in_(comment_ids)).values(**nothing).execution_options(synchronize_session=False)
    )
    whose = Activity.comment_id.in_(comment_ids)
    session.execute(update(Activity).where(whose).values(author_key="").execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def note_gone(session: Session, site_id: str, *, erased: int, forgotten: int) -> None:
    """What retention took away, as the log tells it: how much, never whose."""
    if erased:
        record_audit(session, AuditEvent.COMMENTS_ERASED, site_id=site_id, after={"count": erased, "by": "retention"})
    if forgotten:
        record_audit(session, AuditEvent.AUTHORS_FORGOTTEN, site_id=site_id, after={"count": forgotten, "by": "retention"})


def done_for(session: Session, site_id: str, did: Retention, day: date) -> None:
    """This day is done with, unless the site has set something else meanwhile."""
    site = _locked(session, site_id)
    if Retention.of(site.policy) == did:
        site.policy = {**(site.policy or {}), KEY: {**asdict(did), "ran": day.isoformat()}}
        session.flush()


def _locked(session: Session, site_id: str) -> Site:
    site = session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if site is None:
        raise NotFound(f"no site {site_id!r}")
    return site

"""Retention: how long a site keeps rejected comments and personal data, and the removal of data that is older."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid
from service.domain.policy.site_policy import SitePolicy
from service.domain.retention import LONGEST, Retention
from service.store.sites.sites import locked_site
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity


def set_retention(session: Session, site_id: str, wanted: Retention) -> None:
    """Store the retention settings; the next sweep applies them. Raises Invalid for a number of days out of range, or
    NotFound."""
    for name in ("rejected", "personal"):
        days = getattr(wanted, name)
        if days is not None and not 1 <= days <= LONGEST:
            raise Invalid.field(f"/{name}", "range", f"expected 1 to {LONGEST} days, or nothing, got {days}")
    site = locked_site(session, site_id)
    before = SitePolicy(site.policy).retention
    site.policy = SitePolicy(site.policy).changed(retention=asdict(wanted))
    session.flush()
    days = {"rejected": wanted.rejected, "personal": wanted.personal}
    record_change(
        session, AuditEvent.RETENTION_SET, {"rejected": before.rejected, "personal": before.personal}, days, site_id=site_id
    )


def forget_authors(session: Session, comment_ids: Sequence[UUID]) -> int:
    """Remove the data that identifies the authors of these comments. The text and the public name stay. Returns the number of
    rows."""
    nothing = {"author_key": "", "ip_key": "", "email_domain": "", "context": {}}
    changed = session.execute(
        update(Comment).where(Comment.id.in_(comment_ids)).values(**nothing).execution_options(synchronize_session=False)
    )
    session.execute(delete(AuthorAddress).where(AuthorAddress.comment_id.in_(comment_ids)))
    whose = Activity.comment_id.in_(comment_ids)
    session.execute(update(Activity).where(whose).values(author_key="").execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def note_gone(session: Session, site_id: str, *, erased: int, forgotten: int) -> None:
    """Write audit entries of what retention removed: the numbers, never the authors."""
    if erased:
        record_audit(session, AuditEvent.COMMENTS_ERASED, site_id=site_id, after={"count": erased, "by": "retention"})
    if forgotten:
        record_audit(session, AuditEvent.AUTHORS_FORGOTTEN, site_id=site_id, after={"count": forgotten, "by": "retention"})


def done_for(session: Session, site_id: str, did: Retention, day: date) -> None:
    """Store that retention has run for this day, unless the site has changed its retention settings meanwhile."""
    site = locked_site(session, site_id)
    if SitePolicy(site.policy).retention == did:
        site.policy = SitePolicy(site.policy).changed(retention={**asdict(did), "ran": day.isoformat()})
        session.flush()

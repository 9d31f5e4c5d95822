"""Delete a site for good: first its keys, then its comments in batches, then the rest."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.sites.sites_and_keys import revoke_key
from service.domain.audit_events import AuditEvent
from service.domain.errors import NotFound
from service.store.sites.site_contents import contents_of, keys_in_force, remove_comments, remove_site
from service.store.sites.sites import locked_site, site

#: Comments in one transaction, so that other writers get their turn.
A_BATCH = 200


def deletable(session: Session, site_id: str) -> dict[str, int]:
    """What goes with a site: the number of its rows by kind. Raises NotFound."""
    if site(session, site_id) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site list` names them")
    return contents_of(session, site_id)


def close_site(session: Session, site_id: str, *, now: datetime) -> None:
    """Revoke all keys of a site, so that its host sends no more."""
    for key_id in keys_in_force(session, site_id):
        revoke_key(session, site_id, key_id, now=now)


def delete_comments(session: Session, site_id: str) -> int:
    """Delete a batch of comments with their history. Returns how many; zero when none is left."""
    return remove_comments(session, site_id, most=A_BATCH)


def delete_site(session: Session, site_id: str, contents: dict[str, int]) -> None:
    """Delete what is left. The audit log keeps that it was deleted, with these contents. Raises NotFound."""
    locked_site(session, site_id)
    remove_site(session, site_id)
    record_audit(session, AuditEvent.SITE_DELETED, site_id=site_id, target=site_id, before=contents)

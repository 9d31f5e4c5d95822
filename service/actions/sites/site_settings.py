"""Settings of a site: its name, origins, word and domain lists, languages, time zone, rejection reasons, practice, and the state of its threads."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.actions.sites.sites_and_keys import name_of_site
from service.actions.sites.word_lists import refuse_lines, set_list
from service.domain.audit_events import AuditEvent
from service.domain.errors import Fault, Invalid, NotFound
from service.domain.origins import parse_origins
from service.domain.policy import language_coverage
from service.domain.policy.site_policy import SitePolicy
from service.domain.time_zones import UTC_ZONE, is_zone
from service.store.sites.sites import locked_site
from service.store.tables.comments import Thread, ThreadState
from service.store.tables.sites import Site

_CODE = re.compile(r"[a-z0-9_]{1,64}")


def set_rules(
    session: Session,
    site_id: str,
    *,
    hold_everything: bool,
    lists: Mapping[str, Sequence[str]],
    spam_waits: bool = False,
    unread_waits: bool = False,
) -> Site:
    """Replace the given lists of a site, and three settings: whether all comments (`hold_everything`), comments that are surely spam
    (`spam_waits`), and comments that the transformer did not read in time (`unread_waits`), wait for a moderator. The settings
    apply to new comments. Raises Invalid if a line of a list cannot be an entry."""
    site = locked_site(session, site_id)
    for name, lines in lists.items():
        refuse_lines(name, set_list(session, site_id, name, lines).refused)
    policy = SitePolicy(site.policy)
    before = {"hold_everything": site.hold_everything, "spam_waits": policy.spam_waits, "unread_waits": policy.unread_waits}
    after = {"hold_everything": hold_everything, "spam_waits": spam_waits, "unread_waits": unread_waits}
    site.hold_everything = hold_everything
    site.policy = policy.changed(spam_waits=spam_waits, unread_waits=unread_waits)
    session.flush()
    if before != after:
        record_change(session, AuditEvent.RULES_SET, before, after, site_id=site_id)
    return site


def set_origins(session: Session, site_id: str, typed: Sequence[str], *, add: bool = False) -> list[str]:
    """Replace the origins of a site, or add to them. Returns the new list. Raises Invalid, which names the one that is wrong."""
    site = locked_site(session, site_id)
    before = list(site.origins)
    origins = parse_origins([*before, *typed] if add else typed)
    if origins != before:
        site.origins = origins
        session.flush()
        record_change(session, AuditEvent.ORIGINS_SET, {"origins": before}, {"origins": origins}, site_id=site_id)
    return origins


def set_name(session: Session, site_id: str, typed: str) -> None:
    """Set the name that people read; empty for the site's id. Raises Invalid."""
    site, name = locked_site(session, site_id), name_of_site(typed, site_id)
    before = {"name": site.name}
    if site.name != name:
        site.name = name
        session.flush()
        record_change(session, AuditEvent.RULES_SET, before, {"name": name}, site_id=site_id)


def set_languages(session: Session, site_id: str, typed: str) -> list[str]:
    """Replace the languages that a site accepts although no check covers them: codes, `*` for all, empty for none. Returns the
    new list."""
    languages = language_coverage.parsed(typed)
    site = locked_site(session, site_id)
    before = {"languages": list(SitePolicy(site.policy).languages)}
    if before["languages"] != languages:
        site.policy = SitePolicy(site.policy).changed(languages=languages)
        session.flush()
        record_change(session, AuditEvent.RULES_SET, before, {"languages": languages}, site_id=site_id)
    return languages


def set_time_zone(session: Session, site_id: str, typed: str) -> None:
    """Set the time zone of a site; empty for UTC. Raises Invalid for an unknown name."""
    name = typed.strip() or UTC_ZONE.key
    if not is_zone(name):
        raise Invalid.field("/time_zone", "unknown", f"expected a time zone like Europe/Berlin or UTC, got {name[:60]!r}")
    site = locked_site(session, site_id)
    before = {"time_zone": SitePolicy(site.policy).time_zone}
    if before["time_zone"] != name:
        site.policy = SitePolicy(site.policy).changed(time_zone=name)
        session.flush()
        record_change(session, AuditEvent.RULES_SET, before, {"time_zone": name}, site_id=site_id)


def set_rejections(session: Session, site_id: str, rejections: Sequence[Mapping[str, str]]) -> Site:
    """Replace the rejection reasons that moderators can choose, at most nine; an empty list means the default ones."""
    if len(rejections) > 9:
        raise Invalid("expected at most 9 reasons, one a key", Fault("/rejections", "too_many", f"got {len(rejections)}"))
    site = locked_site(session, site_id)
    kept = [_rejection(r) for r in rejections]
    if len({r["code"] for r in kept}) < len(kept):
        raise Invalid("expected reasons that differ", Fault("/rejections", "double", "two have the same name"))
    before = {"rejections": SitePolicy(site.policy).rejections}
    site.policy = SitePolicy(site.policy).changed(rejections=kept)
    session.flush()
    record_change(session, AuditEvent.REASONS_SET, before, {"rejections": kept}, site_id=site_id)
    return site


def set_practice(session: Session, site_id: str, wanted: bool) -> None:
    """Set whether new moderators first decide about ten made-up comments."""
    site = locked_site(session, site_id)
    before = {"practice": SitePolicy(site.policy).practice}
    site.policy = SitePolicy(site.policy).changed(practice=wanted)
    session.flush()
    record_change(session, AuditEvent.PRACTICE_SET, before, {"practice": wanted}, site_id=site_id)


def set_thread(session: Session, site_id: str, thread_id: UUID, state: ThreadState) -> None:
    """Open a thread, have a moderator see its comments first, or close it. Raises NotFound if there is no such thread."""
    moved = session.execute(
        update(Thread).where(Thread.id == thread_id, Thread.site_id == site_id).values(state=state).returning(Thread.id)
    ).scalar()
    if moved is None:
        raise NotFound("no such thread on this site")
    record_audit(session, AuditEvent.THREAD_SET, site_id=site_id, target=thread_id, after={"state": state})


def _rejection(given: Mapping[str, str]) -> dict[str, Any]:
    label = " ".join(given.get("label", "").split())[:80]
    code = (
        given.get("code")
        or re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:64]
        or "reason_" + hashlib.sha256(label.encode()).hexdigest()[:8]
    )
    if not label or not _CODE.fullmatch(code):
        raise Invalid.field("/rejections", "label", f"expected a name for the reason, got {given.get('label')!r}")
    return {"code": code, "label": label, "text": given.get("text", "").strip()[:2000]}

"""What a moderator does about an author: ban, trust, review, warn, and remove comments that are there already."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.moderation.notes_replies_bans import clean_text, commented
from service.actions.moderation.queue_actions import Outcome, done_before, outcome_of
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.policy.site_policy import AUTHOR_LISTS, SENDER_LISTS, AuthorEntry, AuthorList, SenderList, SitePolicy
from service.domain.states import State
from service.store.moderation.authors import Listed, listed_comments
from service.store.sites.sites import locked_site
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, ActivityKind
from service.store.tables.outbox import EventType
from service.store.tables.sites import Site
from service.store.webhooks.author_events import add_author_event

KINDS = {"ban": ActivityKind.BAN, "trust": ActivityKind.TRUST, "review": ActivityKind.REVIEW}
#: The states of comments that a moderator can remove together with a ban: those that readers see, and those that wait.
PUBLISHED, WAITING = (State.APPROVED,), (State.HELD, State.PENDING)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is decided about an author: `what` is a key of `AUTHOR_LISTS`. `also` has keys of `SENDER_LISTS`: the ban then
    applies to everybody with the author's e-mail domain, or in their network, too. `why` is for colleagues; `reason` is the
    rejection reason that the author is told."""

    what: str
    until: datetime | None
    why: str = ""
    also: frozenset[str] = frozenset()
    reason: str = ""


def judge_author(
    session: Session, site_id: str, comment_id: UUID, judgement: Judgement, *, moderator: Moderator, now: datetime
) -> None:
    """Ban, trust or review the author of a comment on this site. This replaces what was decided about them before.

    Raises NotFound; Conflict if the author has neither an account nor an address; Invalid for an unknown kind, or for a group of
    senders without an end.
    """
    comment, name = commented(session, site_id, comment_id), AUTHOR_LISTS.get(judgement.what)
    if name is None:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(AUTHOR_LISTS)}")
    if not comment.author_key:
        raise Conflict("this author has no account id and no e-mail address, so they cannot be banned or trusted")
    site = locked_site(session, site_id)
    banned_before = comment.author_key in SitePolicy(site.policy).authors("blocked_authors")
    lists: dict[AuthorList | SenderList, dict[str, AuthorEntry]] = {**_without(site, lambda key, _: key == comment.author_key)}
    lists[name][comment.author_key] = _entry(comment.author_name, judgement, moderator, now)
    if name == "blocked_authors":
        _add_senders(lists, site, comment, judgement, moderator, now)
    site.policy = SitePolicy(site.policy).with_authors(lists)
    _remember(
        session, site_id, KINDS[judgement.what], comment.author_key, moderator.id, comment_id=comment_id, until=judgement.until,
        note=judgement.why.strip()[:2000], at=now,
    )  # fmt: skip
    session.flush()
    until = judgement.until.isoformat() if judgement.until else ""
    if name == "blocked_authors":
        add_author_event(
            session, comment, EventType.AUTHOR_BANNED, {"by": "moderator", "until": until, "reason": judgement.reason}, now=now
        )
    elif banned_before:
        add_author_event(session, comment, EventType.AUTHOR_UNBANNED, {"by": "moderator"}, now=now)
    # The entry has neither the author's name nor their keyed hash, because the audit log is never erased.
    after = {"standing": name, "until": until, "also": sorted(judgement.also)}
    record_audit(session, AuditEvent.AUTHOR_JUDGED, site_id=site_id, target=comment_id, after=after)


def lift_judgement(
    session: Session, site_id: str, entry_id: str, *, moderator_id: UUID, now: datetime, with_senders: bool = False
) -> None:
    """Take a ban, a trust, a review, or the ban of a group of senders back. `with_senders`: and the groups of senders that were
    banned together with the author."""
    site = locked_site(session, site_id)
    policy = SitePolicy(site.policy)
    for standing in AUTHOR_LISTS.values():
        for key, entry in policy.authors(standing).items():
            if entry.get("id") != entry_id:
                continue
            _remember(session, site_id, ActivityKind.FORGIVE, key, moderator_id, at=now)
            if standing == "blocked_authors" and (comment := _latest_by(session, site_id, key)):
                add_author_event(session, comment, EventType.AUTHOR_UNBANNED, {"by": "moderator"}, now=now)
    site.policy = policy.with_authors(
        _without(site, lambda _, entry: entry.get("id") == entry_id or (with_senders and entry.get("ban") == entry_id))
    )
    session.flush()
    record_audit(session, AuditEvent.AUTHOR_FORGIVEN, site_id=site_id, target=entry_id)


def remove_comments(
    session: Session,
    site_id: str,
    listed: Listed,
    states: Collection[State],
    *,
    action_id: UUID,
    moderator_id: UUID,
    now: datetime,
    delay: timedelta,
    reason: str = "",
    note: str = "",
) -> list[Outcome]:
    """Reject the comments of an author that a page listed, as far as they are in one of these states. It can be undone as one
    action."""
    if done := done_before(session, action_id, moderator_id):
        return done
    rows = listed_comments(session, site_id, listed, states)
    rulings = [Ruling(row.id, State.REJECTED, row.version, reason=reason, note=note) for row in rows]
    outcomes = decide(
        session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, action_id=action_id
    )
    return [outcome_of(ruling.comment_id, outcome) for ruling, outcome in zip(rulings, outcomes, strict=True)]


def warn_author(session: Session, site_id: str, comment_id: UUID, message: str, *, moderator_id: UUID, now: datetime) -> UUID:
    """Send the author of a comment a message through the host, which says when they have seen it. Returns the warning's id."""
    comment = commented(session, site_id, comment_id)
    text = clean_text(message, 2000)
    if not comment.author_key:
        raise Conflict("this author has no account id and no e-mail address, so your site cannot tell who they are")
    locked_site(session, site_id)
    warning = _remember(
        session, site_id, ActivityKind.WARN, comment.author_key, moderator_id, comment_id=comment_id, note=text, at=now
    )
    session.flush()
    facts = {"by": "moderator", "note": text, "warning": str(warning)}
    add_author_event(session, comment, EventType.AUTHOR_WARNED, facts, now=now)
    record_audit(session, AuditEvent.AUTHOR_WARNED, site_id=site_id, target=comment_id)
    return warning


def acknowledge_warning(session: Session, site_id: str, warning_id: UUID, *, now: datetime) -> datetime:
    """Note that the author has seen a warning. Returns when they first did. Raises NotFound."""
    ours = (Activity.id == warning_id, Activity.site_id == site_id, Activity.kind == ActivityKind.WARN)
    session.execute(
        update(Activity)
        .where(*ours, Activity.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
        .execution_options(synchronize_session=False)
    )
    at = session.scalar(select(Activity.acknowledged_at).where(*ours))
    if at is None:
        raise NotFound("no such warning on this site")
    return at


def _add_senders(
    lists: dict[AuthorList | SenderList, dict[str, AuthorEntry]],
    site: Site, comment: Comment, judgement: Judgement, moderator: Moderator, now: datetime,
) -> None:  # fmt: skip
    """Add the groups of senders to the lists. Each needs an end, because it also stops people who did nothing."""
    senders = {"domain": (comment.email_domain, f"@{comment.email_domain}"), "network": (comment.ip_key, comment.author_name)}
    for kind in judgement.also:
        if kind not in SENDER_LISTS:
            raise Invalid.field("/also", "unknown", f"expected one of {', '.join(SENDER_LISTS)}")
        key, name = senders[kind]
        if not key:
            raise Invalid.field("/also", "missing", f"this comment came without a {kind}")
        if judgement.until is None:
            raise Invalid.field("/for", "no_end", "a ban of a whole domain or network needs an end")
        entries = SitePolicy(site.policy).authors(SENDER_LISTS[kind])
        entry = _entry(name, judgement, moderator, now)
        entry["ban"] = lists["blocked_authors"][comment.author_key]["id"]
        lists[SENDER_LISTS[kind]] = {**entries, key: entry}


def _entry(name: str, judgement: Judgement, moderator: Moderator, now: datetime) -> AuthorEntry:
    return {
        "id": str(new_id()),
        "name": name,
        "by": moderator.name or moderator.email,
        "at": now.isoformat(),
        "until": judgement.until.isoformat() if judgement.until else "",
        "reason": judgement.reason,
    }


def _latest_by(session: Session, site_id: str, author_key: str) -> Comment | None:
    query = select(Comment).where(Comment.author_key == author_key, Comment.site_id == site_id, Comment.state != State.ERASED)
    return session.scalar(query.order_by(Comment.received_at.desc()).limit(1))


def _remember(session: Session, site_id: str, kind: ActivityKind, author_key: str, moderator_id: UUID, **facts: Any) -> UUID:
    """Add an activity, so that colleagues can look up who did what about an author, and why. Returns its id."""
    activity_id = new_id()
    session.add(Activity(id=activity_id, site_id=site_id, kind=kind, author_key=author_key, moderator_id=moderator_id, **facts))
    return activity_id


def _without(site: Site, gone: Callable[[str, AuthorEntry], bool]) -> dict[AuthorList | SenderList, dict[str, AuthorEntry]]:
    """All lists of a site without the entries that are gone."""
    policy = SitePolicy(site.policy)
    names = [*AUTHOR_LISTS.values(), *SENDER_LISTS.values()]
    return {name: {key: entry for key, entry in policy.authors(name).items() if not gone(key, entry)} for name in names}

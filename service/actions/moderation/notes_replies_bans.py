"""What a moderator does beside deciding: notes for colleagues, replies as the site, bans and trusts of authors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.moderation.decide import REPLY_OF_THE_SITE, Actor, Decided, Ruling, decide
from service.domain.audit_events import AuditEvent
from service.domain.draft import Draft, DraftAuthor, DraftThread
from service.domain.errors import Conflict, Invalid, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.policy.site_policy import AUTHOR_LISTS, AuthorEntry, AuthorList, SitePolicy
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.column_types import table
from service.store.sites.sites import locked_site
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Activity, ActivityKind, Note
from service.store.tables.sites import Site

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A published reply, and the version of the comment if it was approved together with it, else 0."""

    comment_id: UUID
    approved: int = 0


def add_note(session: Session, site_id: str, comment_id: UUID, text: str, *, moderator_id: UUID, now: datetime) -> None:
    """Add a note for colleagues. Hosts and authors never see it."""
    _comment(session, site_id, comment_id)
    note = {
        "id": new_id(),
        "site_id": site_id,
        "comment_id": comment_id,
        "moderator_id": moderator_id,
        "text": _clean_text(text, 2000),
        "at": now,
    }
    session.execute(insert(table(Note)), [note])


def reply(
    session: Session,
    site_id: str,
    comment_id: UUID,
    text: str,
    *,
    moderator_id: UUID,
    pseudonyms: Pseudonymizer,
    now: datetime,
    delay: timedelta,
    version: int | None = None,
    action_id: UUID | None = None,
) -> Reply:
    """Reply to a comment in the name of the site. The reply is approved at once, as a decision of the moderator.

    A comment that is not public yet is approved with it, in the same step, so that the reply stands below it. `version` is the
    version of the comment that the moderator saw. Raises Conflict for a rejected comment, and the refusal of a late decision.
    """
    comment = _comment(session, site_id, comment_id)
    if comment.state == State.REJECTED:
        raise Conflict("this comment is rejected; approve it first, so that the reply has a place")
    waits, was = comment.state != State.APPROVED, comment.version
    thread, site = session.get_one(Thread, comment.thread_id), session.get_one(Site, site_id)
    draft = Draft(
        thread=DraftThread(thread.external_id, thread.url, thread.title),
        text=_clean_text(text, LONGEST),
        author=DraftAuthor(name=site.name or site_id, id=f"site:{site_id}", verified=True),
        parent=str(comment_id),
    )
    outcome = submit(session, [Submission(site_id, draft)], pseudonyms=pseudonyms, now=now)[0]
    if not isinstance(outcome, Accepted):
        raise outcome
    rulings = [Ruling(outcome.comment_id, State.APPROVED, None, reason=REPLY_OF_THE_SITE)]
    if waits:
        rulings.insert(0, Ruling(comment_id, State.APPROVED, was if version is None else version))
    decided = decide(session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, action_id=action_id)
    if refused := next((one for one in decided if isinstance(one, Refusal)), None):
        raise refused
    first = decided[0]
    return Reply(outcome.comment_id, first.change.version if waits and isinstance(first, Decided) else 0)


def ban_or_trust(
    session: Session,
    site_id: str,
    comment_id: UUID,
    what: str,
    *,
    moderator: Moderator,
    why: str = "",
    until: datetime | None,
    now: datetime,
) -> None:
    """Ban or trust the author of a comment on this site, until a given time or for ever. This replaces an earlier ban or trust.

    Raises NotFound, Conflict if the author has neither an account nor an address, or Invalid for another `what` than "ban" and "trust".
    """
    comment = _comment(session, site_id, comment_id)
    if not comment.author_key:
        raise Conflict("this author has no account id and no e-mail address, so they cannot be banned or trusted")
    name = AUTHOR_LISTS.get(what)
    if name is None:
        raise Invalid.field("/act", "unknown", "expected ban or trust")
    site = locked_site(session, site_id)
    lists = _without(site, lambda key, _: key == comment.author_key)
    entry: AuthorEntry = {
        "id": str(new_id()),
        "name": comment.author_name,
        "by": moderator.name or moderator.email,
        "at": now.isoformat(),
        "until": until.isoformat() if until else "",
    }
    lists[name][comment.author_key] = entry
    site.policy = SitePolicy(site.policy).with_authors(lists)
    kind = ActivityKind.BAN if what == "ban" else ActivityKind.TRUST
    _keep(
        session,
        site_id,
        kind,
        comment.author_key,
        moderator.id,
        comment_id=comment_id,
        until=until,
        note=why.strip()[:2000],
        at=now,
    )
    session.flush()
    # The entry has neither the author's name nor their keyed hash, because the audit log is never erased.
    record_audit(
        session,
        AuditEvent.AUTHOR_JUDGED,
        site_id=site_id,
        target=comment_id,
        after={"standing": name, "until": entry["until"]},
    )


def lift_ban_or_trust(session: Session, site_id: str, entry_id: str, *, moderator_id: UUID, now: datetime) -> None:
    """Take a ban or a trust back."""
    site = locked_site(session, site_id)
    for standing in AUTHOR_LISTS.values():
        for key, entry in SitePolicy(site.policy).authors(standing).items():
            if entry.get("id") == entry_id:
                _keep(session, site_id, ActivityKind.FORGIVE, key, moderator_id, at=now)
    site.policy = SitePolicy(site.policy).with_authors(_without(site, lambda _, entry: entry.get("id") == entry_id))
    session.flush()
    record_audit(session, AuditEvent.AUTHOR_FORGIVEN, site_id=site_id, target=entry_id)


def _keep(session: Session, site_id: str, kind: ActivityKind, author_key: str, moderator_id: UUID, **facts: Any) -> None:
    """Add an activity, so that colleagues can look up who banned or trusted an author, and why."""
    session.add(Activity(id=new_id(), site_id=site_id, kind=kind, author_key=author_key, moderator_id=moderator_id, **facts))


def _without(site: Site, gone: Callable[[str, AuthorEntry], bool]) -> dict[AuthorList, dict[str, AuthorEntry]]:
    """Both lists of a site without the entries that are gone."""
    policy = SitePolicy(site.policy)
    return {
        name: {key: entry for key, entry in policy.authors(name).items() if not gone(key, entry)}
        for name in AUTHOR_LISTS.values()
    }


def _comment(session: Session, site_id: str, comment_id: UUID) -> Comment:
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id))
    if comment is None or comment.state == State.ERASED:
        raise NotFound("no such comment on this site")
    return comment


def _clean_text(text: str, longest: int) -> str:
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not words or len(words) > longest:
        raise Invalid.field("/text", "length", f"expected 1 to {longest} characters")
    return words

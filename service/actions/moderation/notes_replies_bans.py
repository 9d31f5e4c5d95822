"""What a moderator does beside deciding: notes for colleagues, and replies as the site."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.moderation.decide import REPLY_OF_THE_SITE, Actor, Decided, Ruling, decide
from service.domain.draft import Draft, DraftAuthor, DraftThread
from service.domain.errors import Conflict, Invalid, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.column_types import table
from service.store.moderation.authors import site_author
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Note
from service.store.tables.sites import Site

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A published reply, and the version of the comment if it was approved together with it, else 0."""

    comment_id: UUID
    approved: int = 0


def add_note(session: Session, site_id: str, comment_id: UUID, text: str, *, moderator_id: UUID, now: datetime) -> None:
    """Add a note for colleagues. Hosts and authors never see it."""
    commented(session, site_id, comment_id)
    note = {
        "id": new_id(),
        "site_id": site_id,
        "comment_id": comment_id,
        "moderator_id": moderator_id,
        "text": clean_text(text, 2000),
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
    comment = commented(session, site_id, comment_id)
    if comment.state == State.REJECTED:
        raise Conflict("this comment is rejected; approve it first, so that the reply has a place")
    waits, was = comment.state != State.APPROVED, comment.version
    thread, site = session.get_one(Thread, comment.thread_id), session.get_one(Site, site_id)
    draft = Draft(
        thread=DraftThread(thread.external_id, thread.url, thread.title),
        text=clean_text(text, LONGEST),
        author=DraftAuthor(name=site.name or site_id, id=site_author(site_id), verified=True),
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


def commented(session: Session, site_id: str, comment_id: UUID) -> Comment:
    """The comment. Raises NotFound if it is not on this site, or erased."""
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id))
    if comment is None or comment.state == State.ERASED:
        raise NotFound("no such comment on this site")
    return comment


def clean_text(text: str, longest: int) -> str:
    """The text without NUL and outer white space. Raises Invalid if nothing is left, or too much."""
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not words or len(words) > longest:
        raise Invalid.field("/text", "length", f"expected 1 to {longest} characters")
    return words

"""Factories for sites, drafts and stored comments, with sensible defaults."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.sites.sites_and_keys import add_site
from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PSEUDONYMS = Pseudonymizer.from_secret("a secret that only the tests know, long enough")


def draft(text: str = "A calm word.", *, thread: str = "page", **more: Any) -> Draft:
    author = DraftAuthor(**more.pop("author", {}))
    context = DraftContext(**more.pop("context", {}))
    return Draft(thread=DraftThread(thread), text=text, author=author, context=context, **more)


def site(session: Session, site_id: str = "news") -> str:
    return add_site(session, site_id, origins=[f"https://{site_id}.example"], now=NOON).id


def submitted(session: Session, *drafts: Draft, site_id: str = "news", now: datetime = NOON) -> list[UUID]:
    """Store these drafts as pending. Returns their ids."""
    outcomes = submit(session, [Submission(site_id, d) for d in drafts], pseudonyms=PSEUDONYMS, now=now)
    return [outcome.comment_id for outcome in outcomes if isinstance(outcome, Accepted)]


def moved(session: Session, comment_id: UUID, state: State) -> None:
    """Put a comment into a state without an event."""
    comment = session.get_one(Comment, comment_id)
    comment.state, comment.version = state, comment.version + 1
    session.flush()


def with_comment(database: Database, *, state: State = State.HELD, **more: Any) -> UUID:
    """A site with one comment in this state."""
    with database.writing() as session:
        site(session)
        (comment_id,) = submitted(session, draft(**more))
        if state is not State.PENDING:
            moved(session, comment_id, state)
    return comment_id


def events(session: Session, comment_id: UUID) -> Sequence[Event]:
    return session.scalars(select(Event).where(Event.comment_id == comment_id).order_by(Event.seq)).all()

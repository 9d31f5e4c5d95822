"""Edit or erase the text of a comment. The old verdict does not cover a new text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from service.actions.learning.site_model import forget_model
from service.actions.reported.close import erase_words
from service.domain.errors import Conflict, Fault, Gone
from service.domain.ids import new_id
from service.domain.states import State
from service.domain.text.fingerprint import fingerprint
from service.domain.text.links import link_domain
from service.domain.text.wording import wording
from service.store.comments.transitions import Change, add_event
from service.store.db.column_types import table
from service.store.db.site_keys import site_of
from service.store.lifecycle.archives import absent
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment, RevisionRow, VerdictRow
from service.store.tables.idempotency import forget_key_of
from service.store.tables.moderation import Activity, Decision, Escalation, Note
from service.store.tables.outbox import Event
from service.store.tables.site_models import learns_from_standing


def edit(session: Session, site_id: str, comment_id: UUID, text: str, *, version: int | None, now: datetime) -> Change:
    """Replace the text, keep the old one as a revision, and send the comment back to `pending`.

    Raises NotFound, InArchive, Gone if the comment was erased, or Conflict if it is no longer at `version`.
    """
    comment = _locked_comment(session, site_id, comment_id)
    expected = comment.version if version is None else version
    session.execute(
        insert(table(RevisionRow)),
        [
            {
                "id": new_id(),
                "site_id": site_id,
                "comment_id": comment.id,
                "revision": comment.revision,
                "text": comment.text,
                "replaced_at": now,
            }
        ],
    )
    moved = session.execute(
        update(Comment)
        .where(Comment.id == comment.id, Comment.site_id == site_id, Comment.version == expected, Comment.state != State.ERASED)
        .values(
            text=text, fingerprint=fingerprint(text), wording=wording(text, comment.author_url), link_domain=link_domain(text),
            state=State.PENDING, revision=Comment.revision + 1, version=Comment.version + 1, updated_at=now, reason="", score=0.0, claims=0, lease_token=None, lease_until=None,
        )
        .returning(Comment.version)
        .execution_options(synchronize_session=False)
    ).scalar()  # fmt: skip
    if moved is None:
        raise _stale(comment.version)
    change = Change(site_id, comment.thread_id, comment.id, moved, State(comment.state), State.PENDING)
    add_event(session, [change], now=now)
    return change


def erase(session: Session, site_id: str, comment_id: UUID, *, now: datetime) -> Change | None:
    """Remove the text and everything about its author; a tombstone and an event remain. Returns None if it was erased before.

    Raises NotFound, InArchive, or Conflict if the comment changed meanwhile.
    """
    comment = _locked_comment(session, site_id, comment_id, erased_too=True)
    if comment.state == State.ERASED:
        return None
    moved = session.execute(
        update(Comment)
        .where(Comment.id == comment.id, Comment.site_id == site_id, Comment.version == comment.version)
        .values(
            text="", fingerprint="", wording=None, link_domain=None, burst=None, state=State.ERASED, version=Comment.version + 1,
            updated_at=now, author_name="", author_url="", author_external_id="", author_verified=False, author_key="", email_domain="", ip_key="", context={},
            reason="", score=0.0, lease_token=None, lease_until=None,
        )
        .returning(Comment.version)
        .execution_options(synchronize_session=False)
    ).scalar()  # fmt: skip
    if moved is None:
        raise _stale(comment.version)
    for row in (RevisionRow, VerdictRow, AuthorAddress):
        session.execute(delete(row).where(row.comment_id == comment.id, row.site_id == site_id))
    forget_key_of(session, site_id, comment.id, received_at=comment.received_at)
    _forget_notes(session, site_id, comment.id)
    erase_words(session, site_id, comment.id, now=now)
    if _was_learned_from(session, comment):
        forget_model(session, site_id)
    change = Change(site_id, comment.thread_id, comment.id, moved, State(comment.state), State.ERASED)
    add_event(session, [change], now=now)
    return change


def _was_learned_from(session: Session, comment: Comment) -> bool:
    """Whether the site's model may contain words of this comment. If the comment is archived, the model may have been trained on
    it before."""
    if comment.archived or session.scalar(
        select(Decision.id).where(Decision.comment_id == comment.id, site_of(Decision) == comment.site_id).limit(1)
    ):
        return True
    return learns_from_standing(session, comment.site_id)


def _forget_notes(session: Session, site_id: str, comment_id: UUID) -> None:
    """Remove what moderators wrote about a comment: it may quote the comment, or name its author."""
    session.execute(delete(Note).where(Note.comment_id == comment_id, Note.site_id == site_id))
    words: tuple[tuple[Any, dict[str, str]], ...] = (
        (Escalation, {"note": ""}), (Activity, {"note": "", "author_key": ""}), (Decision, {"note": ""})
    )  # fmt: skip
    for row, empty in words:
        session.execute(update(row).where(row.comment_id == comment_id, row.site_id == site_id).values(empty))
    for event in session.scalars(select(Event).where(Event.comment_id == comment_id, site_of(Event) == site_id)):
        event.facts = {name: fact for name, fact in event.facts.items() if name != "note"}


def _locked_comment(session: Session, site_id: str, comment_id: UUID, *, erased_too: bool = False) -> Comment:
    """The comment, with a row lock on PostgreSQL. Raises NotFound, InArchive or Gone."""
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id).with_for_update())
    if comment is None:
        raise absent(session, site_id, comment_id)
    if comment.state == State.ERASED and not erased_too:
        raise Gone("this comment was erased")
    session.expunge(comment)
    return comment


def _stale(version: int) -> Conflict:
    detail = f"somebody changed this comment meanwhile; it is at version {version} now"
    return Conflict(detail, Fault("/version", "stale", f"expected {version}"))

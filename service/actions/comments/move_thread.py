"""A thread follows its page: another title, another address, another id, and two threads that become one.

The id of a thread's row is computed from the host's id, so a thread that gets another id becomes another row, and its comments are
moved there in batches. A move that was interrupted goes on when it is asked for again.
"""

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Fault, NotFound
from service.domain.ids import thread_id
from service.domain.states import State
from service.store.comments.transitions import ThreadKey, update_counts
from service.store.db.bulk import among
from service.store.db.site_keys import site_of
from service.store.tables.archives import ArchivedComment
from service.store.tables.comments import Comment, Thread

#: Comments in one transaction, so that other writers get their turn.
A_BATCH = 500


def rename_thread(session: Session, site_id: str, name: str, *, url: str | None, title: str | None) -> Thread:
    """Replace the address or the title of a thread, where they are given. Raises NotFound."""
    thread = _locked(session, site_id, name)
    before = {"url": thread.url, "title": thread.title}
    after = {"url": before["url"] if url is None else url, "title": before["title"] if title is None else title}
    if before != after:
        thread.url, thread.title, thread.feed_version = after["url"], after["title"], thread.feed_version + 1
        session.flush()
        record_change(session, AuditEvent.THREAD_MOVED, before, after, site_id=site_id, target=thread.id)
    return thread


def begin_move(session: Session, site_id: str, name: str, new_name: str, *, join: bool) -> None:
    """Make the thread that the comments are moved to, with the title, address and state of the old one. Where it is there already,
    it keeps its own. Raises NotFound, or Conflict if it is there and `join` is not said."""
    old = _locked(session, site_id, name)
    new = session.get(Thread, thread_id(site_id, new_name))
    if new is not None and not join:
        detail = "this site has a thread with that id; with `join` the comments of both become one thread"
        raise Conflict(detail, Fault("/id", "taken", "expected an id that no thread has, or `join`: true"))
    if new is None:
        # The version grows on: a thread that comes back to an earlier id must not have an earlier ETag.
        session.add(
            Thread(
                id=thread_id(site_id, new_name), site_id=site_id, external_id=new_name, url=old.url, title=old.title,
                state=old.state, approved=0, feed_version=old.feed_version + 1, created_at=old.created_at,
            )
        )  # fmt: skip
        session.flush()
    before, after = {"id": name}, {"id": new_name, "joined": new is not None}
    record_audit(session, AuditEvent.THREAD_MOVED, site_id=site_id, target=old.id, before=before, after=after)


def move_comments(session: Session, site_id: str, name: str, new_name: str, *, now: datetime) -> int:
    """Move a batch of comments. They count as changed now, so that hosts that ask for changes learn where they are; no state and no
    version changes, so no webhook is sent. Returns how many; zero when none is left."""
    old, new = thread_id(site_id, name), thread_id(site_id, new_name)
    batch = select(Comment.id).where(Comment.thread_id == old, Comment.site_id == site_id)
    ids = session.scalars(batch.order_by(Comment.state, Comment.received_at, Comment.id).limit(A_BATCH)).all()
    moved = session.scalars(
        update(Comment)
        .where(among(session, Comment.id, ids), Comment.thread_id == old, site_of(Comment) == site_id)
        .values(thread_id=new, updated_at=now)
        .returning(Comment.state)
        .execution_options(synchronize_session=False)
    ).all()
    shown = moved.count(State.APPROVED)
    if moved:
        update_counts(session, {ThreadKey(old, site_id): -shown, ThreadKey(new, site_id): shown})
    return len(moved)


def end_move(session: Session, site_id: str, name: str, new_name: str) -> bool:
    """Remove the old thread. Returns False if a comment came to it meanwhile: then that one has to be moved first."""
    old = _locked(session, site_id, name)
    if session.scalar(select(exists().where(Comment.thread_id == old.id, site_of(Comment) == site_id))):
        return False
    new = thread_id(site_id, new_name)
    archived = update(ArchivedComment).where(ArchivedComment.site_id == site_id, ArchivedComment.thread_id == old.id)
    session.execute(archived.values(thread_id=new).execution_options(synchronize_session=False))
    session.execute(
        delete(Thread).where(Thread.id == old.id, Thread.site_id == site_id).execution_options(synchronize_session=False)
    )
    return True


def _locked(session: Session, site_id: str, name: str) -> Thread:
    """The thread. Until the transaction ends, no new comment gets into it."""
    query = select(Thread).where(Thread.id == thread_id(site_id, name), Thread.site_id == site_id)
    thread = session.scalar(query.with_for_update())
    if thread is None:
        raise NotFound("no thread of this site has that id; a thread begins with its first comment")
    return thread

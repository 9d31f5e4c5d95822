"""Import old comments: each is stored once, with its date and its state, and nothing is checked, sent or put into a queue because
of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.comments.draft_columns import draft_columns
from service.domain.ids import new_id, thread_id
from service.domain.imports.old_comment import OldComment
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.comments.external_ids import StoredComment, comments_with, set_parents
from service.store.comments.transitions import EVENT_OF, ThreadKey, update_counts
from service.store.db.bulk import insert_all
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState

#: What an imported comment has in place of a verdict: its state came with it.
_AS_IT_CAME = (("revision", "1"), ("reason", "''"), ("score", "0"), ("claims", "0"))


@dataclass(slots=True)
class Imported:
    """What became of a batch: the comments that are new, the number of those that were here before, the comments whose id belongs
    to another comment, and the replies whose parent is not here (yet)."""

    new: list[OldComment] = field(default_factory=list)
    present: int = 0
    taken: list[OldComment] = field(default_factory=list)
    orphans: list[OldComment] = field(default_factory=list)


def import_comments(
    session: Session, site_id: str, batch: Sequence[OldComment], *, pseudonyms: Pseudonymizer, now: datetime
) -> Imported:
    """Store a batch. A comment that is here already, by its id, stays as it is. `now` is the date of comments without a date.

    A reply whose parent comes later in the file is stored as a top-level comment; `join_replies` mends that.
    """
    rows = _Rows(site_id, pseudonyms, now)
    imported = _sorted_out(site_id, batch, comments_with(session, site_id, _names(batch)), add=rows.add)
    rows.insert(session)
    return imported


def preview_import(session: Session, site_id: str, batch: Sequence[OldComment], *, seen: dict[str, UUID]) -> Imported:
    """What `import_comments` would do with a batch, without storing it. `seen` has the threads of the comments of earlier batches, by
    the comments' ids; those of this batch are added."""
    names = _names(batch)
    earlier = {name: StoredComment(seen[name], seen[name], is_top_level=False) for name in names & seen.keys()}
    known = comments_with(session, site_id, names) | earlier
    imported = _sorted_out(site_id, batch, known, add=lambda _comment, thread, _parent: thread)
    seen.update({comment.id: known[comment.id].thread_id for comment in imported.new})
    return imported


def join_replies(session: Session, site_id: str, batch: Sequence[OldComment]) -> list[OldComment]:
    """Give the stored replies of this batch their parents. Returns the replies that have none because it is not here."""
    known = comments_with(session, site_id, _names(batch))
    pairs, orphans = [], []
    for comment in batch:
        here = known.get(comment.id)
        if not comment.draft.parent or here is None or not here.is_top_level:
            continue
        if (parent := _parent_of(comment, here.thread_id, known)) is None:
            orphans.append(comment)
        else:
            pairs.append((here.id, parent))
    set_parents(session, pairs)
    return orphans


def _sorted_out(
    site_id: str,
    batch: Sequence[OldComment],
    known: dict[str, StoredComment],
    *,
    add: Callable[[OldComment, UUID, UUID | None], UUID],
) -> Imported:
    """Find out what is new in a batch. `add` gets each new comment with its thread and its parent, and returns its id."""
    imported = Imported()
    for comment in batch:
        thread, here = thread_id(site_id, comment.draft.thread.id), known.get(comment.id)
        if here and here.thread_id != thread:
            imported.taken.append(comment)
            continue
        parent = _parent_of(comment, thread, known)
        if comment.draft.parent and parent is None and (here is None or here.is_top_level):
            imported.orphans.append(comment)
        if here:
            imported.present += 1
        else:
            known[comment.id] = StoredComment(add(comment, thread, parent), thread, parent is None)
            imported.new.append(comment)
    return imported


def _names(batch: Sequence[OldComment]) -> set[str]:
    return {name for comment in batch for name in (comment.id, comment.draft.parent) if name}


def _parent_of(comment: OldComment, thread: UUID, known: dict[str, StoredComment]) -> UUID | None:
    parent = known.get(comment.draft.parent)
    return parent.id if parent and parent.thread_id == thread and comment.draft.parent != comment.id else None


class _Rows:
    """The rows of a batch."""

    def __init__(self, site_id: str, pseudonyms: Pseudonymizer, now: datetime) -> None:
        self._site_id, self._pseudonyms, self._now = site_id, pseudonyms, now
        self._threads: dict[UUID, dict[str, Any]] = {}
        self._comments: list[dict[str, Any]] = []
        self._decisions: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._approved: Counter[ThreadKey] = Counter()

    def add(self, comment: OldComment, thread: UUID, parent: UUID | None) -> UUID:
        """Add the rows of a comment. Returns its id."""
        comment_id = new_id()
        row = self._comment_row(comment_id, comment, thread, parent)
        self._comments.append(row)
        self._threads.setdefault(thread, self._thread_row(comment, thread, row["received_at"]))
        self._approved[ThreadKey(thread, self._site_id)] += comment.state is State.APPROVED
        if comment.decided:
            self._add_decision(row)
        return comment_id

    def insert(self, session: Session) -> None:
        insert_all(session, Thread, [self._threads[key] for key in sorted(self._threads)], new=True)
        insert_all(session, Comment, self._comments, alike=_AS_IT_CAME)
        insert_all(session, Decision, self._decisions)
        insert_all(session, Event, self._events)
        update_counts(session, self._approved)

    def _thread_row(self, comment: OldComment, thread: UUID, at: datetime) -> dict[str, Any]:
        page = comment.draft.thread
        return {
            "id": thread, "site_id": self._site_id, "external_id": page.id, "url": page.url, "title": page.title,
            "state": ThreadState.OPEN, "approved": 0, "feed_version": 0, "created_at": at,
        }  # fmt: skip

    def _comment_row(self, comment_id: UUID, comment: OldComment, thread: UUID, parent: UUID | None) -> dict[str, Any]:
        draft = comment.draft
        at = draft.context.posted_at or self._now
        return {
            "id": comment_id,
            "site_id": self._site_id,
            "thread_id": thread,
            "parent_id": parent,
            **draft_columns(draft, self._pseudonyms),
            "state": comment.state,
            "version": int(comment.decided),
            "context": self._context(comment),
            # The dates are those of the comment. So it stands at its place, counts in no flood, and is no news to a host that asks
            # for what has changed.
            "received_at": at,
            "updated_at": at,
        }

    def _context(self, comment: OldComment) -> dict[str, Any]:
        fields = {
            "mailbox": self._pseudonyms.mailbox(comment.draft.author.email),
            "address": self._pseudonyms.address(comment.draft.context.ip),
            "user_agent": comment.draft.context.user_agent,
        }
        return {name: value for name, value in fields.items() if value}

    def _add_decision(self, row: dict[str, Any]) -> None:
        """A past decision is a label, by nobody whom we know. Its event was never due: the host knows the state."""
        shared = {
            "id": new_id(),
            "site_id": self._site_id,
            "comment_id": row["id"],
            "from_state": State.PENDING,
            "to_state": row["state"],
        }
        at = row["received_at"]
        self._decisions.append(
            {
                **shared, "moderator_id": None, "key_id": None, "action_id": None, "version": 1, "reason": "", "note": "",
                "undoes": None, "together": "", "at": at,
            }
        )  # fmt: skip
        self._events.append(
            {
                **shared, "id": new_id(), "seq": 1, "type": EVENT_OF[row["state"]], "facts": {"by": "import"},
                "state": EventState.WITHDRAWN, "at": at, "due_at": at,
            }
        )  # fmt: skip

"""Submit: store the comments of hosts as `pending`, each once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, cast, null, select
from sqlalchemy.orm import Session

from service.actions.comments.draft_columns import draft_columns, kept_context
from service.domain.draft import Draft
from service.domain.errors import Conflict, Fault, InProgress, KeyReused, Refusal
from service.domain.ids import new_id, thread_id
from service.domain.request_trace import NO_REQUEST, RequestTrace
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.security.request_hashes import RequestHashes
from service.store.comments.insert import insert_comments
from service.store.db.bulk import changes_many, plain
from service.store.db.by_site import each_site, is_by_site
from service.store.db.column_types import table
from service.store.tables.archives import ArchivedComment
from service.store.tables.comments import Comment, ThreadState
from service.store.tables.idempotency import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Submission:
    """One draft to be stored. `key` is the keyed hash of the host's Idempotency-Key, empty if the host sent none.

    `by_host`: the host itself sent it, so its title and address of the thread replace older ones. A reader could forge them.
    """

    site_id: str
    draft: Draft
    key: str = ""
    body_digest: str = ""
    by_host: bool = False
    #: Only if spans are exported.
    request: RequestTrace = NO_REQUEST

    @classmethod
    def sent(
        cls, site_id: str, draft: Draft, *, key: str, body: bytes, hashes: RequestHashes, by_host: bool = False
    ) -> "Submission":
        """A draft as it was sent. Of the Idempotency-Key and the exact body only keyed hashes are kept."""
        if not key:
            return cls(site_id, draft, by_host=by_host)
        digest = hashes.of_body(site_id, body)
        return cls(site_id, draft, key=hashes.of_key(site_id, key), body_digest=digest, by_host=by_host)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The comment that a submission created, or that an earlier submission created (`replayed`)."""

    comment_id: UUID
    replayed: bool = False


Outcome = Accepted | Refusal
_COMMENT, _KEY, _ARCHIVED = table(Comment).c, table(IdempotencyKey).c, table(ArchivedComment).c
#: Plain SQL saves the time that SQLAlchemy needs to expand a list. On SQLite the query runs for every batch, and the driver
#: releases the GIL before each row. So on SQLite the query returns only threads that are new or not open.
_THREADS = "SELECT id, state FROM thread WHERE id = ANY(%s)"
_UNUSUAL_THREADS = (
    "SELECT asked.value, thread.state FROM json_each(?) AS asked LEFT JOIN thread ON thread.id = asked.value "
    "WHERE thread.state IS NOT 'open'"
)


def _named(site: Any, name: Any) -> ColumnElement[bool]:
    """A condition: the row has one of these sites and one of these names. It also matches pairs of a site and a name that were
    not asked for; the callers ignore these rows. For a list of exact pairs SQLite would scan the whole table."""
    return and_(site.in_(bindparam("sites", expanding=True)), name.in_(bindparam("names", expanding=True)))


_KEYS = select(_KEY.site_id, _KEY.key, _KEY.body_digest, _KEY.comment_id).where(_named(_KEY.site_id, _KEY.key))
_EXTERNALS = (
    select(_COMMENT.site_id, _COMMENT.external_id, _COMMENT.id, _COMMENT.thread_id, _COMMENT.text)
    .where(_named(_COMMENT.site_id, _COMMENT.external_id))
    .union_all(
        select(_ARCHIVED.site_id, _ARCHIVED.external_id, _ARCHIVED.id, _ARCHIVED.thread_id, cast(null(), Text)).where(
            _named(_ARCHIVED.site_id, _ARCHIVED.external_id)
        )
    )
)


def submit(
    session: Session | Connection, submissions: Sequence[Submission], *, pseudonyms: Pseudonymizer, now: datetime
) -> list[Outcome]:
    """Store many drafts at once. Each gets its own outcome, in the order given; a refused one does not affect the others."""
    connection = plain(session)
    if not is_by_site(connection):
        return _submit(connection, submissions, pseudonyms=pseudonyms, now=now)
    outcomes: dict[int, Outcome] = {}
    for _, places in each_site(connection, range(len(submissions)), lambda at: submissions[at].site_id):
        some = [submissions[at] for at in places]
        outcomes |= zip(places, _submit(connection, some, pseudonyms=pseudonyms, now=now), strict=True)
    return [outcomes[at] for at in range(len(submissions))]


def _submit(
    connection: Connection, submissions: Sequence[Submission], *, pseudonyms: Pseudonymizer, now: datetime
) -> list[Outcome]:
    """Store drafts, with Citus those of one site."""
    # Where the insert itself detects a closed thread, the threads are read only if it does; then the batch is tried again.
    threads = {} if changes_many(connection) else _stored_threads(connection, submissions)
    while True:
        batch = _Batch(_Known(connection, submissions, threads), pseudonyms, now)
        outcomes = [batch.outcome_of(submission) for submission in submissions]
        # Sorted, so that two transactions that store the same rows at once cannot deadlock.
        if insert_comments(
            connection,
            threads=batch.known.new_threads(submissions, outcomes, now),
            names=_thread_names(submissions, outcomes),
            comments=sorted(batch.rows, key=lambda row: (row["site_id"], row["external_id"] or "")),
            keys=sorted(batch.keys, key=lambda row: (row["site_id"], row["key"])),
        ):
            return outcomes
        threads = _stored_threads(connection, submissions)


class _Batch:
    """The rows that a batch inserts."""

    def __init__(self, known: "_Known", pseudonyms: Pseudonymizer, now: datetime) -> None:
        self.known = known
        self.rows: list[dict[str, Any]] = []
        self.keys: list[dict[str, Any]] = []
        self._pseudonyms = pseudonyms
        self._now = now

    def outcome_of(self, submission: Submission) -> Outcome:
        outcome = self.known.outcome_of(submission)
        if outcome is not None:
            return outcome
        parent = self.known.parent_of(submission) if submission.draft.parent else None
        row = comment_row(submission, pseudonyms=self._pseudonyms, now=self._now, parent=parent)
        self.rows.append(row)
        self.known.remember(submission, row["id"])
        if submission.key:
            self.keys.append(_key_row(submission, row["id"], self._now))
        return Accepted(row["id"])


class _Known:
    """The stored rows that a batch refers to: idempotency keys, host ids and parents, each read at most once. `threads` has the
    states of the batch's threads."""

    def __init__(self, connection: Connection, submissions: Sequence[Submission], threads: dict[UUID, str]) -> None:
        self._keys = _stored_keys(connection, submissions)
        self._externals = _stored_externals(connection, submissions)
        self._threads = threads
        self._parents = _stored_parents(connection, submissions)
        self._fresh: set[tuple[str, str]] = set()

    def outcome_of(self, submission: Submission) -> Outcome | None:
        """The outcome if it is clear without storing anything: a replay or a refusal. None if the draft has to be stored."""
        site_id, draft = submission.site_id, submission.draft
        if submission.key and (stored := self._keys.get((site_id, submission.key))):
            return self._replay(submission, *stored)
        if draft.external_id and (known := self._externals.get((site_id, draft.external_id))):
            return _known_already(submission, *known)
        thread = self._threads.get(thread_id(site_id, draft.thread.id))
        if thread == ThreadState.CLOSED:
            return Conflict("this thread is closed", Fault("/thread/id", "closed", "expected a thread that takes comments"))
        if draft.parent and self.parent_of(submission) is None:
            detail = "expected the id of a comment of the same thread, as Greenroom or you named it"
            return Conflict(f"parent: {detail}", Fault("/parent", "unknown", detail))
        return None

    def parent_of(self, submission: Submission) -> UUID | None:
        site_id, draft = submission.site_id, submission.draft
        parent = self._parents.get((site_id, draft.parent))
        return parent[0] if parent and parent[1] == thread_id(site_id, draft.thread.id) else None

    def remember(self, submission: Submission, comment_id: UUID) -> None:
        """Remember a draft of this batch: a later draft may have the same key or host id, or be a reply to it."""
        site_id, draft = submission.site_id, submission.draft
        if submission.key:
            self._keys[site_id, submission.key] = (submission.body_digest, comment_id)
            self._fresh.add((site_id, submission.key))
        thread = thread_id(site_id, draft.thread.id)
        self._parents[site_id, str(comment_id)] = (comment_id, thread)
        if draft.external_id:
            self._externals[site_id, draft.external_id] = (comment_id, thread, draft.text)
            self._parents[site_id, draft.external_id] = (comment_id, thread)

    def new_threads(self, submissions: Sequence[Submission], outcomes: Sequence[Outcome], now: datetime) -> list[dict[str, Any]]:
        fresh: dict[UUID, dict[str, Any]] = {}
        for submission, outcome in zip(submissions, outcomes, strict=True):
            thread, site_id = submission.draft.thread, submission.site_id
            key = thread_id(site_id, thread.id)
            if isinstance(outcome, Accepted) and not outcome.replayed and key not in self._threads:
                fresh[key] = {
                    "id": key, "site_id": site_id, "external_id": thread.id, "url": thread.url, "title": thread.title,
                    "state": ThreadState.OPEN, "approved": 0, "feed_version": 0, "created_at": now,
                }  # fmt: skip
        return [fresh[key] for key in sorted(fresh)]

    def _replay(self, submission: Submission, digest: str, comment_id: UUID) -> Outcome:
        if digest != submission.body_digest:
            detail = "this Idempotency-Key was used for another body; send a new key with a new comment"
            return KeyReused(detail, Fault("header:Idempotency-Key", "reused", detail))
        if (submission.site_id, submission.key) in self._fresh:
            return InProgress("the first request with this Idempotency-Key is still being answered")
        return Accepted(comment_id, replayed=True)


def _thread_names(submissions: Sequence[Submission], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The titles and addresses that hosts sent with new comments, the last ones of each thread."""
    names: dict[UUID, dict[str, Any]] = {}
    for submission, outcome in zip(submissions, outcomes, strict=True):
        thread = submission.draft.thread
        if submission.by_host and (thread.url or thread.title) and isinstance(outcome, Accepted) and not outcome.replayed:
            key = thread_id(submission.site_id, thread.id)
            names[key] = {"id": key, "site_id": submission.site_id, "url": thread.url, "title": thread.title}
    return list(names.values())


def _stored_keys(connection: Connection, submissions: Sequence[Submission]) -> dict[tuple[str, str], tuple[str, UUID]]:
    pairs = {(s.site_id, s.key) for s in submissions if s.key}
    if not pairs:
        return {}
    rows = connection.execute(_KEYS, _sites_and_names(pairs))
    return {(site_id, key): (digest, comment_id) for site_id, key, digest, comment_id in rows}


def _sites_and_names(pairs: set[tuple[str, str]]) -> dict[str, list[str]]:
    return {"sites": list({site_id for site_id, _ in pairs}), "names": list({name for _, name in pairs})}


def _known_already(submission: Submission, comment_id: UUID, thread: UUID, text: str | None) -> Outcome:
    """The outcome for a host id that exists: a replay if thread and text are equal, else a Conflict. `text` is None for an
    archived comment."""
    if text is None:
        detail = f"this external_id belongs to the comment {comment_id}, which is in an archive; the operator can restore it"
        return Conflict(detail, Fault("/external_id", "archived", "expected an external_id that is new"))
    if text == submission.draft.text and thread == thread_id(submission.site_id, submission.draft.thread.id):
        return Accepted(comment_id, replayed=True)
    detail = f"this external_id belongs to a comment with other words; PATCH /v1/comments/{comment_id} changes them"
    return Conflict(detail, Fault("/external_id", "taken", "expected an external_id that is new, or the same thread and text"))


def _stored_externals(
    connection: Connection, submissions: Sequence[Submission]
) -> dict[tuple[str, str], tuple[UUID, UUID, str | None]]:
    pairs = {(s.site_id, s.draft.external_id) for s in submissions if s.draft.external_id}
    if not pairs:
        return {}
    rows = connection.execute(_EXTERNALS, _sites_and_names(pairs))
    return {(site_id, external_id or ""): (comment_id, thread, text) for site_id, external_id, comment_id, thread, text in rows}


def _stored_threads(connection: Connection, submissions: Sequence[Submission]) -> dict[UUID, str]:
    ids = list({thread_id(s.site_id, s.draft.thread.id) for s in submissions})
    if connection.dialect.name == "postgresql":
        of_site = f"{_THREADS} AND site_id = %s" if is_by_site(connection) else _THREADS
        values = (ids, submissions[0].site_id) if is_by_site(connection) else (ids,)
        return {thread: state for thread, state in connection.exec_driver_sql(of_site, values)}  # noqa: C416 - a row is no pair to mypy
    unusual = connection.exec_driver_sql(_UNUSUAL_THREADS, (to_json([thread.hex for thread in ids]).decode(),))
    states: dict[UUID, str | None] = {
        **dict.fromkeys(ids, ThreadState.OPEN),
        **{UUID(thread): state for thread, state in unusual},
    }
    return {thread: state for thread, state in states.items() if state is not None}


def _stored_parents(connection: Connection, submissions: Sequence[Submission]) -> dict[tuple[str, str], tuple[UUID, UUID]]:
    """Parents by Greenroom's id or the host's. An erased or archived parent keeps its place in the thread."""
    pairs = {(s.site_id, s.draft.parent) for s in submissions if s.draft.parent}
    parents = _parents_in(connection, _COMMENT, pairs) if pairs else {}
    missing = pairs - set(parents)
    return parents | _parents_in(connection, _ARCHIVED, missing) if missing else parents


def _parents_in(connection: Connection, t: Any, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[UUID, UUID]]:
    # An id may be spelled in capitals, or as the Atom feed does: urn:uuid:...
    by_id: defaultdict[tuple[str, UUID], list[str]] = defaultdict(list)
    for site_id, name in pairs:
        if as_uuid := _uuid(name):
            by_id[site_id, as_uuid].append(name)
    columns = (t.site_id, t.id, t.external_id, t.thread_id)
    parents: dict[tuple[str, str], tuple[UUID, UUID]] = {}
    for row in connection.execute(select(*columns).where(_named(t.site_id, t.external_id)), _sites_and_names(pairs)):
        parents[row.site_id, row.external_id or ""] = (row.id, row.thread_id)
    if by_id:
        ids = [as_uuid for _, as_uuid in by_id]
        for row in connection.execute(select(*columns).where(t.id.in_(ids), t.site_id.in_({site_id for site_id, _ in by_id}))):
            for name in by_id.get((row.site_id, row.id), ()):
                parents[row.site_id, name] = (row.id, row.thread_id)
    return parents


def comment_row(
    submission: Submission, *, pseudonyms: Pseudonymizer, now: datetime, parent: UUID | None = None
) -> dict[str, Any]:
    """The columns of a new comment."""
    draft = submission.draft
    return {
        "id": new_id(),
        "site_id": submission.site_id,
        "thread_id": thread_id(submission.site_id, draft.thread.id),
        "parent_id": parent,
        **draft_columns(draft, pseudonyms),
        "context": kept_context(draft, pseudonyms) | submission.request.to_context(),
        "received_at": now,
        "updated_at": now,
    }


def _key_row(submission: Submission, comment_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "site_id": submission.site_id,
        "key": submission.key,
        "body_digest": submission.body_digest,
        "comment_id": comment_id,
        "created_at": now,
    }


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None

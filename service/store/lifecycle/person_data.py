"""What is stored of a person on one site, for the person: their comments with what became of them, and their reports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from service.domain.reported.contact import Contact
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.comments.listing import Position
from service.store.db.column_types import UtcDateTime
from service.store.lifecycle.find_by_person import PersonFilter
from service.store.reported.reports import reports_by
from service.store.tables.comments import Comment, RevisionRow, Thread, VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.reported import Complaint, Report

#: Keyed hashes: they say nothing to a person, and let others recognise them.
_HASHES = {"address", "mailbox"}


def comments_of_person(
    session: Session, site_id: str, whose: PersonFilter, *, after: Position | None = None, limit: int
) -> list[dict[str, Any]]:
    """One page of a person's comments as JSON values, oldest first. Names and notes of moderators, and what others wrote about the
    person, are left out."""
    query = (
        select(Comment, Thread)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(*whose.conditions(site_id))
        .order_by(Comment.received_at, Comment.id)
        .limit(limit)
    )
    if after:
        place = tuple_(literal(after.at, UtcDateTime()), literal(after.id, Uuid()))
        query = query.where(tuple_(Comment.received_at, Comment.id) > place)
    rows = session.execute(query).all()
    parts = _parts(session, [row.Comment.id for row in rows])
    return [_comment(row.Comment, row.Thread) | {name: of[row.Comment.id] for name, of in parts.items()} for row in rows]


def reports_of_person(
    session: Session, site_id: str, email: str, *, pseudonyms: Pseudonymizer, secret_box: SecretBox
) -> list[dict[str, Any]]:
    """The reports that the person with this e-mail address sent, as JSON values; empty without an address."""
    if not email:
        return []
    reports = reports_by(session, site_id, pseudonyms.mailbox(email), pseudonyms=pseudonyms, secret_box=secret_box)
    return [_report(report, secret_box) for report in reports]


def _report(report: Report, secret_box: SecretBox) -> dict[str, Any]:
    contact = Contact.opened(report.contact, secret_box)
    return {
        "id": str(report.id), "comment": str(report.comment_id), "kind": report.kind, "reason": report.reason, "law": report.law,
        "text": report.text, "url": report.url, "name": contact.name, "email": contact.email, "state": report.state,
        "received_at": _at(report.received_at), "decided_at": _at(report.decided_at), "sanction": report.sanction,
        "warned_at": _at(report.warned_at), "suspended_until": _at(report.suspended_until),
    }  # fmt: skip


def _comment(comment: Comment, thread: Thread) -> dict[str, Any]:
    return {
        "id": str(comment.id), "external_id": comment.external_id, "state": comment.state, "text": comment.text,
        "thread": {"id": thread.external_id, "url": thread.url, "title": thread.title},
        "author": {
            "name": comment.author_name, "url": comment.author_url, "id": comment.author_external_id,
            "verified": comment.author_verified, "email_domain": comment.email_domain,
        },
        "context": {name: value for name, value in (comment.context or {}).items() if name not in _HASHES},
        "received_at": _at(comment.received_at), "updated_at": _at(comment.updated_at),
    }  # fmt: skip


def _parts(session: Session, ids: Sequence[UUID]) -> dict[str, Mapping[UUID, list[dict[str, Any]]]]:
    """The rows that belong to these comments, by the name of the list in the result."""
    return {
        "earlier_texts": _by_comment(
            (row.comment_id, {"text": row.text, "replaced_at": _at(row.replaced_at)})
            for row in session.scalars(
                select(RevisionRow).where(RevisionRow.comment_id.in_(ids)).order_by(RevisionRow.comment_id, RevisionRow.revision)
            )
        ),
        "verdicts": _by_comment(
            (row.comment_id, {"state": row.state, "reasons": [str(one.get("code", "")) for one in row.reasons], "at": _at(row.at)})
            for row in session.scalars(select(VerdictRow).where(VerdictRow.comment_id.in_(ids)).order_by(VerdictRow.at))
        ),
        "decisions": _by_comment(
            (row.comment_id, {"from_state": row.from_state, "to_state": row.to_state, "reason": row.reason or "", "at": _at(row.at)})
            for row in session.scalars(select(Decision).where(Decision.comment_id.in_(ids)).order_by(Decision.version))
        ),
        "complaints": _by_comment(
            (row.comment_id, {"text": row.text, "state": row.state, "received_at": _at(row.received_at), "decided_at": _at(row.decided_at)})
            for row in session.scalars(
                select(Complaint)
                .where(Complaint.comment_id.in_(ids), Complaint.report_id.is_(None))
                .order_by(Complaint.received_at)
            )
        ),
    }  # fmt: skip


def _by_comment(rows: Iterable[tuple[UUID, dict[str, Any]]]) -> Mapping[UUID, list[dict[str, Any]]]:
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for comment_id, values in rows:
        found[comment_id].append(values)
    return found


def _at(moment: Any) -> str | None:
    return moment.isoformat() if moment else None

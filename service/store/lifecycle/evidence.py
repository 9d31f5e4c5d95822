"""The evidence of one comment for an authority or a court: its texts, verdicts, changes, decisions, reports, complaints and thread."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.reported.contact import Contact
from service.domain.security.encryption import SecretBox
from service.store.accounts.moderators import shown_name
from service.store.comments.listing import comment_of, history_of
from service.store.reported.complaints import complaints_about
from service.store.reported.public_json import subject_of
from service.store.reported.reports import reports_about
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment, RevisionRow, VerdictRow
from service.store.tables.moderation import Decision

#: At most this many comments before and after it in its thread are included.
AROUND = 5


def evidence_of(session: Session, site_id: str, comment_id: UUID, *, secret_box: SecretBox) -> dict[str, Any] | None:
    """Everything that is stored about a comment, as JSON values; None if there is no such comment on the site."""
    listed = comment_of(session, site_id, comment_id)
    if listed is None:
        return None
    comment, thread = listed.comment, listed.thread
    revisions = session.scalars(select(RevisionRow).where(RevisionRow.comment_id == comment_id).order_by(RevisionRow.revision))
    verdicts = session.scalars(select(VerdictRow).where(VerdictRow.comment_id == comment_id).order_by(VerdictRow.at))
    return {
        "comment": {
            "id": str(comment.id), "external_id": comment.external_id, "state": comment.state, "version": comment.version,
            "text": comment.text, "received_at": comment.received_at.isoformat(),
            "author": {
                "name": comment.author_name, "url": comment.author_url, "id": comment.author_external_id,
                "verified": comment.author_verified, "pseudonym": comment.author_key, "network_pseudonym": comment.ip_key,
            },
            "context": comment.context,
        },
        "thread": {"id": thread.external_id, "url": thread.url, "title": thread.title},
        "earlier_texts": [
            {"revision": row.revision, "text": row.text, "replaced_at": row.replaced_at.isoformat()} for row in revisions
        ],
        "verdicts": [
            {"revision": row.revision, "state": row.state, "reasons": row.reasons, "at": row.at.isoformat()} for row in verdicts
        ],
        "changes": [
            {"version": e.seq, "from": e.from_state, "to": e.to_state, "at": e.at.isoformat(), "facts": e.facts}
            for e in history_of(session, comment_id)
        ],
        "decisions": _decisions(session, comment_id),
        "reports": _reports(session, site_id, comment_id, secret_box),
        "complaints": [
            {
                "about": subject_of(one), "complainant": "reporter" if one.report_id else "author", "text": one.text, "state": one.state, "note": one.note,
                "received_at": one.received_at.isoformat(), "decided_at": one.decided_at.isoformat() if one.decided_at else None,
            }
            for one in complaints_about(session, site_id, comment_id)
        ],
        "around": _around(session, comment),
    }  # fmt: skip


def _decisions(session: Session, comment_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Decision, shown_name().label("who"))
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.comment_id == comment_id)
        .order_by(Decision.version)
    )
    return [
        {
            "version": one.version, "from": one.from_state, "to": one.to_state, "reason": one.reason, "note": one.note,
            "who": who or "the host", "at": one.at.isoformat(), "undoes": str(one.undoes) if one.undoes else None,
        }
        for one, who in rows
    ]  # fmt: skip


def _reports(session: Session, site_id: str, comment_id: UUID, secret_box: SecretBox) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.id), "kind": one.kind, "reason": one.reason, "law": one.law, "text": one.text, "url": one.url,
            "reporter": Contact.opened(one.contact, secret_box).name, "trusted": one.trusted, "state": one.state,
            "received_at": one.received_at.isoformat(), "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        }
        for one in reports_about(session, site_id, comment_id)
    ]  # fmt: skip


def _around(session: Session, comment: Comment) -> list[dict[str, Any]]:
    """The comments of the thread just before and after it, oldest first."""
    columns = (Comment.id, Comment.parent_id, Comment.state, Comment.author_name, Comment.text, Comment.received_at)
    same = (Comment.thread_id == comment.thread_id, Comment.id != comment.id)
    before = (
        select(*columns)
        .where(*same, Comment.received_at <= comment.received_at)
        .order_by(Comment.received_at.desc())
        .limit(AROUND)
    )
    after = select(*columns).where(*same, Comment.received_at > comment.received_at).order_by(Comment.received_at).limit(AROUND)
    rows = [*reversed(session.execute(before).all()), *session.execute(after).all()]
    return [
        {
            "id": str(row.id), "parent": str(row.parent_id) if row.parent_id else None, "state": row.state, "author": row.author_name,
            "text": row.text, "received_at": row.received_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip

"""The JSON of a comment that hosts get: the same fields in the API and in the body of a webhook."""

from typing import Any

from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Event


def public_comment(comment: Comment, thread: Thread) -> dict[str, Any]:
    """The fields of a comment that hosts get: no e-mail and no IP address, nor anything derived from them. An erased comment has no
    text. Ids are UUIDs and `received_at` is a datetime."""
    return {
        "id": comment.id,
        "external_id": comment.external_id,
        "state": comment.state,
        "version": comment.version,
        "text": comment.text,
        "author": {
            "name": comment.author_name,
            "url": comment.author_url,
            "id": comment.author_external_id,
            "verified": comment.author_verified,
        },
        "thread": {"id": thread.external_id, "url": thread.url, "title": thread.title},
        "parent": comment.parent_id,
        "received_at": comment.received_at,
    }


def comment_json(comment: Comment, thread: Thread) -> dict[str, Any]:
    """`public_comment` with JSON values."""
    ids = {"id": str(comment.id), "parent": str(comment.parent_id) if comment.parent_id else None}
    return {**public_comment(comment, thread), **ids, "received_at": comment.received_at.isoformat()}


def payload(event: Event, comment: Comment, thread: Thread) -> dict[str, Any]:
    """The `data` of a webhook, made from the event and the comment as it is now."""
    return {
        "comment": comment_json(comment, thread),
        "from": event.from_state,
        "to": event.to_state,
        "sequence": event.seq,
        "by": event.facts.get("by", "host"),
        "reasons": event.facts.get("reasons", []),
        "reason": event.facts.get("reason", ""),
        "note": event.facts.get("note", ""),
    }

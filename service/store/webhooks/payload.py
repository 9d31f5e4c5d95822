"""The body of a webhook, made from the event and the comment as it is now."""

from typing import Any

from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Event


def payload(event: Event, comment: Comment, thread: Thread) -> dict[str, Any]:
    """The `data` of a webhook: no e-mail and no IP address, nor anything derived from them. An erased comment has no text."""
    return {
        "comment": {
            "id": str(comment.id),
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
            "parent": str(comment.parent_id) if comment.parent_id else None,
            "received_at": comment.received_at.isoformat(),
        },
        "from": event.from_state,
        "to": event.to_state,
        "sequence": event.seq,
        "by": event.facts.get("by", "host"),
        "reasons": event.facts.get("reasons", []),
        "reason": event.facts.get("reason", ""),
        "note": event.facts.get("note", ""),
    }

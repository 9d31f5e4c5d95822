"""Decisions to the callback of Akismet's plugin: its request, and what its response means."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.webhooks.retry_schedule import Answer
from service.store.webhooks.outgoing import Outgoing

#: The plugin does not report a change back to us if the request has this header.
CALLBACK_HEADERS = {"Content-Type": "application/json", "User-Agent": "Greenroom-Webhooks/1", "X-Akismet-Webhook": "1"}
#: The blog stores a comment after the answer to its check. A decision may be faster. Later than this the comment was deleted.
STORED_WITHIN = timedelta(minutes=10)


def callback_request(item: Outgoing, key: str) -> bytes:
    """The body. The plugin accepts it if `key` is the key of the blog."""
    return json.dumps({"key": key, **item.body}, separators=(",", ":")).encode()


def read_answer(answer: Answer, item: Outgoing, *, now: datetime) -> Answer:
    """The answer as one of a webhook. A blog that does not have the comment yet is tried again."""
    if not answer.arrived or now - item.at > STORED_WITHIN or not _is_missing(answer.text):
        return answer
    return replace(answer, status=None, error="the blog does not have this comment yet", fault="comment_missing")


def _is_missing(text: str) -> bool:
    try:
        comments = json.loads(text)["comments"]
        return any(comment["status"] == "error" for comment in comments.values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return False

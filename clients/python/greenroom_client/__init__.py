"""The client of Greenroom: send, follow and decide about comments, and verify webhooks. It needs only Python's standard library."""

from greenroom_client.client import Client
from greenroom_client.errors import Fault, GreenroomError, InvalidWebhook, NoAnswer, Refused, StillPending
from greenroom_client.shapes import Accepted, Comment, Decided, Draft, DraftAuthor, DraftContext, DraftThread, Webhook
from greenroom_client.webhooks import verify_webhook

__all__ = [
    "Accepted", "Client", "Comment", "Decided", "Draft", "DraftAuthor", "DraftContext", "DraftThread", "Fault", "GreenroomError",
    "InvalidWebhook", "NoAnswer", "Refused", "StillPending", "Webhook", "verify_webhook",
]  # fmt: skip

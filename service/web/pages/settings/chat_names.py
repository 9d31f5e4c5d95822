"""Translated names for the kinds of chats, and for what they are told."""

from service.store.tables.outbox import EndpointKind, EventType
from service.web.http.i18n import _


def chat_names() -> dict[EndpointKind, str]:
    """The kinds, in the order of the form. Names of products are not translated."""
    return {
        EndpointKind.SLACK: "Slack",
        EndpointKind.TEAMS: "Microsoft Teams",
        EndpointKind.GOOGLE_CHAT: "Google Chat",
        EndpointKind.DISCORD: "Discord",
        EndpointKind.TELEGRAM: "Telegram",
        EndpointKind.MATTERMOST: "Mattermost, Rocket.Chat",
        EndpointKind.TEMPLATE: _("A template of your own"),
    }


def chat_event_names() -> dict[EventType, str]:
    return {
        EventType.HELD: _("a comment waits for a moderator"),
        EventType.APPROVED: _("a comment is approved"),
        EventType.REJECTED: _("a comment is rejected"),
        EventType.REPORT_RECEIVED: _("a reader reports a comment"),
        EventType.COMPLAINT_RECEIVED: _("somebody complains about a decision"),
    }

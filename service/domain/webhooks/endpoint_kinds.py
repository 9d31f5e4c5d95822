"""The kinds of endpoints: the form of the messages that each receives."""

from enum import StrEnum


class EndpointKind(StrEnum):
    """Signed webhooks, what Akismet's plugin takes at its callback, or messages that people read in a chat."""

    WEBHOOK = "webhook"
    AKISMET = "akismet"
    SLACK = "slack"
    GOOGLE_CHAT = "google_chat"
    DISCORD = "discord"
    TEAMS = "teams"
    TELEGRAM = "telegram"
    #: Rocket.Chat takes the same form.
    MATTERMOST = "mattermost"
    #: Any JSON of one's own.
    TEMPLATE = "template"


#: The kinds that receive messages to people. Their address is a secret, and one message may stand for many events.
CHATS = frozenset(EndpointKind) - {EndpointKind.WEBHOOK, EndpointKind.AKISMET}

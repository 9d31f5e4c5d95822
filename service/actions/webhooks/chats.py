"""Endpoints that people read: Slack, Discord and others, or a template of one's own. Their whole address is a secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.audit_log import record_change
from service.actions.webhooks.endpoints import add_endpoint, check_url, endpoint_facts, listen_from, locked_endpoint
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Fault, Invalid
from service.domain.security.encryption import SecretBox
from service.domain.waiting_minutes import check_minutes
from service.domain.webhooks.chat_body import check_template, telegram_parts
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.target_url import parse_target
from service.store.comments.apply_verdicts import none_under_way
from service.store.tables.outbox import Endpoint, EndpointKind, EventType

#: What a chat can be told, and what it is told unless somebody chooses.
CHAT_EVENTS = (
    EventType.HELD, EventType.APPROVED, EventType.REJECTED, EventType.REPORT_RECEIVED, EventType.COMPLAINT_RECEIVED,
)  # fmt: skip
DEFAULT_EVENTS = (EventType.HELD, EventType.REPORT_RECEIVED, EventType.COMPLAINT_RECEIVED)


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a chat is told. An empty `url` keeps the present address. `old_after` is in minutes, zero for never."""

    url: str
    events: Sequence[EventType] = DEFAULT_EVENTS
    template: str = ""
    shows_words: bool = False
    old_after: int = 0


def add_chat(
    session: Session, site_id: str, kind: EndpointKind, choice: ChatSettings, *,
    secret_box: SecretBox, now: datetime, allow: Sequence[str] = (),
) -> Endpoint:  # fmt: skip
    """Add a chat. Raises Invalid, NotFound for an unknown site, or Conflict if there are too many endpoints."""
    _check_address(kind, choice.url, allow)
    _check_choice(choice)
    endpoint, _ = add_endpoint(
        session, site_id, url=_beginning_and_end(choice.url), events=choice.events, secret_box=secret_box, now=now, allow=allow,
        kind=kind, secret=choice.url, template=choice.template, shows_words=choice.shows_words, old_after=choice.old_after,
    )  # fmt: skip
    return endpoint


def change_chat(
    session: Session, site_id: str, endpoint_id: UUID, choice: ChatSettings, *,
    secret_box: SecretBox, now: datetime, allow: Sequence[str] = (),
) -> Endpoint:  # fmt: skip
    """Change a chat. A new address resets its failures. Raises NotFound, Invalid, or Conflict for an endpoint that is no chat."""
    none_under_way(session)
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    kind = EndpointKind(endpoint.kind)
    if kind not in CHATS:
        raise Conflict("this endpoint is no chat", Fault("", "kind", f"expected one of {', '.join(sorted(CHATS))}"))
    _check_choice(choice)
    before = endpoint_facts(endpoint)
    if choice.url:
        _check_address(kind, choice.url, allow)
        endpoint.url, endpoint.secret = _beginning_and_end(choice.url), secret_box.encrypt(choice.url)
        endpoint.failures, endpoint.probe_at, endpoint.slow_milliseconds = 0, None, 0
    if choice.old_after != endpoint.old_after:
        endpoint.old_told_at = None
    endpoint.template, endpoint.shows_words, endpoint.old_after = choice.template, choice.shows_words, choice.old_after
    listen_from(session, endpoint, choice.events, now=now)
    session.flush()
    record_change(session, AuditEvent.ENDPOINT_CHANGED, before, endpoint_facts(endpoint), site_id=site_id, target=endpoint.id)
    return endpoint


def _check_address(kind: EndpointKind, url: str, allow: Sequence[str]) -> None:
    check_url(url, allow)
    if kind is EndpointKind.TELEGRAM:
        telegram_parts(url)


def _check_choice(choice: ChatSettings) -> None:
    if choice.template:
        check_template(choice.template)
    if strange := set(choice.events) - set(CHAT_EVENTS):
        raise Invalid.field("/event", "unknown", f"expected one of {', '.join(CHAT_EVENTS)}, not {min(strange)}")
    check_minutes(choice.old_after)
    if not choice.events and not choice.old_after:
        raise Invalid.field("/event", "missing", "expected at least one event to be told of")


def _beginning_and_end(url: str) -> str:
    """What pages show of an address: enough to recognise it, too little to send to it."""
    target = parse_target(url)
    return f"{'https' if target.tls else 'http'}://{target.authority}/…{url[-4:]}"

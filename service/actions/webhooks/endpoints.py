"""Webhook endpoints: add, change and remove them, rotate their secrets, send tests, replay deliveries."""

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.actions.webhooks.record_attempts import give_up
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Fault, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.signing import new_secret
from service.domain.webhooks.target_url import parse_target
from service.store.comments.apply_verdicts import none_under_way
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, Event, EventType
from service.store.tables.sites import Site

#: The event types that an endpoint may choose from; by default it receives all of them.
EVENTS: tuple[EventType, ...] = tuple(event for event in EventType if event not in (EventType.QUEUE_OLD, EventType.TEST))
#: The maximum number of endpoints of a site: each endpoint costs one delivery per event, and a client that adds more probably has
#: a bug.
MOST_ENDPOINTS = 20
#: How long webhooks are signed with the old and the new secret, so that a host can change its secret without a gap.
ROTATION = timedelta(hours=24)


def add_endpoint(
    session: Session,
    site_id: str,
    *,
    url: str,
    secret_box: SecretBox,
    now: datetime,
    events: Sequence[EventType] = EVENTS,
    allow: Sequence[str] = (),
    kind: EndpointKind = EndpointKind.WEBHOOK,
    secret: str = "",
    **more: object,
) -> tuple[Endpoint, str]:
    """Add an endpoint. Returns it and its secret, which is shown only once. `allow` are the private networks that are permitted.
    Without a `secret` it gets a new one. `more` are columns that only a chat has (`add_chat`).

    Raises Invalid for a bad URL, NotFound for an unknown site, or Conflict if there are MOST_ENDPOINTS.
    """
    check_url(url, allow)
    none_under_way(session)
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
    if len(session.scalars(select(Endpoint.id).where(Endpoint.site_id == site_id)).all()) >= MOST_ENDPOINTS:
        raise Conflict(f"this site has {MOST_ENDPOINTS} endpoints already", Fault("", "too_many", "delete one first"))
    secret = secret or new_secret()
    endpoint = Endpoint(
        id=new_id(),
        site_id=site_id,
        kind=kind,
        url=url,
        events=_in_order(events),
        secret=secret_box.encrypt(secret),
        enabled=True,
        failures=0,
        events_since=_from_now_on(session, site_id, now),
        created_at=now,
        **more,
    )
    session.add(endpoint)
    session.flush()
    record_audit(session, AuditEvent.ENDPOINT_ADDED, site_id=site_id, target=endpoint.id, after=endpoint_facts(endpoint))
    return endpoint, secret


def change_endpoint(
    session: Session,
    site_id: str,
    endpoint_id: UUID,
    *,
    now: datetime,
    url: str | None = None,
    events: Sequence[EventType] | None = None,
    enabled: bool | None = None,
    allow: Sequence[str] = (),
) -> Endpoint:
    """Change the given values. A new URL, or enabling, resets the failures; disabling makes the waiting deliveries dead.

    Raises NotFound, or Invalid for a bad URL.
    """
    if events is not None or enabled:
        none_under_way(session)
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    if url is not None or events is not None:
        _is_webhook(endpoint)
    before = endpoint_facts(endpoint)
    if url is not None:
        check_url(url, allow)
        endpoint.url = url
    if events is not None:
        endpoint.events = _in_order(events)
    if enabled is not None:
        endpoint.enabled = enabled
    if events is not None or enabled:
        endpoint.events_since = _from_now_on(session, site_id, now)
    if url is not None or enabled:
        endpoint.failures, endpoint.probe_at, endpoint.slow_milliseconds = 0, None, 0
    session.flush()
    if enabled is False:
        give_up(session, endpoint.id)
    record_change(session, AuditEvent.ENDPOINT_CHANGED, before, endpoint_facts(endpoint), site_id=site_id, target=endpoint.id)
    return endpoint


def remove_endpoint(session: Session, site_id: str, endpoint_id: UUID) -> None:
    """Delete an endpoint with its deliveries and attempts. Raises NotFound."""
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    record_audit(session, AuditEvent.ENDPOINT_REMOVED, site_id=site_id, target=endpoint.id, before=endpoint_facts(endpoint))
    session.delete(endpoint)


def rotate(session: Session, site_id: str, endpoint_id: UUID, *, secret_box: SecretBox, now: datetime) -> tuple[Endpoint, str]:
    """Make a new secret. For a day, webhooks are signed with the old secret as well. A second rotation within that day ends the
    oldest secret at once."""
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    _is_webhook(endpoint)
    secret = new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + ROTATION
    endpoint.secret = secret_box.encrypt(secret)
    session.flush()
    record_audit(session, AuditEvent.SECRET_ROTATED, site_id=site_id, target=endpoint.id)
    return endpoint, secret


def send_test(session: Session, site_id: str, endpoint_id: UUID, *, now: datetime) -> UUID:
    """Create a test delivery, which is sent like any other. Returns its id. Raises NotFound."""
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    delivery = Delivery(
        id=new_id(),
        site_id=site_id,
        event_id=None,
        endpoint_id=endpoint.id,
        comment_id=new_id(),
        seq=0,
        state=DeliveryState.DUE,
        due_at=now,
        tries=0,
        created_at=now,
    )
    session.add(delivery)
    session.flush()
    record_audit(session, AuditEvent.ENDPOINT_TESTED, site_id=site_id, target=endpoint.id)
    return delivery.id


def replay(session: Session, site_id: str, delivery_id: UUID, *, now: datetime) -> Delivery:
    """Send a delivery again, with a new retry schedule and the same message id, so that a host that has it already can ignore it.

    Raises NotFound, or Conflict if it is still due or its endpoint is disabled.
    """
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.site_id == site_id)
    delivery = session.scalar(query.with_for_update())
    if delivery is None:
        raise NotFound("no such delivery on this site")
    _one_that_is_enabled(session, site_id, delivery.endpoint_id)
    if delivery.state == DeliveryState.DUE:
        raise Conflict("this delivery is on its way already", Fault("", "due", "expected one that is done or dead"))
    _start_anew(session, now, Delivery.id == delivery.id)
    session.refresh(delivery)
    after = {"count": 1, "delivery": delivery.id}
    record_audit(session, AuditEvent.DELIVERIES_REPLAYED, site_id=site_id, target=delivery.endpoint_id, after=after)
    return delivery


def replay_dead(session: Session, site_id: str, endpoint_id: UUID, *, since: datetime, now: datetime) -> int:
    """Replay the dead deliveries of an endpoint that were created at `since` or later. Returns how many. Raises NotFound or
    Conflict."""
    endpoint = _one_that_is_enabled(session, site_id, endpoint_id)
    dead = (Delivery.endpoint_id == endpoint.id, Delivery.state == DeliveryState.DEAD, Delivery.event_id.is_not(None))
    count = _start_anew(session, now, *dead, Delivery.created_at >= since)
    after = {"count": count, "since": since}
    record_audit(session, AuditEvent.DELIVERIES_REPLAYED, site_id=site_id, target=endpoint.id, after=after)
    return count


# A valid DNS name: labels of up to 63 letters, digits, dashes and underscores, 253 characters in all (RFC 1035, 2.3.4).
_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")


def check_url(url: str, allow: Sequence[str] = ()) -> None:
    """Raise Invalid for a URL that can never be delivered to. A host name is resolved, and its IP address checked, at each
    attempt."""
    if len(url) > 2048:
        raise Invalid.field("/url", "too_long", "expected an address of at most 2048 characters")
    try:
        target = parse_target(url)
    except ValueError as error:
        raise Invalid.field("/url", "address", str(error)) from None
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        if not _NAME.fullmatch(target.host):
            raise Invalid.field(
                "/url", "host", "expected a host name like news.example, or an address like 203.0.113.7"
            ) from None
        return
    networks = [ipaddress.ip_network(network, strict=False) for network in allow]
    if not address.is_global and not any(address in n for n in networks if n.version == address.version):
        raise Invalid.field("/url", "private", f"{address} is private; `webhook_allow` opens networks of your own")


def _is_webhook(endpoint: Endpoint) -> None:
    """Raise Conflict for an endpoint whose address and secret are not a host's own."""
    if endpoint.kind in CHATS:
        detail = "this is a chat; its address is changed on its page"
        raise Conflict(detail, Fault("", "chat", "change it on the page of endpoints; here turn it on or off"))
    if endpoint.kind == EndpointKind.AKISMET:
        detail = "this is the callback of a blog with Akismet's plugin, which names its address and has its key as the secret"
        raise Conflict(detail, Fault("", "callback", "change the blog's address or key in the blog; here turn it on or off"))


def endpoint_facts(endpoint: Endpoint) -> dict[str, Any]:
    """The facts for the audit log. The path and query of the URL are left out: they are often a secret."""
    target = parse_target(endpoint.url)
    host = f"{'https' if target.tls else 'http'}://{target.authority}"
    # The secret of a chat is its whole address, encrypted anew with each change.
    address = endpoint.secret if endpoint.kind in CHATS else endpoint.url
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    facts = {"host": host, "address": digest, "events": list(endpoint.events), "enabled": endpoint.enabled}
    if endpoint.kind in CHATS:
        facts |= {name: getattr(endpoint, name) for name in ("kind", "template", "shows_words", "old_after")}
    return facts


def listen_from(session: Session, endpoint: Endpoint, events: Sequence[EventType], *, now: datetime) -> None:
    """Let an endpoint receive these types of events from now on."""
    endpoint.events = _in_order(events)
    endpoint.events_since = _from_now_on(session, endpoint.site_id, now)


def _from_now_on(session: Session, site_id: str, now: datetime) -> datetime:
    """The time from which an endpoint receives events. It is not before the last existing event, even if this process's clock is
    slow. If that event is more than a minute in the future (because of a wrong clock), the time is a minute from now."""
    last = session.scalar(select(func.max(Event.at)).where(Event.site_id == site_id))
    return max(now, min(last, now + timedelta(minutes=1))) if last else now


def _in_order(events: Sequence[EventType]) -> list[str]:
    return [event.value for event in EVENTS if event in events]


def locked_endpoint(session: Session, site_id: str, endpoint_id: UUID) -> Endpoint:
    endpoint = session.scalar(select(Endpoint).where(Endpoint.id == endpoint_id, Endpoint.site_id == site_id).with_for_update())
    if endpoint is None:
        raise NotFound("no such endpoint on this site")
    return endpoint


def _one_that_is_enabled(session: Session, site_id: str, endpoint_id: UUID) -> Endpoint:
    endpoint = locked_endpoint(session, site_id, endpoint_id)
    if not endpoint.enabled:
        raise Conflict("this endpoint is disabled; enable it first", Fault("", "disabled", "expected an enabled endpoint"))
    return endpoint


def _start_anew(session: Session, now: datetime, *which: object) -> int:
    moved = session.execute(
        update(Delivery)
        .where(*which)  # type: ignore[arg-type]
        .values(state=DeliveryState.DUE, due_at=now, created_at=now, tries=0, done_at=None, lease_token=None, lease_until=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())

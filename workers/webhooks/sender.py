"""The sender: makes one attempt of one delivery. Body and signatures are made at the time of the attempt."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.actions.webhooks.record_attempts import AttemptResult
from service.clock import utcnow
from service.config import Settings
from service.crash import CrashPoint, crash_point
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.domain.webhooks.chat_body import chat_body, telegram_parts
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.retry_schedule import Answer
from service.domain.webhooks.signing import signatures
from service.store.tables.outbox import EndpointKind
from service.store.webhooks.outgoing import Outgoing
from service.telemetry.spans import Span, SpanKind, begin
from workers.resources.safe_http import SafeHttp
from workers.webhooks.akismet_callback import CALLBACK_HEADERS, callback_request, read_answer

log = logging.getLogger("greenroom.deliver")


class Sender:
    """Builds the request of a delivery and sends it. Shared by the threads; does not use the database."""

    def __init__(self, settings: Settings) -> None:
        self._outside = SafeHttp(allow=settings.webhook_allow, seconds=settings.webhook_timeout, keep=True)
        self._secret_box = SecretBox.from_secret(settings.secret)

    def close(self) -> None:
        """Close the connections to the hosts."""
        self._outside.close()

    def send(self, item: Outgoing) -> AttemptResult:
        """Make one attempt, signed with the current time. Never raises for a fault of the receiver."""
        at = utcnow()
        span = begin(SpanKind.DELIVERY, parent=item.request.traceparent)
        result = self._attempted(item, at, {"traceparent": span.traceparent} if span.traceparent else {})
        if span.traceparent:
            _end_span(span, result)
        return result

    def _attempted(self, item: Outgoing, at: datetime, trace: Mapping[str, str]) -> AttemptResult:
        try:
            keys = [self._secret_box.decrypt(sealed) for sealed in item.secrets]
        except DecryptionFailed as error:
            return AttemptResult(item, at, Answer(None, error=f"the secret of this endpoint is unreadable: {error}"))
        if item.kind in CHATS:
            answer = self._post_to_chat(item, keys[0])
        elif item.kind is EndpointKind.AKISMET:
            answer = read_answer(self._outside.post(item.url, callback_request(item, keys[0]), CALLBACK_HEADERS), item, now=at)
        else:
            body = _json({"type": item.type, "timestamp": item.at.isoformat(), "data": item.body})
            answer = self._outside.post(item.url, body, {**_headers(item, keys, at, body), **trace})
        crash_point(CrashPoint.POSTED)
        log.info(
            "webhook_attempted", extra={"delivery": str(item.delivery_id), "status": answer.status, "ms": answer.milliseconds}
        )
        return AttemptResult(item, at, answer)

    def _post_to_chat(self, item: Outgoing, address: str) -> Answer:
        chat_id = ""
        if item.kind is EndpointKind.TELEGRAM:
            address, chat_id = telegram_parts(address)
        body = chat_body(item.kind, item.body, template=item.template, chat_id=chat_id)
        return self._outside.post(address, body, {"Content-Type": "application/json", "User-Agent": "Greenroom-Webhooks/1"})


def _end_span(span: Span, result: AttemptResult) -> None:
    item, answer = result.outgoing, result.answer
    facts: dict[str, str | int] = {
        "greenroom.event": item.type.value,
        "greenroom.delivery_id": str(item.delivery_id),
        "greenroom.endpoint_id": str(item.endpoint_id),
        "greenroom.webhook_id": item.message_id,
        "greenroom.request_id": item.request.request_id,
        "http.request.method": "POST",
    }
    if answer.status is not None:
        facts["http.response.status_code"] = answer.status
    if answer.fault:
        facts["error.type"] = answer.fault
    span.end("deliver webhook", facts, failed=not answer.arrived)


def _json(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _headers(item: Outgoing, keys: Sequence[str], at: datetime, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Greenroom-Webhooks/1",
        "webhook-id": item.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(keys, item.message_id, at, body),
    }

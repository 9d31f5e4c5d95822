"""A moderator chooses the mails that they get, stops them, and makes or revokes the address of their feed."""

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.digest_hours import next_digest
from service.domain.security.tokens import digest_of
from service.domain.time_zones import first_zone
from service.domain.waiting_minutes import check_minutes
from service.store.accounts.message_choices import choice_of
from service.store.tables.accounts import Moderator, locked
from service.store.tables.message_choices import MessageChoice


def choose_mails(
    session: Session, moderator_id: UUID, *, hours: Collection[int], old_after: int, language: str, zone: str, now: datetime
) -> None:
    """Choose the hours of the digest, and after how many minutes an old queue is told; zero for never. Raises Invalid."""
    check_minutes(old_after)
    choice = _choice(session, moderator_id)
    if old_after != choice.old_after:
        choice.old_told_at = None
    choice.digest_hours, choice.old_after = sorted(set(hours)), old_after
    choice.language, choice.zone = language, zone
    choice.digest_due_at = next_digest(choice.digest_hours, zone_of(session.get_one(Moderator, moderator_id), choice), after=now)
    session.flush()


def stop_mails(session: Session, moderator_id: UUID) -> None:
    """Stop all mails of a moderator about queues."""
    session.execute(
        update(MessageChoice)
        .where(MessageChoice.moderator_id == moderator_id)
        .values(digest_hours=[], old_after=0, digest_due_at=None, old_told_at=None)
    )


def renew_feed(session: Session, moderator_id: UUID, *, now: datetime) -> str:
    """Make a token for the feed. It is shown only once, and an earlier one no longer works."""
    choice, token = _choice(session, moderator_id), secrets.token_hex(20)
    choice.feed_digest, choice.feed_made_at = digest_of(token), now
    session.flush()
    record_audit(session, AuditEvent.FEED_MADE, target=moderator_id)
    return token


def revoke_feed(session: Session, moderator_id: UUID) -> None:
    _choice(session, moderator_id).feed_digest = None
    session.flush()
    record_audit(session, AuditEvent.FEED_REVOKED, target=moderator_id)


def zone_of(moderator: Moderator, choice: MessageChoice) -> ZoneInfo:
    """The time zone of the account, else the one of the browser that chose."""
    return first_zone(str(moderator.preferences.get("time_zone", "")), choice.zone)


def _choice(session: Session, moderator_id: UUID) -> MessageChoice:
    locked(session, moderator_id)
    choice = choice_of(session, moderator_id)
    session.add(choice)
    return choice

"""Limit waits: what a clock that was ahead has made due later than any wait of its kind lasts, is due now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.actions.accounts.mails import PAUSES
from service.actions.accounts.sign_in_attempts import LIMITS
from service.actions.learning.site_model import LEASE
from service.actions.moderation.screen_lease import LEASE_TIME
from service.domain.webhooks.retry_schedule import JITTER, LONGEST_PAUSE, SCHEDULE
from service.store.tables.mails import Mail
from service.store.tables.moderation import ScreenLease
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState
from service.store.tables.sign_in_attempts import SignInAttempts
from service.store.tables.site_models import SiteModelRow

#: The tolerated difference of two clocks.
SKEW = timedelta(seconds=5)
#: The longest that the settings `decision_delay` and `lease` can be.
LONGEST_DELAY = LONGEST_LEASE = timedelta(minutes=10)
_LONGEST_RETRY = max(timedelta(seconds=SCHEDULE[-1] * (1 + JITTER)), LONGEST_PAUSE)

Time = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]

#: Each time that something waits for, the longest such wait, and the rows that wait.
WAITS: tuple[tuple[Time, timedelta, tuple[ColumnElement[bool], ...]], ...] = (
    (Event.due_at, LONGEST_DELAY, (Event.state == EventState.DUE,)),
    (Delivery.due_at, timedelta(), (Delivery.state == DeliveryState.DUE, Delivery.tries == 0)),
    (Delivery.due_at, _LONGEST_RETRY, (Delivery.state == DeliveryState.DUE,)),
    (Delivery.lease_until, LONGEST_LEASE, (Delivery.state == DeliveryState.DUE,)),
    (Endpoint.probe_at, LONGEST_PAUSE, ()),
    (Mail.due_at, timedelta(seconds=PAUSES[-1]), ()),
    (ScreenLease.until, LEASE_TIME, ()),
    (SignInAttempts.ends_at, timedelta(seconds=LIMITS[-1][1]), ()),
    (SiteModelRow.training_until, LEASE, ()),
)


def anything_waits_too_long(session: Session, *, now: datetime) -> bool:
    """One read, so that the write lock is taken only if there is something to change."""
    return bool(session.scalar(select(or_(*(exists().where(*late) for _, late in _too_long(now))))))


def limit_waits(session: Session, *, now: datetime) -> int:
    """Returns how many rows were changed."""
    changed = 0
    for time, late in _too_long(now):
        values = {time: now}
        statement = update(time.class_).where(*late).values(values).returning(time)
        changed += len(session.execute(statement.execution_options(synchronize_session=False)).all())
    return changed


def _too_long(now: datetime) -> Iterator[tuple[Time, tuple[ColumnElement[bool], ...]]]:
    for time, longest, waiting in WAITS:
        yield time, (time > now + longest + SKEW, *waiting)

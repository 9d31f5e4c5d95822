"""Queries on mails that wait to be sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.mails import Mail


def due_mail(session: Session, *, now: datetime) -> Mail | None:
    """The mail that has been due longest."""
    return session.scalar(select(Mail).where(Mail.due_at <= now, Mail.valid_until > now).order_by(Mail.due_at, Mail.id).limit(1))


def any_old_mail(session: Session, *, now: datetime) -> bool:
    """Whether a mail could not be sent in time."""
    return session.scalar(select(Mail.id).where(Mail.valid_until <= now).limit(1)) is not None

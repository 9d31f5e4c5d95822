"""Queries on warned and suspended reporters. They are known by the `reporter_key` of their reports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.reported import Report

#: The page lists at most this many suspensions.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sanction:
    """When a reporter was last warned, and until when they are suspended."""

    warned_at: datetime | None = None
    suspended_until: datetime | None = None


def sanctions(session: Session, site_id: str, reporter_keys: Collection[str], *, now: datetime) -> dict[str, Sanction]:
    """What is in force for these reporters on this site."""
    if not reporter_keys:
        return {}
    rows = session.execute(
        select(Report.reporter_key, func.max(Report.warned_at), func.max(Report.suspended_until))
        .where(Report.reporter_key.in_(reporter_keys), Report.site_id == site_id)
        .group_by(Report.reporter_key)
    )
    return {key: Sanction(warned, until if until and until > now else None) for key, warned, until in rows}


def suspension_of(session: Session, site_id: str, reporter_key: str, *, now: datetime) -> Report | None:
    """The report about which this reporter is suspended now; None if they are not."""
    theirs = (Report.reporter_key == reporter_key, Report.site_id == site_id, Report.suspended_until > now)
    return (
        session.scalar(select(Report).where(*theirs).order_by(Report.suspended_until.desc()).limit(1)) if reporter_key else None
    )


def suspensions(session: Session, site_id: str, *, now: datetime) -> Sequence[Report]:
    """The reports whose reporters are suspended now, the latest first."""
    query = select(Report).where(Report.site_id == site_id, Report.reporter_key != "", Report.suspended_until > now)
    return session.scalars(query.order_by(Report.suspended_at.desc()).limit(SHOWN)).all()

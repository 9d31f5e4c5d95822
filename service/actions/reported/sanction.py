"""Warn and suspend reporters who often send manifestly unfounded reports (Article 23 of Regulation (EU) 2022/2065)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.moderation.notes_replies_bans import clean_text
from service.domain.audit_events import AuditEvent
from service.domain.errors import Code, Conflict, NotFound, Refusal
from service.domain.reported.weights import is_often_unfounded
from service.store.reported.events import add_own_event
from service.store.reported.reports import ReporterHistory, histories
from service.store.reported.sanctions import Sanction, sanctions, suspension_of
from service.store.tables.outbox import EventType
from service.store.tables.reported import Report

#: Maximum characters of what a reporter is told.
LONGEST = 2_000


class SuspendedReporter(Refusal):
    """This reporter is suspended until `until`. `reason` is what they were told."""

    code = Code.FORBIDDEN

    def __init__(self, until: datetime, reason: str) -> None:
        end = f"{until:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"reports and complaints by this person are not taken until {end}, because many of their reports were unfounded: {reason}"
        )
        self.until = until
        self.reason = reason


def refuse_suspended(session: Session, site_id: str, reporter_key: str, *, now: datetime) -> None:
    """Raise SuspendedReporter if this reporter is suspended on this site."""
    if report := suspension_of(session, site_id, reporter_key, now=now):
        raise SuspendedReporter(report.suspended_until or now, report.sanction)


def warn_reporter(session: Session, site_id: str, report_id: UUID, statement: str, *, now: datetime) -> None:
    """Warn the reporter of this report. Raises NotFound, Conflict or Invalid."""
    report, _ = _reporter(session, site_id, report_id, now)
    report.sanction, report.warned_at, report.version = clean_text(statement, LONGEST), now, report.version + 1
    session.flush()
    add_own_event(session, report, EventType.REPORTER_WARNED, now=now)
    record_audit(session, AuditEvent.REPORTER_WARNED, site_id=site_id, target=report_id)


def suspend_reporter(session: Session, site_id: str, report_id: UUID, statement: str, *, lasts: timedelta, now: datetime) -> None:
    """Take no reports and complaints by the reporter of this report for that time. Raises NotFound, Invalid, or Conflict, also if they
    were not warned before."""
    report, sanction = _reporter(session, site_id, report_id, now)
    if sanction.warned_at is None:
        raise Conflict("warn this reporter first: a suspension needs a prior warning")
    if sanction.suspended_until:
        raise Conflict("this reporter is suspended already")
    report.sanction, report.suspended_at, report.suspended_until = clean_text(statement, LONGEST), now, now + lasts
    report.version += 1
    session.flush()
    until = report.suspended_until.isoformat()
    add_own_event(session, report, EventType.REPORTER_SUSPENDED, now=now, facts={"until": until})
    record_audit(session, AuditEvent.REPORTER_SUSPENDED, site_id=site_id, target=report_id, after={"until": until})


def end_suspension(session: Session, site_id: str, report_id: UUID, *, now: datetime) -> None:
    """Take the reports of this reporter again. Raises NotFound."""
    report = _locked(session, site_id, report_id)
    if report.suspended_until and report.suspended_until > now:
        report.suspended_until = now
        session.flush()
        record_audit(session, AuditEvent.SUSPENSION_ENDED, site_id=site_id, target=report_id)


def _reporter(session: Session, site_id: str, report_id: UUID, now: datetime) -> tuple[Report, Sanction]:
    """The report, and what is in force for its reporter."""
    report = _locked(session, site_id, report_id)
    key = report.reporter_key
    history = histories(session, site_id, {key} if key else set()).get(key, ReporterHistory())
    if report.trusted or not is_often_unfounded(upheld=history.upheld, dismissed=history.dismissed):
        raise Conflict("only a reporter whose reports were mostly dismissed, three or more, can be warned or suspended")
    return report, sanctions(session, site_id, {key}, now=now)[key]


def _locked(session: Session, site_id: str, report_id: UUID) -> Report:
    report = session.scalar(select(Report).where(Report.id == report_id, Report.site_id == site_id).with_for_update())
    if report is None:
        raise NotFound("no such report on this site")
    return report

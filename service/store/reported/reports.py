"""Queries on reports: the open ones of a comment, a reporter's earlier ones, and the list under the tab Reported."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from service.domain.reported.contact import Contact
from service.domain.reported.kinds import ReportKind
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.capped_count import capped_count
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment, Thread
from service.store.tables.reported import Report, ReportState

#: A page of the tab shows at most this many comments, and of each comment at most this many reports.
COMMENTS, REPORTS = 30, 50


@dataclass(frozen=True, slots=True)
class ReporterHistory:
    """How many earlier reports of a reporter on this site were upheld and dismissed."""

    upheld: int = 0
    dismissed: int = 0


@dataclass(frozen=True, slots=True)
class ReportedComment:
    """A comment with open reports, trusted flaggers first. `number` and `weight` count all open reports, also those not shown."""

    comment: Comment
    thread: Thread
    number: int
    weight: float
    reports: list[Report] = field(default_factory=list)
    histories: dict[str, ReporterHistory] = field(default_factory=dict)


def report_of(session: Session, site_id: str, report_id: UUID) -> Report | None:
    return session.scalar(select(Report).where(Report.id == report_id, Report.site_id == site_id))


def open_reports(session: Session, site_id: str, comment_ids: Sequence[UUID]) -> list[Report]:
    """The open reports of these comments, oldest first, locked until the transaction ends."""
    query = select(Report).where(site_of(Report) == site_id, Report.comment_id.in_(comment_ids), Report.state == ReportState.OPEN)
    return list(session.scalars(query.order_by(Report.comment_id, Report.received_at, Report.id).with_for_update()))


def reports_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[Report]:
    """All reports of a comment, oldest first."""
    query = select(Report).where(Report.comment_id == comment_id, Report.site_id == site_id)
    return session.scalars(query.order_by(Report.received_at, Report.id)).all()


def has_reported(session: Session, comment_id: UUID, reporter_key: str) -> bool:
    """Whether this reporter has reported the comment before and the report is open or was dismissed on the same text."""
    same = (Report.comment_id == comment_id, Report.reporter_key == reporter_key, Report.state != ReportState.UPHELD)
    revision = select(Comment.revision).where(Comment.id == comment_id).scalar_subquery()
    return session.scalar(select(Report.id).where(*same, Report.revision == revision).limit(1)) is not None


def reports_by(session: Session, site_id: str, mailbox: str, *, pseudonyms: Pseudonymizer, secret_box: SecretBox) -> list[Report]:
    """The reports by the person with this mailbox (its keyed hash), oldest first. The contacts of the site's reports are opened for
    that: `reporter_key` knows an address only as it was written."""
    signed = select(Report).where(Report.site_id == site_id, Report.contact != "").order_by(Report.received_at, Report.id)
    return [
        report
        for report in session.scalars(signed.execution_options(yield_per=500))
        if pseudonyms.mailbox(Contact.opened(report.contact, secret_box).email) == mailbox
    ]


def number_since(session: Session, site_id: str, reporter_key: str, since: datetime) -> int:
    """How many reports this reporter has sent to the site since then."""
    theirs = (Report.reporter_key == reporter_key, Report.site_id == site_id, Report.received_at > since)
    return session.scalar(select(func.count()).select_from(Report).where(*theirs)) or 0


def histories(session: Session, site_id: str, reporter_keys: set[str]) -> dict[str, ReporterHistory]:
    """What became of the earlier reports of these reporters."""
    if not reporter_keys:
        return {}
    rows = session.execute(
        select(
            Report.reporter_key,
            func.count(case((Report.state == ReportState.UPHELD, 1))),
            func.count(case((Report.state == ReportState.DISMISSED, 1))),
        )
        .where(Report.reporter_key.in_(reporter_keys), Report.site_id == site_id)
        .group_by(Report.reporter_key)
    )
    return {key: ReporterHistory(upheld, dismissed) for key, upheld, dismissed in rows}


def reported_comments(session: Session, site_id: str, *, limit: int = COMMENTS) -> list[ReportedComment]:
    """Comments with open reports: first those that a trusted flagger reported, then those reported as illegal, then the oldest."""
    trusted = func.max(case((Report.trusted, 1), else_=0))
    illegal = func.max(case((Report.kind == ReportKind.ILLEGAL, 1), else_=0))
    groups = session.execute(
        select(Report.comment_id, func.count().label("number"), func.sum(Report.weight).label("weight"))
        .where(Report.site_id == site_id, Report.state == ReportState.OPEN)
        .group_by(Report.comment_id)
        .order_by(trusted.desc(), illegal.desc(), func.min(Report.received_at))
        .limit(limit)
    ).all()
    ids = [row.comment_id for row in groups]
    comments = {
        comment.id: (comment, thread)
        for comment, thread in session.execute(
            select(Comment, Thread)
            .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
            .where(Comment.id.in_(ids))
        )
    }
    reports = _reports(session, ids)
    by_reporter = histories(session, site_id, {report.reporter_key for some in reports.values() for report in some} - {""})
    return [
        ReportedComment(*comments[row.comment_id], row.number, round(row.weight, 1), reports[row.comment_id], by_reporter)
        for row in groups
    ]


def _reports(session: Session, comment_ids: Sequence[UUID]) -> defaultdict[UUID, list[Report]]:
    query = select(Report).where(Report.comment_id.in_(comment_ids), Report.state == ReportState.OPEN)
    illegal_first = case((Report.kind == ReportKind.ILLEGAL, 0), else_=1)
    reports: defaultdict[UUID, list[Report]] = defaultdict(list)
    for report in session.scalars(query.order_by(Report.trusted.desc(), illegal_first, Report.received_at)):
        if len(reports[report.comment_id]) < REPORTS:
            reports[report.comment_id].append(report)
    return reports


def count_reported(session: Session, site_id: str) -> int:
    """How many comments have open reports, counted up to MANY + 1."""
    reported = select(Report.comment_id).where(Report.site_id == site_id, Report.state == ReportState.OPEN).distinct()
    return session.scalar(select(capped_count(reported))) or 0


def report_with(session: Session, report_id: UUID) -> Report | None:
    """A report of any site. Only for its secret link."""
    return session.get(Report, report_id)

"""Receive a report by a reader. Enough reports hold a published comment until a person has looked, if the site wants that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.actions.reported.sanction import refuse_suspended
from service.domain.errors import Code, Conflict, Gone, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.policy.reasons_json import as_reason
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.report_draft import ReportDraft
from service.domain.reported.weights import holds, weight_of
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.comments.transitions import Change, add_event
from service.store.db.column_types import table
from service.store.db.site_keys import site_of
from service.store.reported.events import add_own_event
from service.store.reported.reports import ReporterHistory, has_reported, histories, number_since, open_reports
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.outbox import EventType
from service.store.tables.reported import Report, ReportState
from service.store.tables.sites import Site

#: How many reports one reporter may send to a site in a day. Trusted flaggers may send any number.
MOST_A_DAY = 20


class TooManyReports(Refusal):
    """This reporter has sent too many reports today."""

    code = Code.TOO_MANY


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A report that is stored. `held` is the change of its comment, if the reports have held it."""

    report_id: UUID
    held: Change | None


def receive_report(
    session: Session, site_id: str, draft: ReportDraft, *, pseudonyms: Pseudonymizer, secret_box: SecretBox, now: datetime
) -> ReceivedReport:
    """Store a report of a published or held comment.

    Raises Invalid, NotFound, Gone if the comment was erased or removed, Conflict if this reporter reported it before, SuspendedReporter
    or TooManyReports.
    """
    draft.check()
    comment = _reportable(session, site_id, draft.comment_id)
    policy = SitePolicy(session.scalar(select(Site.policy).where(Site.id == site_id)))
    key = _reporter_key(draft, pseudonyms)
    trusted = bool(draft.contact.email) and key in policy.trusted_flaggers
    if not trusted:
        refuse_suspended(session, site_id, key, now=now)
    if key and has_reported(session, comment.id, key):
        raise Conflict("you have reported this comment already; it is being looked at, or a person has decided that it stays")
    if key and not trusted and number_since(session, site_id, key, now - timedelta(days=1)) >= MOST_A_DAY:
        raise TooManyReports(f"at most {MOST_A_DAY} reports a day are taken from one person; please come back tomorrow")
    history = histories(session, site_id, {key} if key else set()).get(key, ReporterHistory())
    report = Report(
        id=new_id(), site_id=site_id, comment_id=comment.id, revision=comment.revision, state=ReportState.OPEN, version=1,
        kind=draft.kind, reason=draft.reason, law=draft.law, text=draft.text, url=draft.url, contact=draft.contact.sealed(secret_box),
        reporter_key=key, language=draft.language, trusted=trusted, received_at=now,
        weight=weight_of(upheld=history.upheld, dismissed=history.dismissed, trusted=trusted),
    )  # fmt: skip
    session.add(report)
    session.flush()
    add_own_event(session, report, EventType.REPORT_RECEIVED, now=now)
    return ReceivedReport(report.id, _held(session, comment, policy, now))


def _reportable(session: Session, site_id: str, comment_id: UUID) -> Comment:
    """The comment. It is locked, so that two reports at the same moment count each other."""
    query = select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id).with_for_update()
    comment = session.scalar(query)
    if comment is None or comment.state == State.PENDING:
        raise NotFound("no such comment on this site")
    if comment.state in (State.ERASED, State.REJECTED):
        raise Gone("this comment is not public any more")
    return comment


def _reporter_key(draft: ReportDraft, pseudonyms: Pseudonymizer) -> str:
    if draft.contact.email:
        return pseudonyms.author(external_id="", email=draft.contact.email)
    return f"a:{pseudonyms.address(draft.address)}" if draft.address else ""


def _held(session: Session, comment: Comment, policy: SitePolicy, now: datetime) -> Change | None:
    """Hold a published comment if its open reports reach the site's limit. A reason beside the earlier verdict says why."""
    weights = [report.weight for report in open_reports(session, comment.site_id, [comment.id])]
    if comment.state != State.APPROVED or not holds(weights, hold_from=policy.reports_hold_from):
        return None
    version = session.execute(
        update(Comment)
        .where(
            Comment.id == comment.id,
            site_of(Comment) == comment.site_id,
            Comment.version == comment.version,
            Comment.state == State.APPROVED,
        )
        .values(state=State.HELD, version=Comment.version + 1, updated_at=now, reason=Kind.SITE_REPORTED, score=1.0)
        .returning(Comment.version)
        .execution_options(synchronize_session=False)
    ).scalar()
    if version is None:
        return None
    session.execute(insert(table(VerdictRow)), [_verdict(session, comment, len(weights), now)])
    facts = {"by": "reports", "reason": "reported", "reasons": [Kind.SITE_REPORTED]}
    change = Change(comment.site_id, comment.thread_id, comment.id, version, State.APPROVED, State.HELD, facts)
    add_event(session, [change], now=now)
    return change


def _verdict(session: Session, comment: Comment, number: int, now: datetime) -> dict[str, object]:
    last = session.scalar(
        select(VerdictRow)
        .where(
            VerdictRow.comment_id == comment.id, VerdictRow.site_id == comment.site_id, VerdictRow.revision == comment.revision
        )
        .order_by(VerdictRow.at.desc())
    )
    reason = as_reason(Signal(Kind.SITE_REPORTED, 1.0, f"{number} readers reported it", check="reports"))
    return {
        "id": new_id(), "site_id": comment.site_id, "comment_id": comment.id, "revision": comment.revision, "state": State.HELD,
        "reasons": [reason], "signals": last.signals if last else {}, "shadow": [], "at": now,
    }  # fmt: skip

"""Complaints: an author about a restriction or a ban, a reporter about a dismissal. Another person decides, never a machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.moderation.authors import lift_judgement
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.reported.close import Closing, close_reports
from service.actions.reported.sanction import refuse_suspended
from service.domain.errors import AlreadyDecided, Code, Conflict, Gone, Invalid, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.reported.contact import Contact
from service.domain.reported.grounds import ILLEGAL
from service.domain.reported.kinds import COMPLAINT_TIME, ReportKind
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.lifecycle.archives import absent
from service.store.moderation.authors import banned_by
from service.store.reported.complaints import (
    complaint_about,
    complaint_of_ban,
    complaint_of_report,
    decider_of,
    last_event,
    open_complaint_of_author,
)
from service.store.reported.events import add_own_event
from service.store.sites.sites import locked_site, policy_of, site
from service.store.tables.comments import Comment
from service.store.tables.outbox import EventType
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState

#: Maximum characters of a complaint.
LONGEST = 4_000
#: The reason of the decision that publishes a comment again.
REVERSED = "complaint_upheld"


class SamePerson(Refusal):
    """The moderator who decided may not decide about the complaint."""

    code = Code.FORBIDDEN


@dataclass(frozen=True, slots=True)
class ComplaintDraft:
    """A complaint as it is sent."""

    text: str
    contact: Contact = Contact()
    language: str = "en"

    def check(self) -> None:
        if not self.text.strip() or len(self.text) > LONGEST:
            raise Invalid.field("/text", "length", f"expected 1 to {LONGEST} characters that say why")


def complain_as_author(
    session: Session,
    site_id: str,
    comment_id: UUID,
    draft: ComplaintDraft,
    *,
    seq: int | None,
    secret_box: SecretBox,
    now: datetime,
) -> Complaint:
    """Complain about the restriction that is version `seq` of the comment; None means the present restriction.

    Raises Invalid, NotFound, Gone after six months, or Conflict if the comment is shown, or if there is a complaint already.
    """
    draft.check()
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id).with_for_update())
    if comment is None:
        raise absent(session, site_id, comment_id)
    if comment.state == State.ERASED:
        raise Gone("this comment was erased")
    event = last_event(session, comment_id)
    if event is None or not _restricts(State(event.from_state), State(event.to_state)):
        raise Conflict("there is no decision to complain about: the comment is not restricted")
    if seq is not None and not event.seq <= seq <= comment.version:
        raise Conflict("there is no decision to complain about: the comment was decided again since")
    if complaint_about(session, comment_id, event.seq) or open_complaint_of_author(session, comment_id):
        raise Conflict("there is a complaint about this decision already")
    _expect_in_time(event.at, now)
    automated = (event.facts or {}).get("by") in ("policy", "reports")
    # If the checks decided, this is the moderator who confirmed it.
    first = decider_of(session, comment_id, event.seq) or decider_of(session, comment_id, comment.version)
    complaint = Complaint(
        id=new_id(), site_id=site_id, comment_id=comment_id, seq=event.seq, automated=automated, first_moderator_id=first,
        **_of(draft, secret_box, now),
    )  # fmt: skip
    return _stored(session, complaint, now)


def complain_about_ban(
    session: Session, site_id: str, comment_id: UUID, draft: ComplaintDraft, *, secret_box: SecretBox, now: datetime
) -> Complaint:
    """Complain about the ban that is in force for the author of a comment.

    Raises Invalid, NotFound, Gone after six months, or Conflict if there is no ban, or a complaint about it already.
    """
    draft.check()
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id))
    if comment is None:
        raise absent(session, site_id, comment_id)
    ban = policy_of(locked_site(session, site_id)).ban(comment.author_key, at=now)
    if ban is None:
        raise Conflict("there is no ban to complain about: the author is not banned")
    if complaint_of_ban(session, UUID(ban["id"])):
        raise Conflict("there is a complaint about this ban already")
    _expect_in_time(datetime.fromisoformat(ban["at"]), now)
    complaint = Complaint(
        id=new_id(), site_id=site_id, comment_id=comment_id, ban_id=UUID(ban["id"]), seq=comment.version, automated=False,
        first_moderator_id=banned_by(session, site_id, comment.author_key), **_of(draft, secret_box, now),
    )  # fmt: skip
    return _stored(session, complaint, now)


def complain_as_reporter(
    session: Session, report_id: UUID, draft: ComplaintDraft, *, secret_box: SecretBox, now: datetime
) -> Complaint:
    """Complain about the dismissal of a report. Raises Invalid, NotFound, Gone after six months, Conflict, or SuspendedReporter."""
    draft.check()
    site_id = select(Report.site_id).where(Report.id == report_id)
    report = session.scalar(
        select(Report).where(Report.id == report_id, Report.site_id == session.scalar(site_id)).with_for_update()
    )
    if report is None:
        raise NotFound("no such report")
    if report.state != ReportState.DISMISSED or report.decided_at is None:
        raise Conflict("there is no dismissal to complain about")
    if complaint_of_report(session, report_id):
        raise Conflict("there is a complaint about this decision already")
    _expect_in_time(report.decided_at, now)
    refuse_suspended(session, report.site_id, report.reporter_key, now=now)
    version = (
        session.scalar(select(Comment.version).where(Comment.id == report.comment_id, Comment.site_id == report.site_id)) or 0
    )
    complaint = Complaint(
        id=new_id(), site_id=report.site_id, comment_id=report.comment_id, report_id=report_id, seq=version, automated=False,
        first_moderator_id=report.moderator_id, **_of(draft, secret_box, now),
    )  # fmt: skip
    complaint.contact = complaint.contact or report.contact
    return _stored(session, complaint, now)


def decide_complaint(
    session: Session,
    site_id: str,
    complaint_id: UUID,
    *,
    uphold: bool,
    version: int | None,
    moderator_id: UUID,
    note: str = "",
    now: datetime,
    delay: timedelta,
    action_id: UUID | None = None,
) -> Complaint:
    """Reverse the decision, or let it stand. `version` is the version of the comment that the moderator saw. A reversal that changes
    the comment can be undone as the action `action_id`: the complaint is then open again. A ban that is lifted stays lifted.

    Raises NotFound, AlreadyDecided, or SamePerson if this moderator made the decision that the complaint is about.
    """
    query = select(Complaint).where(Complaint.id == complaint_id, Complaint.site_id == site_id).with_for_update()
    complaint = session.scalar(query)
    if complaint is None:
        raise NotFound("no such complaint on this site")
    if complaint.state != ComplaintState.OPEN:
        raise AlreadyDecided("somebody decided about this complaint already")
    if complaint.first_moderator_id == moderator_id:
        raise SamePerson("you made this decision; another person has to decide about the complaint")
    decision_id = None
    if uphold and complaint.ban_id:
        lift_judgement(session, site_id, str(complaint.ban_id), moderator_id=moderator_id, now=now, with_senders=True)
    elif uphold:
        decision_id = _reverse(session, complaint, version, moderator_id, now, delay, action_id)
    complaint.state = ComplaintState.UPHELD if uphold else ComplaintState.DENIED
    complaint.version, complaint.decided_at = complaint.version + 1, now
    complaint.moderator_id, complaint.decision_id, complaint.note = moderator_id, decision_id, note
    session.flush()
    # The event of a reversal waits as long as that of its decision: an undo withdraws both.
    add_own_event(session, complaint, EventType.COMPLAINT_DECIDED, now=now, due_at=now + delay if decision_id else now)
    return complaint


def _reverse(
    session: Session,
    complaint: Complaint,
    version: int | None,
    moderator_id: UUID,
    now: datetime,
    delay: timedelta,
    action_id: UUID | None,
) -> UUID | None:
    """Publish the comment of an author again, or uphold a dismissed report: the comment is removed for the reason of the report.
    Returns the decision on the comment; None if it has the state already."""
    report = session.get_one(Report, complaint.report_id) if complaint.report_id else None
    if report:
        # The report is open again until the decision closes it. So the removal counts as one that a reader asked for.
        report.state = ReportState.OPEN
        session.flush()
    target = State.REJECTED if report else State.APPROVED
    if session.scalar(select(Comment.state).where(Comment.id == complaint.comment_id)) != target:
        ruling = Ruling(complaint.comment_id, target, version, _reason_of(report) if report else REVERSED)
        actor = Actor(moderator_id=moderator_id)
        [outcome] = decide(session, complaint.site_id, [ruling], actor=actor, now=now, delay=delay, action_id=action_id)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome.decision_id
    if report:
        ground = policy_of(site(session, report.site_id)).ground(_reason_of(report)).ground
        close_reports(session, [report], Closing(ReportState.UPHELD, ground=ground), now=now, moderator_id=moderator_id)
    return None


def _reason_of(report: Report) -> str:
    """The rejection reason that a report asks for."""
    return ILLEGAL if report.kind == ReportKind.ILLEGAL else report.reason


def _restricts(before: State, after: State) -> bool:
    return after is State.REJECTED or (after is State.HELD and before is State.APPROVED)


def _expect_in_time(since: datetime, now: datetime) -> None:
    if now > since + COMPLAINT_TIME:
        raise Gone("a complaint is possible for six months after the decision; that time is over")


def _of(draft: ComplaintDraft, secret_box: SecretBox, now: datetime) -> dict[str, object]:
    return {
        "state": ComplaintState.OPEN, "version": 1, "text": draft.text.strip(), "contact": draft.contact.sealed(secret_box),
        "language": draft.language, "received_at": now,
    }  # fmt: skip


def _stored(session: Session, complaint: Complaint, now: datetime) -> Complaint:
    session.add(complaint)
    session.flush()
    add_own_event(session, complaint, EventType.COMPLAINT_RECEIVED, now=now)
    return complaint

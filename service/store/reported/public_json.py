"""The JSON of reports and complaints that hosts get in webhooks and in the API."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from service.domain.reported.contact import Contact
from service.domain.reported.kinds import COMPLAINT_TIME
from service.domain.reported.mails import Mail, complaint_mail, report_mail
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.tables.outbox import Event, EventType
from service.store.tables.reported import Complaint, Report, ReportState

#: The fact of an event whose mail Greenroom sends itself.
MAILED = "mailed"


def public_report(report: Report, *, links: ReaderLinks) -> dict[str, Any]:
    """The fields of a report that hosts get, without its reporter. Ids are UUIDs, times are datetimes."""
    decided = report.state in (ReportState.UPHELD, ReportState.DISMISSED)
    return {
        "id": report.id,
        "version": report.version,
        "comment": report.comment_id,
        "state": report.state,
        "kind": report.kind,
        "reason": report.reason,
        "law": report.law,
        "text": report.text,
        "url": report.url,
        "trusted": report.trusted,
        "received_at": report.received_at,
        "decided_at": report.decided_at,
        "by": ("key" if report.key_id else "moderator") if decided else "",
        "ground": report.ground,
        "note": report.note,
        # Readers' reports are never decided by a machine.
        "automated": False,
        "status_url": links.status(report.id),
        "complaint_until": report.decided_at + COMPLAINT_TIME if decided and report.decided_at else None,
    }


def report_payload(
    event: Event, report: Report, comment: dict[str, Any], site: str, *, links: ReaderLinks, secret_box: SecretBox
) -> dict[str, Any]:
    """The `data` of a webhook about a report: the report, its comment, the reporter, and a mail to them, if the host is to send it."""
    reporter = Contact.opened(report.contact, secret_box)
    mail = mail_about_report(event, report, site, reporter, links=links)
    facts = {**public_report(report, links=links), "state": event.to_state, "version": event.seq, "comment": comment}
    return {"report": _jsonable(facts), "reporter": asdict(reporter), "mail": _mail_for_host(event, mail)}


def mail_about_report(event: Event, report: Report, site: str, reporter: Contact, *, links: ReaderLinks) -> Mail:
    """The mail to a reporter about one event of their report."""
    sanction = event.type in (EventType.REPORTER_WARNED, EventType.REPORTER_SUSPENDED)
    return report_mail(
        _mail_event(event), language=report.language, site=site, name=reporter.name, email=reporter.email,
        link=links.status(report.id), note=report.sanction if sanction else report.note, by_host=report.key_id is not None,
        until=str(event.facts.get("until", ""))[:10],
    )  # fmt: skip


def public_complaint(complaint: Complaint, *, links: ReaderLinks) -> dict[str, Any]:
    """The fields of a complaint that hosts get. Ids are UUIDs, times are datetimes."""
    return {
        "id": complaint.id,
        "version": complaint.version,
        "comment": complaint.comment_id,
        "report": complaint.report_id,
        "about": subject_of(complaint),
        "complainant": "reporter" if complaint.report_id else "author",
        "state": complaint.state,
        "text": complaint.text,
        "received_at": complaint.received_at,
        "decided_at": complaint.decided_at,
        "note": complaint.note,
        # Always decided by a person other than the one who decided before.
        "automated": False,
        "status_url": _complaint_page(complaint, links),
    }


def subject_of(complaint: Complaint) -> Literal["report", "ban", "comment"]:
    """What a complaint is about: a dismissed report, a ban of the author, or a restriction of the comment."""
    return "report" if complaint.report_id else "ban" if complaint.ban_id else "comment"


def complaint_payload(
    event: Event, complaint: Complaint, comment: dict[str, Any], site: str, *, links: ReaderLinks, secret_box: SecretBox
) -> dict[str, Any]:
    """The `data` of a webhook about a complaint, with a mail to its sender, if the host is to send it."""
    sender = Contact.opened(complaint.contact, secret_box)
    mail = mail_about_complaint(event, complaint, site, sender, links=links)
    facts = {**public_complaint(complaint, links=links), "state": event.to_state, "version": event.seq, "comment": comment}
    return {"complaint": _jsonable(facts), "sender": asdict(sender), "mail": _mail_for_host(event, mail)}


def mail_about_complaint(event: Event, complaint: Complaint, site: str, sender: Contact, *, links: ReaderLinks) -> Mail:
    """The mail to an author or a reporter about one event of their complaint."""
    return complaint_mail(
        _mail_event(event), language=complaint.language, site=site, name=sender.name, email=sender.email,
        link=_complaint_page(complaint, links), note=complaint.note,
    )  # fmt: skip


def _mail_for_host(event: Event, mail: Mail) -> dict[str, str] | None:
    """The mail that the host is to send; None if Greenroom sends it itself."""
    return None if event.facts.get(MAILED) else asdict(mail)


def _mail_event(event: Event) -> str:
    """What the mail about an event says: that it was received, taken back, or the state that it was decided to."""
    events = {
        EventType.REPORT_RECEIVED: "received",
        EventType.COMPLAINT_RECEIVED: "received",
        EventType.REPORT_REOPENED: "reopened",
        EventType.REPORTER_WARNED: "warned",
        EventType.REPORTER_SUSPENDED: "suspended",
        EventType.COMPLAINT_REOPENED: "reopened",
    }
    return events.get(EventType(event.type), event.to_state)


def _complaint_page(complaint: Complaint, links: ReaderLinks) -> str:
    if complaint.report_id:
        return links.status(complaint.report_id)
    return links.ban(complaint.comment_id) if complaint.ban_id else links.complaint(complaint.comment_id, complaint.seq)


def _jsonable(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with ids and times as strings."""
    times = {name: value.isoformat() for name, value in facts.items() if isinstance(value, datetime)}
    ids = {name: str(value) for name, value in facts.items() if isinstance(value, UUID)}
    return {**facts, **times, **ids}

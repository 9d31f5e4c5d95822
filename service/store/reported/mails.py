"""Queries on mails to readers: which events have one, and the mail itself, made when it is sent."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.contact import Contact
from service.domain.reported.mails import Mail
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.db.by_site import of_site
from service.store.reported.public_json import mail_about_complaint, mail_about_report
from service.store.tables.outbox import Event
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site


def events_to_mail(session: Session, event_ids: Collection[UUID], *, site_id: str = "") -> list[Event]:
    """Of these events, those about a reader who left an address, on a site whose readers Greenroom mails."""
    if not event_ids:
        return []
    rows = session.execute(
        select(Event, Site.policy)
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Report, (Report.id == Event.about_id) & (Report.site_id == Event.site_id))
        .outerjoin(Complaint, (Complaint.id == Event.about_id) & (Complaint.site_id == Event.site_id))
        .where(Event.id.in_(event_ids), *of_site(Event.site_id, site_id), or_(Report.contact != "", Complaint.contact != ""))
        .order_by(Event.at, Event.id)
    )
    return [event for event, policy in rows if SitePolicy(policy).mails_readers]


def mail_to_reader(session: Session, event_id: UUID, *, links: ReaderLinks, secret_box: SecretBox) -> Mail | None:
    """The mail about an event; None if its reader left no address, or was forgotten since.

    It greets nobody by name: anybody can send a report in the name of another, and a name is a place for advertising.
    """
    row = session.execute(
        select(Event, Site, Report, Complaint)
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Report, (Report.id == Event.about_id) & (Report.site_id == Event.site_id))
        .outerjoin(Complaint, (Complaint.id == Event.about_id) & (Complaint.site_id == Event.site_id))
        .where(Event.id == event_id)
    ).one_or_none()
    if row is None or not (row.Report or row.Complaint):
        return None
    reader = Contact(email=Contact.opened((row.Report or row.Complaint).contact, secret_box).email)
    name = row.Site.name or row.Site.id
    if not reader.email:
        return None
    if row.Report:
        return mail_about_report(row.Event, row.Report, name, reader, links=links)
    return mail_about_complaint(row.Event, row.Complaint, name, reader, links=links)

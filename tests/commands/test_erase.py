"""`greenroom erase`: a search of all stored data no longer finds what the person wrote."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from service.actions.accounts.moderators import add_moderator
from service.actions.comments.edit_erase import edit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.reported.receive import receive_report
from service.config import Settings
from service.domain.audit_events import AuditEvent
from service.domain.ids import new_id
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import ReportKind
from service.domain.reported.report_draft import ReportDraft
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment
from service.store.tables.moderation import Note
from service.store.tables.reported import Report
from tests.commands.conftest import Greenroom
from tests.support.factories import draft, moved, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "quetzalcoatlus"


def test_what_a_person_wrote_is_nowhere_any_more(
    greenroom: Greenroom,
    settings: Settings,
    database: Database,
) -> None:
    now = datetime.now(UTC)
    person = {"name": f"Dana {SECRET}", "email": "dana@news.example", "url": f"https://{SECRET}.example"}
    with database.writing() as session:
        site(session)
        mine = submitted(session, *(draft(f"I saw a {SECRET}, {n} times.", author=person) for n in range(3)), now=now)
        (other,) = submitted(session, draft("A calm word.", author={"name": "Ada", "email": "ada@news.example"}), now=now)
    resources = WorkerResources.open(settings)
    check_pending(resources)
    resources.close()
    with database.writing() as session:
        moderator = add_moderator(session, "mo@news.example", now=now)
        edit(session, "news", mine[0], f"No, the {SECRET} saw me.", version=None, now=now)
        actor = Actor(moderator_id=moderator.id)
        ruling = Ruling(mine[1], State.HELD, None, note=f"{SECRET}?")
        decide(session, "news", [ruling], actor=actor, now=now, delay=timedelta(0))
        session.add(Note(id=new_id(), site_id="news", comment_id=mine[2], moderator_id=moderator.id, text=SECRET, at=now))

    refused = greenroom("erase", "news", "--email", "dana@news.example", "--author", "7", "--yes")
    assert "expected one of" in refused.output
    erased = greenroom("erase", "news", "--email", "Dana@News.example ", "--yes", "--json")
    assert json.loads(erased.output)["erased"] == 3

    with database.reading() as session:
        assert SECRET not in "\n".join(dump.written(session))
        assert {c.state for c in session.scalars(select(Comment).where(Comment.id.in_(mine)))} == {State.ERASED}
        assert session.get_one(Comment, other).text == "A calm word."
    if settings.on_sqlite:
        database.close()
        for path in settings.home.iterdir():
            assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path.name


def test_what_is_too_old_goes_and_the_rest_stays(
    greenroom: Greenroom,
    settings: Settings,
    database: Database,
) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        submitted(session, draft("Old.", external_id="old"), now=now - timedelta(days=800))
        submitted(session, draft("New.", external_id="new"), now=now)
    assert greenroom("erase", "news", "--older-than", "730").exit_code == 1
    assert "1 comments of news are erased" in greenroom("erase", "news", "--older-than", "730", "--yes").output
    with database.reading() as session:
        states = {c.external_id: c.state for c in session.scalars(select(Comment))}
    assert states == {"old": State.ERASED, "new": State.PENDING}


def test_erasing_by_e_mail_finds_every_spelling_of_the_mailbox_also_beside_an_id(
    greenroom: Greenroom, database: Database
) -> None:
    now, spellings = datetime.now(UTC), ("dana@xn--bcher-kva.example", "Dana@Bücher.example", "dana+news@bücher.example")
    authors = [{"email": spelling, "id": id_} for spelling in spellings for id_ in ("", "7")]
    with database.writing() as session:
        site(session)
        mine = submitted(session, *(draft(f"Comment {n}.", author=author) for n, author in enumerate(authors)), now=now)
        (other,) = submitted(session, draft("A calm word.", author={"email": "ada@bücher.example", "id": "8"}), now=now)
    assert json.loads(greenroom("erase", "news", "--email", "DANA@bücher.example", "--yes", "--json").output)["erased"] == len(
        mine
    )
    with database.reading() as session:
        assert session.get_one(Comment, other).state == State.PENDING


def test_erasing_by_e_mail_forgets_the_reports_of_every_spelling(
    greenroom: Greenroom, database: Database, settings: Settings
) -> None:
    pseudonyms, secret_box = Pseudonymizer.from_secret(settings.secret), SecretBox.from_secret(settings.secret)
    with database.writing() as session:
        site(session)
        comments = submitted(session, draft("One."), draft("Two."), now=datetime.now(UTC))
        for comment, email in zip(comments, ("dana+x@mail.example", "ada@mail.example"), strict=True):
            moved(session, comment, State.APPROVED)
            told = ReportDraft(comment, ReportKind.ILLEGAL, "hate", "Why.", contact=Contact("Somebody", email), good_faith=True)
            receive_report(session, "news", told, pseudonyms=pseudonyms, secret_box=secret_box, now=datetime.now(UTC))
    assert greenroom("erase", "news", "--email", "Dana@mail.example", "--yes").exit_code == 0
    with database.reading() as session:
        contacts = [Contact.opened(report.contact, secret_box).email for report in session.scalars(select(Report))]
    assert sorted(contacts) == ["", "ada@mail.example"]


def test_of_the_page_that_a_comment_came_from_neither_query_nor_user_is_stored(database: Database) -> None:
    with database.writing() as session:
        site(session)
        context = {"referrer": "https://dana@news.example/a?mail=dana%40mail.example#dana"}
        (comment,) = submitted(session, draft("A calm word.", context=context), now=datetime.now(UTC))
        assert session.get_one(Comment, comment).context == {"referrer": "https://news.example/a"}


def test_what_is_stored_of_a_person_is_written_for_them(greenroom: Greenroom, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        site(session)
        author = {"name": "Dana", "email": "dana@mail.example"}
        submitted(session, *(draft(f"Comment {n}.", author=author) for n in range(3)), draft("Of another person."))
    file = tmp_path / "dana.json"
    assert greenroom("export", "news", str(file), "--person", "Dana+x@mail.example").exit_code == 0
    stored = json.loads(file.read_text())
    assert [one["text"] for one in stored["comments"]] == ["Comment 0.", "Comment 1.", "Comment 2."]
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(greenroom("export", "news", "-", "--person", "nobody").stdout)["comments"] == []
    with database.reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.event == AuditEvent.PERSON_EXPORTED).order_by(AuditEntry.at)
        )
        assert [entry.details for entry in entries] == [{"after": {"by": "email"}}, {"after": {"by": "author"}}]

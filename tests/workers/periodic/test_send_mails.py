"""Mails reach a real SMTP server over TLS, once; none is lost, and no secret reaches a log."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from service.actions.accounts.mails import MailDraft, queue_mail, take_mail
from service.config import Settings
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.setting_sources import load
from service.store.accounts.mails import due_mail
from service.store.db.engine import Database
from service.store.tables.mails import Mail
from tests.support.smtp_server import PASSWORD, USER, certificate, serving_smtp
from workers.periodic.send_mails import give_up_mails, send_mails
from workers.resources.mail_server import MailFailed, MailServer
from workers.resources.worker_resources import WorkerResources

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
LOGIN = f"{USER}:{quote(PASSWORD)}@"
LINKS = ReaderLinks.from_secret("a secret that only the tests know, long enough", "https://greenroom.example")
TO, LINK = "dana@news.example", "https://greenroom.example/sign-in/a-secret-link-of-dana"


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this process trusts."""
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@pytest.fixture
def worker(settings: Settings) -> Iterator[Callable[[str], WorkerResources]]:
    opened: list[WorkerResources] = []

    def open_worker(url: str) -> WorkerResources:
        opened.append(WorkerResources.open(replace(settings, mail_url=url, mail_from="greenroom@news.example")))
        return opened[-1]

    yield open_worker
    for resources in opened:
        resources.close()


def queued(database: Database, settings: Settings, *, to: str = TO, valid: timedelta = HOUR) -> None:
    draft = MailDraft(to, "Ihr Link für Greenroom", f"Guten Tag,\n\n{LINK}\n")
    with database.writing() as session:
        queue_mail(session, draft, secret_box=SecretBox.from_secret(settings.secret), now=NOW, valid=valid)


def waiting(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Mail)) or 0


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_arrives_once_over_tls_and_with_the_password(
    scheme: str, worker: Callable[[str], WorkerResources], trusted: Path, database: Database, settings: Settings
) -> None:
    queued(database, settings)
    with serving_smtp(certificate=trusted, smtps=scheme == "smtps", auth=True) as server:
        resources = worker(server.url(scheme, LOGIN))
        assert send_mails(resources, NOW) == 1
        assert send_mails(resources, NOW + HOUR / 2) == 0
        assert "AUTH" in server.heard
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == (TO, "greenroom@news.example")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Ihr Link für Greenroom", "auto-generated")
    assert LINK in mail.get_content()
    assert waiting(database) == 0


def test_nothing_is_sent_without_tls(worker: Callable[[str], WorkerResources], database: Database, settings: Settings) -> None:
    queued(database, settings)
    with serving_smtp(auth=True) as server:
        assert send_mails(worker(server.url(login=LOGIN)), NOW) == 0
        assert set(server.heard) == {"EHLO"}
    assert waiting(database) == 1


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.1"])
def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(
    host: str, worker: Callable[[str], WorkerResources], tmp_path: Path, database: Database, settings: Settings
) -> None:
    queued(database, settings)
    with serving_smtp(host, certificate=certificate(tmp_path), auth=True) as server:
        assert send_mails(worker(server.url(login=LOGIN)), NOW) == 0
        assert set(server.heard) == {"EHLO"}
    assert waiting(database) == 1


def test_a_server_on_this_machine_or_one_that_is_allowed_to_may_be_without_tls(
    worker: Callable[[str], WorkerResources], database: Database, settings: Settings
) -> None:
    for host, query in (("127.0.0.1", ""), ("127.0.0.2", "?tls=off")):
        queued(database, settings)
        with serving_smtp(host) as server:
            assert send_mails(worker(server.url(query=query)), NOW) == 1
            assert len(server.mails) == 1


def test_a_mail_that_fails_is_tried_again_until_it_is_no_longer_valid(
    worker: Callable[[str], WorkerResources], database: Database, settings: Settings
) -> None:
    queued(database, settings)
    with serving_smtp("127.0.0.1") as server:
        resources = worker(server.url())
        server.busy = True
        assert send_mails(resources, NOW) == 0
        assert server.heard.count("MAIL") == 1
        assert send_mails(resources, NOW + timedelta(seconds=59)) == 0
        assert server.heard.count("MAIL") == 1
        server.busy = False
        assert send_mails(resources, NOW + timedelta(seconds=61)) == 1
        queued(database, settings)
        server.busy = True
        assert send_mails(resources, NOW) == 0
        assert waiting(database) == 1
        give_up_mails(resources, NOW + HOUR)
    assert waiting(database) == 0


def test_a_mail_survives_a_worker_that_ends_while_it_sends(
    worker: Callable[[str], WorkerResources], database: Database, settings: Settings
) -> None:
    queued(database, settings)
    with database.reading() as session:
        mail = due_mail(session, now=NOW)
    assert mail
    box = SecretBox.from_secret(settings.secret)
    with database.writing() as session:
        assert take_mail(session, mail, secret_box=box, links=LINKS, now=NOW)
    with database.writing() as session:
        # Another worker that saw the same row is too late.
        assert take_mail(session, mail, secret_box=box, links=LINKS, now=NOW) is None
    with serving_smtp("127.0.0.1") as server:
        assert send_mails(worker(server.url()), NOW + timedelta(seconds=61)) == 1


def test_a_mail_about_an_event_that_is_gone_is_not_sent(worker: Callable[[str], WorkerResources], database: Database) -> None:
    row = {"id": new_id(), "encrypted": "", "needs_link": False, "event_id": new_id(), "tries": 0}
    with database.writing() as session:
        session.add(Mail(**row, due_at=NOW, valid_until=NOW + HOUR))
    with serving_smtp("127.0.0.1") as server:
        assert send_mails(worker(server.url()), NOW) == 0
        assert server.heard.count("MAIL") == 0
    assert waiting(database) == 0


def test_a_recipient_that_the_server_refuses_holds_up_no_other_mail(
    worker: Callable[[str], WorkerResources], database: Database, settings: Settings
) -> None:
    for to in ("gone@news.example", TO):
        queued(database, settings, to=to)
    with serving_smtp("127.0.0.1") as server:
        server.refused.add("gone@news.example")
        assert send_mails(worker(server.url()), NOW) == 1
    assert [mail["To"] for mail in server.mails] == [TO]
    assert waiting(database) == 0


def test_a_mail_of_another_root_secret_is_dropped_and_said(
    worker: Callable[[str], WorkerResources], database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    queued(database, replace(settings, secret_key="another secret that was in force before"))
    with serving_smtp("127.0.0.1") as server:
        assert send_mails(worker(server.url()), NOW) == 0
    assert waiting(database) == 0
    assert "mail_unreadable" in caplog.messages


def test_no_secret_and_no_address_is_in_the_log_or_in_the_table(
    worker: Callable[[str], WorkerResources],
    trusted: Path,
    database: Database,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    queued(database, settings)
    queued(database, settings, to="gone@news.example")
    with database.reading() as session:
        stored = str([vars(mail) for mail in session.scalars(select(Mail))])
    with serving_smtp(certificate=trusted, auth=True) as server:
        server.refused.add("gone@news.example")
        for password in ("wrong-password", quote(PASSWORD)):
            send_mails(worker(server.url(login=f"{USER}:{password}@")), NOW + timedelta(seconds=61))
            send_mails(worker(server.url(login=f"{USER}:{password}@")), NOW + timedelta(seconds=300))
    written = stored + str([vars(record) for record in caplog.records if record.name.startswith("greenroom")])
    assert "mail_failed" in caplog.messages
    assert "SMTPAuthenticationError 535" in written
    for secret in (TO, "gone@", LINK, PASSWORD, "wrong-password", "Guten Tag"):
        assert secret not in written


def test_the_check_of_the_server_says_what_is_wrong(trusted: Path) -> None:
    with serving_smtp(certificate=trusted, auth=True) as server:
        given = {"GREENROOM_MAIL_URL": server.url(login=LOGIN), "GREENROOM_MAIL_FROM": "greenroom@news.example"}
        MailServer.of(load(given)).check()
        with pytest.raises(MailFailed, match="SMTPAuthenticationError 535"):
            MailServer.of(load({**given, "GREENROOM_MAIL_URL": server.url(login="greenroom:no@")})).check()
    with pytest.raises(MailFailed, match="ConnectionRefusedError"):
        MailServer.of(load(given)).check()
    assert server.mails == []


def test_a_slow_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("workers.resources.mail_server.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1], "a@b.example", "localhost")
        with pytest.raises(MailFailed, match="SMTPServerDisconnected"):
            server.send(TO, "subject", "text", mail_id=new_id())

"""Texts to ask external services about, what a service answers, and what comes of it."""

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

from sqlalchemy import select

from service.actions.sites.external_checks import ExternalCheckSettings, set_external_check
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.store.db.engine import Database
from service.store.tables.comments import VerdictRow
from service.store.tables.external_checks import ExternalCheckRow
from tests.support.factories import draft, submitted
from tests.support.webhook_receiver import Behaviour
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

#: UNSURE has mild profanity: it is approved, but not surely.
UNSURE, CALM = "Damn, the {} bus was late again.", "The {} bus was on time again today."
AKISMET = {"secret": "0123456789ab"}


def says(body: str | bytes, status: int = 200) -> Behaviour:
    def answer(request: BaseHTTPRequestHandler) -> None:
        told = body.encode() if isinstance(body, str) else body
        request.send_response(status)
        request.send_header("Content-Length", str(len(told)))
        request.end_headers()
        request.wfile.write(told)

    return answer


def set_check(database: Database, settings: Settings, name: str, address: str, **more: object) -> str:
    with database.writing() as session:
        return set_external_check(
            session,
            "news",
            name,
            ExternalCheckSettings(url=address, **{"timeout": 60.0, **more}),
            secret_box=SecretBox.from_secret(settings.secret),
            now=datetime.now(UTC),
            allow=settings.webhook_allow,
        )


def judged(database: Database, resources: WorkerResources, *texts: str, **more: object) -> list[VerdictRow]:
    with database.writing() as session:
        ids = submitted(session, *(draft(text, **more) for text in texts), now=datetime.now(UTC))
    assert check_pending(resources, seconds=60.0) == len(texts)
    with database.reading() as session:
        found = {row.comment_id: row for row in session.scalars(select(VerdictRow).where(VerdictRow.comment_id.in_(ids)))}
    return [found[comment_id] for comment_id in ids]


def check_row(database: Database) -> ExternalCheckRow:
    with database.reading() as session:
        return session.scalars(select(ExternalCheckRow)).one()

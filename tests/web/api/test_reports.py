"""A host reports a comment for a reader, and is told by webhooks what to tell the reader."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.config import Settings
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.db.engine import Database
from service.store.reported.public_json import report_payload
from service.store.tables.outbox import Event
from service.store.tables.reported import Report

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BODY = {
    "kind": "illegal", "reason": "threat", "text": "It threatens my neighbour.", "name": "Rita", "email": "rita@mail.example", "good_faith": True,
}  # fmt: skip


@pytest.fixture
def comment(post: Callable[..., str], settle_all: Callable[[], int]) -> str:
    comment_id = post()
    settle_all()
    return comment_id


def test_a_host_reports_and_reads_what_became_of_it(client: FlaskClient, comment: str) -> None:
    answer = client.post("/v1/reports", json={"comment": comment, **BODY})
    assert answer.status_code == 201, answer.json
    assert answer.json["state"] == "open"
    assert "/reported/" in answer.json["status_url"]
    assert "email" not in answer.json
    client.post(f"/v1/comments/{comment}/decision", json={"decision": "reject", "reason": "illegal"})
    decided = client.get(answer.headers["Location"]).json
    assert (decided["state"], decided["by"], decided["ground"], decided["automated"]) == ("upheld", "key", "law", False)
    assert decided["complaint_until"] > decided["decided_at"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"good_faith": False}, 422),
        ({"kind": "ugly"}, 422),
        ({"email": ""}, 422),
        ({"comment": "0199c3f2-7c0f-7a52-8c7e-0d3b5a4f6e10"}, 404),
        ({"comment": "x"}, 422),
    ],
)
def test_a_report_that_is_not_complete_is_refused(client: FlaskClient, comment: str, wrong: dict, status: int) -> None:
    assert client.post("/v1/reports", json={"comment": comment, **BODY, **wrong}).status_code == status


def test_a_host_complains_for_an_author_and_reads_who_complained(client: FlaskClient, comment: str) -> None:
    client.post(f"/v1/comments/{comment}/decision", json={"decision": "reject", "reason": "insult"})
    answer = client.post(f"/v1/comments/{comment}/complaint", json={"text": "I quoted somebody else."})
    assert answer.status_code == 201, answer.json
    assert (answer.json["complainant"], answer.json["report"], answer.json["state"]) == ("author", None, "open")
    assert client.get(f"/v1/comments/{comment}/complaint").json["complaints"] == [answer.json]


def test_the_webhooks_have_the_report_and_the_mail_to_its_reporter(
    client: FlaskClient, comment: str, database: Database, settings: Settings
) -> None:
    client.post("/v1/reports", json={"comment": comment, **BODY, "language": "de"})
    client.post(f"/v1/comments/{comment}/decision", json={"decision": "reject"})
    links, box = ReaderLinks.from_secret(settings.secret, settings.url), SecretBox.from_secret(settings.secret)
    with database.reading() as session:
        report = session.query(Report).one()
        told = [
            (event.type, report_payload(event, report, {"id": comment}, "News", links=links, secret_box=box))
            for event in session.query(Event).where(Event.about_id == report.id).order_by(Event.seq)
        ]
    assert [kind for kind, _ in told] == ["report.received", "report.decided"]
    received, decided = (data for _, data in told)
    assert received["report"]["state"] == "open"
    assert received["mail"]["to"] == "rita@mail.example"
    assert received["mail"]["subject"] == "Ihre Meldung ist eingegangen"
    assert received["report"]["status_url"] in received["mail"]["text"]
    assert decided["report"]["state"] == "upheld"
    assert "sechs Monate" in decided["mail"]["text"]

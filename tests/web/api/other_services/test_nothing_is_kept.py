"""The texts of other services' clients are judged and forgotten: no row, no file of the database and no log line has them."""

import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.config import Settings
from service.logs import JsonLines
from service.store.db.column_types import Record
from service.store.db.engine import Database
from tests.web.api.other_services.test_coral import OLD, SECRET, phase, signature, stored

CANARIES = ("zirkonvogel", "quittenmeise")
TEXT = "You are an idiot, you zirkonvogel."


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables = Record.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_no_text_is_stored_or_logged(
    door: FlaskClient, key: str, database: Database, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Another test of this process may have set a higher level for our own loggers.
    caplog.set_level(logging.DEBUG, logger="greenroom")
    stored(database, settings, SECRET)
    door.get("/livez")
    coral = phase(f"<div>{TEXT}</div>")
    before = rows(database)
    attributes = {"requestedAttributes": {"TOXICITY": {}}}
    bearer = {"Authorization": f"Bearer {key}"}
    answers = [
        door.post(f"/v1alpha1/comments:analyze?key={key}", json={"comment": {"text": TEXT}, "doNotStore": False, **attributes}),
        door.post(f"/v1alpha1/comments:analyze?key={key}", json={"comment": {"text": f"Ég er ekki {CANARIES[1]} og það er ekki gott."}, **attributes}),
        door.post("/v1/moderations", json={"input": [TEXT, f"A calm {CANARIES[1]}."]}, headers=bearer),
        door.post("/v1/moderations", json={"input": CANARIES[0] * 2_000}, headers=bearer),
        door.post("/v1/coral/news", data=coral, headers={"X-Coral-Signature": signature(coral, SECRET)}),
        door.post("/v1/coral/news", data=coral, headers={"X-Coral-Signature": signature(coral, OLD)}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 400, 200, 400, 200, 401]
    assert rows(database) == before
    formatter = JsonLines("web")
    written = [formatter.format(record) for record in caplog.records] + [repr(record.__dict__) for record in caplog.records]
    assert any("transformer_read" in line for line in written)
    for secret in (*CANARIES, key, SECRET):
        assert not any(secret in line for line in written)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or not any(canary.encode() in file.read_bytes() for canary in CANARIES)

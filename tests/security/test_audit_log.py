"""Every change by an admin leaves one audit log row (generated from the routes), and no row can be changed or deleted."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.audit_log import AuditEntry
from service.web.http.route_metadata import PUBLIC, routes
from tests.commands.conftest import Greenroom
from tests.security.audit_log_steps import LEFT_OUT, STEPS
from tests.security.conftest import House
from tests.security.walk import PASSWORD, Walk
from tests.support.sign_in import Browser

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAFE = {"GET"}


@pytest.fixture
def walk(house: House, monkeypatch: pytest.MonkeyPatch) -> Walk:
    # No delivery worker runs here, so the API's endpoint test must not wait for one.
    object.__setattr__(house.app.extensions["greenroom"].settings, "webhook_timeout", -2.0)
    return Walk(house, house.person("ada@news.example", Role.ADMIN, site=None))


@ON_SQLITE
def test_every_route_that_changes_something_is_walked_or_left_out_on_purpose(walk: Walk) -> None:
    changing = {route.endpoint for route in routes(walk.house.app) if set(route.methods) - SAFE}
    assert changing - set(STEPS) == LEFT_OUT, "a new route needs a step in STEPS, or a reason in LEFT_OUT"
    assert set(STEPS) <= changing
    assert not {r.endpoint for r in routes(walk.house.app) if r.owner in ("role:admin", "key:admin")} & LEFT_OUT
    assert all(
        r.owner != PUBLIC or r.endpoint.startswith(("pages.", "form.")) for r in routes(walk.house.app) if r.endpoint in STEPS
    )


def test_each_deed_leaves_one_row_in_the_name_of_who_did_it(walk: Walk) -> None:
    for endpoint, steps in STEPS.items():
        for event, prepare in steps:
            act = prepare(walk)
            before = walk.count()
            answer = act()
            assert answer.status_code < 400 or event in (None, AuditEvent.SIGN_IN_FAILED), (
                endpoint,
                answer.get_data(as_text=True),
            )
            with walk.house.database.reading() as session:
                rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).all()[: walk.count() - before]
            assert [row.event for row in rows] == [event] * (event is not None), endpoint
            for row in rows:
                failed = event is AuditEvent.SIGN_IN_FAILED
                assert (row.actor, row.moderator_id is not None, row.key_id is not None) == (
                    ("key", False, True) if "." in endpoint and not endpoint.startswith("pages.")
                    else ("nobody" if failed else "moderator", not failed, False)
                ), endpoint  # fmt: skip
                assert row.request_id == answer.headers["X-Request-Id"]
                told = json.dumps(row.details)
                assert not [secret for secret in ("secret-path", "hidden", "whsec_", "$argon2", PASSWORD) if secret in told], told


def test_nobody_changes_or_shortens_the_log(house: House) -> None:
    for change in (update(AuditEntry).values(actor="nobody"), delete(AuditEntry)):
        with pytest.raises(DBAPIError, match="append-only"), house.database.writing() as session:
            session.execute(change)


def test_what_was_rolled_back_is_not_told(house: House, admin: Browser) -> None:
    with house.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert admin.post("/settings/rules", {"site": "news", "blocked_words": "*"}).status_code == 422
    assert (
        admin.post("/settings/endpoints", {"site": "news", "url": "http://10.0.0.1/", "event": "comment.approved"}).status_code
        == 422
    )
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_the_page_pages_filters_and_hands_out_a_safe_table(house: House) -> None:
    ada = house.person("ada@news.example", Role.ADMIN, site=None)
    with house.database.writing() as session:
        for n in range(120):
            record_audit(session, AuditEvent.RULES_SET, site_id="news", after={"blocked_words": [f"=cmd|word{n}<script>"]})
        record_audit(session, AuditEvent.RULES_SET, site_id="blog", after={"blocked_words": ["theirs"]})
        record_audit(session, AuditEvent.BACKUP_WRITTEN, target="=1+1")
    seen, path = 0, "/settings/audit-log?site=news&event=rules_set"
    while path:
        page = ada.get(path).get_data(as_text=True)
        assert "theirs" not in page
        assert "<script>" not in page
        seen += page.count("<tr><td")
        path = (
            page.split('<p class="next-page"><a class="button" href="')[1].split('"')[0].replace("&amp;", "&")
            if "next-page" in page
            else ""
        )
    assert seen == 120
    rows = list(csv.reader(io.StringIO(ada.get("/settings/audit-log.csv?site=news").get_data(as_text=True))))
    assert len(rows) > 120
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in {cell for row in rows for cell in row}


@ON_SQLITE
def test_an_admin_of_one_site_sees_nothing_of_the_others_or_of_the_house(house: House, greenroom: Greenroom) -> None:
    small = house.person("small@news.example", Role.ADMIN)
    with house.database.writing() as session:
        record_audit(session, AuditEvent.BACKUP_WRITTEN)
        record_audit(session, AuditEvent.RULES_SET, site_id="blog", after={"blocked_words": ["theirs"]})
    for path in ("/settings/audit-log", "/settings/audit-log.csv"):
        told = small.get(f"{path}?site=news").get_data(as_text=True)
        assert "theirs" not in told
        assert "<td>created a backup" not in told
        assert "backup_written," not in told
    mo = house.person("mo@news.example", Role.MODERATOR)
    assert mo.get("/settings/audit-log?site=news").status_code == 403
    said = [json.loads(line) for line in greenroom("audit-log", "--json").output.splitlines()]
    assert {"backup_written", "site_made", "rules_set"} <= {act["event"] for act in said}
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    blog = greenroom("audit-log", "--site", "blog", "--since", today, "--limit", "1").output.splitlines()
    assert len(blog) == 1
    assert "rules_set" in blog[0]


def test_commands_that_take_everything_along_are_told_of(
    greenroom: Greenroom, database: Database, house: House, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    greenroom("export", "news", str(tmp_path / "news.gz"))
    greenroom("erase", "news", "--older-than", "0", "--yes")
    greenroom("backup", str(tmp_path / "all.gz"))
    with database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(3)).all()
    assert [act.event for act in last] == ["backup_written", "comments_erased", "site_exported"]
    assert last[1].details == {"after": {"count": 3, "by": "older than 0 days"}}

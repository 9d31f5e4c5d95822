"""The page of reported comments: the tabs of the queue, and errors in the language of the page."""

import re
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from service.actions.comments.edit_erase import edit
from service.actions.reported.complain import ComplaintDraft, complain_as_author
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.engine import Database
from service.store.moderation.queue_filter import Tab
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator
from tests.web.pages.queue.queue_page import comment_of, state_of, text_of


def signed_in(app: Flask, database: Database, name: str) -> Browser:
    return Browser(app).signed_in(moderator(database, f"{name.lower()}@news.example", site="news", name=name))


def test_every_tab_of_the_queue_is_also_on_the_pages_about_reports(app: Flask, site: str, database: Database) -> None:
    dana = signed_in(app, database, "Dana")
    for path in ("/queue", "/queue/reported", "/queue/complaints"):
        assert set(re.findall(r'<a [^>]*data-tab="([^"]+)"', html_of(dana.get(path)))) == set(Tab), path


def test_a_late_decision_about_a_report_is_answered_in_the_language_of_the_page(
    app: Flask, site: str, database: Database
) -> None:
    dana, sam = signed_in(app, database, "Dana"), signed_in(app, database, "Sam")
    dana.post("/account/preferences", {"language": "de"})
    [comment_id] = sow(database, site, [Seed("one", state=State.APPROVED)])
    seen = comment_of(sam.get("/queue?tab=approved"))
    sent = {"site": site, "comment": seen, "act": "reject", "reason": "insult"}
    assert sam.post("/queue/reported", sent).status_code == 303
    assert state_of(database, comment_id) == State.REJECTED
    late = dana.post("/queue/reported", sent)
    assert late.status_code == 409
    assert "Sam hat dies schon" in html_of(late)


def test_an_edit_since_the_last_decision_is_not_blamed_on_that_decision(app: Flask, site: str, database: Database) -> None:
    dana, sam = signed_in(app, database, "Dana"), signed_in(app, database, "Sam")
    [comment_id] = sow(database, site, [Seed("one")])
    held = {"site": site, "comment": comment_of(sam.get("/queue")), "act": "approve"}
    assert sam.post("/queue/decide", held).status_code == 303
    seen = comment_of(dana.get("/queue?tab=approved"))
    with database.writing() as session:
        edit(session, site, comment_id, "two", version=None, now=datetime.now(UTC))
    late = dana.post("/queue/reported", {"site": site, "comment": seen, "act": "keep"})
    assert late.status_code == 409
    assert "Somebody changed this comment since you saw it; look at it again." in text_of(late)


def test_a_reversal_on_the_page_of_complaints_can_be_undone_there(app: Flask, site: str, database: Database) -> None:
    dana, sam = signed_in(app, database, "Dana"), signed_in(app, database, "Sam")
    [comment_id] = sow(database, site, [Seed("one")])
    rejected = {"site": site, "comment": comment_of(dana.get("/queue")), "act": "reject:insult"}
    assert dana.post("/queue/decide", rejected).status_code == 303
    with database.writing() as session:
        draft = ComplaintDraft("I quoted somebody.")
        box = SecretBox.from_secret("a secret that only this test knows, long enough")
        complaint = complain_as_author(session, site, comment_id, draft, seq=None, secret_box=box, now=datetime.now(UTC))
    page = html_of(sam.get("/queue/complaints"))
    seen = re.search(r'name="version" value="(\d+)"', page)[1]
    sent = {"site": site, "complaint": str(complaint.id), "version": seen, "act": "reverse"}
    answered = sam.post("/queue/complaints", sent)
    action_id = re.search(r'name="action_id" value="([^"]+)"', html_of(sam.get(answered.location)))[1]
    assert state_of(database, comment_id) == State.APPROVED
    dana.post("/account/preferences", {"language": "de"})
    for late in (dana, sam):
        assert late.post("/queue/complaints", sent).status_code in (403, 409)
    sam.post("/account/preferences", {"language": "de"})
    refused = html_of(sam.post("/queue/complaints", sent))
    assert "Sie haben dies schon" in refused
    sam.post("/queue/undo", {"site": site, "action_id": action_id})
    assert state_of(database, comment_id) == State.REJECTED
    assert str(complaint.id) in html_of(sam.get("/queue/complaints"))


def test_a_reporter_is_warned_suspended_and_taken_again_on_the_page(app: Flask, site: str, database: Database) -> None:
    dana = signed_in(app, database, "Dana")
    ids = sow(database, site, [Seed(f"number {n}", state=State.APPROVED) for n in range(5)])
    reader = {"kind": "rules", "rule": "insult", "text": "It is rude.", "email": "rita@mail.example", "good_faith": "on"}

    def report(comment_id: UUID) -> TestResponse:
        client = app.test_client()
        token = re.search(r'name="rendered" value="([^"]+)"', client.get(f"/report/{comment_id}").text)[1]
        return client.post(f"/report/{comment_id}", data={**reader, "rendered": token})

    for comment_id in ids[:3]:
        assert report(comment_id).status_code == 303
        page = html_of(dana.get("/queue/reported"))
        assert "Warn this reporter" not in page
        named, seen = re.search(r'name="report" value="([^"]+)"', page)[1], re.search(r'name="comment" value="([^"]+)"', page)[1]
        dana.post("/queue/reported", {"site": site, "comment": seen, "report": named, "act": "keep"})
    assert report(ids[3]).status_code == 303
    last = re.search(r'name="report" value="([^"]+)"', html_of(dana.get("/queue/reported")))[1]
    sent = {"site": site, "report": last, "text": "None of them broke a rule.", "days": "30"}
    assert dana.post("/queue/reported/reporter", {**sent, "act": "suspend"}).status_code == 409
    assert dana.post("/queue/reported/reporter", {**sent, "act": "warn", "text": " "}).status_code == 422
    assert dana.post("/queue/reported/reporter", {**sent, "act": "warn"}).status_code == 303
    assert "Suspend this reporter" in html_of(dana.get("/queue/reported"))
    assert dana.post("/queue/reported/reporter", {**sent, "act": "suspend", "days": "1000"}).status_code == 422
    assert dana.post("/queue/reported/reporter", {**sent, "act": "suspend"}).status_code == 303
    refused = report(ids[4])
    assert refused.status_code == 403
    for part in ("not taken until", "None of them broke a rule.", "If you do not agree", "court"):
        assert part in refused.text
    assert "3 kept" in text_of(dana.get("/queue/reported"))
    assert dana.post("/queue/reported/reporter", {**sent, "act": "end"}).status_code == 303
    assert report(ids[4]).status_code == 303

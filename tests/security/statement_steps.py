"""What a host, a reader, a moderator, the workers and the operator do, so that every module of the store executes its statements."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service.domain.reported.reader_links import ReaderLinks
from service.domain.states import State
from service.store.accounts.passkeys import passkey_with
from service.store.comments.exported import exported_comments
from service.store.comments.find_by_text import newest_with
from service.store.comments.recent_texts import recent_texts
from service.store.db.engine import Database
from service.store.learning.ordinary_comments import ordinary_comments
from service.store.lifecycle.archive_rows import rows_of_comments
from service.store.lifecycle.dump import written
from service.store.lifecycle.installation import is_resting
from service.store.reports.akismet_figures import figures_of
from service.store.reports.gauges import gauges
from service.store.reports.transparency import transparency
from service.store.reports.work_totals import work_totals
from service.store.sites.rule_backtest import past_comments
from service.store.sites.site_contents import keys_in_force
from service.store.sites.sites import site
from service.store.sites.word_lists import lists_of_sites
from service.store.tables.accounts import locked
from service.store.webhooks.chat_messages import chat_messages
from tests.commands.conftest import Greenroom
from tests.commands.imports.test_formats import SAMPLES
from tests.security.conftest import House
from tests.support.factories import draft, moved, submitted
from tests.support.sign_in import Browser
from workers.periodic.retention import apply_retention
from workers.periodic.sweep import PERIODIC_JOBS
from workers.periodic.train_site_models import learn_site, put_back
from workers.resources.worker_resources import WorkerResources

CANARIES = ("zanzibarquux", "Quillfeather", "quill.canary", "7700 900123")
TEXT = "I zanzibarquux, call +44 7700 900123 or write to quill.canary@mail.example"
AUTHOR = {"name": "Quillfeather", "email": "quill.canary@mail.example", "id": "quill.canary"}
PAGES = (
    "/queue?q=zanzibarquux", "/search?q=Quillfeather", "/authors", "/decisions", "/reported", "/charts", "/threads", "/settings/audit-log",
    "/account", "/account/two-factor", "/queue/practice", "/queue/reported", "/queue/complaints", "/settings/moderators", "/settings/endpoints",
    "/settings/external-checks", "/settings/custom-rules", "/settings/risk-budget", "/settings/site-model",
    "/settings/lists/blocked_words", "/settings/try", "/settings/reports",
)  # fmt: skip

Step = Callable[[], object]


def steps(house: House, worker: WorkerResources, ada: Browser, greenroom: Greenroom) -> Iterator[Step]:
    """Each step is repeated until none of its statements is new."""
    ids = [_held(house.database) for _ in range(9)]
    yield from _of_hosts(house, ids)
    yield from _of_readers(house)
    yield from _of_moderators(ada, ids)
    yield from _of_workers(house, worker)
    yield from _of_the_operator(worker, greenroom)


def _of_hosts(house: House, ids: list[str]) -> Iterator[Step]:
    host = house.host()
    body = {"thread": {"id": "a", "title": "Quillfeather"}, "text": TEXT, "author": AUTHOR, "context": {"ip": "192.0.2.7"}}
    yield lambda: host.post("/v1/comments", json=body | {"external_id": f"quill.canary-{uuid4()}"}, headers={"Idempotency-Key": f"quill.canary {uuid4()}"})  # fmt: skip
    yield lambda: host.post(f"/v1/comments/{ids[0]}/decision", json={"decision": "approve", "note": TEXT})
    yield lambda: host.post("/v1/reports", json={"comment": ids[0], "kind": "rules", "reason": "insult", "text": TEXT, "name": "Quillfeather", "email": AUTHOR["email"], "good_faith": True})  # fmt: skip
    yield lambda: host.post(f"/v1/comments/{ids[1]}/decision", json={"decision": "reject", "reason": "insult"})
    yield lambda: host.post(f"/v1/comments/{ids[1]}/complaint", json={"text": TEXT, "email": AUTHOR["email"]})
    yield lambda: host.patch(f"/v1/comments/{ids[2]}", json={"text": f"{TEXT} {uuid4()}"})
    yield lambda: host.delete(f"/v1/comments/{ids[3]}")
    yield lambda: host.post("/v1/persons/export", json={"email": AUTHOR["email"]})
    yield lambda: host.post("/v1/endpoints", json={"url": "https://hooks.news.example/quill.canary"})
    for path in ("/v1/comments", f"/v1/comments/{ids[4]}", "/v1/endpoints"):
        yield partial(host.get, path)
    key, plugin = house.akismet_key(), house.nobody
    asked = {"api_key": key, "blog": "https://news.example", "user_ip": "192.0.2.7", "comment_author": "Quillfeather", "comment_author_email": AUTHOR["email"], "callback": "https://news.example/?rest_route=/quill.canary"}  # fmt: skip
    yield lambda: plugin.post("/1.1/comment-check", data=asked | {"comment_content": TEXT, "comment_date_gmt": "2026-01-02T03:04:05Z", "recheck_reason": "edit"})  # fmt: skip
    yield lambda: plugin.post("/1.1/submit-spam", data=asked | {"comment_content": TEXT})


def _of_readers(house: House) -> Iterator[Step]:
    nobody = house.nobody
    form = {"text": TEXT, "name": "Quillfeather", "email": AUTHOR["email"]}
    yield lambda: nobody.post("/f/news", data=form | {"thread": uuid4().hex})
    yield lambda: nobody.get("/v1/threads/page/comments?site=news")
    for path, fields in (("/sign-in", {"password": "zanzibarquux"}), ("/sign-in/link/send", {})):
        yield partial(Browser(house.app).post, path, {"email": AUTHOR["email"], **fields})
    yield partial(nobody.get, "/sign-in/quill.canary")


def _of_moderators(ada: Browser, ids: list[str]) -> Iterator[Step]:
    form = {"site": "news", "comment": ids[4], "version": "1", "decision": "reject", "note": TEXT}
    yield partial(ada.post, "/queue/decide", form)
    yield partial(ada.post, f"/comments/{ids[5]}/note", {"site": "news", "text": TEXT})
    yield partial(ada.post, f"/authors/{ids[6]}", {"site": "news", "act": "ban", "for": "1d", "why": TEXT})
    yield partial(ada.post, f"/queue/comments/{ids[6]}/evidence", {"site": "news"})
    yield partial(ada.post, "/settings/try", {"site": "news", "text": TEXT, "name": "Quillfeather"})
    yield partial(ada.post, "/account/messages", {"hour": "8", "old_after": "1"})
    yield partial(ada.post, "/account/messages/feed", {"act": "renew"})
    for path in (*PAGES, f"/authors/{ids[6]}", f"/queue/comments/{ids[7]}", f"/queue/comments/{ids[7]}/context"):
        yield partial(ada.get, path)


def _of_workers(house: House, worker: WorkerResources) -> Iterator[Step]:
    def check(worker: WorkerResources) -> None:
        """A failed try leaves its comments leased, so each try has a new one."""
        with house.database.writing() as session:
            submitted(session, draft(f"{TEXT} {uuid4()}", author=AUTHOR))
        PERIODIC_JOBS[0].run(worker)

    yield partial(_worked, worker, check)
    for job in PERIODIC_JOBS[1:]:
        if job.name != "learner":
            yield partial(_worked, worker, job.run)
    for learn in (lambda _: learn_site(house.database, "news"), lambda _: put_back(house.database)):
        yield partial(_worked, worker, learn)
    yield partial(_worked, worker, apply_retention)


def _of_the_operator(worker: WorkerResources, greenroom: Greenroom) -> Iterator[Step]:
    for words in (
        ("verify",), ("export", "news", "-", "--person", AUTHOR["email"]), ("import", str(SAMPLES / "wxr.xml"), "--site", "news"), ("archive", "--older-than", "365", "--dry-run"),
        ("erase", "news", "--email", AUTHOR["email"], "--yes"),
    ):  # fmt: skip
        yield partial(greenroom, *words)
    for read in _READS:
        yield partial(_worked, worker, partial(_read, read=read))


def _read(worker: WorkerResources, *, read: Callable[[Session], object]) -> None:
    with worker.database.reading() as session:
        read(session)


#: Reads that would need https, a year of comments or a trained model to be reached from outside.
_NOW, _NONE = datetime.now(UTC), UUID(int=0)
_READS: tuple[Callable[[Session], object], ...] = (
    lambda session: passkey_with(session, "quill.canary"),
    lambda session: locked(session, _NONE),
    lambda session: rows_of_comments(session, {_NONE: True}),
    lambda session: list(written(session, "news")),
    lambda session: newest_with(session, "news", "quill.canary", TEXT, since=_NOW),
    lambda session: recent_texts(session, "news", most=10),
    lambda session: list(ordinary_comments(session, "news", until=_NOW, most=10)),
    lambda session: figures_of(session, "news", since=_NOW, until=_NOW),
    lambda session: gauges(session, now=_NOW),
    lambda session: work_totals(session, now=_NOW),
    is_resting,
    lambda session: transparency(session, site(session, "news"), _NOW.year),
    lambda session: list(exported_comments(session, "news")),
    lambda session: past_comments(session, "news", authors=True),
    lambda session: keys_in_force(session, "news"),
    is_resting,
    lambda session: chat_messages(session, [_NONE], token=_NONE, now=_NOW, links=ReaderLinks(b"", "")),
    lambda session: lists_of_sites(session.connection(), {"news": {"held_words": "quill.canary"}}),
)


def _worked(resources: WorkerResources, run: Callable[[WorkerResources], object]) -> None:
    """Run a job as the sweep does."""
    try:
        run(resources)
    except Exception:
        logging.getLogger("greenroom.sweep").exception("sweep_failed")


def _held(database: Database) -> str:
    with database.writing() as session:
        (comment,) = submitted(session, draft(TEXT, author=AUTHOR, external_id=uuid4().hex))
        moved(session, comment, State.HELD)
    return str(comment)

"""The charts: the daily statistics of the sweep, and the page that draws them, with a table."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import update

from service.actions.lifecycle.daily_statistics import store_statistics
from service.actions.moderation.queue_actions import SeenComment, decide_all, undo_action
from service.actions.sites.site_settings import set_time_zone
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.ids import new_id
from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.reports.daily_statistics import Statistics, days, percentiles
from service.store.tables.accounts import Role
from service.store.tables.daily_statistics import DailyStatistics
from service.web.pages.reports.line_chart import Series, _step, line_chart
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator, serving
from workers.periodic.daily_statistics import DAYS, EVERY, count_days

NOW = datetime.now(UTC).replace(hour=13, minute=30, second=0, microsecond=0)


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=NOW)
    with serving(settings) as app:
        yield app


@pytest.fixture
def mo(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news"))


def _decided(database: Database, comment_ids: list, state: State, *, at: datetime):
    action_id = new_id()
    with database.writing() as session:
        person = moderator_with(session, "mo@news.example").id
        seen = [SeenComment(comment_id, None) for comment_id in comment_ids]
        decide_all(session, "news", seen, state, action_id=action_id, moderator_id=person, now=at, delay=timedelta(0))
    return person, action_id


def _lived_through(database: Database) -> None:
    """Two days ago: 12 comments held for links and a calm one. Yesterday ten were approved and two rejected; one was undone."""
    links = [Seed(f"a link, number {n}", f"Jo {n}", kind=Kind.SPAM_LINKS, minutes=60 * 48) for n in range(12)]
    ids = sow(database, "news", [*links, Seed("calm", state=State.APPROVED, minutes=60 * 48)], now=NOW)
    yesterday = NOW - timedelta(days=1)
    _decided(database, ids[:10], State.APPROVED, at=yesterday)
    _decided(database, ids[10:11], State.REJECTED, at=yesterday)
    person, action = _decided(database, ids[11:12], State.REJECTED, at=yesterday)
    with database.writing() as session:
        undo_action(session, "news", action, moderator_id=person, now=yesterday, delay=timedelta(0))


def _numbers(database: Database) -> dict[int, Statistics]:
    """The statistics by number of days ago."""
    with database.reading() as session:
        rows = days(session, "news", since=NOW.date() - timedelta(days=DAYS))
    return {(NOW.date() - datetime.fromisoformat(row.day).date()).days: Statistics.read(row.statistics) for row in rows}


def test_a_day_is_counted_as_it_was(mo: Browser, database: Database) -> None:
    _lived_through(database)
    assert count_days(database, now=NOW, seconds=60) == DAYS
    numbers = _numbers(database)
    came, decided, today = numbers[2], numbers[1], numbers[0]
    assert (came.received, came.by_policy, came.to_verdict) == (13, {"held": 12, "approved": 1}, (0.0, 0.0))
    assert came.queue[-1] == (21 * 3600.0, 12, 7.5 * 3600)
    assert (decided.decided, decided.undone, decided.reasons) == (12, 1, {"spam.links": (11, 10)})
    assert decided.to_decision == (24 * 3600.0, 24 * 3600.0)
    assert [held for at, held, _age in decided.queue if at >= 15 * 3600] == [1, 1, 1]
    assert today.queue[-1] == (13.5 * 3600, 1, 48 * 3600.0)
    assert numbers[5] == Statistics(queue=numbers[5].queue)


def test_what_is_over_is_counted_once_and_today_again_and_again(mo: Browser, database: Database) -> None:
    _lived_through(database)
    count_days(database, now=NOW, seconds=60)
    assert count_days(database, now=NOW + EVERY / 2, seconds=60) == 0
    sow(database, "news", [Seed("new", minutes=0)], now=NOW + EVERY)
    assert count_days(database, now=NOW + 2 * EVERY, seconds=60) == 1
    today = _numbers(database)[0]
    assert today.received == 1
    assert [held for _at, held, _age in today.queue] == [1, 1, 1, 1, 1, 2]
    assert count_days(database, now=NOW + timedelta(days=1), seconds=60) == 2


def test_the_page_draws_with_tables_behind_and_nothing_inline(mo: Browser, database: Database) -> None:
    empty = unescape(mo.get("/charts").get_data(as_text=True))
    assert "No data yet" in empty
    _lived_through(database)
    count_days(database, now=NOW, seconds=60)
    page = unescape(mo.get("/charts?days=7").get_data(as_text=True))
    assert len(re.findall(r'<svg [^>]*role="img"', page)) == page.count("Show as a table") == 6
    assert "Mostly approved: check this rule" in page
    assert "<progress" in page and 'value="91"' in page
    assert " style=" not in page and "<script>" not in page
    assert page.count("<polyline") >= 3
    assert 'aria-label="Undone decisions. 1 of 12"' in page


def test_stale_figures_say_so_and_what_is_held_is_of_now(mo: Browser, database: Database) -> None:
    _lived_through(database)
    count_days(database, seconds=60)
    sow(database, "news", [Seed(f"held since, {n}") for n in range(5)])
    fresh = _text(mo, "/charts?days=7")
    assert "6 held now." in fresh
    assert "Updated" in fresh
    assert "out of date" not in fresh
    with database.writing() as session:
        session.execute(update(DailyStatistics).values(counted_at=datetime.now(UTC) - timedelta(hours=3)))
    stale = _text(mo, "/charts?days=7")
    assert "These figures are out of date: they were last updated 3 hours ago." in stale
    assert "6 held now." in stale


def test_a_period_can_be_a_day_up_to_a_year_and_says_from_when_it_has_figures(mo: Browser, database: Database) -> None:
    _lived_through(database)
    count_days(database, now=NOW, seconds=60)
    for span in (1, 7, 14, 30, 90, 365):
        assert f'value="{span}" selected' in _text(mo, f"/charts?days={span}")
    assert 'value="14" selected' in _text(mo, "/charts")
    assert "There are no figures from before" in _text(mo, "/charts?days=365")
    assert "There are no figures from before" not in _text(mo, "/charts?days=30")


def test_a_quiet_period_leads_to_a_longer_one(mo: Browser, database: Database) -> None:
    with database.writing() as session:
        store_statistics(session, "news", NOW.date(), Statistics(), now=NOW)
    assert "/charts?site=news&days=365" in _text(mo, "/charts?days=7").replace("&amp;", "&")
    assert "Nothing in this period" in _text(mo, "/charts?days=7")


def test_a_worker_that_stopped_before_the_period_is_no_quiet_period(mo: Browser, database: Database) -> None:
    with database.writing() as session:
        long_ago = datetime.now(UTC) - timedelta(days=3)
        store_statistics(session, "news", long_ago.date(), Statistics(received=3), now=long_ago)
    page = _text(mo, "/charts?days=1")
    assert "they were last updated 3 days ago" in page
    assert "No comments came" not in page


def test_moderators_and_hours_are_tables_and_files_with_the_same_numbers(mo: Browser, database: Database) -> None:
    _lived_through(database)
    with database.writing() as session:
        set_time_zone(session, "news", "Asia/Kolkata")
    count_days(database, now=NOW, seconds=60)
    page = _text(mo, "/charts?days=7")
    assert "in the time zone Asia/Kolkata" in page
    assert re.search(r"<bdi>mo</bdi></a></td>\s*<td[^>]*>.*12</span></td>", page)
    assert "9.1% of 11" in page
    people, hours = _csv(mo, "moderators", 7), _csv(mo, "hours", 7)
    work = {"decisions": "12", "compared": "11", "agreed": "1", "agreement": "0.0909", "overruled": "0", "undone": "1"}
    assert [{name: row[name] for name in work} for row in people] == [work]
    assert 86400 * 0.9 < int(people[0]["median_seconds"]) < 86400 * 1.1
    assert [(row["hour"], row["decisions"]) for row in hours] == [("19:00", "12")], "13:30 in UTC"


def test_a_file_is_named_by_site_and_period_and_runs_no_formula(mo: Browser, database: Database) -> None:
    _lived_through(database)
    with database.writing() as session:
        moderator_with(session, "mo@news.example").name = "=cmd()"
    count_days(database, now=NOW, seconds=60)
    answer = mo.get("/charts.csv?days=7&table=moderators")
    first, last = NOW.date() - timedelta(days=6), NOW.date()
    assert f'filename="moderators-news-{first}-to-{last}.csv"' in answer.headers["Content-Disposition"]
    assert "\r\n'=cmd()," in answer.get_data(as_text=True)
    days = {row["day"]: row for row in _csv(mo, "days", 7)}
    assert (days[str(NOW.date() - timedelta(days=1))]["decisions"], len(days)) == ("12", 7)
    assert _csv(mo, "reasons", 7)[0]["share"] == "0.9091"
    assert mo.get("/charts.csv?table=secrets").status_code == 422


def _text(browser: Browser, path: str) -> str:
    return unescape(browser.get(path).get_data(as_text=True))


def _csv(browser: Browser, table: str, days: int) -> list[dict[str, str]]:
    answer = browser.get(f"/charts.csv?days={days}&table={table}")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_a_strange_number_of_days_and_a_foreign_site_do_no_harm(app: Flask, mo: Browser) -> None:
    assert mo.get("/charts?days=100000").status_code == 200
    assert mo.get("/charts?site=blog").status_code == 404
    assert Browser(app).get("/charts").status_code == 303


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert percentiles(range(100)) == (50, 95)
    assert percentiles([3.0]) == (3.0, 3.0)
    assert percentiles([]) == ()


@pytest.mark.parametrize("highest", [0.001, 0.3, 1.0, 3, 7, 19, 100, 12_345, 10**9])
def test_axes_have_few_marks(highest: float) -> None:
    assert 1 <= -(-highest // _step(highest, None)) <= 6


def test_an_axis_of_comments_has_whole_numbers() -> None:
    days = [NOW.date()]
    plot = line_chart([Series("held", "first", [(0.5, 1.0)])], days, written=str, day=str, whole=True)
    assert [tick.label for tick in plot.upright] == ["0", "1"]

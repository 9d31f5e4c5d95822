"""WordPress with the Akismet plugin (Debian's real one, and a model of a newer one) against a real Greenroom process."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_akismet_key, add_key, add_site
from service.actions.sites.word_lists import set_list
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Event
from service.store.tables.sites import HeldIs, Scope
from tests.support.newer_akismet_plugin import NewerPlugin, Status
from tests.support.servers import wait_until
from tests.support.web_server import Web
from tests.support.wordpress import MariaDb, WordPress

BLOG = "https://news.example"
#: WordPress refuses duplicate comments, and the tests share one WordPress.
NUMBERS = count(1)
CALM = "It's what I've \"always\" said: a <em class='x'>lovely</em> bridge & a river."
FOUL = "You are a complete fuckwit and so is your dog."
#: Is held: a person decides whether a telephone number is allowed.
DOUBTFUL = "Call me at +49 30 12345678, it's about the <em class='x'>railing</em> of the bridge."


class Greenroom:
    """A new site in a running Greenroom, with a key for the plugin, and an API client that moderates."""

    def __init__(self, web: Web, site: str) -> None:
        self.web, self.site = web, site
        self.database = Database(web.settings.database)
        with self.database.writing() as session:
            add_site(session, site, origins=[BLOG], now=datetime.now(UTC))
            token = add_key(session, site, scopes=list(Scope), now=datetime.now(UTC))[1]
        self.key = self.new_key(HeldIs.SPAM)
        self.api = httpx.Client(base_url=f"{web.url}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def close(self) -> None:
        self.api.close()
        self.database.close()

    def new_key(self, held_is: HeldIs) -> str:
        pseudonyms = Pseudonymizer.from_secret(self.web.settings.secret)
        with self.database.writing() as session:
            return add_akismet_key(session, self.site, pseudonyms=pseudonyms, held_is=held_is, now=datetime.now(UTC))[1]

    def comments(self) -> list[dict[str, Any]]:
        """All comments of the site, once all have their verdicts."""

        def judged() -> bool:
            with self.database.reading() as session:
                return not session.scalar(select(func.count()).where(Comment.state == "pending"))

        wait_until(judged, what="the verdicts")
        return self.api.get("/comments").json()["comments"]

    def comment(self, comment_id: str | None) -> dict[str, Any]:
        return self.api.get(f"/comments/{comment_id}").json()

    def decide(self, comment: dict[str, Any], decision: str) -> None:
        assert self.api.post(f"/comments/{comment['id']}/decision", json={"decision": decision}).status_code == 200

    def rows(self) -> list[int]:
        """The number of stored comments."""
        with self.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(record)) or 0 for record in (Comment, Thread, Event)]


@pytest.fixture(scope="module")
def web(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("greenroom")
    (folder / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    with Web(folder, DATABASE_URL=f"sqlite:///{folder / 'greenroom.db'}") as web:
        # The first verdict of a process takes longer than the client's timeout.
        warm_up = Greenroom(web, "warm-up")
        warm_up.api.post("/comments", json={"thread": {"id": "a"}, "text": "Good morning."})
        assert len(warm_up.comments()) == 1
        warm_up.close()
        yield web


@pytest.fixture
def greenroom(web: Web) -> Iterator[Greenroom]:
    greenroom = Greenroom(web, f"news-{next(NUMBERS)}")
    yield greenroom
    greenroom.close()


@pytest.fixture(scope="module")
def wordpress(mariadb: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    if not WordPress.there():
        pytest.skip("WordPress is not to be had on this machine")
    server = WordPress(tmp_path_factory.mktemp("wordpress"))
    server.database = mariadb
    with server:
        yield server


def in_time(comment: Callable[[str], int], state: Callable[[int], str]) -> int:
    """Send comments until the blog publishes one at once. A comment whose verdict takes too long counts as held."""
    numbers: list[int] = []

    def published() -> bool:
        numbers.append(comment(f"{CALM} {next(NUMBERS)}"))
        return state(numbers[-1]) == "approved"

    wait_until(published, what="a verdict in time")
    return numbers[-1]


def test_a_recheck_by_the_real_plugin_finds_its_comment_and_a_persons_decision_stands(
    wordpress: WordPress, greenroom: Greenroom
) -> None:
    wordpress.talk_to(greenroom.web.url, greenroom.key)
    calm = in_time(wordpress.comment, wordpress.state)
    guid = wordpress.run("return get_option('guid');")
    newest = greenroom.comment(guid)
    assert newest["text"].startswith("It's what I've \"always\" said: a <em class='x'>lovely</em> bridge & a river.")
    assert newest["author"]["name"] == "Dana O'Neil"
    doubtful = wordpress.comment(DOUBTFUL)
    assert wordpress.state(doubtful) == "spam"
    before = greenroom.comments()
    answers = [wordpress.run(f"return Akismet::recheck_comment({number});") for number in (calm, doubtful)]
    assert answers == ["false", "true"]
    after = greenroom.comments()
    assert [comment["id"] for comment in after] == [comment["id"] for comment in before]
    mine = {comment["external_id"]: comment for comment in after if comment["external_id"]}
    assert set(mine) == {str(calm), str(doubtful)}
    greenroom.decide(mine[str(calm)], "reject")
    greenroom.decide(mine[str(doubtful)], "approve")
    answers = [wordpress.run(f"return Akismet::recheck_comment({number});") for number in (calm, doubtful)]
    assert answers == ["true", "false"]
    assert wordpress.state(calm) == "spam"
    assert len(greenroom.comments()) == len(before)


def test_what_a_moderator_of_the_real_plugin_reports_is_decided(wordpress: WordPress, greenroom: Greenroom) -> None:
    wordpress.talk_to(greenroom.web.url, greenroom.key)
    calm = in_time(wordpress.comment, wordpress.state)
    guid = wordpress.run("return get_option('guid');")
    for act, state in (("spam", "rejected"), ("unspam", "approved")):
        wordpress.run(f"wp_set_current_user(1); $_POST['{act}'] = '1'; wp_{act}_comment({calm});")
        assert greenroom.comment(guid)["state"] == state


def test_what_the_real_plugin_sent_while_greenroom_was_away_comes_once(wordpress: WordPress, greenroom: Greenroom) -> None:
    wordpress.talk_to("", greenroom.key)
    number = wordpress.comment(f"{CALM} While nothing was there.")
    assert wordpress.state(number) == "unapproved"
    # Newer plugins publish a comment whose answer has no guid.
    assert UUID(wordpress.run("return get_option('guid');"))
    wordpress.talk_to(greenroom.web.url, greenroom.key)
    wordpress.run("Akismet::cron_recheck();")
    [comment] = greenroom.comments()
    assert (comment["external_id"], comment["state"]) == (str(number), "approved")
    # If the verdict did not come in time, the plugin treated the comment as held.
    assert wordpress.state(number) in ("approved", "spam")
    assert wordpress.run(f"return Akismet::recheck_comment({number});") == "false"
    assert len(greenroom.comments()) == 1


def test_the_real_plugin_tests_keys_and_comments_without_a_trace(wordpress: WordPress, greenroom: Greenroom) -> None:
    wordpress.talk_to(greenroom.web.url, greenroom.key)
    assert wordpress.run(f"return Akismet::verify_key('{greenroom.key}');") == "valid"
    assert wordpress.run("return Akismet::verify_key('000000000000');") == "invalid"
    before = greenroom.rows()
    comment = "['comment_post_ID' => 1, 'comment_author' => 'Dana', 'comment_author_email' => 'd@example.org', 'comment_author_url' => ''"
    for words, answer in ((CALM, "false"), (FOUL, "true")):
        code = f"return Akismet::auto_check_comment({comment}, 'comment_content' => {json.dumps(words)}])['akismet_result'];"
        assert wordpress.run(code, AKISMET_TEST_MODE="1") == answer
    as_admin = (
        f"wp_set_current_user(1); $id = wp_new_comment({comment}, 'comment_content' => {json.dumps(FOUL)}, 'user_ID' => 1]);"
    )
    assert wordpress.run(f"{as_admin} return wp_get_comment_status($id);") == "approved"
    assert greenroom.rows() == before


@pytest.fixture
def blog(greenroom: Greenroom) -> NewerPlugin:
    return NewerPlugin(greenroom.web.url, greenroom.key, BLOG)


def test_a_newer_plugin_believes_every_answer(greenroom: Greenroom, blog: NewerPlugin) -> None:
    calm = in_time(blog.comment, blog.status.__getitem__)
    assert greenroom.comment(blog.guids[calm])["state"] == "approved"
    expected = {FOUL: {}, "Hello.": {"comment_author": "viagra-test-123"}, DOUBTFUL: {}}
    for words, fields in expected.items():
        assert blog.status[blog.comment(words, **fields)] is Status.SPAM
    assert blog.status[blog.comment(FOUL, user_role="administrator")] is Status.APPROVED
    assert all(blog.guids.values())


def test_a_newer_plugin_never_publishes_what_waits_for_a_person(greenroom: Greenroom) -> None:
    blog = NewerPlugin(greenroom.web.url, greenroom.new_key(HeldIs.HAM), BLOG)

    def pending() -> bool:
        return blog.status[blog.comment(DOUBTFUL)] is Status.PENDING

    # A web process caches sites for some seconds.
    wait_until(pending, what="the site's new answer for what is held")
    number = max(blog.status)
    assert blog.fallback[number] > 10 * 365 * 24 * 3600
    assert blog.recheck(number) == "false"
    assert blog.status[number] is Status.PENDING
    greenroom.comments()
    comment = greenroom.comment(blog.guids[number])
    assert (comment["state"], comment["external_id"]) == ("held", str(number))
    assert blog.recheck(number, "retry") == "true"
    greenroom.decide(comment, "approve")
    assert blog.recheck(number) == "false"


def test_a_newer_plugin_keeps_pending_what_was_refused(greenroom: Greenroom) -> None:
    blog = NewerPlugin(greenroom.web.url, "0" * 12, BLOG)
    for words in (CALM, "a" * 300_000):
        assert blog.status[blog.comment(words)] is Status.PENDING


def test_a_report_of_a_newer_plugin_is_decided(greenroom: Greenroom, blog: NewerPlugin) -> None:
    calm = in_time(blog.comment, blog.status.__getitem__)
    for spam, state in ((True, "rejected"), (False, "approved")):
        blog.report(calm, spam=spam)
        assert greenroom.comment(blog.guids[calm])["state"] == state


def test_what_is_a_test_is_judged_by_the_checks_and_leaves_no_trace(greenroom: Greenroom, blog: NewerPlugin) -> None:
    with greenroom.database.writing() as session:
        set_list(session, greenroom.site, "blocked_words", ["zeppelin"])
    before = greenroom.rows()
    told = {words: blog.status[blog.comment(words, is_test="true")] for words in (CALM, FOUL, "A zeppelin over the bridge.")}
    assert told == {CALM: Status.APPROVED, FOUL: Status.SPAM, "A zeppelin over the bridge.": Status.SPAM}
    # So often that it would be a flood if repeats were counted.
    assert {blog.status[blog.comment(CALM, is_test="1")] for _ in range(12)} == {Status.APPROVED}
    assert greenroom.rows() == before

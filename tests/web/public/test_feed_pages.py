"""The pages of a feed: bounded, without a gap, and what is left out can be asked for."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

Post = Callable[..., str]
FEED = "/v1/threads/a-page/comments?site=news"


@pytest.mark.parametrize("replies", ["nested", "flat"])
@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_have_no_gap_and_no_repeat(reader: Client, published: Post, replies: str, order: str) -> None:
    posted = [published(f"Word number {number}.") for number in range(5)]
    seen, address = [], f"{FEED}&limit=2&replies={replies}&order={order}"
    while address:
        page = reader.get(address)
        seen += [comment["id"] for comment in page.json["comments"]]
        link = page.headers.get("Link", "")
        parts = urlsplit(link[1:].partition(">")[0])
        address = f"{parts.path}?{parts.query}" if link else ""
    assert seen == (posted if order == "oldest" else posted[::-1])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_left_out_of_a_page_can_be_asked_for(reader: Client, published: Post) -> None:
    root = published("A root.")
    replies = [published(f"Reply {n}.", parent=root) for n in range(12)]
    first = reader.get(f"{FEED}&limit=1").json["comments"][0]
    assert [reply["id"] for reply in first["replies"]] == replies[:10]
    address = first["more_replies"].removeprefix("http://greenroom.example")
    second = reader.get(address).json
    assert [reply["id"] for reply in second["comments"]] == replies[10:11]
    assert second["comments"][0]["parent"] == root
    third = reader.get(f"{address.partition('&after=')[0]}&after={second['next_cursor']}").json
    assert ([reply["id"] for reply in third["comments"]], third["next_cursor"]) == (replies[11:], None)
    html = reader.get(f"{FEED}&limit=1&format=html").get_data(as_text=True)
    assert html.count('<p class="greenroom-more-replies"><a rel="nofollow" href="http://greenroom.example/v1/threads/') == 1
    assert reader.get(FEED).json["comments"][0]["more_replies"] is None
    assert reader.get(f"{FEED}&parent=01890000-0000-7000-8000-000000000000").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_made_up_cursor_is_refused_and_so_is_that_of_another_thread(reader: Client, published: Post) -> None:
    for number in range(2):
        published(f"Word {number}.")
        published(f"Word {number}.", thread={"id": "b"})
    cursor = reader.get(f"{FEED}&limit=1").json["next_cursor"]
    other = "/v1/threads/b/comments?site=news&limit=1"
    assert reader.get(f"{FEED}&limit=1&after={cursor}").status_code == 200
    for address in (f"{other}&after={cursor}", f"{FEED}&after={'A' * 44}", f"{FEED}&after={cursor[:-1]}", f"{FEED}&after="):
        refused = reader.get(address)
        [fault] = refused.json["errors"]
        assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "query:after", "cursor"), address


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_that_has_to_be_rendered_costs_as_many_calls_as_it_has_kilobytes(reader: Client, published: Post) -> None:
    published("Many words. " * 800)
    left = [int(reader.get(FEED).headers["RateLimit"].split("r=")[1].split(";")[0]) for _ in range(3)]
    assert left[1] - left[2] == 1
    before = int(reader.get("/openapi.json").headers["RateLimit"].split("r=")[1].split(";")[0])
    page = reader.get(f"{FEED}&limit=7")
    assert before - int(page.headers["RateLimit"].split("r=")[1].split(";")[0]) == 1 + len(page.data) // 1024


def test_html_is_in_the_language_that_the_query_or_the_browser_asks_for(reader: Client, published: Post) -> None:
    published("Shown.")
    html, german, arabic = f"{FEED}&format=html", {"Accept-Language": "de-AT"}, {"Accept-Language": "ar"}
    # Twice each: the second answer comes from the fast path.
    for _ in range(2):
        for address, headers, words in (
            (html, {}, ('lang="en" dir="ltr"', "1 comment<", ">Reply<")),
            (html, german, ('lang="de"', "1 Kommentar<", ">Antwort<")),
            (html, arabic, ('lang="ar" dir="rtl"', "تعليق واحد")),
            (f"{html}&lang=de", arabic, ('lang="de"', "1 Kommentar<")),
            (f"{html}&lang=xx", german, ('lang="de"',)),
        ):
            answer = reader.get(address, headers=headers)
            assert all(word in answer.get_data(as_text=True) for word in words), (address, headers)
            assert "Accept-Language" in answer.headers["Vary"]
            assert f'lang="{answer.headers["Content-Language"]}"' in answer.get_data(as_text=True)
        json = reader.get(FEED, headers=german)
        assert ("Accept-Language" in json.headers["Vary"], "Content-Language" in json.headers) == (False, False)

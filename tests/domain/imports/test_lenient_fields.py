"""What is taken of fields as people have them, and what not."""

import pytest

from service.domain.imports.html_text import MAX_HTML, text_of_html
from service.domain.imports.lenient_fields import clean, email_address, ip_address, line, moment, web_address


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://ann.example/a?b#c", "https://ann.example/a?b#c"), ("www.ann.example", "http://www.ann.example"),
        ("ann.example:8080/page", "http://ann.example:8080/page"), ("//ann.example/", "https://ann.example/"), ("/page", "https://blog.example/page"),
        ("http://", ""), ("http://ann.example/a b", ""), ("javascript:alert(1)", ""), ("Ann", ""), ("ann@x.example", ""), ("", ""),
        ("http://" + "a" * 3000, ""), ("https://пример.example/страница", "https://пример.example/страница"),
    ],
)  # fmt: skip
def test_a_website(given: str, taken: str) -> None:
    assert web_address(given, base="https://blog.example/old/") == taken


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("ann@x.example", "ann@x.example"), ("Ann <ann@x.example>", "ann@x.example"), ("ann@x.example, ben@y.example", "ann@x.example"),
        ("mailto:ann@x.example", "ann@x.example"), ("none", ""), ("@", ""), ("a@" + "b" * 400, ""), ("<>\x00", ""),
    ],
)  # fmt: skip
def test_an_email_address(given: str, taken: str) -> None:
    assert email_address(given) == taken


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("203.0.113.5", "203.0.113.5"), ("203.0.113.5:4711", "203.0.113.5"), ("203.0.113.5, 10.0.0.1", "203.0.113.5"),
        ("[2001:db8::1]:443", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("unknown", ""), ("", ""),
    ],
)  # fmt: skip
def test_an_ip_address(given: str, taken: str) -> None:
    assert ip_address(given) == taken


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("2019-01-02T10:00:00Z", "2019-01-02T10:00:00+00:00"), ("2019-01-02 10:00:00", "2019-01-02T10:00:00+00:00"),
        ("2019-01-02 18:00:00 +0800", "2019-01-02T10:00:00+00:00"), ("2019-01-02T10:00:00.123456789Z", "2019-01-02T10:00:00.123456+00:00"),
        ("Wed, 02 Jan 2019 10:00:00 GMT", "2019-01-02T10:00:00+00:00"), ("1546423200", "2019-01-02T10:00:00+00:00"),
        ("1546423200.5", "2019-01-02T10:00:00.500000+00:00"), ("1546423200000", "2019-01-02T10:00:00+00:00"),
        ("0000-00-00 00:00:00", None), ("long ago", None), ("", None), ("0", None), ("1969-12-31T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)  # fmt: skip
def test_a_time(given: str, taken: str | None) -> None:
    read = moment(given)
    assert (read and read.isoformat()) == taken


def test_control_characters_and_half_surrogates_go() -> None:
    assert clean("a\x00b\x07\r\nc\td\ud800") == "ab\nc\td"
    assert line(" Ann\n Lee ", 6) == "Ann Le"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain < text & more", "plain < text & more"),
        ("I <3 it &amp; you", "I <3 it & you"),
        ("<p>One</p>\n\n<p>Two<br />three</p>", "One\n\nTwo\nthree"),
        ("line one\nline <strong>two</strong>", "line one\nline two"),
        ("<ul><li>a</li><li>b</li></ul>after", "- a\n- b\n\nafter"),
        ('<a href="https://a.example/x" rel="nofollow">the words</a>.', "the words (https://a.example/x)."),
        ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
        ('<a href="http://www.a.example/long/path">a.example/long...</a>', "http://www.a.example/long/path"),
        ('<a href="https://evil.example">bank.example</a>', "bank.example (https://evil.example)"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<img src="https://a.example/cat.png" alt="A cat">', "A cat https://a.example/cat.png"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<blockquote><p>said</p></blockquote>answer", "said\n\nanswer"),
        ("<unclosed", "<unclosed"),
        ("a<!-- hidden --> b <![if ]>c <?php d", "a  b  c"),
    ],
)
def test_html_becomes_the_text_that_readers_saw(html: str, text: str) -> None:
    assert text_of_html(html) == text


@pytest.mark.parametrize("part", ["<a ", "<a '", "<!--", "<![", "</", "<a href='x'>", "<p>", "<script>", "&#"])
def test_hostile_html_takes_no_more_than_it_is_long(part: str) -> None:
    """A parser that searches to the end for each `<` would take minutes."""
    assert len(text_of_html(part * 60_000)) <= 4 * MAX_HTML


def test_half_surrogates_reach_no_database() -> None:
    assert (web_address("http://ann.example/\ud800"), email_address("ann\udfff@x.example")) == (
        "http://ann.example/",
        "ann@x.example",
    )

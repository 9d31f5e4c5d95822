"""The fast path and the full path give the same fingerprint of a text."""

import pytest

from service.domain.text.fingerprint import fingerprint
from service.domain.text.links import count_links, link_domain
from service.domain.text.wording import wording

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize("text", ["Hello, World_1!", "a.b-c\td", "...!?", "_", "0", "SHOUTED words", "x\x1fy"])
def test_a_text_of_ascii_has_the_fingerprint_of_its_wide_twin(text: str) -> None:
    assert fingerprint(text) == fingerprint(text.translate(_WIDE))


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("No link. None at all... 3.14 or so.", None),
        ("See http://a.example/x.", "a.example"),
        ("WWW.Shop.example", "shop.example"),
        ("buy at cheap.top", "cheap.top"),
        ("https://x.com and https://b.example", "b.example"),
        ("http://intranet/page", "intranet"),
    ],
)
def test_a_link_is_found_where_there_is_one(text: str, domain: str | None) -> None:
    assert link_domain(text) == domain
    assert (count_links(text) > 0) == (domain is not None)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Buy THIS now", "buy this, now!"),
        ("Bravo  !\n", "bravo"),
        ("He said: «Hello.»", "he said hello"),
        ("¿Por qué?", "por que\u0301"),
        ("?!", "?!"),
    ],
)
def test_capitals_blanks_and_punctuation_make_no_other_wording(text: str, other: str) -> None:
    assert wording(text) == wording(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Well done 👍", "Well done 🖕"),
        ("Good luck :)", "Good luck :("),
        ("1.5 stars", "15 stars"),
        (".5 stars", "5 stars"),
        ("-5 degrees", "5 degrees"),
        ("pay-pal.example", "paypal.example"),
        ("We need therapists", "We need the rapists"),
        ("मारा", "मेरा"),
        ("bad", "b\u200bad"),
        ("paypal", "p\u0430ypal"),
        ("?", "!"),
        ("f***", "f*"),
    ],
)
def test_all_that_reads_otherwise_is_another_wording(text: str, other: str) -> None:
    assert wording(text) != wording(other)


def test_another_website_of_the_author_is_another_wording() -> None:
    assert wording("Well said", "https://bags.example") != wording("Well said")
    assert wording("a\nb") != wording("a", "b")

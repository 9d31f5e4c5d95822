"""What two texts have in common is read the same way on the short path and on the long one."""

import pytest

from service.domain.fingerprint import fingerprint
from service.domain.links import count_links, link_domain

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

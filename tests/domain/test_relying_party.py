"""Where browsers allow passkeys, and under which domain and origin."""

import pytest

from service.domain.security.relying_party import RelyingParty


@pytest.mark.parametrize(
    ("url", "party"),
    [
        ("https://comments.news.example", RelyingParty("comments.news.example", "https://comments.news.example")),
        ("https://News.example:443", RelyingParty("news.example", "https://news.example")),
        ("https://news.example:8443/greenroom", RelyingParty("news.example", "https://news.example:8443")),
        ("http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://news.example", None),
        ("https://192.0.2.7", None),
        ("https://[::1]", None),
        ("https://nachrichten-für-alle.example", None),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(url: str, party: RelyingParty | None) -> None:
    assert RelyingParty.of(url) == party

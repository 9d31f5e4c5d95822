"""Whom the service takes for the client, behind proxies and with hostile headers."""

from collections.abc import Iterable

import pytest

from service.setting_sources import load
from service.web.http.client_ip import with_trusted_proxies

PEER = "10.0.0.1"


def client(header: str, value: str, *, count: int = 1, proxy_header: str = "forwarded") -> tuple[str, str]:
    """The address and the scheme of a request with this header."""
    seen: list[tuple[str, str]] = []

    def application(environ: dict, _: object) -> Iterable[bytes]:
        seen.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]))
        return []

    settings = load({"GREENROOM_TRUSTED_PROXIES": str(count), "GREENROOM_PROXY_HEADER": proxy_header})
    environ = {"REMOTE_ADDR": PEER, "wsgi.url_scheme": "http", header: value}
    trusting = with_trusted_proxies(application, settings)
    trusting(environ, None)
    # The event loop and Flask both look: the second look changes nothing.
    trusting(environ, None)
    assert seen[0] == seen[1]
    return seen[0]


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("for=192.0.2.60;proto=https;by=203.0.113.43", 1, ("192.0.2.60", "https")),
        ("For=192.0.2.60:4711; Proto=HTTPS", 1, ("192.0.2.60", "https")),
        ('for="[2001:db8:cafe::17]:4711"', 1, ("2001:db8:cafe::17", "http")),
        ('for="::ffff:192.0.2.60"', 1, ("192.0.2.60", "http")),
        ("for=192.0.2.60, for=198.51.100.17", 2, ("192.0.2.60", "http")),
        ("for=6.6.6.6, for=192.0.2.60,for=198.51.100.17;proto=https", 2, ("192.0.2.60", "http")),
    ],
)
def test_the_outermost_trusted_proxy_names_the_client(value: str, count: int, expected: tuple[str, str]) -> None:
    assert client("HTTP_FORWARDED", value, count=count) == expected


@pytest.mark.parametrize(
    "before",
    ["for=6.6.6.6", 'for="6.6.6.6', 'for=6.6.6.6;x="', 'for="a,b";by="', "for=6.6.6.6;", ",,,", '"', "for=6.6.6.6\\", "=;=,"],
)
def test_what_a_client_sent_itself_never_counts(before: str) -> None:
    """The proxy appends its element to whatever the client sent."""
    assert client("HTTP_FORWARDED", f'{before}, for="[2001:db8::1]:4711";proto=https') == ("2001:db8::1", "https")


@pytest.mark.parametrize(
    "value",
    ["", "for=unknown", "for=_hidden", "for=6.6.6.6;for=7.7.7.7", "for", "for=", 'for="6.6.6.6', "for=6.6.6.6;;", "for=300.1.1.1", "proto=ftp", "for=6.6.6.6\x00", "for=６.6.6.6"],
)  # fmt: skip
def test_a_malformed_element_leaves_the_address_of_the_connection(value: str) -> None:
    assert client("HTTP_FORWARDED", value) == (PEER, "http")


def test_fewer_elements_than_trusted_proxies_name_nobody() -> None:
    assert client("HTTP_FORWARDED", "for=6.6.6.6", count=2) == (PEER, "http")


def test_only_the_header_of_the_setting_counts() -> None:
    assert client("HTTP_X_FORWARDED_FOR", "6.6.6.6") == (PEER, "http")
    assert client("HTTP_FORWARDED", "for=6.6.6.6", proxy_header="x-forwarded-for") == (PEER, "http")
    assert client("HTTP_FORWARDED", "for=6.6.6.6", count=0) == (PEER, "http")
    assert client("HTTP_X_FORWARDED_FOR", "6.6.6.6, 192.0.2.60", proxy_header="x-forwarded-for") == ("192.0.2.60", "http")

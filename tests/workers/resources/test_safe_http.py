"""The HTTP client for foreign URLs: it never connects to private addresses, follows no redirects, and keeps its deadline."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from service.domain.webhooks.retry_schedule import Answer
from tests.support.webhook_receiver import Receiver, answers
from workers.resources.safe_http import MOST_BODY, Place, SafeHttp

LOOPBACK = ("127.0.0.0/8", "::1/128")

#: URLs of private targets. The port is that of a listener that must never get a connection.
HOSTILE = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://168.63.129.16/machine",
    "http://100.100.100.200/latest/meta-data/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://192.168.0.1:{port}/",
    "http://[fe80::1]:{port}/",
    "http://public.example@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@public.example/",
    "http://127.0.0.1:{port}#@public.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_SET%20a%201",
    "http://127.0.0.1:{port}/\r\nX-Evil: 1",
    "http://[::1%25lo]:{port}/",
    "http:///etc/passwd",
    "http://127.0.0.1:99999/",
]

_watched: list[list[object]] = []


def _watch(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        for seen in _watched:
            seen.append(arguments[1])


sys.addaudithook(_watch)


@contextmanager
def watched_connects() -> Iterator[list[object]]:
    """All addresses that this process connects to meanwhile, by any code (an audit hook of the interpreter)."""
    seen: list[object] = []
    _watched.append(seen)
    try:
        yield seen
    finally:
        _watched.remove(seen)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def post(url: str, *, seconds: float = 60.0, **more: object) -> Answer:
    return SafeHttp(seconds=seconds, **more).post(url, b"{}", {"Content-Type": "application/json"})


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_urls_connect_nowhere(receiver: Receiver, url: str) -> None:
    with watched_connects() as connects:
        # A name may need a look-up without a response.
        answer = post(url.format(port=receiver.url.rpartition(":")[2].partition("/")[0]), seconds=2.0)
    assert answer.status is None
    assert answer.error
    assert connects == []
    assert receiver.receipts == []


@pytest.mark.parametrize("url", HOSTILE[:3])
def test_the_watch_sees_what_a_plain_client_would_do(receiver: Receiver, url: str) -> None:
    with watched_connects() as connects:
        answer = post(url.format(port=receiver.url.rpartition(":")[2].partition("/")[0]), allow=LOOPBACK)
    assert answer.status == 204
    assert len(connects) == 1


def test_a_name_that_changes_its_mind_is_asked_only_once(receiver: Receiver) -> None:
    """DNS rebinding: the name is public when checked and private when connected."""
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[Place]:
        asked.append(host)
        return [(socket.AF_INET, ("192.0.2.1" if len(asked) == 1 else "127.0.0.1", port))]

    with watched_connects() as connects:
        answer = post(f"http://rebind.example:{port}/", resolve=rebinding)
    assert asked == ["rebind.example"]
    assert answer.status is None
    assert connects == []


def test_of_several_addresses_only_open_ones_are_dialled(receiver: Receiver) -> None:
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])

    def mixed(host: str, port: int) -> list[Place]:
        return [(socket.AF_INET, (ip, port)) for ip in ("10.0.0.1", "169.254.169.254", "127.0.0.1")]

    with watched_connects() as connects:
        assert post(f"http://mixed.example:{port}/", resolve=mixed, allow=LOOPBACK).status == 204
    assert connects == [("127.0.0.1", port)]
    assert receiver.receipts[0].headers["host"] == f"mixed.example:{port}"


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    with Receiver() as other:
        for status in (301, 302, 303, 307, 308):
            receiver.behaviour = answers(status, Location=other.url)
            answer = post(receiver.url, allow=LOOPBACK)
            assert answer.status == status
            assert not answer.arrived
        assert other.receipts == []


def test_proxies_and_netrc_of_the_environment_are_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert post(receiver.url, allow=LOOPBACK).status == 204


def _drips_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(request, b"X-Drop: 1\r\n")


def _drips_the_status(request: BaseHTTPRequestHandler) -> None:
    _drip(request, b"H")


def _says_nothing(request: BaseHTTPRequestHandler) -> None:
    _over.wait()


def _drip(request: BaseHTTPRequestHandler, drop: bytes) -> None:
    while not _over.wait(0.1):
        request.wfile.write(drop)


_over = threading.Event()


@pytest.mark.parametrize("behaviour", [_drips_headers, _drips_the_status, _says_nothing])
def test_an_answer_that_drips_ends_by_the_wall_clock(receiver: Receiver, behaviour: object) -> None:
    """The response never ends: the test passes if the call returns."""
    _over.clear()
    receiver.behaviour = behaviour  # type: ignore[assignment]
    try:
        answer = post(receiver.url, seconds=0.6, allow=LOOPBACK)
    finally:
        _over.set()
    assert (answer.status, answer.error) == (None, "no answer in time")


def test_a_huge_answer_is_read_no_further_than_its_beginning(receiver: Receiver) -> None:
    sent = 0

    def huge(request: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(3000):
            sent += request.wfile.write(b"x" * 65536)

    receiver.behaviour = huge
    answer = post(receiver.url, allow=LOOPBACK)
    assert answer.arrived
    assert len(answer.text) <= MOST_BODY
    assert sent < 50 * 1024 * 1024


def test_endless_headers_are_refused(receiver: Receiver) -> None:
    receiver.behaviour = lambda request: [request.wfile.write(b"X-A: " + b"a" * 60_000 + b"\r\n") for _ in range(90)]  # type: ignore[assignment]
    assert post(receiver.url, allow=LOOPBACK).status is None


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x00\xff\xfe", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n"]
)
def test_rubbish_is_an_answer_like_any_other(receiver: Receiver, rubbish: bytes) -> None:
    def answer_rubbish(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(rubbish)
        request.close_connection = True

    receiver.behaviour = answer_rubbish
    answer = post(receiver.url, allow=LOOPBACK)
    assert answer.status in (None, 200)


def test_a_resolver_that_hangs_ends_in_time() -> None:
    over = threading.Event()
    answer = post("http://slow.example/", seconds=0.3, resolve=lambda _host, _port: (over.wait(), [])[1])
    over.set()
    assert answer.error == "no answer in time"


def test_a_port_where_nobody_listens_is_told_in_words() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        answer = post(f"http://127.0.0.1:{probe.getsockname()[1]}/", allow=LOOPBACK)
    assert "refused" in answer.error

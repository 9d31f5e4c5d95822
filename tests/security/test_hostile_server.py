"""3,500 hostile requests to the real server: no status is 500 or more, and every refusal names its reason."""

import http.client
import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.web_server import Web
from tests.web.http.test_hostile_input import ADDRESSES, NAUGHTY, STRANGE, WHOLE, places, with_value

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REQUESTS = 3_500
NAMES = ("Idempotency-Key", "Prefer", "X-Request-Id", "X-Forwarded-For", "If-None-Match", "Accept", "Accept-Encoding", "Accept-Language",
         "Content-Encoding", "Origin", "Referer", "Cookie", "User-Agent", "Host", "Range", "Expect", "X-HTTP-Method-Override")  # fmt: skip
BOMBS = (
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b"\xff" * 500,
    "{}".encode("utf-16"),
    b'{"text":1e' + b"9" * 500 + b"}",
    b"null",
    b"",
    b'{"a":1}{"a":2}',
)
Request = tuple[str, str, bytes, dict[str, str]]


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url) as web:
        yield web


def hostile(number: int) -> Request:
    """The request with this number: always the same one."""
    chance = random.Random(number)
    word = chance.choice(NAUGHTY)
    match number % 7:
        case 0 | 1:
            body = with_value(chance.choice(list(places(WHOLE))), chance.choice([*STRANGE, *NAUGHTY]))
            return "POST", "/v1/comments", json.dumps({**body, "external_id": ""} if number % 2 else body).encode(), {}
        case 2:
            return "GET", chance.choice(ADDRESSES).format(quote(word[:1500], safe="")), b"", {}
        case 3:
            path = chance.choice(("/f/news", "/sign-in", "/1.1/comment-check", "/1.1/verify-key"))
            form = {
                chance.choice(("thread", "text", "email", "password", "return_to", "rendered", "blog", "key")): word[:3000]
                for _ in range(3)
            }
            return "POST", path, urlencode(form, errors="replace").encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        case 4:
            value = word.encode().decode("latin-1")
            header = {chance.choice(NAMES): "".join(c for c in value if c >= " " and c != "\x7f")[:4000]}
            return chance.choice(("GET", "POST")), "/v1/comments", b"{}", header
        case 5:
            path = chance.choice(("/v1/comments", "/v1/endpoints", "/v1/comments/01a20435-267d-77e4-9d04-8ee4c90cd180/decision"))
            return chance.choice(("POST", "PATCH", "PUT")), path, chance.choice(BOMBS), {}
    kind = chance.choice(
        (
            "text/plain",
            "application/xml",
            "multipart/form-data",
            "application/json; charset=utf-7",
            word.encode("ascii", "ignore").decode(),
        )
    )
    return (
        "POST",
        chance.choice(("/v1/comments", "/f/news")),
        b"{}",
        {"Content-Type": "".join(c for c in kind if " " <= c < "\x7f")[:200]},
    )


def asked(web: Web, key: str, numbers: range) -> Counter[int]:
    """The responses to these requests, on one connection for as long as the server keeps it open."""
    counted: Counter[int] = Counter()
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    for number in numbers:
        method, path, body, headers = hostile(number)
        try:
            line.request(method, path, body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers})
            answer = line.getresponse()
        except (ConnectionError, http.client.HTTPException):
            # The server closed the connection, which is allowed; the next request uses a new one.
            line.close()
            counted[0] += 1
            continue
        said = answer.read()
        counted[answer.status] += 1
        assert answer.status < 500, (number, method, path, said[:300])
        if answer.status == 422 and answer.headers.get("Content-Type") == "application/problem+json":
            problem = json.loads(said)
            assert problem["errors"] and all("pointer" in fault for fault in problem["errors"]), (
                number,
                method,
                path,
                said[:300],
            )
    line.close()
    return counted


def test_nothing_hostile_breaks_the_server(web: Web) -> None:
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    database.close()
    with ThreadPoolExecutor(4) as people:
        parts = people.map(lambda first: asked(web, key, range(first, REQUESTS, 4)), range(4))
        counted = sum(parts, Counter())
    print("answers:", dict(sorted(counted.items())))
    assert counted.total() == REQUESTS
    assert counted[0] < REQUESTS / 50
    assert {202, 404, 415, 422} <= set(counted)
    assert web.ready()

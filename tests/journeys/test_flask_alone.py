"""`fast_paths = false`: Flask serves everything, without the event loop in front of it, and says the same."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.process_tree import Up
from tests.support.servers import wait_until

GOOD = {"thread": {"id": "a-page"}, "text": "A calm word about the bridge."}
#: A body, headers, and the status of the response.
REQUESTS: list[tuple[Any, dict[str, str], int]] = [
    (GOOD, {}, 202),
    (GOOD | {"text": "The river was high last week."}, {"Idempotency_Key": "once"}, 202),
    (GOOD | {"text": "The river was high last week."}, {"Idempotency_Key": "once"}, 202),
    (GOOD | {"text": "Thank you for this report."}, {"Prefer": "return=minimal"}, 202),
    (GOOD | {"mood": "good"}, {}, 422),
    (GOOD | {"text": " "}, {}, 422),
    ({"text": "No thread."}, {}, 422),
    (GOOD | {"text": "x" * 200_000}, {}, 413),
]


def responses(up: Up) -> list[tuple[int, list[str], list[str]]]:
    """Of each response the status, the names of its fields, and the fields that it complains about."""
    given = [up.ask("POST", "/v1/comments", body, **headers) for body, headers, _ in REQUESTS]
    return [(status, sorted(body), [error["pointer"] for error in body.get("errors", [])]) for status, body in given]


def feed(up: Up, etag: str = "") -> tuple[int, str, list[dict[str, Any]]]:
    request = urllib.request.Request(
        f"{up.url}/v1/threads/a-page/comments?site=demo", headers={"If-None-Match": etag} if etag else {}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers["ETag"], json.loads(response.read())["comments"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], []


def test_flask_alone_gives_the_same_responses(tmp_path: Path) -> None:
    (tmp_path / "fast").mkdir()
    (tmp_path / "flask").mkdir()
    with Up(tmp_path / "fast" / "home") as fast, Up(tmp_path / "flask" / "home", GREENROOM_FAST_PATHS="false") as flask:
        expected = responses(fast)
        assert [status for status, _, _ in expected] == [status for _, _, status in REQUESTS]
        assert responses(flask) == expected
        for up in (fast, flask):
            wait_until(lambda up=up: bool(feed(up)[2]), what="a comment in the feed")
            status, etag, _ = feed(up)
            assert (status, feed(up, etag)[0]) == (200, 304)
            with urllib.request.urlopen(f"{up.url}/sign-in", timeout=60) as page:
                assert page.status == 200

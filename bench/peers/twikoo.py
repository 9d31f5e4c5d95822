"""Twikoo's self-hosted server on LokiJS (memory, saved every four seconds), one of the peers of `bench.peers`.

Its rate limits are so high that no run reaches them, but it still counts, as Greenroom does. A page has fifty comments.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.stage import free_port, process

_PASSWORD = "for the benchmark"
_MANY = 1_000_000_000


@contextmanager
def serving(home: Path, *, held: bool) -> Iterator[int]:
    """The server that is installed in `home`, on an empty database. `held`: with moderation before publishing."""
    port, address = free_port(), ""
    with TemporaryDirectory(prefix="greenroom-bench-twikoo-") as data:
        environ = {
            "TWIKOO_PORT": str(port),
            "TWIKOO_HOST": "127.0.0.1",
            "TWIKOO_DATA": data,
            "TWIKOO_THROTTLE": str(_MANY),
            "TWIKOO_LOG_LEVEL": "error",
        }
        address = f"http://127.0.0.1:{port}/"
        with process(["node", str(home / "server.js")], environ, ready=address):
            _ask(address, "SET_PASSWORD", password=_PASSWORD)
            settings = {"LIMIT_PER_MINUTE": _MANY, "LIMIT_PER_MINUTE_ALL": _MANY, "COMMENT_PAGE_SIZE": 50}
            _ask(
                address,
                "SET_CONFIG",
                accessToken=_PASSWORD,
                config={**settings, **({"AKISMET_KEY": "MANUAL_REVIEW"} if held else {})},
            )
            yield port
            # The server always responds with 200, even after an error.
            said = _ask(address, "COMMENT_SUBMIT", nick="Reader", url="/page-1", ua="wrk", comment="<p>The last of them.</p>")
            if "id" not in said:
                raise AssertionError(f"Twikoo did not take a comment: {said}")


def _ask(address: str, event: str, **words: Any) -> Any:
    body = json.dumps({"event": event, **words}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"})) as answer:
        said = json.load(answer)
    if said.get("code"):
        raise AssertionError(f"Twikoo answered {event} with {said}")
    return said

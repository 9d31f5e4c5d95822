"""Peers: the same load on Greenroom and on other comment servers, in turn. Each is set up as in its documentation.

Isso comes from PyPI, Waline from npm. Twikoo's server is in neither; `--twikoo FOLDER` measures a server installed in FOLDER.
"""

import argparse
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import feed, ingest
from bench.left_out import leave_out, left_out, note
from bench.peers import isso, twikoo, waline
from bench.stage import medians, say, wrk

CONNECTIONS = 16
#: Number of stored comments while pages are read. A page has fifty of them.
COMMENTS = 5_000
WORDS = (
    "The mayor said that the bridge will open in spring and people hope so but nobody believes it until cars drive over the water "
    "again NUMBER."
)


@dataclass(frozen=True)
class Peer:
    """One comment server. `serving(held)` runs it on an empty database and gives its port. `held`: comments wait for moderation.

    `comment` and `page` are the requests to post a comment and to read a page: a URL and the body of a POST; empty for a GET.
    """

    serving: Callable[[bool], AbstractContextManager[int]]
    comment: tuple[str, str]
    page: tuple[str, str]


def measure(*, seconds: float, rounds: int = 3, twikoo_home: Path | None = None) -> dict[str, Any]:
    """POSTs per second, and reads per second of a page of fifty comments: medians of rounds in which each server has its turn.

    A peer that cannot be installed, or breaks, is left out.
    """
    with TemporaryDirectory(prefix="greenroom-bench-") as name:
        peers = _installed(Path(name), twikoo_home)
        ours = {"greenroom on SQLite": "sqlite", "greenroom on PostgreSQL": "postgresql"}
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in [*ours, *peers]}
        for number in range(rounds):
            for name in runs:
                with leave_out(name):
                    runs[name].append(_measured(peers[name], seconds) if name in peers else _ours(ours[name], seconds))
                    say(f"peers round {number + 1}/{rounds} {name}: {runs[name][-1]}")
    return {name: medians(results) for name, results in runs.items() if results}


def _installed(folder: Path, twikoo_home: Path | None) -> dict[str, Peer]:
    ways: dict[str, Callable[[], Peer]] = {"isso": lambda: _isso(folder), "waline": lambda: _waline(folder)}
    if twikoo_home:
        ways["twikoo"] = lambda: _twikoo(twikoo_home)
    else:
        note("twikoo", "its server is in no registry; --twikoo FOLDER measures one that is installed there")
    for name in ("remark42", "artalk"):
        note(name, "its server is in neither PyPI, npm nor Debian")
    peers = {}
    for name, way in ways.items():
        with leave_out(name):
            peers[name] = way()
    return peers


def _ours(engine: str, seconds: float) -> dict[str, Any]:
    posts = ingest.ours(engine, seconds, connections=CONNECTIONS)
    whole = feed.measure(engine, seconds=seconds, sizes=(COMMENTS,))[f"{COMMENTS} comments"]["whole_per_second"]
    return {"post_per_second": posts["per_second"], "post_p99_ms": posts["p99_ms"], "get_per_second": whole}


def _measured(peer: Peer, seconds: float) -> dict[str, Any]:
    with peer.serving(True) as port:
        posts = wrk(port, script="peer_post.lua", connections=CONNECTIONS, seconds=seconds, given=peer.comment)
    path, asked = peer.page
    with peer.serving(False) as port:
        _fill(port, *peer.comment)
        if asked:
            gets = wrk(port, script="peer_post.lua", connections=CONNECTIONS, seconds=seconds, given=peer.page)
        else:
            gets = wrk(port, path=path, connections=CONNECTIONS, seconds=seconds)
    return {
        "post_per_second": posts["per_second"],
        "post_p99_ms": posts["p99_ms"],
        "get_per_second": gets["per_second"],
        "errors": posts["errors"] + gets["errors"],
    }


def _fill(port: int, path: str, body: str) -> None:
    """Post fifty comments on each of a hundred pages, as many as Greenroom has when its feed is measured."""

    def post(number: int) -> None:
        page = f"page-{number % 100}"
        comment = body.replace("NUMBER", str(number)).replace("PAGE", page).encode()
        address = f"http://127.0.0.1:{port}{path.replace('PAGE', page)}"
        urllib.request.urlopen(urllib.request.Request(address, comment, {"Content-Type": "application/json"})).close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(post, range(COMMENTS)))


def _isso(folder: Path) -> Peer:
    say("peers: installing Isso")
    home = isso.installed(folder)
    body = {"author": "Reader NUMBER", "email": "readerNUMBER@example.org", "website": "", "title": "A page", "text": WORDS}
    return Peer(
        lambda held: _port(isso.serving(home, held=held)),
        ("/new?uri=%2FPAGE", json.dumps(body)),
        ("/?uri=%2Fpage-1&limit=50", ""),
    )


@contextmanager
def _port(serving: AbstractContextManager[tuple[int, int]]) -> Iterator[int]:
    with serving as (port, _):
        yield port


def _waline(folder: Path) -> Peer:
    say("peers: installing Waline")
    home = waline.installed(folder)
    body = {
        "nick": "Reader NUMBER",
        "mail": "readerNUMBER@example.org",
        "link": "",
        "ua": "wrk",
        "url": "/PAGE",
        "comment": WORDS,
    }
    return Peer(
        lambda held: waline.serving(home, held=held),
        ("/api/comment", json.dumps(body)),
        ("/api/comment?path=%2Fpage-1&pageSize=50", ""),
    )


def _twikoo(home: Path) -> Peer:
    fields = {"nick": "Reader NUMBER", "mail": "readerNUMBER@example.org", "link": "", "ua": "wrk", "comment": f"<p>{WORDS}</p>"}
    return Peer(
        lambda held: twikoo.serving(home, held=held),
        ("/", json.dumps({"event": "COMMENT_SUBMIT", "url": "/PAGE", **fields})),
        ("/", json.dumps({"event": "COMMENT_GET", "url": "/page-1"})),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument(
        "--twikoo", type=Path, metavar="FOLDER", help="where `server.js` of Twikoo's self-hosted server and its packages are"
    )
    args = parser.parse_args()
    json.dump(measure(seconds=args.seconds, rounds=args.rounds, twikoo_home=args.twikoo), sys.stdout, indent=1)
    for name, reason in left_out().items():
        say(f"left out: {name} ({reason})")


if __name__ == "__main__":
    main()

"""The benchmarks print their tables whatever breaks."""

import subprocess
import sys
from collections.abc import Iterator

from bench.__main__ import run
from bench.figures import Figure, tables
from bench.left_out import leave_out, left_out
from bench.parts import QUICK, Extent


def _breaks(_: Extent) -> Iterator[Figure]:
    yield Figure("First", "before it broke", 1)
    sys.exit("this bench needs wrk")


def _works(_: Extent) -> Iterator[Figure]:
    yield Figure("Second", "posts", 2, ">= 1")


def test_a_part_that_breaks_is_named_and_the_others_go_on() -> None:
    printed = tables(run({"broken part": _breaks, "sound part": _works}, QUICK))
    assert "| before it broke |  | 1 |" in printed
    assert "| posts | >= 1 | 2: reached |" in printed
    assert left_out()["the rest of broken part"] == "SystemExit: this bench needs wrk"


def test_a_peer_that_cannot_be_installed_says_why() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such package')"]
    with leave_out("a peer"):
        subprocess.run(command, check=True, capture_output=True)
    assert left_out()["a peer"].endswith(": no such package")

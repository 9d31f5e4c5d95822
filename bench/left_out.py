"""What a benchmark could not measure, and why: it is named beneath the tables, and everything else is measured."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bench.stage import say

_REASONS: dict[str, str] = {}


@contextmanager
def leave_out(name: str) -> Iterator[None]:
    """Ends the block at an error, and remembers it under this name. SystemExit is how the benchmarks name what they lack."""
    try:
        yield
    except (Exception, SystemExit) as error:
        _REASONS[name] = _reason(error)
        say(f"left out: {name} ({_REASONS[name]})")


def note(name: str, reason: str) -> None:
    _REASONS[name] = reason


def left_out() -> dict[str, str]:
    """Reasons by name."""
    return dict(_REASONS)


def _reason(error: BaseException) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        output = error.stderr.decode(errors="replace") if isinstance(error.stderr, bytes) else str(error.stderr or "")
        last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
        return f"{' '.join(map(str, error.cmd))[:80]}: {last.strip()[:200]}"
    return f"{type(error).__name__}: {error}"[:300]

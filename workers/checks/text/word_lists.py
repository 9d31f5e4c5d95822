"""The word lists of the checks: text files in `workers/checks/words`, one word or phrase per line, `#` for comments."""

from functools import cache
from importlib.resources import files


@cache
def word_list(name: str) -> tuple[str, ...]:
    """The entries of `words/<name>.txt`, in their order."""
    lines = files("workers.checks").joinpath("words", f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
